"""FID at infinity and the expected bias of FID: Gaussians whose distance and bias are known."""

import math

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import fid
from tfgan_zoo.metrics.extrapolation import fid_bias, fid_infinity


def normal(n, d, seed, shift=0.0):
    features = np.random.default_rng(seed).normal(size=(n, d))
    features[:, 0] += shift
    return features


def test_bias_of_standard_normals():
    assert fid_bias(np.eye(16), 500) == pytest.approx(2 * 16 / 500 + 16 * 17 / (2 * 499), rel=1e-12)
    assert fid_bias(np.eye(16), 500, math.inf) == pytest.approx(fid_bias(np.eye(16), 500) / 2, rel=1e-12)


def test_bias_of_any_spectrum_is_what_fid_shows():
    spread = np.geomspace(1, 0.05, 12)
    generator = np.random.default_rng(0)
    draw = lambda n: generator.normal(size=(n, 12)) * spread
    mean = np.mean([fid(draw(300), draw(600)) for _ in range(150)])
    assert mean == pytest.approx(fid_bias(np.diag(spread**2), 300, 600), rel=0.1)


def test_bias_scales_with_the_unit_squared_and_ignores_empty_dimensions():
    covariance = np.cov(normal(50, 5, 1).T)
    assert fid_bias(9 * covariance, 40) == pytest.approx(9 * fid_bias(covariance, 40), rel=1e-12)
    assert fid_bias(np.diag([2.0, 1.0, 0.0]), 40) == pytest.approx(fid_bias(np.diag([2.0, 1.0]), 40), rel=1e-12)


def test_same_distribution_extrapolates_to_zero():
    """At N = 500 FID is .337 in expectation; the line removes it."""
    values, at_largest = [], []
    for seed in range(6):
        result = fid_infinity(normal(500, 16, 2 * seed), normal(500, 16, 2 * seed + 1), subsample_a=True, seed=seed)
        values.append(result.value)
        at_largest.append(result.values[-1])
    assert np.mean(at_largest) == pytest.approx(0.337, rel=0.1)
    assert abs(np.mean(values)) < 0.05
    assert result.sizes[-1] == 500


def test_a_fixed_reference_keeps_its_own_bias():
    reference, draws = normal(20_000, 16, 20), normal(2000, 16, 21)
    result = fid_infinity(reference, draws)
    assert result.value == pytest.approx(fid_bias(np.eye(16), 20_000, math.inf), abs=0.01)
    assert result.values[-1] == pytest.approx(fid_bias(np.eye(16), 2000, 20_000), rel=0.25)
    assert result.slope == pytest.approx(16 + 16 * 17 / 4, rel=0.15)


def test_finds_the_distance():
    result = fid_infinity(normal(20_000, 8, 22), normal(3000, 8, 23, shift=1.0))
    assert result.value == pytest.approx(1, abs=0.12)


def test_sizes_and_values():
    a, b = normal(400, 4, 24), normal(300, 4, 25)
    result = fid_infinity(a, b, points=5, smallest=100)
    np.testing.assert_array_equal(result.sizes, [100, 150, 200, 250, 300])
    assert result.values[-1] == pytest.approx(fid(a, b), rel=1e-10)
    np.testing.assert_allclose(np.polyfit(1 / result.sizes, result.values, 1), [result.slope, result.value], rtol=1e-10)
    again = fid_infinity(a, b, points=5, smallest=100)
    np.testing.assert_array_equal(result.values, again.values)
    assert fid_infinity(a, b, points=5, smallest=100, seed=1).values[0] != result.values[0]


def test_the_default_start_exceeds_the_dimension():
    assert fid_infinity(normal(100, 16, 26), normal(100, 16, 27), points=3).sizes[0] == 32
    assert fid_infinity(normal(100, 40, 26), normal(100, 40, 27), points=3).sizes[0] == 50
    assert fid_infinity(normal(100, 2, 26), normal(1000, 2, 27), points=3).sizes[0] == 100


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: fid_infinity(normal(20, 2, 0), normal(20, 2, 1), points=1), "points >= 2"),
        (lambda: fid_infinity(normal(20, 2, 0), normal(20, 2, 1), smallest=20), "2 <= smallest < 20"),
        (lambda: fid_infinity(normal(5, 2, 0), normal(2, 2, 1)), "draw more samples"),
        (lambda: fid_infinity(normal(20, 2, 0), np.full((20, 2), np.nan)), "features_b hold NaN"),
        (lambda: fid_bias(np.eye(3)[:2], 10), r"finite matrix \(d, d\); found shape \(2, 3\)"),
        (lambda: fid_bias(np.eye(3), 1), "at least two samples"),
    ],
)
def test_errors(call, says):
    with pytest.raises(ZooError, match=says):
        call()
