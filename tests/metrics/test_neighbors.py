"""Radii and ball counts against brute force in float64, where float32 screening is worst: ties, offsets, clusters."""

import tracemalloc

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.neighbors import ball_counts, knn_radii, pairwise_distances


def brute(a, b):
    return np.stack([np.sqrt(((x - b) ** 2).sum(axis=1)) for x in a])


def brute_radii(x, k):
    return np.sort(brute(x, x), axis=1)[:, k]


def brute_counts(real, fake, k, closed):
    compare = np.less_equal if closed else np.less
    distances = brute(real, fake)
    in_real, in_fake = compare(distances, brute_radii(real, k)[:, None]), compare(distances, brute_radii(fake, k)[None])
    return in_real.sum(1), in_real.sum(0), in_fake.sum(0), in_fake.sum(1)


def clusters(n, d, seed, tight, centres=5, away=1.0):
    """Clusters of spread `tight` at distance `away`: float32 cannot tell their members apart."""
    generator = np.random.default_rng(seed)
    middle = away * np.random.default_rng(99).normal(size=(centres, d))
    return middle[generator.integers(0, centres, n)] + tight * generator.normal(size=(n, d))


SETS = {
    "normal": lambda n, seed: np.random.default_rng(seed).normal(size=(n, 64)),
    "plane": lambda n, seed: np.random.default_rng(seed).normal(size=(n, 2)),
    "line": lambda n, seed: np.random.default_rng(seed).normal(size=(n, 1)),
    "far from zero": lambda n, seed: 1e4 + np.random.default_rng(seed).normal(size=(n, 16)),
    "tiny": lambda n, seed: 1e-30 * np.random.default_rng(seed).normal(size=(n, 16)),
    "huge": lambda n, seed: 1e200 * np.random.default_rng(seed).normal(size=(n, 16)),
    "clusters": lambda n, seed: clusters(n, 32, seed, 1e-2),
    "tight clusters": lambda n, seed: clusters(n, 32, seed, 1e-5),
    "scales": lambda n, seed: np.random.default_rng(seed).normal(size=(n, 8)) * np.geomspace(1e-9, 1, n)[:, None],
    "outlier": lambda n, seed: np.vstack([np.random.default_rng(seed).normal(size=(n - 1, 8)), np.full((1, 8), 1e7)]),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("k", [1, 4])
def test_equals_brute_force(name, k):
    real, fake = SETS[name](230, 0), SETS[name](170, 1)
    unit = 1e200 if name == "huge" else 1.0  # its squares overflow in brute force
    radii = [knn_radii(x, k, block=64) for x in (real, fake)]
    for points, found in zip((real, fake), radii):
        np.testing.assert_allclose(found, brute_radii(points / unit, k) * unit, rtol=1e-12)
    for closed in (True, False):
        counts = ball_counts(real, fake, *radii, closed=closed, block=64)
        for found, expected in zip(counts, brute_counts(real / unit, fake / unit, k, closed)):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("block", [1, 7, 100, 5000])
def test_blocks_change_nothing(block):
    real, fake = SETS["normal"](100, 2), SETS["normal"](90, 3)
    radii = [knn_radii(x, 3, block=block) for x in (real, fake)]
    np.testing.assert_allclose(radii[0], knn_radii(real, 3), rtol=1e-14)
    for found, expected in zip(ball_counts(real, fake, *radii, block=block), brute_counts(real, fake, 3, True)):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("k", [1, 3, 99])
def test_a_point_is_not_its_own_neighbour(k):
    line = np.arange(100.0)[:, None]
    assert knn_radii(line, k)[0] == k


def test_duplicates_are_at_distance_zero():
    once = np.random.default_rng(4).normal(size=(50, 40)) * 100
    thrice = np.repeat(once, 3, axis=0)
    assert (knn_radii(thrice, 2) == 0).all()
    assert (knn_radii(thrice, 3) > 0).all()
    assert (np.diag(pairwise_distances(once, once)) == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_on_the_boundary_are_in_closed_balls_alone(dtype):
    """Every set meets itself: each k-th neighbour sits exactly on the boundary, whatever rounding says."""
    points = (np.random.default_rng(5).normal(size=(300, 513)) + 7).astype(dtype)
    radii = knn_radii(points, 3, block=128)
    assert (ball_counts(points, points, radii, radii, closed=True, block=100).in_real_ball == 4).all()
    counts = ball_counts(points, points, radii, radii, closed=False, block=100)
    assert (counts.in_real_ball == 3).all()
    np.testing.assert_array_equal(counts.in_real_ball, counts.in_fake_ball)
    np.testing.assert_array_equal(counts.real_balls_of, counts.fake_balls_of)


def test_lattice_where_every_distance_is_a_tie():
    lattice = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), -1).reshape(-1, 2)
    assert set(knn_radii(lattice, 2)) == {1.0}
    inner = ((lattice > 0) & (lattice < 11)).all(axis=1)
    radii = np.ones(144)
    assert set(ball_counts(lattice, lattice, radii).in_real_ball[inner]) == {5}
    assert set(ball_counts(lattice, lattice, radii, closed=False).in_real_ball) == {1}


