import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.penalties import gradient_norms, gradient_penalty, interpolate

X = tf.random.stateless_normal((6, 4, 3), (0, 1))
W = tf.constant(np.random.default_rng(0).normal(size=(4, 3)).astype("float32"))


def linear(x):
    return tf.reduce_sum(W * x, axis=(1, 2))


@pytest.mark.parametrize("order", [1.0, 1.5, 2.0, 3.0, np.inf])
def test_the_gradient_of_a_linear_critic_is_its_weight(order):
    expected = np.linalg.norm(W.numpy().ravel(), order)
    assert np.allclose(gradient_norms(linear, X, order), expected, rtol=1e-5)


def test_known_penalties():
    norms = gradient_norms(lambda x: 2.0 * tf.norm(tf.reshape(x, (6, -1)), axis=1), X)
    assert float(gradient_penalty(norms)) == pytest.approx(1.0, rel=1e-5)
    assert float(gradient_penalty(tf.constant([0.5, 2.0]))) == pytest.approx((0.25 + 1.0) / 2)
    assert float(gradient_penalty(tf.constant([0.5, 2.0]), one_sided=True)) == pytest.approx(0.5)
    assert float(gradient_penalty(tf.constant([3.0]), target=3.0)) == 0.0


def test_the_norm_is_each_examples_own():
    factors = tf.range(6.0)
    norms = gradient_norms(lambda x: factors * linear(x), X)
    assert np.allclose(norms, np.arange(6) * np.linalg.norm(W), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("order", [1.0, 2.0, 4.0, np.inf])
def test_a_zero_gradient_has_a_finite_derivative(order):
    w = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(gradient_norms(lambda x: w * linear(x), X, order))
    assert float(penalty) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(tape.gradient(penalty, w))


def test_interpolation_mixes_each_example_at_its_own_place():
    real, fake = tf.ones((3, 2, 2, 1)), tf.zeros((3, 2, 2, 1))
    between = interpolate(real, fake, tf.constant([0.0, 0.25, 1.0]))
    assert np.allclose(between[:, 0, 0, 0], [0.0, 0.25, 1.0])
    assert np.array_equal(between[:, 0, 0, 0], between[:, 1, 1, 0])
