"""Which modes of a mixture of Gaussians a generator of points covers."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked


class ModeCoverage(NamedTuple):
    """How a sample sits on the modes of the true mixture."""

    modes: int
    """Covered modes: at least 20 % of a fair share (n / number of modes) of the points lies near each."""
    high_quality: float
    """Share of the points within three sigma of a mode."""
    near: float
    """Share of the points near a mode: within a quarter of the spacing."""


def mode_coverage(points, means, sigma: float) -> ModeCoverage:
    """Return how many modes `points` cover and how well, by the distance of each point to the closest mode.

    The spacing is the smallest distance of two modes, so a point is near one mode at most. The proofs draw 2,500
    points. Of the true mixture in two dimensions 98.9 % is of high quality.

    Args:
        points: (n, d) samples, n >= 1.
        means: (k, d) different centres of the mixture, k >= 2.
        sigma: standard deviation of each mode, > 0.

    Raises:
        ZooError: wrong rank, NaN or infinity, dimensions that differ, equal means, or sigma <= 0.
    """
    points, means = checked(points, "points", 1), checked(means, "means", 2)
    if points.shape[1] != means.shape[1]:
        raise ZooError(f"points have {points.shape[1]} dimensions, means {means.shape[1]}; they must agree")
    if not sigma > 0:
        raise ZooError(f"sigma must be positive; found {sigma}")
    apart = np.linalg.norm(means[:, None] - means[None], axis=-1)[~np.eye(len(means), dtype=bool)]
    spacing = apart.min()
    if spacing == 0:
        raise ZooError("two of the means are equal (does a linspace include its end point?); give each mode once")
    distances = np.linalg.norm(points[:, None] - means[None], axis=-1)
    closest, distance = distances.argmin(axis=1), distances.min(axis=1)
    near = distance <= spacing / 4
    counts = np.bincount(closest[near], minlength=len(means))
    return ModeCoverage(
        modes=int((counts >= 0.2 * len(points) / len(means)).sum()),
        high_quality=float((distance <= 3 * sigma).mean()),
        near=float(near.mean()),
    )