@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-4])
def test_collapsed_generator(spread):
    generator = np.random.default_rng(6)
    real = generator.normal(size=(200, 128))
    fake = real[0] + spread * generator.normal(size=(200, 128))
    radii = [knn_radii(x, 3) for x in (real, fake)]
    np.testing.assert_allclose(radii[1], brute_radii(fake, 3), rtol=1e-6, atol=0)
    counts = ball_counts(real, fake, *radii)
    assert (counts.real_balls_of >= 1).all()
    assert counts.fake_balls_of[1:].sum() == 0


def test_without_fake_radii_only_real_balls_are_counted():
    real, fake = SETS["plane"](60, 7), SETS["plane"](50, 8)
    radii = knn_radii(real, 3)
    alone, both = ball_counts(real, fake, radii), ball_counts(real, fake, radii, np.ones(50))
    np.testing.assert_array_equal(alone.in_real_ball, both.in_real_ball)
    np.testing.assert_array_equal(alone.real_balls_of, both.real_balls_of)
    assert not alone.in_fake_ball.any()


def test_one_set_may_be_one_point():
    counts = ball_counts([[0.0], [1.0]], [[0.4]], [0.5, 0.5], [0.6])
    assert [list(x) for x in counts] == [[1, 0], [1], [2], [1, 1]]


def test_pairwise_distances_equal_brute_force():
    a, b = SETS["far from zero"](40, 9), SETS["far from zero"](30, 10)
    np.testing.assert_allclose(pairwise_distances(a, b), brute(a, b), rtol=1e-12)


def test_memory_does_not_hold_all_distances():
    real, fake = (np.random.default_rng(seed).normal(size=(4000, 4)) for seed in (11, 12))
    tracemalloc.start()
    ball_counts(real, fake, *(knn_radii(x, 3, block=256) for x in (real, fake)), block=256)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 4000 * 4 / 10


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: knn_radii(np.zeros((5, 2)), 5),
            "k must be at least 1 and less than the number of samples, 5; found 5",
        ),
        (lambda: knn_radii(np.zeros((5, 2)), 0), "k must be at least 1"),
        (lambda: knn_radii(np.zeros((5, 2)), 1, block=0), "block must be at least 1"),
        (lambda: knn_radii(np.full((5, 2), np.nan), 1), "features hold NaN"),
        (lambda: ball_counts(np.zeros((5, 2)), np.zeros((4, 2)), np.zeros(4)), "real_radii must be 5 numbers"),
        (lambda: ball_counts(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros(2), [-1, 0]), "fake_radii must be 2 numbers"),
        (lambda: ball_counts(np.zeros((2, 2)), np.zeros((2, 3)), np.zeros(2)), "2 dimensions, features_fake 3"),
        (lambda: ball_counts([[0.0]], [[1.0]], [1.0], block=0), "block must be at least 1"),
    ],
)
def test_errors(call, says):
    with pytest.raises(ZooError, match=says):
        call()
