"""Density and coverage: like precision and recall, but counted by the balls around real samples alone."""

import math
from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.neighbors import BLOCK, ball_counts, checked_sets, knn_radii


class DensityCoverage(NamedTuple):
    """Both are about 1 for two samples of one distribution."""

    density: float
    """Mean number of real balls that hold a fake sample, over k; it can exceed 1."""
    coverage: float
    """Share of real balls that hold a fake sample, at most 1; see `expected_coverage`."""


class PRDC(NamedTuple):
    """Precision, recall, density and coverage from one pass over the distances."""

    precision: float | np.ndarray
    recall: float | np.ndarray
    density: float | np.ndarray
    coverage: float | np.ndarray


def density_coverage(features_real, features_fake, k: int = 5, block: int = BLOCK) -> DensityCoverage:
    """Return density and coverage.

    With r_k(x_i) the distance of a real sample to its k-th neighbour among the real ones (itself excluded):

        density  = 1 / (k m) sum_j sum_i 1[|y_j - x_i| < r_k(x_i)],
        coverage = 1 / n sum_i 1[min_j |y_j - x_i| < r_k(x_i)].

    A real sample with k duplicates has a ball of radius 0, which holds nothing.

    Args:
        features_real: (n, d), n > k.
        features_fake: (m, d).
        k: neighbours, >= 1; with 5 the expected coverage under equality exceeds .95.
        block: rows and columns of distances held at once; bounds the memory.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, or no more than k real samples.

    Source: Naeem et al., 2020 (2002.09797), equations 4 and 5.

    >>> real = [[0.0], [1.0], [100.0], [101.0]]
    >>> density_coverage(real, real[:2], k=1)
    DensityCoverage(density=1.0, coverage=0.5)
    """
    real, fake = checked_sets(features_real, features_fake, 1)
    radii = knn_radii(real, k, block)
    counts = ball_counts(real, fake, radii, closed=False, block=block)
    return DensityCoverage(float(counts.in_real_ball.sum() / (k * len(fake))), float((counts.in_real_ball > 0).mean()))


def prdc(features_real, features_fake, k: int = 5, block: int = BLOCK) -> PRDC:
    """Return precision, recall, density and coverage with one k, as the package `prdc` defines them.

    All four balls are open (<) there; `precision_recall` has the closed ones (<=) of its paper. They differ only where
    samples repeat.

    Args:
        features_real: (n, d), n > k.
        features_fake: (m, d), m > k.
        k: neighbours, >= 1.
        block: rows and columns of distances held at once; bounds the memory.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, or a set of no more than k samples.

    Source: Naeem et al., 2020 (2002.09797); package prdc, `compute_prdc`.
    """
    return PRDC(*(float(term.mean()) for term in prdc_terms(features_real, features_fake, k, block)))


def prdc_terms(features_real, features_fake, k: int = 5, block: int = BLOCK) -> PRDC:
    """Return the numbers whose means are precision, recall, density and coverage: (m,), (n,), (m,) and (n,) float64.

    They tell which samples are outside the other set's support or in dense parts of it. Arguments and errors as `prdc`.
    """
    real, fake = checked_sets(features_real, features_fake)
    radii = [knn_radii(x, k, block) for x in (real, fake)]
    counts = ball_counts(real, fake, *radii, closed=False, block=block)
    precision, recall, coverage = (
        (x > 0).astype(np.float64) for x in (counts.real_balls_of, counts.fake_balls_of, counts.in_real_ball)
    )
    return PRDC(precision, recall, counts.real_balls_of / k, coverage)


def expected_coverage(n: int, m: int, k: int = 5) -> float:
    """Return the expected coverage when n real and m fake samples have one continuous distribution.

        1 - prod_{j=1..k} (n - j) / (n + m - j), which is about 1 - 2^-k at n = m

    Raises:
        ZooError: m < 1, k < 1 or k >= n.

    Source: Naeem et al., 2020 (2002.09797), lemma 2.

    >>> round(expected_coverage(500, 500), 5)
    0.96922
    """
    if m < 1 or not 1 <= k < n:
        raise ZooError(f"expected_coverage needs m >= 1 and 1 <= k < n; found n={n}, m={m}, k={k}")
    return 1 - math.prod((n - j) / (n + m - j) for j in range(1, k + 1))
