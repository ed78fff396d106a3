"""The pull-away term at known angles."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import penalties


def test_parallel_codes_cost_one_whatever_their_sign_and_scale():
    codes = tf.constant([[1.0, 2.0, -1.0]]) * tf.constant([[1.0], [-3.0], [100.0], [1e-3]])
    assert float(penalties.pull_away(codes)) == pytest.approx(1.0, rel=1e-6)


def test_orthogonal_codes_cost_nothing():
    assert float(penalties.pull_away(5.0 * tf.eye(4, 6))) == 0.0


def test_the_mean_is_over_pairs_without_the_diagonal():
    """Angles of 60 and 30 degrees, and 90 between the outer two: (1/4 + 3/4 + 0) / 3."""
    degrees = np.radians([0, 60, 90])
    codes = tf.constant(np.stack([np.cos(degrees), np.sin(degrees)], axis=1), tf.float32)
    assert float(penalties.pull_away(codes)) == pytest.approx(1 / 3, rel=1e-5)


def test_random_directions_have_one_over_the_dimension():
    codes = tf.random.stateless_normal((500, 20), (0, 1))
    assert float(penalties.pull_away(codes)) == pytest.approx(1 / 20, rel=0.02)


def test_the_gradient_opens_the_angle():
    codes = tf.Variable([[1.0, 0.0], [math.cos(0.5), math.sin(0.5)]])
    with tf.GradientTape() as tape:
        cost = penalties.pull_away(codes.value())
    gradient = tape.gradient(cost, codes).numpy()
    assert gradient[0, 1] > 0 > gradient[1] @ [-math.sin(0.5), math.cos(0.5)]


def test_zero_codes_and_half_precision_stay_finite():
    assert float(penalties.pull_away(tf.zeros((3, 4)))) == 0.0
    codes = tf.cast(tf.fill((3, 4), 1000.0), tf.float16)  # squares are infinite in float16
    assert float(penalties.pull_away(codes)) == pytest.approx(1.0, rel=1e-6)
