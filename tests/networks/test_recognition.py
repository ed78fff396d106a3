"""Trunks with heads: sizes of InfoGAN's MNIST networks, one trunk under several heads."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks import head, trunk, trunk_generator


def count(weights):
    return sum(int(np.prod(w.shape)) for w in weights)


def test_parameters_of_the_appendix():
    assert count(trunk((28, 28, 1), 64).trainable_variables) == 6_556_992
    dense = 74 * 1024 + 2 * 1024 + 1024 * 6272 + 2 * 6272
    assert count(trunk_generator((28, 28, 1), 74, 64).trainable_variables) == dense + 16 * 64 * 128 + 128 + 16 * 64 + 1


def test_heads_on_one_trunk_share_it():
    images = keras.Input((8, 8, 1))
    features = trunk((8, 8, 1), 6)(images)
    score, code = keras.Model(images, head(features, 1)), keras.Model(images, head(features, 5, hidden=7))
    shared = {id(w) for w in score.weights} & {id(w) for w in code.weights}
    assert len(shared) == 4  # two dense layers
    assert score.output_shape == (None, 1) and code.output_shape == (None, 5)
    assert count(code.trainable_variables) - count(score.trainable_variables) == (6 * 7 + 2 * 7 + 7 * 5 + 5) - 7


def test_heads_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        features = keras.Input((3,))
        network = keras.Model(features, head(features, 2, hidden=4))
    finally:
        keras.config.set_dtype_policy("float32")
    assert network(tf.ones((1, 3))).dtype == tf.float32


def test_generators_reach_the_images():
    latents = tf.random.stateless_normal((2, 5), (0, 0))
    for shape in ((8, 8, 1), (28, 28, 3), (16, 16, 1)):
        images = trunk_generator(shape, 5, 4)(latents)
        assert images.shape == (2, *shape) and float(tf.reduce_max(tf.abs(images))) <= 1.0


def test_sides_that_cannot_be_halved_twice_are_named():
    for make in (lambda: trunk((30, 30, 1), 4), lambda: trunk_generator((30, 30, 1), 5, 4)):
        with pytest.raises(ZooError, match="image side 30 cannot be halved 2 times"):
            make()
