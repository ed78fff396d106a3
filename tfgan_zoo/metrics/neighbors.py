"""Nearest neighbours of features: k-NN radii and who lies in whose ball, in memory that does not grow with n x m.

Squared distances come block by block from one matrix product, |x|^2 + |y|^2 - 2 x.y, in float32. Its rounding error is
bounded, so it only screens: a comparison that the bound leaves open is decided by the sum of squared differences in
float64. Features that are centred first have small norms, so little is left open. (Where features sit in clusters much
tighter than their distance from the centre, whole blocks stay open; those are screened once more in float64.)
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked, checked_pair

BLOCK = 2500
"""Rows and columns of a block: 24 MiB of float32."""

_SPARE = 8  # neighbours kept beyond the k-th, so that those in doubt are among them
_OPEN = 64  # a block of which more than one pair in this many stays open is screened in float64


class BallCounts(NamedTuple):
    """How many points of one set lie in the balls around the other's; every array counts in int64."""

    in_real_ball: np.ndarray
    """(n,) fake points in the ball around each real point."""
    real_balls_of: np.ndarray
    """(m,) balls of real points that hold each fake point."""
    in_fake_ball: np.ndarray
    """(m,) real points in the ball around each fake point."""
    fake_balls_of: np.ndarray
    """(n,) balls of fake points that hold each real point."""


