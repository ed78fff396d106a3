"""Fréchet distance: every known answer of the sheet, and the route against scipy's general matrix root."""

import numpy as np
import pytest
import scipy.linalg

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import fid, frechet_distance


def gaussian(d, seed, spread=1.0):
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(d, d)) * spread
    return generator.normal(size=d), root @ root.T


def test_mean_shift_gives_its_squared_length():
    _, covariance = gaussian(5, 0)
    shift = np.array([1.0, -2.0, 0.0, 3.0, 0.5])
    assert frechet_distance(np.zeros(5), covariance, shift, covariance) == pytest.approx(shift @ shift, rel=1e-10)


def test_isotropic():
    expected = 7 * (2.0 - 0.5) ** 2
    assert frechet_distance(np.zeros(7), 4 * np.eye(7), np.zeros(7), 0.25 * np.eye(7)) == pytest.approx(expected)


def test_diagonals_with_zeros():
    a, b = np.array([1.0, 4.0, 0.0, 9.0]), np.array([0.0, 1.0, 2.0, 25.0])
    expected = ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert frechet_distance(np.zeros(4), np.diag(a), np.zeros(4), np.diag(b)) == pytest.approx(expected, rel=1e-10)


def test_two_by_two_that_do_not_commute():
    a, b = np.array([[2.0, 1.0], [1.0, 2.0]]), np.diag([1.0, 3.0])
    assert frechet_distance([0, 0], a, [0, 0], b) == pytest.approx(8 - 2 * np.sqrt(14), abs=1e-12)


def test_both_covariances_zero():
    assert frechet_distance([0, 0], np.zeros((2, 2)), [3, 4], np.zeros((2, 2))) == 25


@pytest.mark.parametrize("d", [3, 20])
def test_equals_the_general_matrix_root(d):
    (mean_a, a), (mean_b, b) = gaussian(d, 1), gaussian(d, 2, 3.0)
    root = scipy.linalg.sqrtm(a @ b).real
    expected = ((mean_a - mean_b) ** 2).sum() + np.trace(a + b - 2 * root)
    assert frechet_distance(mean_a, a, mean_b, b) == pytest.approx(expected, rel=1e-9)


def test_fewer_samples_than_dimensions():
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=(50, 64)), generator.normal(size=(50, 64)) + 0.3
    distance = fid(a, b)
    # The root of a product of singular matrices is the nuclear norm of the product of their roots, in 49 dimensions.
    centred_a, centred_b = (x - x.mean(0) for x in (a, b))
    nuclear = np.linalg.svd(centred_a @ centred_b.T, compute_uv=False).sum() / 49
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + ((centred_a**2).sum() + (centred_b**2).sum()) / 49 - 2 * nuclear
    assert distance == pytest.approx(expected, rel=1e-6)
    assert distance > 0


def test_is_symmetric():
    generator = np.random.default_rng(4)
    a, b = generator.normal(size=(100, 16)), generator.gamma(2.0, size=(80, 16))
    assert fid(a, b) == pytest.approx(fid(b, a), rel=1e-10)
    singular = generator.normal(size=(12, 16))
    assert fid(a, singular) == pytest.approx(fid(singular, a), rel=1e-6)


@pytest.mark.parametrize("n", [10, 500])
def test_identical_sets_are_at_distance_zero(n):
    features = np.random.default_rng(5).normal(size=(n, 64)) * np.geomspace(100, 1e-6, 64)
    assert 0 <= fid(features, features) < 1e-6 * np.trace(np.cov(features.T))


def test_one_dimension():
    generator = np.random.default_rng(6)
    a, b = generator.normal(size=(40, 1)), 2 + 3 * generator.normal(size=(50, 1))
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert fid(a, b) == pytest.approx(expected, rel=1e-10)


def test_bias_of_small_samples():
    # E FID = 2 d / N + d (d + 1) / (2 (N - 1)) to first order for two samples of N(0, I_d).
    d, n = 16, 500
    generator = np.random.default_rng(7)
    mean = np.mean([fid(generator.normal(size=(n, d)), generator.normal(size=(n, d))) for _ in range(20)])
    assert mean == pytest.approx(2 * d / n + d * (d + 1) / (2 * (n - 1)), rel=0.06)
    exact = [
        frechet_distance(np.zeros(d), np.eye(d), x.mean(0), np.cov(x.T))
        for x in (generator.normal(size=(n, d)) for _ in range(20))
    ]
    assert np.mean(exact) == pytest.approx(mean / 2, rel=0.08)


def test_kernel_of_three_moments_blind_to_rademacher_as_fid():
    rademacher = np.tile([[-1.0], [1.0]], (500, 1))
    normal = np.random.default_rng(8).normal(size=(200_000, 1))
    assert fid(rademacher, normal) < 1e-4


def test_float32_features_far_from_zero():
    generator = np.random.default_rng(9)
    features = (1000 + generator.normal(size=(2000, 8))).astype(np.float32)
    moved = features + np.float32(0.5)
    assert fid(features, moved) == pytest.approx(8 * 0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (np.ones((1, 3)), np.ones((5, 3)), "features_a: at least 2 samples are needed, found 1"),
        (np.ones((5, 3)), np.ones((1, 3)), "features_b: at least 2 samples"),
        (np.ones((5, 3)), np.ones((5, 4)), "features_a have 3 dimensions, features_b 4"),
        (np.ones(5), np.ones((5, 3)), r"shape \(n, d\).*found shape \(5,\)"),
        (np.ones((5, 2, 2, 3)), np.ones((5, 3)), r"found shape \(5, 2, 2, 3\)"),
        (np.ones((5, 0)), np.ones((5, 0)), r"found shape \(5, 0\)"),
        (np.array([[0.0], [np.nan], [1.0]]), np.ones((5, 1)), "NaN or infinity in 1 of 3 rows.*row 1"),
        (np.ones((5, 1)), np.array([[0.0], [1.0], [-np.inf]]), "features_b hold NaN or infinity.*row 2"),
        ("features.npz", np.ones((5, 1)), "array of numbers"),
    ],
)
def test_bad_features(a, b, says):
    with pytest.raises(ZooError, match=says):
        fid(a, b)


@pytest.mark.parametrize(
    ("mean", "covariance", "says"),
    [
        (np.zeros(2), np.eye(3), "mean_b must have shape"),
        (np.zeros((2, 1)), np.eye(2), "mean_b must have shape"),
        (np.zeros(3), np.eye(3), "2 and 3 dimensions"),
        (np.zeros(2), [[1, 0], [0, np.nan]], "NaN"),
        (np.zeros(2), [[1, 1], [0, 1]], "covariance_b is not symmetric"),
        (np.zeros(2), -np.eye(2), "covariance_b is not positive semi-definite"),
    ],
)
def test_bad_gaussians(mean, covariance, says):
    with pytest.raises(ZooError, match=says):
        frechet_distance(np.zeros(2), np.eye(2), mean, covariance)


def test_covariance_a_with_a_negative_eigenvalue():
    with pytest.raises(ZooError, match="covariance_a is not positive semi-definite"):
        frechet_distance([0, 0], [[1, 2], [2, 1]], [0, 0], np.eye(2))
