"""Residual networks: sizes of the paper's tables, shortcuts that equal the reference's order, what each block adds."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks import down_block, residual_discriminator, residual_generator, up_block


def test_parameters_of_table_4():
    trainable = lambda network: sum(int(np.prod(w.shape)) for w in network.trainable_variables)
    assert trainable(residual_generator((32, 32, 3), 128, 256)) == 4_276_739  # also torch-mimicry's count
    assert trainable(residual_discriminator((32, 32, 3), 128)) == 1_053_824


def block(make, channels=3, side=4):
    """A block as a network with random weights, its 3x3 convolutions silenced: what is left is the shortcut."""
    inputs = keras.Input((side, side, channels))
    network = keras.Model(inputs, make(inputs))
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (3, 3):
            layer.kernel.assign(tf.zeros_like(layer.kernel))
    projection = next((la for la in network.layers if getattr(la, "kernel_size", None) == (1, 1)), None)
    return network, projection and projection.kernel.numpy()[0, 0]


MAPS = tf.random.stateless_normal((2, 4, 4, 3), (0, 1))


def test_shortcut_of_an_up_block_doubles_then_projects():
    network, kernel = block(lambda x: up_block(x, 5, lambda maps: maps))
    doubled = np.repeat(np.repeat(MAPS.numpy(), 2, axis=1), 2, axis=2)
    np.testing.assert_allclose(network(MAPS), doubled @ kernel, atol=1e-6)


def test_shortcut_of_a_down_block_projects_then_pools():
    network, kernel = block(lambda x: down_block(x, 5, lambda layer: layer))
    pooled = (MAPS.numpy() @ kernel).reshape(2, 2, 2, 2, 2, 5).mean(axis=(2, 4))
    np.testing.assert_allclose(network(MAPS), pooled, atol=1e-6)


def test_a_block_that_changes_nothing_adds_its_input():
    network, projection = block(lambda x: down_block(x, 3, lambda layer: layer, down=False))
    assert projection is None
    np.testing.assert_array_equal(network(MAPS), MAPS)


def test_only_later_blocks_begin_with_relu():
    make = lambda first: block(lambda x: down_block(x, 5, lambda layer: layer, first=first))[0]
    relus = lambda network: sum(isinstance(layer, keras.layers.ReLU) for layer in network.layers)
    assert (relus(make(True)), relus(make(False))) == (1, 2)


def test_last_features_are_sums_over_positions():
    network = residual_discriminator((8, 8, 1), 4)
    dense = network.layers[-2]
    features = keras.Model(network.input, dense.input)
    relu = [layer for layer in network.layers if isinstance(layer, keras.layers.ReLU)][-1]
    maps = keras.Model(network.input, relu.output)
    images = tf.random.stateless_normal((3, 8, 8, 1), (0, 2))
    assert maps(images).shape == (3, 2, 2, 4) and not dense.use_bias
    np.testing.assert_allclose(features(images), tf.reduce_sum(maps(images), (1, 2)), rtol=1e-6)


def test_sides_that_cannot_be_halved_are_named():
    with pytest.raises(ZooError, match="image side 4 is too small"):
        residual_generator((4, 4, 1), 8, 4)
    with pytest.raises(ZooError, match="expected square images"):
        residual_discriminator((8, 16, 1), 4)


def test_every_layer_draws_weights_of_its_own_and_the_seed_decides_all_of_them():
    networks = [[residual_generator((16, 16, 1), 8, 6), residual_discriminator((16, 16, 1), 6)] for _ in range(2)]
    kernels = [
        [w.numpy() for n in both for w in n.trainable_variables if w.path.endswith("kernel")] for both in networks
    ]
    assert len(kernels[0]) == 19
    for i, (a, b) in enumerate(zip(*kernels)):
        assert not np.array_equal(a, b)
        assert not any(a.shape == other.shape and np.array_equal(a, other) for other in kernels[0][:i])


def test_doubled_maps_have_static_sides():
    inputs = keras.Input((4, 4, 3))
    network = keras.Model(inputs, up_block(up_block(inputs, 2, lambda maps: maps), 2, lambda maps: maps))
    traced = tf.function(network).get_concrete_function(tf.TensorSpec((None, 4, 4, 3)))
    assert traced.structured_outputs.shape.as_list() == [None, 16, 16, 2]
