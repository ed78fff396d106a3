"""Networks of BiGAN: the generator sees the code twice, and normalization has no parameters."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.networks import bidirectional_discriminator, bidirectional_encoder, bidirectional_generator

MAKERS = (bidirectional_generator, bidirectional_encoder, bidirectional_discriminator)


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1), (16, 16, 3)])
def test_shapes(shape):
    generator, encoder, discriminator = (make(shape, 3, 8) for make in MAKERS)
    images = generator(tf.ones((4, 3)))
    assert images.shape == (4, *shape) and images.dtype == tf.float32
    assert encoder(images).shape == (4, 3)
    assert discriminator([images, tf.ones((4, 3))]).shape == (4, 1)


def test_the_second_layer_sees_the_code_without_the_first():
    generator = bidirectional_generator((8, 8, 1), 3, 8)
    first = next(layer for layer in generator.layers if layer.weights)
    first.set_weights([np.zeros_like(w) for w in first.get_weights()])
    codes = tf.random.stateless_normal((4, 3), (0, 0))
    assert np.std(generator(codes), axis=0).max() > 1e-3


def test_only_the_layers_that_see_images_and_the_score_have_a_bias():
    vectors = [sum(len(w.shape) == 1 for w in make((8, 8, 1), 3, 8).trainable_variables) for make in MAKERS]
    assert vectors == [0, 1, 2]
