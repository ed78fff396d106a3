"""Linear separability: how much of an attribute the best plane through the latent space leaves unknown."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked


class Separability(NamedTuple):
    """The score and what it is made of, one entry an attribute."""

    score: float
    """exp of the sum of `entropies`: 1 if every attribute is cut by a plane, 2^k if k planes say nothing."""
    entropies: np.ndarray
    """H(Y | X) in nats, float64 (k,)."""
    accuracies: np.ndarray
    """Share of the kept samples on the right side of the plane, float64 (k,)."""
    kept: int
    """Samples that each attribute was judged on."""


def linear_separability(latents, predictions, keep: float = 0.5, seed: int = 0) -> Separability:
    """Return exp(sum_i H(Y_i | X_i)), Y_i the attribute that a classifier sees in the image, X_i the side of a plane.

    For every attribute the most confident share `keep` of the samples stays, a linear support vector machine (squared
    hinge, C = 1) is fitted to their latents and predicts *the same* samples. An attribute with one class among them
    counts as perfect. The lower the better, 1 at best. Measure z and w apart, and say n: the machine can separate
    anything when there are no more samples than dimensions. NVIDIA's code writes 2^(sum in bits), the same number.

    Published: 40 CelebA attributes, 200,000 images from random z without truncation, mean-pooled to 256x256.

    Args:
        latents: (n, d), the codes the images were made from.
        predictions: (n, k) or (n,), one column an attribute: logits l with P = sigmoid(2 l), the softmax of (l, -l);
            or bool or integers 0 and 1, which are all equally confident, so that all of them are kept.
        keep: share of the samples kept for each attribute, in (0, 1].
        seed: of the fit.

    Raises:
        ZooError: wrong shapes, NaN, fewer than two samples kept, settings out of range, or scikit-learn is missing.

    Source: Karras, Laine, Aila, 2018 (1812.04948), section 4.2.

    >>> w = [[-2.0], [-1.0], [1.0], [2.0]]
    >>> round(linear_separability(w, [-2.0, -1.0, 1.0, 2.0], keep=1).score, 6)
    1.0
    """
    latents = checked(latents, "latents")
    hard = np.asarray(predictions).dtype.kind in "biu"
    predictions = np.asarray(predictions)
    logits = checked(predictions[:, None] if predictions.ndim == 1 else predictions, "predictions")
    if len(logits) != len(latents):
        raise ZooError(f"latents and predictions must have one row a sample; found {len(latents)} and {len(logits)}")
    if hard:
        if not np.isin(logits, (0, 1)).all():
            raise ZooError(
                f"predictions of {predictions.dtype} must be 0 or 1; found {logits.min():g} to {logits.max():g}"
            )
        logits, keep = 2 * logits - 1, 1.0
    if not 0 < keep <= 1:
        raise ZooError(f"keep must be a share in (0, 1]; found {keep!r}")
    kept = int(keep * len(latents))
    if kept < 2:
        raise ZooError(f"keep={keep} of {len(latents)} samples leaves {kept}; at least 2 are needed, draw more")
    results = [_attribute(latents, column, kept, seed) for column in logits.T]
    entropies, accuracies = (np.array(values) for values in zip(*results))
    return Separability(float(np.exp(entropies.sum())), entropies, accuracies, kept)


def conditional_entropy(table) -> float:
    """Return H(Y | X) in nats of a joint distribution or of counts, rows X and columns Y.

    Raises:
        ZooError: negative entries, or nothing in the table.

    >>> round(conditional_entropy([[0.4, 0.1], [0.1, 0.4]]), 4)
    0.5004
    """
    table = np.asarray(table, np.float64)
    if table.ndim != 2 or not np.isfinite(table).all() or (table < 0).any() or not table.sum() > 0:
        raise ZooError("a table of probabilities or counts must have two axes, no negative entry and a positive sum")
    joint = table / table.sum()
    marginal = np.broadcast_to(joint.sum(axis=1, keepdims=True), joint.shape)
    seen = joint > 0
    # max: rounding of certain rows would give -0.0.
    return max(0.0, float((joint[seen] * np.log(marginal[seen] / joint[seen])).sum()))


def _attribute(latents: np.ndarray, logits: np.ndarray, kept: int, seed: int) -> tuple[float, float]:
    """Return (H(Y | X), accuracy) on the `kept` samples of the largest |logit|, ties in order."""
    rows = np.sort(np.argsort(-np.abs(logits), kind="stable")[:kept])
    codes, seen = latents[rows], logits[rows] > 0
    if seen.all() or not seen.any():
        return 0.0, 1.0
    try:
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise ZooError("linear_separability needs scikit-learn; install it: pip install scikit-learn") from error
    side = LinearSVC(random_state=seed).fit(codes, seen).predict(codes)
    counts = [[np.count_nonzero((side == x) & (seen == y)) for y in (False, True)] for x in (False, True)]
    return conditional_entropy(counts), float((side == seen).mean())
