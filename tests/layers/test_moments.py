"""Scores by moments: their projections, and that the best ones are norms of differences of moments."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import MomentScore
from tfgan_zoo.layers.moments import orthonormal, project_on_ball


def layer(m=5, **options):
    made = MomentScore(**options)
    made(tf.zeros((1, m)))
    return made


def test_the_score():
    made = layer(components=2)
    phi = np.random.default_rng(0).standard_normal((4, 5)).astype("float32")
    v, left, right = (w.numpy() for w in (made.v, made.left, made.right))
    expected = phi @ v + np.sum((phi @ left) * (phi @ right), axis=1)
    np.testing.assert_allclose(made(phi), expected[:, None], rtol=1e-5, atol=1e-6)
    assert [w.shape for w in layer(components=0).weights] == [(5,)]
    assert [w.shape for w in layer(components=3, mean=False).weights] == [(5, 3), (5, 3)]
    np.testing.assert_allclose(layer(components=0)(np.zeros((2, 5))), np.zeros((2, 1)))


@pytest.mark.parametrize("norm", [1.0, 2.0, float("inf")])
@pytest.mark.parametrize("scale", [0.01, 0.4, 1.0, 5.0])
def test_the_projection_on_a_ball_is_the_closest_point(norm, scale):
    rng = np.random.default_rng(3)
    for _ in range(3):
        v = scale * rng.standard_normal(6)
        found = project_on_ball(tf.constant(v), norm).numpy()
        assert np.linalg.norm(found, norm) <= 1 + 1e-9
        if np.linalg.norm(v, norm) <= 1:
            np.testing.assert_array_equal(found, v)
            continue
        # The closest point p of a convex set: no point x of it has <v - p, x - p> > 0. The largest <g, x> is |g|_q.
        g, q = v - found, {1.0: np.inf, 2.0: 2, np.inf: 1}[norm]
        assert np.linalg.norm(g, q) == pytest.approx(g @ found, rel=1e-9)


def test_the_projection_on_the_l1_ball_of_a_known_point():
    np.testing.assert_allclose(project_on_ball(tf.constant([3.0, -2.5, 0.1]), 1.0), [0.75, -0.25, 0.0], atol=1e-7)
    np.testing.assert_allclose(project_on_ball(tf.constant([0.0, -7.0]), 1.0), [0.0, -1.0])


def test_orthonormal_columns_that_do_not_jump():
    """It returns an orthonormal matrix as it is, whatever signs a decomposition chooses."""
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((7, 3)).astype("float32")
    q = orthonormal(tf.constant(matrix)).numpy()
    np.testing.assert_allclose(q.T @ q, np.eye(3), atol=1e-6)
    assert (np.diag(q.T @ matrix) > 0).all() and np.allclose(np.tril(q.T @ matrix, -1), 0, atol=1e-5)
    for signs in ([1, 1, 1], [-1, 1, -1]):
        np.testing.assert_allclose(orthonormal(tf.constant(q * np.float32(signs))), q * signs, atol=1e-6)
    moved = orthonormal(tf.constant(q + 1e-3 * matrix)).numpy()
    assert np.abs(moved - q).max() < 0.01


def fit(made, real, fake, rate, steps=400):
    """Ascend the difference of mean scores and project after every step."""
    optimizer = keras.optimizers.SGD(rate)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(made(fake)) - tf.reduce_mean(made(real))
        weights = made.trainable_variables
        optimizer.apply(tape.gradient(loss, [w.value for w in weights]), weights)
        made.project()

    optimizer.build(made.trainable_variables)
    for _ in range(steps):
        step()
        for matrix in (made.left, made.right) if made.components else ():
            gram = matrix.numpy().T @ matrix.numpy()
            assert np.abs(gram - np.eye(made.components)).max() < 1e-5
    return float(tf.reduce_mean(made(real)) - tf.reduce_mean(made(fake)))


@pytest.mark.parametrize(("norm", "dual"), [(1.0, np.inf), (2.0, 2), (float("inf"), 1)])
def test_the_best_mean_score_is_the_dual_norm_of_the_difference_of_the_means(norm, dual):
    rng = np.random.default_rng(1)
    real, fake = (rng.standard_normal((50, 5)).astype("float32") + shift for shift in (0.5, 0.0))
    expected = np.linalg.norm(real.mean(0) - fake.mean(0), dual)
    assert fit(layer(components=0, norm=norm), real, fake, rate=0.1, steps=150) == pytest.approx(expected, rel=1e-4)


def test_the_best_covariance_score_is_the_sum_of_the_largest_singular_values():
    """Eigenvalues of both signs count, which U = V would miss."""
    rng = np.random.default_rng(2)
    scales = np.array([[2.0, 1.0, 0.3, 1.0, 0.5], [0.5, 1.0, 1.8, 1.1, 0.5]], "float32")
    real, fake = (rng.standard_normal((300, 5)).astype("float32") * s for s in scales)
    difference = real.T @ real / 300 - fake.T @ fake / 300
    singular = np.linalg.svd(difference, compute_uv=False)
    assert np.linalg.eigvalsh(difference)[0] < -1  # the second largest in size
    for k in (1, 2, 3):
        made = layer(components=k, mean=False)
        assert fit(made, real, fake, rate=0.2, steps=250) == pytest.approx(singular[:k].sum(), rel=3e-3), k


def test_configuration():
    made = layer(components=3, mean=False, norm=1.0)
    twin = MomentScore.from_config(made.get_config())
    assert (twin.components, twin.mean, twin.norm) == (3, False, 1.0)
