"""KID: the population values of the sheet, unbiasedness, and an independent double loop."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import kid


def normal(n, d, seed, shift=0.0):
    features = np.random.default_rng(seed).normal(size=(n, d))
    features[:, 0] += shift
    return features


def test_equals_the_definition():
    x, y = normal(12, 3, 0), normal(12, 3, 1, 0.7)
    k = lambda a, b: (a @ b / 3 + 1) ** 3
    m = 12
    same = [sum(k(z[i], z[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1)) for z in (x, y)]
    cross = np.mean([[k(a, b) for b in y] for a in x])
    result = kid(x, y, subsets=3)
    assert result.mean == pytest.approx(sum(same) - 2 * cross, rel=1e-12)
    assert result.std == pytest.approx(0, abs=1e-12)


def test_constants():
    assert kid(np.zeros((20, 1)), np.ones((30, 1)), subsets=2) == pytest.approx((7, 0))


@pytest.mark.parametrize(("degree", "expected"), [(1, 1), (2, 3), (3, 7), (4, 15)])
def test_degree(degree, expected):
    assert kid(np.zeros((5, 1)), np.ones((5, 1)), degree=degree, subsets=1).mean == pytest.approx(expected)


def test_gamma_and_constant():
    # k = (2 x y + 3)^3: k(0, 0) + k(1, 1) - 2 k(0, 1) = 27 + 125 - 54.
    assert kid(np.zeros((5, 1)), np.ones((5, 1)), gamma=2.0, coef0=3.0, subsets=1).mean == pytest.approx(98)


def test_unit_shift_of_a_normal_is_22():
    result = kid(normal(20_000, 1, 2), normal(20_000, 1, 3, 1.0), subset_size=500)
    assert result.mean == pytest.approx(22, abs=4 * result.std / 10)
    assert result.mean == pytest.approx(22, rel=0.1)


def test_shift_of_one_axis_of_eight():
    result = kid(normal(20_000, 8, 4), normal(20_000, 8, 5, 1.0), subset_size=500)
    assert result.mean == pytest.approx(0.494141, rel=0.1)


def test_rademacher_matches_three_moments_of_a_normal():
    signs = np.random.default_rng(6).choice([-1.0, 1.0], size=(20_000, 1))
    result = kid(normal(20_000, 1, 7), signs, subset_size=500)
    assert abs(result.mean) < 4 * result.std / 10


@pytest.mark.parametrize("m", [5, 50])
def test_is_unbiased_at_any_size(m):
    generator = np.random.default_rng(m)
    values = [kid(generator.normal(size=(m, 4)), generator.normal(size=(m, 4)), subsets=1).mean for _ in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert min(values) < 0  # an unbiased estimate of zero is negative half the time: nothing is clipped


def test_equal_sets_use_different_subsets():
    features = normal(400, 4, 8)
    result = kid(features, features, subsets=50, subset_size=50)
    assert result.std > 1e-3
    assert abs(result.mean) < 4 * result.std / np.sqrt(50)


def test_seed_decides():
    x, y = normal(300, 2, 9), normal(300, 2, 10)
    assert kid(x, y, subset_size=50, seed=1) == kid(x, y, subset_size=50, seed=1)
    assert kid(x, y, subset_size=50, seed=1) != kid(x, y, subset_size=50, seed=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"features_a": np.ones((1, 2))}, "features_a: at least 2 samples"),
        ({"features_a": np.ones((5, 3))}, "3 dimensions, features_b 2"),
        ({"features_a": np.full((5, 2), np.inf)}, "NaN or infinity in 5 of 5 rows"),
        ({"features_a": np.ones(5)}, "shape"),
        ({"subset_size": 1}, "subset_size >= 2"),
        ({"subsets": 0}, "subsets >= 1"),
        ({"degree": 0}, "degree >= 1"),
    ],
)
def test_errors(arguments, says):
    with pytest.raises(ZooError, match=says):
        kid(**({"features_a": np.ones((5, 2)), "features_b": np.ones((5, 2))} | arguments))
