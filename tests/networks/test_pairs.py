"""Discriminators of pairs see what images and codes have to do with each other."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.networks import pair_discriminator


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1), (16, 16, 3)])
def test_the_score_is_no_sum_of_one_of_the_image_and_one_of_the_code(shape):
    network = pair_discriminator(shape, 3, 4)
    for w in network.trainable_variables:
        w.assign(tf.random.stateless_normal(w.shape, (1, len(w.shape))) / max(1, w.shape[0]) ** 0.5)
    x = tf.random.stateless_uniform((4, *shape), (0, 0), -1.0, 1.0)
    z = 3.0 * tf.random.stateless_normal((4, 3), (0, 1))
    score = lambda a, b: network([a, b]).numpy()
    assert score(x, z).shape == (4, 1) and score(x, z).dtype == np.float32
    mixed = (
        score(x, z)
        - score(x, tf.roll(z, 1, 0))
        - score(tf.roll(x, 1, 0), z)
        + score(*(tf.roll(a, 1, 0) for a in (x, z)))
    )
    assert np.abs(mixed).max() > 1e-4 * np.abs(score(x, z)).max()


def test_width_of_the_dense_layers():
    default, narrow = pair_discriminator((16, 16, 1), 3, 4), pair_discriminator((16, 16, 1), 3, 4, wide=5)
    units = lambda network: {layer.units for layer in network.layers if hasattr(layer, "units")}
    assert units(default) == {32, 1} and units(narrow) == {5, 1}
