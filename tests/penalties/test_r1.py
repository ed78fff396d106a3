import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.penalties import r1

X = tf.random.stateless_normal((6, 4, 3), (0, 1))
W = tf.constant(np.random.default_rng(0).normal(size=(4, 3)).astype("float32"))


def test_a_linear_critics_penalty_is_half_the_square_of_its_weight():
    linear = lambda x: tf.reduce_sum(W * x, axis=(1, 2))
    assert float(r1(linear, X)) == pytest.approx(0.5 * float(tf.reduce_sum(W**2)), rel=1e-6)


def test_the_square_is_each_examples_own():
    """The gradient of |x|^2 / 2 is x; the mean of squares is not the square of the mean."""
    half_square = lambda x: 0.5 * tf.reduce_sum(x**2, axis=(1, 2))
    assert float(r1(half_square, X)) == pytest.approx(0.5 * np.mean(np.sum(X.numpy() ** 2, axis=(1, 2))), rel=1e-5)


def test_it_can_be_differentiated_by_the_critics_weights():
    """d/dw of w^2 |W|^2 / 2 is w |W|^2."""
    w = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        penalty = r1(lambda x: w * tf.reduce_sum(W * x, axis=(1, 2)), X)
    assert float(tape.gradient(penalty, w)) == pytest.approx(3.0 * float(tf.reduce_sum(W**2)), rel=1e-5)
