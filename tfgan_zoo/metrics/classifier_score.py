"""Inception Score: sharp predictions for each image, varied predictions over all of them."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked


class InceptionScore(NamedTuple):
    """Mean and standard deviation (ddof 0) over the splits."""

    mean: float
    std: float


def inception_score(logits, splits: int = 10, shuffle: bool = True, seed: int = 0) -> InceptionScore:
    """Return the Inception Score exp(E_x KL(p(y | x) || p(y))), with p(y) the mean over each split.

    Natural logarithm, log-softmax in float64. Between 1 and the number of classes. It depends on the size of the
    splits, so say N and splits with the number. Real images score less than the number of classes where the classifier
    is unsure.

    Args:
        logits: (n, k) class scores before the softmax.
        splits: number of consecutive parts, at most n / 2.
        shuffle: mix the samples first; without it, samples sorted by class give splits of one class and a score of 1.
        seed: of the shuffle.

    Raises:
        ZooError: wrong rank, NaN or infinity, fewer than two samples a split, or fewer than one split.

    Source: Salimans et al., 2016 (1606.03498), section 4.
    """
    logits = checked(logits, "logits")
    if splits < 1 or len(logits) < 2 * splits:
        raise ZooError(
            f"inception_score needs splits >= 1 and two samples a split; found {len(logits)} samples for "
            f"splits={splits}; draw more or use fewer splits"
        )
    if shuffle:
        logits = logits[np.random.default_rng(seed).permutation(len(logits))]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_conditional = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    bounds = np.arange(splits + 1) * len(logits) // splits
    scores = [_score(log_conditional[start:stop]) for start, stop in zip(bounds[:-1], bounds[1:])]
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)))


def _score(log_conditional: np.ndarray) -> float:
    conditional = np.exp(log_conditional)
    # The log of the marginal by log-sum-exp: a class that is improbable everywhere underflows to 0 in p(y).
    peak = log_conditional.max(axis=0)
    log_marginal = peak + np.log(np.exp(log_conditional - peak).mean(axis=0))
    return float(np.exp((conditional * (log_conditional - log_marginal)).sum(axis=1).mean()))