def knn_radii(features, k: int, block: int = BLOCK) -> np.ndarray:
    """Return the Euclidean distance of each point to its k-th nearest neighbour in the same set, itself excluded.

    Only half of the blocks of the symmetric distance matrix are computed. Duplicates are at distance exactly 0.

    Args:
        features: (n, d), n > k.
        k: which neighbour, >= 1.
        block: rows and columns of distances held at once.

    Returns:
        (n,) float64.

    Raises:
        ZooError: wrong rank, NaN or infinity, k < 1, or no more than k samples.
    """
    features = checked(features, "features")
    if not 1 <= k < len(features):
        raise ZooError(f"k must be at least 1 and less than the number of samples, {len(features)}; found {k}")
    if block < 1:
        raise ZooError(f"block must be at least 1; found {block}")
    space = _Space(features)
    points, n = space.screened(features, np.float32), len(features)
    kept = min(n - 1, k + _SPARE)
    squares, neighbours = np.full((n, kept), np.inf, np.float32), np.zeros((n, kept), np.int64)

    def merge(rows, columns, distances):
        chosen = _smallest(distances, kept)
        candidates = np.concatenate([squares[rows], np.take_along_axis(distances, chosen, 1)], axis=1)
        indices = np.concatenate([neighbours[rows], chosen + columns.start], axis=1)
        best = _smallest(candidates, kept)
        squares[rows], neighbours[rows] = (np.take_along_axis(x, best, 1) for x in (candidates, indices))

    for rows in _slices(n, block):
        for columns in _slices(n, block, rows.start):
            distances = points.distances(rows, points, columns)
            if rows == columns:
                np.fill_diagonal(distances, np.inf)
            else:
                merge(columns, rows, np.ascontiguousarray(distances.T))
            merge(rows, columns, distances)

    def kth(rows, values, indices):
        """Return the k-th smallest exact value of each row; the screened one is off by at most `slack`."""
        slack = points.slack(rows)[:, None]
        values = values.astype(np.float64)
        # Whoever is farther than that from the k-th screened value stays on its side of the k-th exact one.
        i, j = np.nonzero(np.abs(values - np.partition(values, k - 1, axis=1)[:, k - 1 : k]) <= 2 * slack)
        values[i, j] = space.exact(features, rows[i], features, indices[i, j])
        return np.partition(values, k - 1, axis=1)[:, k - 1]

    everyone = np.arange(n)
    radii = kth(everyone, squares, neighbours)
    # A point that was not kept is at least this far; where that does not settle the k-th, screen in float64.
    bound = squares.max(axis=1) - points.slack(everyone)
    unsettled = np.flatnonzero(radii > np.maximum(bound, 0)) if kept < n - 1 else ()
    if len(unsettled):
        points = space.screened(features, np.float64)
        for part in _slices(len(unsettled), max(1, block * block // n)):
            rows = unsettled[part]
            distances = points.distances(rows, points, slice(None))
            distances[np.arange(len(rows)), rows] = np.inf
            nearest = _smallest(distances, kept)
            radii[rows] = kth(rows, np.take_along_axis(distances, nearest, 1), nearest)
    return np.sqrt(radii) * space.scale


def checked_sets(features_real, features_fake, least_fake: int = 2, least_real: int = 2) -> tuple[np.ndarray, ...]:
    """Return both sets, checked as `features.checked_pair` does, with errors that say which is which."""
    real = checked(features_real, "features_real", least_real)
    fake = checked(features_fake, "features_fake", least_fake)
    if real.shape[1] != fake.shape[1]:
        raise ZooError(
            f"features_real have {real.shape[1]} dimensions, features_fake {fake.shape[1]}; take both from the same "
            "layer of the same network"
        )
    return real, fake


def ball_counts(real, fake, real_radii, fake_radii=None, closed: bool = True, block: int = BLOCK) -> BallCounts:
    """Return how many points of each set lie in the balls around the points of the other.

    Args:
        real: (n, d) centres of the real balls.
        fake: (m, d) centres of the fake balls.
        real_radii: (n,), >= 0, as from `knn_radii`.
        fake_radii: (m,), >= 0; without them the balls around fake points are not looked at (counts 0).
        closed: whether a point on the boundary lies in the ball (distance <= radius, otherwise <). Distances that
            differ by no more than float64 rounding count as equal.
        block: rows and columns of distances held at once.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, radii that do not fit, or block < 1.
    """
    real, fake = checked_sets(real, fake, 1, 1)
    if block < 1:
        raise ZooError(f"block must be at least 1; found {block}")
    space = _Space(real, fake)
    squared = []
    for name, points, radii in (("real", real, real_radii), ("fake", fake, fake_radii)):
        if radii is None and name == "fake":
            break
        radii = np.asarray(radii, np.float64)
        if radii.shape != (len(points),) or not (radii >= 0).all():
            raise ZooError(f"{name}_radii must be {len(points)} numbers >= 0; found shape {radii.shape}")
        squared.append((radii / space.scale) ** 2)
    screens = [[space.screened(x, np.float32) for x in (real, fake)]]

    def double():  # made once, and only where float32 cannot decide
        if len(screens) == 1:
            screens.append([space.screened(x, np.float64) for x in (real, fake)])
        return screens[1]

    def inside(distances, rows, columns, limits, axis):
        """Return which pairs of the block are within the squared radii `limits`, which run along `axis`."""
        sure, possible = _screen(distances, *screens[0], rows, columns, limits, axis)
        if np.count_nonzero(possible) - np.count_nonzero(sure) > sure.size // _OPEN:
            a, b = double()
            sure, possible = _screen(a.distances(rows, b, columns), a, b, rows, columns, limits, axis)
        i, j = np.nonzero(sure ^ possible)
        exact = space.exact(real, i + rows.start, fake, j + columns.start)
        limits = limits[j if axis else i]
        rounding = 2 * _error_factor(real.shape[1], np.float64)
        sure[i, j] = exact <= limits * (1 + rounding) if closed else exact < limits * (1 - rounding)
        return sure

    counts = BallCounts(*(np.zeros(size, np.int64) for size in (len(real), len(fake), len(fake), len(real))))
    for rows in _slices(len(real), block):
        for columns in _slices(len(fake), block):
            distances = screens[0][0].distances(rows, screens[0][1], columns)
            of_real = inside(distances, rows, columns, squared[0][rows], 0)
            counts.in_real_ball[rows] += np.count_nonzero(of_real, axis=1)
            counts.real_balls_of[columns] += np.count_nonzero(of_real, axis=0)
            if fake_radii is None:
                continue
            of_fake = inside(distances, rows, columns, squared[1][columns], 1)
            counts.in_fake_ball[columns] += np.count_nonzero(of_fake, axis=0)
            counts.fake_balls_of[rows] += np.count_nonzero(of_fake, axis=1)
    return counts


def pairwise_distances(features_a, features_b) -> np.ndarray:
    """Return all Euclidean distances, (n, m) float64; give it blocks of what is large.

    Those that rounding cannot tell from 0 (below about 1e-6 of the distance to the common mean) are 0.

    Args:
        features_a: (n, d).
        features_b: (m, d).

    Raises:
        ZooError: wrong rank, NaN or infinity, or different dimensions.
    """
    features_a, features_b = checked_pair(features_a, features_b, least=1)
    space = _Space(features_a, features_b)
    a, b = (space.screened(x, np.float64) for x in (features_a, features_b))
    squares = a.distances(slice(None), b, slice(None))
    squares[squares <= a.error * (a.norms[:, None] + b.norms)] = 0
    return np.sqrt(squares, out=squares) * space.scale


class _Space:
    """The common centre and unit of one or two sets: distances do not change, cancellation and overflow go."""

    def __init__(self, *sets: np.ndarray):
        self.mean = sum(x.mean(axis=0) / len(sets) for x in sets)
        self.scale = max(max((x.max(0) - self.mean).max(), (self.mean - x.min(0)).max()) for x in sets) or 1.0

    def screened(self, features: np.ndarray, dtype) -> "_Screened":
        moved = np.empty(features.shape, dtype)
        for part in _slices(len(features), 512):
            moved[part] = (features[part] - self.mean) / self.scale
        return _Screened(moved)

    def exact(self, a: np.ndarray, i: np.ndarray, b: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Return the squared distances (in the unit) of the pairs a[i], b[j], by differences in float64."""
        result = np.empty(len(i))
        for part in _slices(len(i), max(1, 2**18 // a.shape[1])):  # 2 MiB: stays in the cache
            difference = a[i[part]]
            difference -= b[j[part]]
            difference /= self.scale
            result[part] = np.einsum("nd,nd->n", difference, difference)
        return result


class _Screened:
    """Points in one precision, with what bounds the error of their distances."""

    def __init__(self, points: np.ndarray):
        self.points = points
        self.norms = np.einsum("nd,nd->n", points, points, dtype=np.float64)
        self.error = _error_factor(points.shape[1], points.dtype)

    def distances(self, rows, other: "_Screened", columns) -> np.ndarray:
        """Return squared distances up to error * (|x|^2 + |y|^2); they may be slightly negative."""
        dtype = self.points.dtype
        block = self.points[rows] @ other.points[columns].T
        block *= -2
        block += self.norms[rows, None].astype(dtype)
        block += other.norms[None, columns].astype(dtype)
        return block

    def slack(self, rows, norm: float | None = None) -> np.ndarray:
        """Return by how much distances of these points can be off, to any point of squared norm up to `norm`."""
        # The small number covers points so close to the centre that float32 has no bits left for them.
        return self.error * (self.norms[rows] + (self.norms.max() if norm is None else norm)) + 1e-30


def _screen(distances, a: _Screened, b: _Screened, rows, columns, limits, axis) -> tuple[np.ndarray, np.ndarray]:
    """Return which distances surely are, and which may be, below the limits of their row (axis 0) or column (1)."""
    slack = b.slack(columns, a.norms[rows].max()) if axis else a.slack(rows, b.norms[columns].max())
    low, high = (np.expand_dims(x.astype(distances.dtype), 1 - axis) for x in (limits - slack, limits + slack))
    return distances < low, distances <= high


def _error_factor(d: int, dtype) -> float:
    """Return e such that a distance computed with sums of d products in `dtype` errs by less than e (|x|^2 + |y|^2)."""
    # d roundings in the product (any order of summation), the rest for rounded points, norms and limits.
    return (d + 32) * float(np.finfo(dtype).eps) / 2


def _smallest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the columns of the `count` smallest values of each row, in no order; all if there are no more."""
    if values.shape[1] <= count:
        return np.broadcast_to(np.arange(values.shape[1]), values.shape)
    return np.argpartition(values, count - 1, axis=1)[:, :count]


def _slices(n: int, size: int, start: int = 0) -> Iterator[slice]:
    return (slice(i, min(i + size, n)) for i in range(start, n, size))
