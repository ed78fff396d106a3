"""Networks from examples to vectors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import networks
from tfgan_zoo.errors import ZooError


def test_images_pass_strided_convolutions_without_biases():
    network = networks.feature_network((32, 32, 3), 4, features=7, extra_layers=2)
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    found = [(layer.filters, layer.kernel_size[0], layer.strides[0]) for layer in convolutions]
    assert found == [(4, 4, 2), (4, 3, 1), (4, 3, 1), (8, 4, 2), (16, 4, 2)]
    assert sum(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers) == 4
    assert network.output_shape == (None, 7) and not any("bias" in w.path for w in network.weights)


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1)])
def test_points_and_tiny_images_pass_two_hidden_layers_and_the_last_has_no_bias(shape):
    network = networks.feature_network(shape, 16, features=3, extra_layers=2)
    assert [w.shape for w in network.trainable_variables] == [(np.prod(shape), 16), (16,), (16, 16), (16,), (16, 3)]
    for weight in network.trainable_variables:
        if "bias" in weight.path:
            weight.assign(tf.zeros_like(weight))
    np.testing.assert_array_equal(network(np.zeros((2, *shape))), np.zeros((2, 3)))


def test_normalization_of_tiny_images_is_an_option():
    norms = lambda network: sum(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers)
    assert norms(networks.feature_network((8, 8, 1), 16, features=3)) == 0
    assert norms(networks.feature_network((8, 8, 1), 16, features=3, normalize=True)) == 2


def test_images_of_unequal_sides_are_named():
    with pytest.raises(ZooError, match="square"):
        networks.feature_network((32, 16, 3), 4, features=7)
