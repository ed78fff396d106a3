"""Mode coverage on the ring of eight and the grid of twenty-five."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import mode_coverage

ANGLES = 2 * np.pi * np.arange(8) / 8
RING = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
GRID = np.array([(2.0 * i, 2.0 * j) for i in range(-2, 3) for j in range(-2, 3)]) / 2.828


def draw(means, sigma, n=2500, seed=0):
    generator = np.random.default_rng(seed)
    return means[generator.integers(0, len(means), n)] + sigma * generator.normal(size=(n, means.shape[1]))


@pytest.mark.parametrize(("means", "sigma"), [(RING, 0.02), (GRID, 0.05 / 2.828)])
def test_the_true_mixture_covers_all(means, sigma):
    result = mode_coverage(draw(means, sigma), means, sigma)
    assert (result.modes, result.near) == (len(means), 1.0)
    assert result.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.007)


def test_collapse_counts_the_modes_left():
    assert mode_coverage(draw(RING[:3], 0.02), RING, 0.02).modes == 3


def test_a_fifth_of_the_fair_share_is_the_threshold():
    rest = np.tile(RING[0], (2500, 1))
    for count, modes in ((63, 2), (62, 1)):  # 20 % of 2500 / 8 is 62.5
        points = rest.copy()
        points[:count] = RING[4]
        assert mode_coverage(points, RING, 0.02).modes == modes


def test_a_quarter_of_the_spacing_is_near():
    spacing = 4 * np.sin(np.pi / 8)
    outward = RING[0] / 2
    inside, outside = RING[0] + outward * spacing * 0.249, RING[0] + outward * spacing * 0.251
    result = mode_coverage(np.stack([inside, outside, RING[1], RING[2]]), RING, 0.02)
    assert result.near == 0.75
    assert result.high_quality == 0.5


@pytest.mark.parametrize(
    ("points", "means", "sigma", "says"),
    [
        (np.zeros((5, 3)), RING, 0.02, "3 dimensions, means 2"),
        (np.zeros((0, 2)), RING, 0.02, "at least 1 samples"),
        (np.full((5, 2), np.nan), RING, 0.02, "points hold NaN"),
        (np.zeros((5, 2)), np.concatenate([RING, RING[:1]]), 0.02, "two of the means are equal"),
        (np.zeros((5, 2)), RING[:1], 0.02, "at least 2"),
        (np.zeros((5, 2)), RING, 0.0, "sigma must be positive"),
    ],
)
def test_errors(points, means, sigma, says):
    with pytest.raises(ZooError, match=says):
        mode_coverage(points, means, sigma)
