"""Unrolled updates: the scalar game's known gradient, and Adam as a function."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.unrolling import Adam, Descent, unroll


@pytest.mark.parametrize("rate, steps, a, b", [(0.3, 4, 1.7, -0.2), (0.1, 1, -0.4, 0.9), (0.5, 7, 2.0, 3.0)])
def test_the_scalar_game(rate, steps, a, b):
    """F = a b - b^2 / 2: with r = (1 - e)^K, b_K = (1 - r) a + r b_0 and df/da = b_K + (a - b_K) (1 - r)."""
    a = tf.Variable(a)

    def differentiate(stop):
        with tf.GradientTape() as tape:
            final = unroll(lambda w: [w[0] - a], [tf.constant(b)], steps, Descent(rate))[0]
            final = tf.stop_gradient(final) if stop else final
            f = a * final - final**2 / 2
        return float(final), float(tape.gradient(f, a))

    r, a0 = (1 - rate) ** steps, float(a)
    b_k = (1 - r) * a0 + r * b
    assert differentiate(stop=False) == pytest.approx((b_k, b_k + (a0 - b_k) * (1 - r)), rel=1e-6)
    assert differentiate(stop=True)[1] == pytest.approx(b_k, rel=1e-6)
    if rate == 0.3:
        assert differentiate(stop=False)[1] == pytest.approx(1.59047, abs=5e-6)
        assert differentiate(stop=True)[1] == pytest.approx(1.24381, abs=5e-6)


def test_adam_from_zero_moments_where_the_optimizer_has_none_and_its_slope_is_finite():
    weights = [tf.constant([1.0, 2.0])]
    rule = Adam.of(keras.optimizers.SGD(0.1), weights, 0.5)
    (moved,), after = rule.step(weights, [tf.constant([3.0, -4.0])])
    assert moved.numpy() == pytest.approx([0.5, 2.5], abs=1e-4) and float(after.count) == 1.0
    gradient = tf.Variable([0.0, 0.0])
    with tf.GradientTape() as tape:
        (moved,), _ = rule.step(weights, [gradient])
    assert np.isfinite(tape.gradient(moved, gradient)).all()
