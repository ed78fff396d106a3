"""Boundaries: recovery of a known direction, scikit-learn's answer, W+ codes, conditional directions."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import conditional, distance, fit_direction, median_labels


def unit(vector):
    return vector / np.linalg.norm(vector)


def scored(n, d=64, seed=0, noise=0.5):
    """Return codes N(0, I), the unit direction a, and scores a . x + noise."""
    generator = np.random.default_rng(seed)
    a = unit(generator.normal(size=d))
    x = generator.normal(size=(n, d))
    return x, a, x @ a + noise * generator.normal(size=n)


@pytest.mark.parametrize(("n", "validation", "least"), [(1000, 0.0, 0.965), (1000, 0.3, 0.95), (5000, 0.3, 0.99)])
def test_recovers_the_direction_of_a_score(n, validation, least):
    x, a, scores = scored(n)
    labels, kept = median_labels(scores)
    boundary = fit_direction(x[kept], labels, validation=validation)
    assert boundary.direction @ a > least
    assert boundary.direction.dtype == np.float32
    assert np.linalg.norm(boundary.direction) == pytest.approx(1, abs=1e-6)
    assert abs(boundary.bias) < 0.1


def test_validation_accuracy_is_near_the_best_possible():
    # The best plane is a . x = 0: it errs where the noise turns the sign, arctan(0.5) / pi of the time.
    x, _, scores = scored(5000)
    boundary = fit_direction(x, scores > 0)
    assert boundary.validation_accuracy == pytest.approx(1 - np.arctan(0.5) / np.pi, abs=0.03)
    assert boundary.train_accuracy > boundary.validation_accuracy - 0.02


def test_labels_that_mean_nothing_show_in_the_validation_accuracy():
    generator = np.random.default_rng(1)
    boundary = fit_direction(generator.normal(size=(300, 200)), generator.permutation(np.arange(300) % 2))
    assert boundary.train_accuracy > 0.95
    assert boundary.validation_accuracy == pytest.approx(0.5, abs=0.16)


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("spread", [0, 3])
def test_equals_scikit_learn(C, spread):
    x, _, scores = scored(600, 20, 2)
    x = x * np.logspace(-spread / 2, spread / 2, 20) + 3
    labels = scores > 0.4  # unbalanced, with a bias
    reference = LogisticRegression(C=C, tol=1e-10, max_iter=10_000, solver="newton-cg").fit(x, labels)
    boundary = fit_direction(x, labels, C=C, validation=0)
    w = reference.coef_[0]
    assert 1 - boundary.direction @ unit(w) < 1e-6
    assert boundary.bias == pytest.approx(reference.intercept_[0] / np.linalg.norm(w), abs=1e-4, rel=1e-4)
    assert boundary.train_accuracy == reference.score(x, labels)


def test_separable_groups_have_a_finite_boundary():
    boundary = fit_direction([[-1.0, 0.0], [-2.0, 0.0], [1.0, 0.0], [2.0, 0.0]], [0, 0, 1, 1], validation=0)
    np.testing.assert_allclose(boundary.direction, [1, 0], atol=1e-6)
    assert boundary.bias == pytest.approx(0, abs=1e-6)
    assert (boundary.train_accuracy, boundary.validation_accuracy) == (1.0, None)


def test_gaussian_classes_give_fishers_direction():
    generator = np.random.default_rng(3)
    root = generator.normal(size=(8, 8)) / 3 + np.eye(8)
    means = generator.normal(size=(2, 8)) / 4  # close enough to overlap: separable groups have another boundary
    labels = np.arange(20_000) % 2
    x = generator.normal(size=(20_000, 8)) @ root.T + means[labels]
    fisher = unit(np.linalg.solve(root @ root.T, means[1] - means[0]))
    assert fit_direction(x, labels).direction @ fisher > 0.995
    assert unit(means[1] - means[0]) @ fisher < 0.9  # the difference of means is not it


def test_shift_of_codes_moves_the_bias_only():
    x, _, scores = scored(500, 10)
    a, b = fit_direction(x, scores > 0), fit_direction(x + 5, scores > 0)
    np.testing.assert_allclose(a.direction, b.direction, atol=1e-5)
    assert b.bias == pytest.approx(a.bias - 5 * a.direction.sum(), abs=1e-4)


def test_opposite_labels_give_the_opposite_direction():
    x, _, scores = scored(500, 10)
    a, b = (fit_direction(x, y, validation=0) for y in (scores > 0, scores <= 0))
    np.testing.assert_allclose(a.direction, -b.direction, atol=1e-5)


def test_repeated_codes_give_equal_rows_parallel_to_the_fit_to_w():
    x, _, scores = scored(800, 16)
    repeated = fit_direction(np.repeat(x[:, None], 18, axis=1), scores > 0)
    assert repeated.direction.shape == (18, 16)
    assert np.linalg.norm(repeated.direction) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(repeated.direction, np.tile(repeated.direction[:1], (18, 1)), atol=1e-6)
    assert unit(repeated.direction[0]) @ fit_direction(x, scores > 0, C=18).direction > 1 - 1e-6
    assert unit(repeated.direction[0]) @ fit_direction(x, scores > 0).direction > 0.999


def test_distance():
    x, _, scores = scored(400, 12)
    boundary = fit_direction(x, scores > 0, validation=0)
    away = distance(x, boundary)
    assert ((away > 0) == (scores > 0)).mean() == pytest.approx(boundary.train_accuracy)
    np.testing.assert_allclose(distance(x + 2 * boundary.direction, boundary), away + 2, atol=1e-6)
    wide = fit_direction(x.reshape(400, 3, 4), scores > 0, validation=0)
    np.testing.assert_allclose(distance(x.reshape(400, 3, 4), wide), away, atol=1e-6)


def test_choice_of_the_held_out_follows_the_seed():
    x, _, scores = scored(200, 8)
    one, same, other = (fit_direction(x, scores > 0, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.direction, same.direction)
    assert one[1:] == same[1:] and not np.array_equal(one.direction, other.direction)


def test_a_rare_label_stays_in_training():
    x = np.random.default_rng(4).normal(size=(50, 3))
    x[0] += 20
    boundary = fit_direction(x, np.arange(50) == 0, validation=0.9)
    assert distance(x, boundary)[0] > 0


def test_conditional_is_orthogonal_to_the_others():
    generator = np.random.default_rng(5)
    n, *others = generator.normal(size=(5, 64)).astype(np.float32)
    left = conditional(n, others)
    assert np.abs([left @ unit(other) for other in others]).max() < 1e-6
    assert np.linalg.norm(left) == pytest.approx(1, abs=1e-6) and left.dtype == np.float32
    assert left @ n > 0
    # InterFaceGAN: n1 - sum_k a_k n_k with a = (N N^T)^-1 N n1.
    rows = np.array(others, np.float64)
    expected = unit(n - np.linalg.solve(rows @ rows.T, rows @ n) @ rows)
    np.testing.assert_allclose(left, expected, atol=1e-6)


def test_conditional_on_one():
    # n1 - (n1 . n2) n2 at 60 degrees: (1, 0) without (1, sqrt 3) / 2 is (3, -sqrt 3) / 4.
    np.testing.assert_allclose(conditional([1.0, 0.0], [[0.5, 0.75**0.5]]), [0.75**0.5, -0.5], atol=1e-7)


def test_conditional_on_dependent_others_and_on_none():
    n, a, b = np.random.default_rng(6).normal(size=(3, 10))
    np.testing.assert_allclose(conditional(n, [a, b, a + b, -3 * a]), conditional(n, [a, b]), atol=1e-6)
    np.testing.assert_allclose(conditional(n, []), unit(n), atol=1e-7)


def test_conditional_of_w_plus():
    n, a = np.random.default_rng(7).normal(size=(2, 5, 4))
    left = conditional(n, [a])
    assert left.shape == (5, 4) and abs((left * a).sum()) < 1e-5


def test_conditional_step_leaves_the_other_distance():
    generator = np.random.default_rng(8)
    x = generator.normal(size=(2000, 16))
    second = fit_direction(x, x[:, 1] > 0)
    first = fit_direction(x, x[:, 0] + x[:, 1] > 0)
    drift = distance(x + 3 * first.direction, second) - distance(x, second)
    assert drift.mean() > 1.5
    drift = distance(x + 3 * conditional(first.direction, [second.direction]), second) - distance(x, second)
    assert np.abs(drift).max() < 1e-6


@pytest.mark.parametrize(
    ("direction", "others", "message"),
    [
        ([1.0, 2.0], [[2.0, 4.0]], "nothing is left of the direction without the 1 others"),
        ([1.0, 2.0], [[1.0, 0.0], [1.0, 1.0]], "without the 2 others"),
        ([1.0, 2.0], [[1.0, 0.0, 0.0]], r"others\[0\] has shape \(3,\), the direction \(2,\)"),
        ([0.0, 0.0], [], "direction has length 0"),
        ([1.0, 2.0], [[0.0, 0.0]], r"others\[0\] has length 0"),
    ],
)
def test_conditional_errors(direction, others, message):
    with pytest.raises(ZooError, match=message):
        conditional(direction, others)


def test_a_rounded_copy_leaves_nothing():
    n = np.random.default_rng(9).normal(size=512)
    with pytest.raises(ZooError, match="nothing is left"):
        conditional(n, [unit(n).astype(np.float32)])


X = np.random.default_rng(10).normal(size=(6, 3))
Y = [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((X, Y[:5]), {}, "found 6 and 5"),
        ((X, [1] * 6), {}, r"both of them; found \[1.0\]"),
        ((X, [0, 1, 2] * 2), {}, r"found \[0.0, 1.0, 2.0\]"),
        ((X[:, 0], Y), {}, r"codes must have shape \(n, d\)"),
        ((np.where(X > 0, X, np.nan), Y), {}, "NaN"),
        ((np.ones((6, 3)), Y), {}, "the same mean"),
        ((np.repeat(X[:3], 2, axis=0), Y), {"validation": 0}, "the same mean"),
        ((X, Y), {"C": 0}, "C must be positive"),
        ((X, Y), {"validation": 1}, r"validation in \[0, 1\)"),
    ],
)
def test_fit_errors(arguments, options, message):
    with pytest.raises(ZooError, match=message):
        fit_direction(*arguments, **options)


def test_distance_of_other_codes():
    boundary = fit_direction(X, Y)
    with pytest.raises(ZooError, match=r"codes \(6, 2\) do not fit a boundary of codes \('n', 3\)"):
        distance(X[:, :2], boundary)
