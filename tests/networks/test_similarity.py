"""Networks of VAE/GAN: where the judge's features are read, and what sizes they take."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks import similarity_decoder, similarity_encoder, similarity_judge


@pytest.mark.parametrize("depth, features", [(0, 16 * 16), (1, 8 * 8 * 8), (2, 4 * 4 * 16), (3, 2 * 2 * 16)])
def test_features_are_those_of_the_strided_convolution(depth, features):
    discriminator, judge = similarity_judge((16, 16, 1), 4, depth)
    images = tf.random.stateless_uniform((3, 16, 16, 1), (0, 0), -1.0, 1.0)
    found, scores = judge(images)
    assert found.shape == (3, features) and found.dtype == scores.dtype == tf.float32
    np.testing.assert_array_equal(scores, discriminator(images))
    if depth == 0:
        np.testing.assert_array_equal(found, tf.reshape(images, (3, -1)))
    assert {id(w) for w in judge.weights} == {id(w) for w in discriminator.weights}


def test_features_come_before_normalization_and_nonlinearity():
    for shape in ((16, 16, 1), (8, 8, 1), (2,)):
        _, judge = similarity_judge(shape, 4, 2)
        images = tf.random.stateless_uniform((50, *shape), (0, 0), -1.0, 1.0)
        features = judge(images, training=True)[0].numpy()
        assert 0.2 < (features < 0).mean() < 0.8
        assert features.min() < 1.5 * -np.median(np.abs(features))  # not the fifth that LeakyReLU leaves


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1), (16, 16, 3), (32, 32, 3)])
def test_encoder_and_decoder_fit(shape):
    encoder, decoder = similarity_encoder(shape, 6, 4), similarity_decoder(shape, 5, 4)
    images = decoder(tf.ones((3, 5)))
    assert images.shape == (3, *shape) and encoder(images).shape == (3, 6)


def test_sides_are_multiples_of_8():
    with pytest.raises(ZooError, match="image side 20 cannot be halved 3 times"):
        similarity_judge((20, 20, 1), 4, 3)
