"""Affine changes of colors: each by its formula, neutral values exact, and what they do to grey images."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.augmentations import color
from tfgan_zoo.augmentations.matrices import product
from tfgan_zoo.errors import ZooError

IMAGES = tf.random.stateless_uniform((2, 4, 5, 3), (0, 1), -1, 1)
GREY = IMAGES[..., :1]
luma = lambda images: np.mean(images, axis=-1, keepdims=True)
numbers = lambda *values: tf.constant(values, tf.float32)


def test_neutral_values_change_no_bit():
    zero, one = tf.zeros(2), tf.ones(2)
    neutral = [color.brightness(zero), color.contrast(one), color.luma_flip(zero), color.hue(zero)]
    for matrices in (*neutral, color.saturation(one), product(color.saturation(one), *neutral)):
        np.testing.assert_array_equal(matrices, np.broadcast_to(np.eye(4), (2, 4, 4)))
        np.testing.assert_array_equal(color.recolor(IMAGES, matrices), IMAGES)
        np.testing.assert_array_equal(color.recolor(GREY, matrices), GREY)


def test_brightness_is_one_shift_and_contrast_one_factor():
    images = IMAGES.numpy()
    shifted = color.recolor(IMAGES, color.brightness(numbers(0.3, -0.1)))
    np.testing.assert_allclose(shifted - images, np.array([0.3, -0.1])[:, None, None, None] + 0 * images, atol=1e-6)
    scaled = color.recolor(IMAGES, color.contrast(numbers(2.0, 0.5)))
    np.testing.assert_allclose(scaled, images * np.array([2, 0.5])[:, None, None, None], atol=1e-6)


def test_a_luma_flip_negates_luma_and_keeps_the_rest():
    found = color.recolor(IMAGES, color.luma_flip(numbers(1, 0))).numpy()
    images = IMAGES.numpy()
    np.testing.assert_allclose(luma(found[0]), -luma(images[0]), atol=1e-6)
    np.testing.assert_allclose(found[0] - luma(found[0]), images[0] - luma(images[0]), atol=1e-6)
    np.testing.assert_array_equal(found[1], images[1])


def test_hue_keeps_luma_and_saturation_and_a_third_of_a_turn_permutes_channels():
    found = color.recolor(IMAGES, color.hue(numbers(1.1, 2 * math.pi / 3))).numpy()
    images = IMAGES.numpy()
    np.testing.assert_allclose(luma(found), luma(images), atol=1e-6)
    distance = lambda x: np.linalg.norm(x - luma(x), axis=-1)
    np.testing.assert_allclose(distance(found), distance(images), atol=1e-6)
    np.testing.assert_allclose(found[1], images[1][..., [2, 0, 1]], atol=1e-6)  # red becomes green


def test_saturation_moves_colors_from_or_to_their_luma():
    images = IMAGES.numpy()
    found = color.recolor(IMAGES, color.saturation(numbers(0.0, 2.5))).numpy()
    np.testing.assert_allclose(found[0], luma(images[0]) + 0 * images[0], atol=1e-6)
    np.testing.assert_allclose(found[1], luma(images[1]) + 2.5 * (images[1] - luma(images[1])), atol=1e-6)


def test_the_last_factor_acts_first():
    brighter, stronger = color.brightness(numbers(0.5, 0.5)), color.contrast(numbers(2.0, 2.0))
    np.testing.assert_allclose(color.recolor(IMAGES, product(stronger, brighter)), 2 * (IMAGES + 0.5), atol=1e-6)
    np.testing.assert_allclose(color.recolor(GREY, product(brighter, stronger)), 2 * GREY + 0.5, atol=1e-6)


def test_grey_images_are_three_equal_channels():
    matrices = product(
        color.saturation(numbers(2.0, 0.3)),
        color.hue(numbers(1.0, -2.0)),
        color.luma_flip(numbers(1, 0)),
        color.contrast(numbers(1.5, 0.7)),
        color.brightness(numbers(0.2, -0.4)),
    )
    colored = color.recolor(tf.repeat(GREY, 3, axis=-1), matrices).numpy()
    np.testing.assert_allclose(color.recolor(GREY, matrices), luma(colored), atol=1e-6)
    np.testing.assert_allclose(color.recolor(GREY, matrices)[0], -1.5 * (GREY[0] + 0.2), atol=1e-6)
    assert np.ptp(colored, axis=-1).max() < 1e-5  # no color change makes grey colored


def test_the_gradient_is_the_transposed_matrix():
    matrices, weights = color.hue(numbers(1.0, -2.0)), tf.random.stateless_normal(IMAGES.shape, (0, 2))
    with tf.GradientTape() as tape:
        tape.watch(IMAGES)
        total = tf.reduce_sum(color.recolor(IMAGES, matrices) * weights)
    expected = np.einsum("nhwi,nij->nhwj", weights, matrices[:, :3, :3])
    np.testing.assert_allclose(tape.gradient(total, IMAGES), expected, atol=1e-5)


def test_four_channels_are_refused():
    with pytest.raises(ZooError, match="need 1 or 3 channels, found 4"):
        color.recolor(tf.zeros((2, 4, 4, 4)), tf.eye(4, batch_shape=[2]))
