"""Minibatch standard deviation: its value on known batches, its groups, its features."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import MinibatchStddev


def maps(x, **options):
    """The maps appended, as (batch, features); they are constant over pixels, and the rest is untouched."""
    x = tf.convert_to_tensor(x, tf.float32)
    y = MinibatchStddev(**options)(x).numpy()
    channels = x.shape[-1]
    np.testing.assert_array_equal(y[..., :channels], x)
    added = y[..., channels:]
    assert np.ptp(added, axis=(1, 2)).max() == 0
    return added[:, 0, 0]


def test_a_constant_batch_gives_the_root_of_epsilon():
    np.testing.assert_allclose(maps(np.full((4, 3, 3, 2), 5.0)), np.full((4, 1), 1e-4), rtol=1e-6)


def test_pairs_of_plus_and_minus_a_give_a():
    x = np.ones((4, 2, 2, 3)) * np.array([1.0, -1.0, 1.0, -1.0])[:, None, None, None] * 0.7
    np.testing.assert_allclose(maps(x), np.full((4, 1), 0.7), rtol=1e-6)


def test_groups_are_consecutive_rows():
    x = np.random.default_rng(0).normal(size=(8, 2, 2, 3))
    expected = [np.sqrt(x[i : i + 4].var(axis=0) + 1e-8).mean() for i in (0, 4)]
    np.testing.assert_allclose(maps(x)[:, 0], np.repeat(expected, 4), rtol=1e-5)
    halves = np.concatenate([maps(x[:4]), maps(x[4:])])  # what two replicas compute
    np.testing.assert_allclose(maps(x), halves, rtol=1e-6)


def test_each_feature_has_its_part_of_the_channels():
    x = np.random.default_rng(0).normal(size=(4, 2, 2, 6))
    found = maps(x, features=2)
    deviations = np.sqrt(x.var(axis=0) + 1e-8)
    np.testing.assert_allclose(found[0], [deviations[..., :3].mean(), deviations[..., 3:].mean()], rtol=1e-5)


def test_a_smaller_batch_is_one_group():
    x = np.random.default_rng(0).normal(size=(3, 2, 2, 2))
    np.testing.assert_allclose(maps(x)[:, 0], np.sqrt(x.var(axis=0) + 1e-8).mean(), rtol=1e-5)


def test_an_open_batch_size_and_xla_change_nothing():
    x = tf.random.stateless_normal((8, 2, 2, 4), (0, 0))
    layer = MinibatchStddev(features=2)
    expected = layer(x)
    open_size = tf.function(layer, input_signature=[tf.TensorSpec((None, 2, 2, 4))])
    np.testing.assert_allclose(open_size(x), expected, atol=1e-6)
    np.testing.assert_allclose(tf.function(layer, jit_compile=True)(x), expected, atol=1e-6)
    assert layer.compute_output_shape((None, 2, 2, 4)) == (None, 2, 2, 6)


def test_what_cannot_be_grouped_is_named():
    with pytest.raises(ZooError, match="batch of 6 .* groups of 4"):
        MinibatchStddev()(tf.zeros((6, 2, 2, 1)))
    with pytest.raises(ZooError, match="3 channels .* 2 features"):
        MinibatchStddev(features=2)(tf.zeros((4, 2, 2, 3)))


def test_configuration_round_trips():
    layer = MinibatchStddev(8, 2)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert twin.get_config() == layer.get_config()
