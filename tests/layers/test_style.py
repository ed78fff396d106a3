"""AdaIN sets the statistics of maps; noise is added with a learned strength."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import AdaIN, NoiseInjection
from tfgan_zoo.layers.style import adaptive_instance_norm

normal = lambda *shape, seed=1: tf.random.stateless_normal(shape, (seed, 2))


def statistics(maps):
    maps = np.asarray(maps)
    return maps.std(axis=(1, 2)), maps.mean(axis=(1, 2))


def test_maps_get_the_statistics_that_are_asked_for():
    maps, scale, shift = 3 * normal(4, 16, 16, 6) + 2, tf.abs(normal(4, 6, seed=3)) + 0.1, normal(4, 6, seed=4)
    found = statistics(adaptive_instance_norm(maps, scale, shift))
    np.testing.assert_allclose(found[0], scale, atol=1e-4)
    np.testing.assert_allclose(found[1], shift, atol=1e-4)


def test_their_own_statistics_change_nothing():
    maps = 3 * normal(2, 8, 8, 3) + 1
    np.testing.assert_allclose(adaptive_instance_norm(maps, *statistics(maps)), maps, atol=1e-5)


def test_an_affine_change_of_the_maps_is_forgotten():
    maps, style = normal(2, 8, 8, 3), (tf.ones((2, 3)), tf.zeros((2, 3)))
    np.testing.assert_allclose(
        adaptive_instance_norm(5 * maps - 2, *style), adaptive_instance_norm(maps, *style), atol=1e-5
    )


def test_a_constant_map_becomes_the_shift():
    found = adaptive_instance_norm(tf.fill((1, 4, 4, 2), 3.5), tf.constant([[2.0, 5.0]]), tf.constant([[0.5, -1.0]]))
    assert np.array_equal(found[0, 1, 1], [0.5, -1.0])


def test_half_precision_keeps_its_statistics():
    maps = tf.cast(1000 * normal(1, 16, 16, 2), tf.float16)  # squares overflow
    deviation, mean = statistics(tf.cast(adaptive_instance_norm(maps, tf.ones((1, 2)), tf.zeros((1, 2))), tf.float32))
    assert deviation == pytest.approx(np.ones((1, 2)), abs=1e-2) and np.abs(mean).max() < 1e-2


def test_the_layer_starts_at_scale_one_plus_the_affine_map():
    layer, maps, w = AdaIN(), normal(2, 8, 8, 3), normal(2, 5, seed=3)
    found = layer([maps, w])
    assert np.array_equal(layer.affine.bias, np.zeros(6))
    scale, shift = np.split(w.numpy() @ layer.affine.kernel.numpy() / 5**0.5, 2, axis=1)
    deviation, mean = statistics(found)
    np.testing.assert_allclose(deviation, np.abs(scale + 1), atol=1e-4)
    np.testing.assert_allclose(mean, shift, atol=1e-4)


@pytest.mark.parametrize("per_channel, count", [(True, 3), (False, 1)])
def test_noise_starts_silent(per_channel, count):
    layer, maps, noise = NoiseInjection(per_channel=per_channel), normal(2, 4, 4, 3), normal(2, 4, 4, 1, seed=3)
    assert np.array_equal(layer([maps, noise]), maps)
    assert layer.count_params() == count
    layer.strength.assign(tf.range(1.0, 4.0) if per_channel else 2.0)
    expected = maps + noise * (tf.range(1.0, 4.0) if per_channel else 2.0)
    np.testing.assert_allclose(layer([maps, noise]), expected, atol=1e-6)
    assert NoiseInjection.from_config(layer.get_config()).per_channel == per_channel
