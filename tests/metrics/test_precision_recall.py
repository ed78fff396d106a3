"""Improved precision and recall: the sheet's known answers and its ring of eight."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.precision_recall import precision_recall, realism

ANGLES = 2 * np.pi * np.arange(8) / 8
RING = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def ring(n, seed, modes=8):
    generator = np.random.default_rng(seed)
    return RING[generator.integers(0, modes, n)] + 0.05 * generator.normal(size=(n, 2))


def test_identical_sets():
    points = np.random.default_rng(0).normal(size=(200, 10))
    assert precision_recall(points, points) == (1, 1)


def test_far_apart():
    points = np.random.default_rng(1).normal(size=(200, 10))
    assert precision_recall(points, points + 100) == (0, 0)


def test_one_of_two_copies():
    copy = np.random.default_rng(2).normal(size=(200, 10))
    assert precision_recall(np.vstack([copy, copy + 1000]), copy) == (1, 0.5)
    assert precision_recall(copy, np.vstack([copy, copy + 1000])) == (0.5, 1)


def test_one_constant_image():
    real = np.random.default_rng(3).normal(size=(500, 10))
    assert precision_recall(real, np.repeat(real[:1], 500, axis=0)) == (1, 1 / 500)


def test_precision_uses_real_balls():
    """Real points are spread wide, fake ones are dense: the balls of fake ones reach no real one."""
    real = np.arange(0.0, 100.0, 10.0)[:, None]
    fake = np.linspace(11, 19, 50)[:, None]
    assert precision_recall(real, fake, k=1) == (1, 0)


def test_the_boundary_counts():
    assert precision_recall([[0.0], [1.0]], [[2.0], [3.0]], k=1) == (0.5, 0.5)


@pytest.mark.parametrize("modes", [8, 6, 4, 2, 1])
def test_dropped_modes_of_the_ring(modes):
    result = precision_recall(ring(1000, 0), ring(1000, 1, modes))
    assert result.recall == pytest.approx(0.96 * modes / 8, abs=0.05)
    assert result.precision >= 0.92


def test_a_quarter_of_noise():
    generator = np.random.default_rng(2)
    fake = ring(1000, 3)
    fake[:250] = generator.uniform(-2.5, 2.5, size=(250, 2))
    result = precision_recall(ring(1000, 4), fake)
    assert 0.70 <= result.precision <= 0.80
    assert result.recall == pytest.approx(0.977, abs=0.02)


def test_realism_is_radius_over_distance():
    # Radii 1 1 1 1 5: the median is 1, so the ball of the outlier at 8 is left out.
    real = [[0.0], [1.0], [2.0], [3.0], [8.0]]
    np.testing.assert_allclose(realism(real, [[3.5], [5.0], [8.0], [7.0]], k=1), [2, 0.5, 0.2, 0.25])
    np.testing.assert_array_equal(realism(real, [[1.0]], k=1), [np.inf])


def test_realism_of_one_and_more_is_inside_the_kept_balls():
    generator = np.random.default_rng(5)
    real, fake = generator.normal(size=(150, 4)), 1.5 * generator.normal(size=(400, 4))
    distances = np.linalg.norm(real[:, None] - fake[None], axis=-1)
    radii = np.sort(np.linalg.norm(real[:, None] - real[None], axis=-1), axis=1)[:, 3]
    kept = radii <= np.median(radii)
    scores = realism(real, fake, block=64)
    np.testing.assert_allclose(scores, (radii[kept, None] / distances[kept]).max(axis=0), rtol=1e-10)
    assert 0 < (scores >= 1).mean() < 1


@pytest.mark.parametrize(
    ("real", "fake", "says"),
    [
        (np.zeros((3, 2)), np.zeros((5, 2)), "k must be at least 1 and less than the number of samples, 3; found 3"),
        (np.zeros((1, 2)), np.zeros((5, 2)), "features_real: at least 2 samples are needed, found 1"),
        (np.zeros((5, 2)), np.full((5, 2), np.inf), "features_fake hold NaN or infinity in 5 of 5 rows"),
        (np.zeros((5, 2)), np.zeros((5, 3)), "features_real have 2 dimensions, features_fake 3"),
    ],
)
@pytest.mark.parametrize("metric", [precision_recall, realism])
def test_errors(metric, real, fake, says):
    with pytest.raises(ZooError, match=says):
        metric(real, fake)
