"""What a finite number of samples adds to FID: its extrapolation to infinitely many, and its expected size."""

from typing import NamedTuple

import numpy as np
import scipy.linalg

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked_pair
from tfgan_zoo.metrics.frechet import frechet_distance
from tfgan_zoo.metrics.statistics import GaussianStatistics


class FIDInfinity(NamedTuple):
    """The line FID(N) = value + slope / N through FIDs at several N."""

    value: float
    """FID extrapolated to infinitely many samples; noise can make it slightly negative."""
    slope: float
    """What 1 / N multiplies: slope / N is the bias at N."""
    sizes: np.ndarray
    """(points,) numbers of samples."""
    values: np.ndarray
    """(points,) FID at each."""


def fid_infinity(
    features_a, features_b, points: int = 15, smallest: int | None = None, seed: int = 0, subsample_a: bool = False
) -> FIDInfinity:
    """Return FID extrapolated to infinitely many samples by a least-squares line in 1 / N.

    FID is biased upwards by about slope / N, with a slope that depends on the generator, so models compared at one N
    can come in the wrong order. Each FID compares all of a with N random samples of b, N from `smallest` to all in
    equal steps. The time is that of `points` FIDs.

    Args:
        features_a: (n, d) real features, the reference, whose own bias stays: take many.
        features_b: (m, d) generated features.
        points: how many N, >= 2.
        smallest: of the N; a tenth of m if None, but not below the smaller of 2 d and m / 2, as the line is straight
            only where N exceeds d.
        seed: of the sub-samples.
        subsample_a: draw N of a too (N then ends at the smaller set's size): the limit for both sets, whose value is 0
            for two samples of one distribution.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, or sizes that do not fit.

    Source: Chong and Forsyth, 2020 (1911.07023), section 3 (15 points from 5,000 to 50,000; they draw the latents of b
        from a Sobol sequence).
    """
    features_a, features_b = checked_pair(features_a, features_b)
    largest = min(len(features_a), len(features_b)) if subsample_a else len(features_b)
    if smallest is None:
        smallest = max(2, largest // 10, min(2 * features_b.shape[1], largest // 2))
    if points < 2 or not 2 <= smallest < largest:
        raise ZooError(
            f"fid_infinity needs points >= 2 and 2 <= smallest < {largest}, the number of samples; found {points} and "
            f"{smallest}; draw more samples"
        )
    generator = np.random.default_rng(seed)
    sizes = np.unique(np.linspace(smallest, largest, points).round().astype(int))

    def fitted(features, size):
        if size < len(features):
            features = features[generator.choice(len(features), size, replace=False)]
        statistics = GaussianStatistics().update(features)
        return statistics.mean, statistics.covariance()

    reference = None if subsample_a else fitted(features_a, len(features_a))
    values = np.array(
        [frechet_distance(*(reference or fitted(features_a, size)), *fitted(features_b, size)) for size in sizes]
    )
    slope, value = np.polyfit(1 / sizes, values, 1)
    return FIDInfinity(float(value), float(slope), sizes, values)


def fid_bias(covariance, n: int, m: int | None = None) -> float:
    """Return the FID to expect of two independent samples of one Gaussian, to first order in 1 / n and 1 / m.

        (1/n + 1/m) tr C + (1/(n-1) + 1/(m-1)) / 2 (sum_{i != j} c_i c_j / (c_i + c_j) + sum_i c_i)

    with c the eigenvalues of C; for C = I and n = m this is 2 d / n + d (d + 1) / (2 (n - 1)). Values of FID near it
    say that the sets cannot be told apart at this size. It holds for n above d and is too high below.

    Args:
        covariance: (d, d) of the real features.
        n: samples of the one set, >= 2.
        m: of the other; n if None; `math.inf` if it is known exactly.

    Raises:
        ZooError: covariance is not a finite square matrix, or a number below 2.

    Source: second-order expansion of the Bures distance; Wishart covariances.

    >>> round(fid_bias(np.eye(16), 500), 3)
    0.337
    """
    covariance = np.asarray(covariance, np.float64)
    m = n if m is None else m
    if covariance.ndim != 2 or covariance.shape[0] != covariance.shape[1] or not np.isfinite(covariance).all():
        raise ZooError(f"covariance must be a finite matrix (d, d); found shape {covariance.shape}")
    if not min(n, m) >= 2:
        raise ZooError(f"fid_bias needs at least two samples in each set; found {n} and {m}")
    values = scipy.linalg.eigvalsh(covariance)
    values = values[values > 0]
    # The sum over i != j and the diagonal, which counts c_i instead of c_i / 2.
    pairs = (values[:, None] * values / (values[:, None] + values)).sum() + values.sum() / 2
    return float((1 / n + 1 / m) * values.sum() + (1 / (n - 1) + 1 / (m - 1)) / 2 * pairs)
