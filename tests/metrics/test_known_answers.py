"""Known answers and bad inputs of IS, FID and KID that the metrics' own test files do not hold."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import GaussianStatistics, fid, frechet_distance, inception_score, kid

GENERATOR = np.random.default_rng(0)
NAN, INF = np.full((5, 3), np.nan), np.full((5, 3), np.inf)
FINE = GENERATOR.normal(size=(5, 3))


# Inception Score


@pytest.mark.parametrize("m", [1, 2, 7, 1008])
def test_inception_score_of_certain_predictions_on_m_of_1008_classes(m):
    logits = 2000.0 * np.eye(1008)[np.arange(2 * 1008) // 2 % m]
    shares = np.bincount(np.arange(2 * 1008) // 2 % m) / 2016
    expected = np.exp(-(shares * np.log(shares)).sum())  # m where m divides 1008
    assert inception_score(logits, splits=1) == pytest.approx((expected, 0), rel=1e-9)
    if 1008 % m == 0:
        assert expected == pytest.approx(m)


def test_inception_score_is_between_one_and_the_number_of_classes():
    for scale in (1e-8, 1e-3, 1.0, 30.0, 1e4):
        score = inception_score(scale * np.random.default_rng(1).normal(size=(3000, 1008)), splits=3).mean
        assert 1 - 1e-9 <= score <= 1008


def test_inception_score_is_a_mean_of_exponentials_and_not_of_divergences():
    # One split is certain and balanced (2), the other constant (1): (2 + 1) / 2, not exp((log 2 + 0) / 2).
    certain, constant = 2000.0 * np.eye(2)[np.arange(10) % 2], np.zeros((10, 2))
    result = inception_score(np.concatenate([certain, constant]), splits=2, shuffle=False)
    assert result == pytest.approx((1.5, 0.5))


def test_inception_score_marginal_is_of_the_split():
    # Each split has one class: 1, though all ten are there.
    logits = 2000.0 * np.eye(10)[np.repeat(np.arange(10), 4)]
    assert inception_score(logits, splits=10, shuffle=False) == pytest.approx((1, 0))
    assert inception_score(logits, splits=1, shuffle=False).mean == pytest.approx(10)


def test_inception_score_of_two_samples_and_of_float16():
    assert inception_score(2000.0 * np.eye(2), splits=1).mean == pytest.approx(2)
    logits = np.random.default_rng(2).normal(size=(100, 10)).astype(np.float16)
    assert inception_score(logits).mean == inception_score(logits.astype(np.float64)).mean


# FID


@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (3.0, 0.5), (2.0, 2.0)])
def test_fid_of_isotropic_gaussians(a, b):
    assert frechet_distance(np.zeros(20), a**2 * np.eye(20), np.zeros(20), b**2 * np.eye(20)) == pytest.approx(
        20 * (a - b) ** 2, abs=1e-10
    )


def test_fid_squares_the_distance_of_the_means():
    covariance = np.cov(np.random.default_rng(3).normal(size=(5, 30)))
    for length in (0.5, 3.0):
        assert frechet_distance(np.full(5, length), covariance, np.zeros(5), covariance) == pytest.approx(
            5 * length**2, rel=1e-9
        )


def test_fid_of_the_two_by_two_of_the_sheet():
    value = frechet_distance([0, 0], [[2, 1], [1, 2]], [0, 0], np.diag([1, 3]))
    assert value == pytest.approx(0.5166852, abs=5e-8)


@pytest.mark.parametrize("n", [2, 3, 50, 63, 64, 65])
def test_fid_around_full_rank_is_finite_symmetric_and_zero_to_itself(n):
    generator = np.random.default_rng(n)
    a, b = generator.normal(size=(n, 64)), 1 + generator.normal(size=(n, 64))
    forward = fid(a, b)
    assert np.isfinite(forward) and forward > 0
    assert forward == pytest.approx(fid(b, a), rel=1e-6)
    assert 0 <= fid(a, a) < 1e-6 * np.trace(np.cov(a.T))
    assert 0 <= fid(a, a[::-1]) < 1e-6 * np.trace(np.cov(a.T))


def test_fid_of_constant_sets():
    assert fid(np.zeros((4, 3)), np.zeros((9, 3))) == 0
    assert fid(np.zeros((4, 3)), np.full((9, 3), 2.0)) == pytest.approx(12)


def test_fid_ignores_rotations_and_scales_with_the_square():
    generator = np.random.default_rng(4)
    a, b = generator.normal(size=(80, 6)), generator.gamma(2, size=(90, 6))
    rotation, _ = np.linalg.qr(generator.normal(size=(6, 6)))
    assert fid(a @ rotation + 7, b @ rotation + 7) == pytest.approx(fid(a, b), rel=1e-9)
    assert fid(100 * a, 100 * b) == pytest.approx(1e4 * fid(a, b), rel=1e-9)


def test_fid_bias_of_2000_samples():
    # 2 D / N + D (D + 1) / (2 (N - 1)) for D = 16; the sheet measured .086, theory .084.
    generator = np.random.default_rng(5)
    values = [fid(generator.normal(size=(2000, 16)), generator.normal(size=(2000, 16))) for _ in range(20)]
    assert np.mean(values) == pytest.approx(0.084, rel=0.06)


def test_ddof_scales_the_covariance_by_n_minus_one_over_n():
    statistics = GaussianStatistics().update(np.random.default_rng(6).normal(size=(40, 3)))
    np.testing.assert_allclose(statistics.covariance(0), statistics.covariance(1) * 39 / 40, rtol=1e-14)


def test_streamed_float32_features_with_mean_1000():
    features = (1000 + np.random.default_rng(7).normal(size=(4000, 4))).astype(np.float32)
    statistics = GaussianStatistics()
    for part in np.array_split(features, 40):
        statistics.update(part)
    assert frechet_distance(statistics.mean, statistics.covariance(), np.full(4, 1000.0), np.eye(4)) == pytest.approx(
        0, abs=0.02
    )
    naive = (features.T @ features) / np.float32(4000) - np.outer(features.mean(0), features.mean(0))
    assert np.abs(np.diag(naive) - 1).max() > 0.1  # what the streaming rule is for


# KID


def test_kid_of_constants_is_seven_in_one_dimension():
    for n in (2, 50):
        assert kid(np.zeros((n, 1)), np.ones((n, 1))) == pytest.approx((7, 0))


def test_kid_of_constants_divides_by_d_inside_the_bracket():
    # k(0, 0) + k(1, 1) - 2 k(0, 1) = 1 + 8 - 2 for every d, as x^T x / d = 1.
    for d in (2, 64):
        assert kid(np.zeros((5, d)), np.ones((5, d))).mean == pytest.approx(7)


def test_kid_population_value_by_raw_moments():
    # 3 / d |dmu|^2 + 3 / d^2 |dM2|^2 + 1 / d^3 |dM3|^2, moments of the discrete sets themselves.
    x, y = np.array([[0.0, 1.0], [2.0, 1.0], [-1.0, 0.5]]), np.array([[1.0, 1.0], [0.0, -2.0]])
    d = 2
    moments = lambda z: (
        z.mean(0),
        np.einsum("ni,nj->ij", z, z) / len(z),
        np.einsum("ni,nj,nk->ijk", z, z, z) / len(z),
    )
    first, second, third = (((a - b) ** 2).sum() for a, b in zip(moments(x), moments(y)))
    expected = 3 / d * first + 3 / d**2 * second + third / d**3
    # The unbiased estimate of many copies of the points comes as near as 1 / n.
    many = kid(np.tile(x, (400, 1)), np.tile(y, (600, 1)), subsets=1, subset_size=1200)
    assert many.mean == pytest.approx(expected, rel=0.02)


def test_kid_of_identical_small_sets_is_not_positive():
    features = np.random.default_rng(8).normal(size=(30, 4))
    result = kid(features, features)
    # Without the diagonal a set is further from itself than expected: exactly minus its spread over m.
    kernel = (features @ features.T / 4 + 1) ** 3
    off = (kernel.sum() - np.trace(kernel)) / (30 * 29)
    assert result.mean == pytest.approx(2 * off - 2 * kernel.mean(), rel=1e-10)
    assert result.mean < 0


def test_kid_subset_is_the_smaller_set():
    a, b = np.random.default_rng(9).normal(size=(2, 40, 3))
    assert kid(a, b[:10]) == kid(a, b[:10], subset_size=10)
    assert np.isfinite(kid(a[:2], b).mean)


def test_kid_of_wide_float32_features_is_computed_in_float64():
    # Gram entries near 1e3 and a difference near 1e-3, as on pool_3.
    generator = np.random.default_rng(10)
    a, b = (generator.gamma(2, 3.0, size=(200, 256)).astype(np.float32) for _ in range(2))
    wide = kid(a, b, subsets=1)
    assert wide == kid(a.astype(np.float64), b.astype(np.float64), subsets=1)
    one, two, cross = (
        (x.astype(np.float64) @ y.T.astype(np.float64) / 256 + 1) ** 3 for x, y in ((a, a), (b, b), (a, b))
    )
    expected = sum((g.sum() - np.trace(g)) / (200 * 199) for g in (one, two)) - 2 * cross.mean()
    assert wide.mean == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert one.mean() > 1e2


# Bad inputs


@pytest.mark.parametrize("metric", [fid, kid])
@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (NAN, "NaN or infinity in 5 of 5 rows"),
        (INF, "NaN or infinity in 5 of 5 rows"),
        (-INF, "NaN or infinity"),
        (np.where(np.arange(15).reshape(5, 3) == 7, np.nan, FINE), "in 1 of 5 rows .first: row 2."),
        (FINE[:1], "at least 2 samples are needed, found 1"),
        (FINE[:0], "at least 2 samples are needed, found 0"),
        (FINE[:, :2], "dimensions"),
        (FINE[0], "shape"),
        (np.array([["a"] * 3] * 5), "array of numbers"),
        (None, "features"),
    ],
)
def test_bad_features_on_either_side(metric, bad, says):
    for pair in ((bad, FINE), (FINE, bad)):
        with pytest.raises(ZooError, match=says):
            metric(*pair)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_bad_logits(value):
    logits = np.zeros((10, 3))
    logits[4, 1] = value
    with pytest.raises(ZooError, match="logits hold NaN or infinity in 1 of 10 rows .first: row 4."):
        inception_score(logits, splits=1)


def test_bad_statistics():
    for mean, covariance in (([np.nan, 0], np.eye(2)), ([0, 0], [[np.inf, 0], [0, 1]])):
        with pytest.raises(ZooError, match="mean_a or covariance_a holds NaN or infinity"):
            frechet_distance(mean, covariance, [0, 0], np.eye(2))
