"""The metrics that `evaluate` knows by name: what each needs, the scores it gives, and how it was measured."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from tfgan_zoo.metrics.classifier_score import inception_score
from tfgan_zoo.metrics.collection import Outputs
from tfgan_zoo.metrics.frechet import frechet_distance
from tfgan_zoo.metrics.kernel_distance import kid
from tfgan_zoo.metrics.statistics_files import Statistics

PIXELS = "pixels"
"""Label of scores that no network gave."""
SUBSETS, SUBSET_SIZE = 100, 1000
PR_NEIGHBORS, DC_NEIGHBORS = 3, 5
PAIRS = 1000
SWD_IMAGES = 16384


class Comparison(NamedTuple):
    """What there is to compare."""

    real: Outputs | None
    """None where only statistics are known."""
    fake: Outputs
    statistics: Statistics | None
    """Of the real side; None if no metric needs it."""
    seed: int
    confidence: float | None
    """Of the intervals; None for none."""


class Metric(NamedTuple):
    """A name's meaning."""

    real: frozenset[str]
    """What it needs of the real side, of `collection.KEPT`."""
    fake: frozenset[str]
    """What it needs of the generated side."""
    scores: Callable[[Comparison], dict[str, float]]
    protocol: Callable[[Comparison], str]
    """How it was measured, in some words."""
    cost: Callable[[Mapping[str, float]], float]
    """Of the scores by their names without labels, one number; smaller is better."""
    label: str = ""
    """In the place of the extractor's."""


def rank(metric: str, scores: Mapping[str, object]) -> float:
    """Return one number for what `evaluate` returned for a metric: smaller is better, infinity if it is not there.

    FID, FID-infinity, KID and SWD themselves; minus the Inception Score, minus the harmonic mean of precision and
    recall, minus coverage; for MS-SSIM the distance from that of the real images.
    """
    plain = {name.partition("[")[0]: value for name, value in scores.items() if "[" in name}
    try:
        cost = float(METRICS[metric].cost(plain))
    except (KeyError, TypeError):
        return math.inf
    return cost if math.isfinite(cost) else math.inf


def _fid(c):
    mean, covariance = c.statistics.mean, c.statistics.covariance
    return {"fid": frechet_distance(mean, covariance, c.fake.gaussian.mean, c.fake.gaussian.covariance())}


def _fid_protocol(c):
    return f"covariances with ddof 1, biased upwards ({_bias(c)}): compare at equal numbers only"


def _bias(c):
    from tfgan_zoo.metrics.extrapolation import fid_bias

    n, d = c.fake.n, c.statistics.mean.size
    least = min(n, c.statistics.n or n)
    if least <= 2 * d:
        return f"strongly, as {least} images are few for {d} dimensions"
    expected = fid_bias(c.statistics.covariance, n, c.statistics.n or math.inf)
    return f"two samples of one distribution would be at about {expected:.3g} at these numbers"


def _fid_infinity(c):
    from tfgan_zoo.metrics.extrapolation import fid_infinity

    result = fid_infinity(c.real.features, c.fake.features, seed=c.seed)
    return {"fid_infinity": result.value}


def _fid_infinity_protocol(c):
    return f"line in 1/N over 15 sizes up to N = {c.fake.n} generated images, all {c.real.n} real ones at each"


