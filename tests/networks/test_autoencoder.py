"""Auto-encoders: the references' sizes, mirrored shapes, and which sides they take."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import networks
from tfgan_zoo.errors import ZooError


def count(network):
    return sum(int(np.prod(w.shape)) for w in network.trainable_variables)


def conv(kernel, a, b):
    return kernel * kernel * a * b + b


@pytest.mark.parametrize(
    ("side", "sides"),
    [(64, [64, 32, 16, 8]), (32, [32, 16, 8]), (28, [28, 14, 7]), (16, [16, 8]), (8, [8]), (48, [48, 24, 12])],
)
def test_code_sides(side, sides):
    assert networks.code_sides((side, side, 3)) == sides


@pytest.mark.parametrize("shape", [(4, 4, 1), (32, 28, 1), (30, 30, 1)])
def test_impossible_sides_are_named(shape):
    with pytest.raises(ZooError, match="30|side|square"):
        networks.code_sides(shape)


def test_elu_networks_have_the_papers_sizes():
    """64 pixels, n = 64, h = 64: two convolutions at each of four sides of n, 2n, 3n, 4n channels."""
    n, h = 64, 64
    encoder = networks.elu_encoder((64, 64, 3), h, n)
    expected = conv(3, 3, n)
    before = n
    for i in (1, 2, 3, 4):
        expected += conv(3, before, i * n) + conv(3, i * n, i * n) + (conv(3, i * n, i * n) if i < 4 else 0)
        before = i * n
    assert count(encoder) == expected + (8 * 8 * 4 * n + 1) * h
    decoder = networks.elu_decoder((64, 64, 3), h, n)
    assert count(decoder) == (h + 1) * 8 * 8 * n + 8 * conv(3, n, n) + conv(3, n, 3)
    assert sum(type(layer) is L.UpSampling2D for layer in decoder.layers) == 3


def test_elu_networks_are_linear_at_either_end():
    """No tanh and no batch normalization: the output grows with the last layer's weights."""
    encoder, decoder = networks.elu_encoder((16, 16, 1), 5, 3), networks.elu_decoder((16, 16, 1), 5, 3)
    assert not any(isinstance(layer, L.BatchNormalization) for layer in encoder.layers + decoder.layers)
    codes = encoder(tf.random.stateless_uniform((2, 16, 16, 1), (0, 0)))
    images = decoder(codes)
    assert codes.shape == (2, 5) and images.shape == (2, 16, 16, 1)
    decoder.trainable_variables[-1].assign([7.0])
    np.testing.assert_allclose(decoder(codes), images + 7.0, atol=1e-5)


def test_upsampling_repeats_pixels():
    up = next(layer for layer in networks.elu_decoder((16, 16, 1), 5, 3).layers if type(layer) is L.UpSampling2D)
    np.testing.assert_array_equal(up(np.array([[[[1.0], [2.0]]]], "float32"))[0, :, :, 0], [[1, 1, 2, 2]] * 2)


@pytest.mark.parametrize("normalize", [False, True])
def test_strided_networks_mirror_each_other(normalize):
    """(64)4c2s-(128)4c2s-(256)4c2s and back; normalization in all but the encoder's first and the decoder's last."""
    encoder = networks.strided_encoder((64, 64, 3), 64, 3, normalize)
    decoder = networks.strided_decoder((64, 64, 3), 64, 3, normalize)
    assert [layer.filters for layer in encoder.layers if type(layer) is L.Conv2D] == [64, 128, 256]
    assert [layer.filters for layer in decoder.layers if type(layer) is L.Conv2DTranspose] == [128, 64, 3]
    for network in (encoder, decoder):
        assert sum(isinstance(layer, L.BatchNormalization) for layer in network.layers) == (2 if normalize else 0)
    assert encoder.output_shape == decoder.input_shape == (None, 8 * 8 * 256)
    weights = 16 * (3 * 64 + 64 * 128 + 128 * 256)
    assert count(encoder) == weights + 64 + 128 * (2 if normalize else 1) + 256 * (2 if normalize else 1)
    assert count(decoder) == weights + 3 + 128 * (2 if normalize else 1) + 64 * (2 if normalize else 1)
    images = decoder(10.0 * tf.random.stateless_normal((2, 8 * 8 * 256), (0, 0)))
    assert np.abs(images).max() <= 1


def test_strided_networks_refuse_sides_that_cannot_be_halved():
    with pytest.raises(ZooError, match="28 cannot be halved 3 times"):
        networks.strided_encoder((28, 28, 1), 4, 3)


def test_perceptrons():
    encoder = networks.mlp_encoder((28, 28, 1), 32, 256, hidden=2)
    decoder = networks.mlp_decoder((28, 28, 1), 32, 256, hidden=1)
    assert count(encoder) == 785 * 256 + 257 * 256 + 257 * 32
    assert count(decoder) == 33 * 256 + 257 * 784
    assert np.abs(decoder(100 * tf.ones((1, 32)))).max() <= 1  # tanh
    points = networks.mlp_decoder((2,), 1, 8)
    assert points.output_shape == (None, 2) and np.abs(points(1e3 * tf.ones((1, 1)))).max() > 1
    free = networks.mlp_decoder((4, 4, 1), 1, 8, bounded=False)
    assert np.abs(free(1e3 * tf.ones((1, 1)))).max() > 1
