"""Confidence intervals of metrics by resampling: any statistic, and cheap ways for those that allow them."""

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
import scipy.special

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.density_coverage import prdc_terms
from tfgan_zoo.metrics.features import checked, checked_pair
from tfgan_zoo.metrics.kernel_distance import kid


class Interval(NamedTuple):
    """A percentile interval and what it belongs to."""

    low: float
    high: float
    estimate: float
    """The statistic of the samples themselves."""
    error: float
    """Standard error: the standard deviation over the resamples."""


class PRDCIntervals(NamedTuple):
    """Intervals of precision, recall, density and coverage."""

    precision: Interval
    recall: Interval
    density: Interval
    coverage: Interval


def bootstrap(
    statistic: Callable[..., float],
    *samples,
    fixed: Collection[int] = (),
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the percentile bootstrap interval of `statistic(*samples)`.

    Each resample draws the rows of every sample anew, with replacement, independently of the other samples.

    A statistic that depends on the number of *different* samples is biased by the repeats: FID of resamples lies above
    the estimate, and so may its whole interval (`error` is still of use); k-NN radii shrink. For those see
    `extrapolation.fid_infinity` and `prdc_intervals`.

    Args:
        statistic: of as many arrays as there are samples.
        *samples: arrays, resampled along their first axis.
        fixed: positions of samples that are not resampled, such as (0,) to hold real data fixed.
        resamples: how many.
        confidence: share of the resamples inside, between 0 and 1.
        seed: of the draws.

    Raises:
        ZooError: no samples, empty ones, or settings out of range.

    Source: Efron, 1979; percentile interval.

    >>> interval = bootstrap(np.mean, np.arange(100.0))
    >>> interval.low < interval.estimate == 49.5 < interval.high
    True
    """
    samples = [np.asarray(sample) for sample in samples]
    if not samples or any(sample.ndim == 0 or not len(sample) for sample in samples):
        raise ZooError(f"bootstrap needs samples with rows; found {[sample.shape for sample in samples]}")
    if not set(fixed) < set(range(len(samples))):
        raise ZooError(
            f"fixed must name some of the samples 0 to {len(samples) - 1}, not all; found {sorted(set(fixed))}"
        )
    _check(resamples, confidence)
    generator = np.random.default_rng(seed)
    values = [
        statistic(
            *(
                sample if position in fixed else sample[generator.integers(0, len(sample), len(sample))]
                for position, sample in enumerate(samples)
            )
        )
        for _ in range(resamples)
    ]
    return _interval(values, float(statistic(*samples)), confidence)


def inception_score_interval(
    logits, resamples: int = 1000, confidence: float = 0.95, seed: int = 0, batch: int = 50
) -> Interval:
    """Return the interval of the Inception Score of all samples together (one split).

    The softmax is taken once; a resample is a weighting of its rows, so that all of them are matrix products. The score
    rises with the number of samples: this is not an interval of the mean over ten smaller splits.

    Args:
        logits: (n, k) class scores.
        resamples: how many.
        confidence: between 0 and 1.
        seed: of the draws.
        batch: resamples weighted at once.

    Raises:
        ZooError: wrong rank, NaN or infinity, one sample, or settings out of range.
    """
    logits = checked(logits, "logits")
    _check(resamples, confidence)
    log_conditional = scipy.special.log_softmax(logits, axis=1)
    conditional = np.exp(log_conditional)
    negative_entropy = (conditional * log_conditional).sum(axis=1)
    n = len(logits)

    def scores(weights):
        marginal = weights @ conditional
        return np.exp(weights @ negative_entropy - scipy.special.xlogy(marginal, marginal).sum(axis=1))

    generator = np.random.default_rng(seed)
    values = []
    for start in range(0, resamples, batch):
        draws = generator.integers(0, n, (min(batch, resamples - start), n))
        values.extend(scores(np.stack([np.bincount(draw, minlength=n) for draw in draws]) / n))
    return _interval(values, float(scores(np.full((1, n), 1 / n))[0]), confidence)


def prdc_intervals(
    features_real, features_fake, k: int = 5, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
) -> PRDCIntervals:
    """Return intervals of precision, recall, density and coverage (as `prdc` defines them).

    The distances are computed once: each is a mean of one number a sample (in a ball or not), and these numbers are
    resampled. The balls stay as they are, so the intervals leave out that other samples would have other balls: they
    are somewhat too narrow, most for recall and coverage.

    Args:
        features_real: (n, d), n > k.
        features_fake: (m, d), m > k.
        k: neighbours, >= 1.
        resamples: how many.
        confidence: between 0 and 1.
        seed: of the draws.

    Raises:
        ZooError: as `prdc`; or settings out of range.
    """
    _check(resamples, confidence)
    terms = prdc_terms(features_real, features_fake, k)
    return PRDCIntervals(*(bootstrap(np.mean, x, resamples=resamples, confidence=confidence, seed=seed) for x in terms))


def kid_interval(
    features_a,
    features_b,
    subset_size: int = 100,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return an interval of KID from disjoint subsets, each of which gives an independent unbiased value.

    The values are resampled, and the estimate is their mean; it is unbiased at any subset size. (The std that `kid`
    gives is of subsets that overlap: their mean's error cannot be had from it.) Small subsets give many values; a KID
    of all samples at once would be somewhat less noisy, so the interval errs on the wide side.

    Args:
        features_a: (n, d).
        features_b: (m, d).
        subset_size: of the disjoint subsets, >= 2; at least 5 must fit into the smaller set.
        resamples: how many.
        confidence: between 0 and 1.
        seed: of the partition and the draws.

    Raises:
        ZooError: as `kid`; too few samples; or settings out of range.
    """
    features_a, features_b = checked_pair(features_a, features_b)
    smaller = min(len(features_a), len(features_b))
    if subset_size < 2 or smaller < 5 * subset_size:
        raise ZooError(
            f"kid_interval needs subset_size >= 2 and five disjoint subsets; found {subset_size} for {smaller} "
            "samples; draw more or use smaller subsets"
        )
    generator = np.random.default_rng(seed)
    count = smaller // subset_size
    parts_a, parts_b = (
        np.split(features[generator.permutation(len(features))[: count * subset_size]], count)
        for features in (features_a, features_b)
    )
    values = np.array([kid(a, b, subsets=1, subset_size=subset_size).mean for a, b in zip(parts_a, parts_b)])
    return bootstrap(np.mean, values, resamples=resamples, confidence=confidence, seed=seed)


def _check(resamples: int, confidence: float) -> None:
    if resamples < 2 or not 0 < confidence < 1:
        raise ZooError(f"resamples must be >= 2 and confidence between 0 and 1; found {resamples} and {confidence}")


def _interval(values, estimate: float, confidence: float) -> Interval:
    values = np.asarray(values, np.float64)
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high), estimate, float(values.std(ddof=1)))