def _kid(c):
    real, fake = c.real.features, c.fake.features
    result = kid(real, fake, SUBSETS, SUBSET_SIZE, seed=c.seed)
    scores = {"kid": result.mean, "kid std": result.std}
    if c.confidence:
        from tfgan_zoo.metrics.bootstrap import kid_interval

        # At least ten disjoint subsets where there are enough images.
        size = max(2, min(100, min(len(real), len(fake)) // 10))
        interval = kid_interval(real, fake, size, confidence=c.confidence, seed=c.seed)
        scores |= _around("kid", result.mean, interval)
    return scores


def _kid_protocol(c):
    least = min(c.real.n, c.fake.n)
    subsets = 1 if c.real.n == c.fake.n <= SUBSET_SIZE else SUBSETS
    return f"{_count(subsets, 'subset')} of {min(SUBSET_SIZE, least)}, kernel (x.y / d + 1)^3, unbiased"


def _splits(n):
    return max(1, min(10, n // 100))  # splits of fewer than a hundred images say nothing


def _inception_score(c):
    result = inception_score(c.fake.logits, splits=_splits(c.fake.n), seed=c.seed)
    scores = {"inception_score": result.mean, "inception_score std": result.std}
    if c.confidence:
        from tfgan_zoo.metrics.bootstrap import inception_score_interval

        interval = inception_score_interval(c.fake.logits, confidence=c.confidence, seed=c.seed)
        scores |= _around("inception_score", result.mean, interval)
    return scores


def _inception_score_protocol(c):
    return f"{_count(_splits(c.fake.n), 'split')} of {c.fake.n // _splits(c.fake.n)} generated images, shuffled"


def _precision_recall(c):
    from tfgan_zoo.metrics.precision_recall import precision_recall

    scores = precision_recall(c.real.features, c.fake.features, PR_NEIGHBORS)._asdict()
    return _with_intervals(c, scores, PR_NEIGHBORS)


def _density_coverage(c):
    from tfgan_zoo.metrics.density_coverage import density_coverage

    scores = density_coverage(c.real.features, c.fake.features, DC_NEIGHBORS)._asdict()
    return _with_intervals(c, scores, DC_NEIGHBORS)


def _with_intervals(c, scores, k):
    if not c.confidence:
        return scores
    from tfgan_zoo.metrics.bootstrap import prdc_intervals

    intervals = prdc_intervals(c.real.features, c.fake.features, k, confidence=c.confidence, seed=c.seed)
    made = {}
    for name, value in scores.items():
        made |= {name: value} | _around(name, value, getattr(intervals, name))
    return made


def _swd(c):
    from tfgan_zoo.metrics.images import chosen
    from tfgan_zoo.metrics.sliced_wasserstein import laplacian_swd

    # No more than in the paper: of each image 128 patches are held at once. Not the first: they may be sorted by class.
    real, fake = (chosen(side.images, SWD_IMAGES, c.seed) for side in (c.real, c.fake))
    result = laplacian_swd(real, fake, seed=c.seed)
    levels = result.levels if len(result.levels) > 1 else {}
    return {"swd": result.average} | {f"swd {side}": value for side, value in levels.items()}


def _ms_ssim(c):
    from tfgan_zoo.metrics.ms_ssim import ms_ssim

    real, fake = (ms_ssim(side.images, PAIRS, c.seed) for side in (c.real, c.fake))
    return {"ms_ssim": fake, "ms_ssim real": real}


def _around(name, value, interval):
    """Ends of an interval whose estimate may be another than the score: its width, around the score."""
    shift = value - interval.estimate
    return {f"{name} low": interval.low + shift, f"{name} high": interval.high + shift}


def _count(n, word):
    return f"{n} {word}{'s' * (n > 1)}"


def _harmonic(scores):
    precision, recall = scores["precision"], scores["recall"]
    return -2 * precision * recall / (precision + recall) if precision + recall else 0.0


_NONE, _GAUSSIAN, _FEATURES, _IMAGES = (frozenset(x) for x in ((), ("gaussian",), ("features",), ("images",)))

METRICS = {
    "fid": Metric(_GAUSSIAN, _GAUSSIAN, _fid, _fid_protocol, lambda s: s["fid"]),
    "fid_infinity": Metric(_FEATURES, _FEATURES, _fid_infinity, _fid_infinity_protocol, lambda s: s["fid_infinity"]),
    "kid": Metric(_FEATURES, _FEATURES, _kid, _kid_protocol, lambda s: s["kid"]),
    "inception_score": Metric(
        _NONE,
        frozenset(("logits",)),
        _inception_score,
        _inception_score_protocol,
        lambda s: -s["inception_score"],
    ),
    "precision_recall": Metric(
        _FEATURES, _FEATURES, _precision_recall, lambda c: f"k = {PR_NEIGHBORS} neighbors", _harmonic
    ),
    "density_coverage": Metric(
        _FEATURES, _FEATURES, _density_coverage, lambda c: f"k = {DC_NEIGHBORS} neighbors", lambda s: -s["coverage"]
    ),
    "swd": Metric(
        _IMAGES,
        _IMAGES,
        _swd,
        lambda c: f"{min(c.real.n, SWD_IMAGES)} images, 128 patches of 7x7 of each and level, 512 directions",
        lambda s: s["swd"],
        PIXELS,
    ),
    "ms_ssim": Metric(
        _IMAGES,
        _IMAGES,
        _ms_ssim,
        lambda c: f"mean over {PAIRS} pairs of each side",
        lambda s: abs(s["ms_ssim"] - s["ms_ssim real"]),
        PIXELS,
    ),
}
"""By name."""


def checked_image_shape(metric: str, shape: tuple[int, ...]) -> None:
    """Refuse images that a metric of pixels cannot take, before they are made.

    Raises:
        ZooError: they are too small.
    """
    if metric == "ms_ssim":
        from tfgan_zoo.metrics.ms_ssim import scales_of

        scales_of(*shape[:2])
    elif metric == "swd":
        from tfgan_zoo.metrics.sliced_wasserstein import laplacian_swd

        laplacian_swd(*np.zeros((2, 2, *shape), np.uint8), patches=1, directions=1)
