import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.layers import Maxout, ReflectionPadding2D, SeededDropout, batch_norm, instance_norm


def test_maxout_is_the_largest_of_its_affine_maps():
    layer = Maxout(3, 4)
    x = tf.random.stateless_normal((5, 2), (0, 0))
    found = layer(x).numpy()
    kernel, bias = layer.affine.get_weights()
    assert np.allclose(found, (x.numpy() @ kernel + bias).reshape(5, 3, 4).max(-1), atol=1e-6)


def test_dropout_zeroes_a_share_and_keeps_the_mean():
    layer, x = SeededDropout(0.3), tf.ones((100, 200))
    assert np.array_equal(layer(x, training=False), x)
    with draws.seeded((1, 1)):
        found = layer(x, training=True).numpy()
    assert np.mean(found == 0) == pytest.approx(0.3, abs=0.01)
    assert found.mean() == pytest.approx(1.0, abs=0.02)
    assert set(np.unique(found)) == {0.0, np.float32(1 / 0.7)}
    with draws.seeded((1, 1)):
        assert np.array_equal(layer(x, training=True), found)


def test_reflection_does_not_repeat_the_border():
    row = tf.reshape(tf.range(4.0), (1, 1, 4, 1))
    padded = ReflectionPadding2D(2)(tf.tile(row, (1, 4, 1, 1)))
    assert padded.shape == (1, 8, 8, 1)
    assert padded[0, 0, :, 0].numpy().tolist() == [2, 1, 0, 1, 2, 3, 2, 1]


def test_instance_norm_normalizes_every_map_alone():
    x = tf.random.stateless_normal((2, 8, 8, 3), (0, 1)) * [1.0, 5.0, 9.0] + [0.0, 3.0, -7.0]
    y = instance_norm()(x).numpy()
    assert np.allclose(y.mean((1, 2)), 0, atol=1e-5) and np.allclose(y.std((1, 2)), 1, atol=1e-3)


def test_batch_norm_has_the_papers_settings():
    layer = batch_norm()
    layer.build((None, 100_000))
    assert layer.momentum == 0.9 and layer.epsilon == 1e-5
    assert layer.gamma.numpy().mean() == pytest.approx(1, abs=1e-3)
    assert layer.gamma.numpy().std() == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize("layer", [Maxout(3, 4), SeededDropout(0.3), ReflectionPadding2D(2)])
def test_configurations_round_trip(layer):
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert twin.get_config() == layer.get_config()
