"""Improved precision and recall: how much of one sample lies in the estimated support of the other."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.metrics.neighbors import BLOCK, ball_counts, checked_sets, knn_radii, pairwise_distances


class PrecisionRecall(NamedTuple):
    """Shares between 0 and 1."""

    precision: float
    """Share of fake samples in the real support: quality."""
    recall: float
    """Share of real samples in the fake support: variety."""


def precision_recall(features_real, features_fake, k: int = 3, block: int = BLOCK) -> PrecisionRecall:
    """Return improved precision and recall.

    The support of a set is the union of closed balls around its points, each reaching to the point's k-th neighbour in
    the same set (itself excluded):

        precision = share of fake y with |y - x_i| <= r_k(x_i) for some real x_i,
        recall    = share of real x with |x - y_j| <= r_k(y_j) for some fake y_j.

    Both depend on the number of samples: compare at equal n = m (the paper: 50,000). One real outlier has a large ball
    and lifts precision; `density_coverage` is less sensitive to that.

    Args:
        features_real: (n, d), n > k.
        features_fake: (m, d), m > k.
        k: neighbours, >= 1.
        block: rows and columns of distances held at once; bounds the memory.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, or a set of no more than k samples.

    Source: Kynkäänniemi et al., 2019 (1904.06991), equations 1 and 2.

    >>> real = [[0.0], [1.0], [100.0], [101.0]]
    >>> precision_recall(real, real[:2], k=1)
    PrecisionRecall(precision=1.0, recall=0.5)
    """
    real, fake = checked_sets(features_real, features_fake)
    counts = ball_counts(real, fake, knn_radii(real, k, block), knn_radii(fake, k, block), closed=True, block=block)
    return PrecisionRecall(float((counts.real_balls_of > 0).mean()), float((counts.fake_balls_of > 0).mean()))


def realism(features_real, features_fake, k: int = 3, block: int = BLOCK) -> np.ndarray:
    """Return how realistic each fake sample is: max_i r_k(x_i) / |y - x_i|, at least 1 inside the real support.

    Balls with a radius above the median of all radii are left out, as those of outliers would call anything realistic.
    A fake sample equal to a real one has the score infinity.

    Args:
        features_real: (n, d), n > k.
        features_fake: (m, d).
        k: neighbours, >= 1.
        block: rows and columns of distances held at once.

    Returns:
        (m,) float64, >= 0.

    Raises:
        ZooError: as `precision_recall`.

    Source: Kynkäänniemi et al., 2019 (1904.06991), equation 3.
    """
    real, fake = checked_sets(features_real, features_fake, 1)
    radii = knn_radii(real, k, block)
    kept = radii <= np.median(radii)
    real, radii = real[kept], radii[kept]
    scores = np.zeros(len(fake))
    for start in range(0, len(fake), block):
        part = slice(start, start + block)
        for first in range(0, len(real), block):
            distances = pairwise_distances(fake[part], real[first : first + block])
            with np.errstate(divide="ignore", invalid="ignore"):
                ratios = np.where(distances == 0, np.inf, radii[first : first + block] / distances)
            scores[part] = np.maximum(scores[part], ratios.max(axis=1))
    return scores
