import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import networks
from tfgan_zoo.errors import ZooError


@pytest.mark.parametrize("side", [16, 20, 24, 28, 32, 40, 48, 56, 64])
def test_any_side_of_s_times_a_power_of_two(side):
    sides = networks.feature_sides((side, side, 3))
    assert sides[0] == side and 4 <= sides[-1] <= 7
    generator = networks.generator((side, side, 3), 5, 2)
    images = generator(tf.random.stateless_normal((2, 5), (0, 0)))
    assert images.shape == (2, side, side, 3) and float(tf.reduce_max(tf.abs(images))) < 1
    assert networks.discriminator((side, side, 3), 2)(images).shape == (2, 1)


@pytest.mark.parametrize(("shape", "message"), [((30, 30, 1), "cannot be halved"), ((32, 16, 1), "square")])
def test_other_sides_are_named(shape, message):
    with pytest.raises(ZooError, match=message):
        networks.generator(shape, 5, 2)


def test_points_and_tiny_images_get_perceptrons():
    assert networks.is_small((2,)) and networks.is_small((8, 8, 1)) and not networks.is_small((16, 16, 1))
    points = networks.generator((2,), 5, 7)
    kernels = [w.shape for w in points.trainable_variables if len(w.shape) == 2]
    assert kernels == [(5, 7), (7, 7), (7, 2)] and len(points.trainable_variables) == 6  # no normalization
    assert float(tf.reduce_max(tf.abs(points(100.0 * tf.ones((1, 5)))))) > 1  # no tanh
    images = networks.generator((8, 8, 1), 5, 7)(tf.ones((2, 5)))
    assert images.shape == (2, 8, 8, 1)


def test_outputs_are_float32_under_mixed_precision():
    from tfgan_zoo.construction import construction

    with construction(0, "mixed_bfloat16"):
        generator, critic = networks.generator((16, 16, 1), 5, 2), networks.discriminator((16, 16, 1), 2)
    images = generator(np.zeros((2, 5), "float32"))
    assert images.dtype == tf.float32 and critic(images).dtype == tf.float32
    assert generator.layers[0].compute_dtype == "bfloat16"
