"""Pixel norm: mean squares of one, whatever the scale, the rank and the precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import PixelNorm


@pytest.mark.parametrize("shape", [(5, 64), (3, 4, 4, 16)])
@pytest.mark.parametrize("scale", [0.01, 1.0, 1e4])
def test_every_pixel_has_a_mean_square_of_one(shape, scale):
    x = scale * tf.random.stateless_normal(shape, (0, 1))
    y = PixelNorm()(x).numpy()
    np.testing.assert_allclose((y**2).mean(-1), 1.0, atol=1e-3)
    np.testing.assert_allclose(y * np.sqrt((x.numpy() ** 2).mean(-1, keepdims=True) + 1e-8), x, rtol=1e-5)


def test_nothing_stays_nothing_and_has_a_gradient():
    x = tf.zeros((1, 8))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = PixelNorm()(x)
    assert np.array_equal(y, x)
    np.testing.assert_allclose(tape.gradient(y, x), 1e4, rtol=1e-4)  # 1 / sqrt(epsilon)


def test_in_float16_squares_neither_overflow_nor_vanish():
    layer = PixelNorm(dtype="mixed_float16")
    for value in (1e-3, 1000.0):
        y = layer(tf.fill((1, 16), value))
        assert y.dtype == tf.float16
        np.testing.assert_allclose(tf.cast(y, tf.float32), 1.0, atol=0.02)


def test_configuration_round_trips():
    layer = PixelNorm(epsilon=1e-4)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert twin.get_config() == layer.get_config() and twin.epsilon == 1e-4
