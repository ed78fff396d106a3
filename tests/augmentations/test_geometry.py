"""Affine motions: what matrices mean, which are exact, and that the resampling is linear with the right transpose."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.augmentations import geometry
from tfgan_zoo.augmentations.matrices import product
from tfgan_zoo.errors import ZooError

IMAGES = tf.random.stateless_normal((3, 8, 8, 3), (0, 1))
ANGLES = tf.constant([0.3, -2.0, 3.0])
numbers = lambda *values: tf.constant(values, tf.float32)


def motions():
    """One general motion for each of three images."""
    return product(
        geometry.translation(numbers(0.7, -3.2, 5.0), numbers(1.1, 0.0, -2.5)),
        geometry.rotation(ANGLES),
        geometry.scaling(numbers(1.3, 0.8, -1.1), numbers(0.7, 1.2, 0.9)),
    )


def mirrored(array, rows, columns):
    """Bilinear interpolation of one (height, width) array at the given places, by definition, in float64."""
    padded, pad = np.pad(array.astype(np.float64), 40, mode="reflect"), 40
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    at = lambda i, j: padded[i + pad, j + pad]
    upper = (1 - right) * at(top, left) + right * at(top, left + 1)
    return (1 - down) * upper + down * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1))


def test_the_identity_changes_no_bit():
    for images in (IMAGES, IMAGES[:, :5], IMAGES[:, :, :7, :1]):
        np.testing.assert_array_equal(geometry.warp(images, tf.eye(3, batch_shape=[3])), images)


def test_mirroring_and_quarter_turns_copy_pixels():
    flipped = geometry.warp(IMAGES, geometry.scaling(-tf.ones(3), 1))
    np.testing.assert_array_equal(flipped, IMAGES[:, :, ::-1])
    turned = geometry.warp(tf.concat([IMAGES[:1]] * 4, 0), geometry.quarter_turns(tf.range(4)))
    for turns in range(4):
        np.testing.assert_array_equal(turned[turns], np.rot90(IMAGES[0], -turns))


def test_whole_moves_copy_pixels_and_reflect_at_the_border():
    moved = geometry.warp(IMAGES, geometry.translation(numbers(2, -3, 0), numbers(0, 1, -20))).numpy()
    images = IMAGES.numpy()
    np.testing.assert_array_equal(moved[0, :, 2:], images[0, :, :-2])
    np.testing.assert_array_equal(moved[0, :, :2], images[0, :, 2:0:-1])
    np.testing.assert_array_equal(moved[1, 1:, :-3], images[1, :-1, 3:])
    # Up by 20 with period 2 (8 - 1): row 0 shows row 20 = 6 of the reflected image.
    np.testing.assert_array_equal(moved[2, 0], images[2, 6])


def test_a_half_pixel_is_the_mean_of_two():
    moved = geometry.warp(IMAGES, geometry.translation(numbers(0.5, 0, 0), numbers(0, 0, 0.5))).numpy()
    images = IMAGES.numpy()
    np.testing.assert_allclose(moved[0, :, 1:], (images[0, :, 1:] + images[0, :, :-1]) / 2, atol=1e-6)
    np.testing.assert_allclose(moved[2, 1:], (images[2, 1:] + images[2, :-1]) / 2, atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 5, 12, 1)])
def test_a_general_motion_is_its_definition(shape):
    images = tf.random.stateless_normal(shape, (0, 2)).numpy()
    found, forward = geometry.warp(images, motions()).numpy(), motions().numpy().astype(np.float64)
    center = (np.array(shape[1:3]) - 1) / 2
    rows, columns = np.mgrid[: shape[1], : shape[2]]
    for k in range(3):
        target = np.stack([columns - center[1], rows - center[0], np.ones_like(rows)]).reshape(3, -1)
        x, y, _ = np.linalg.solve(forward[k], target).reshape(3, *rows.shape)
        expected = mirrored(images[k, :, :, 0], y + center[0], x + center[1])
        np.testing.assert_allclose(found[k, :, :, 0], expected, atol=3e-5)


def test_a_motion_and_its_inverse_are_the_identity():
    identity = np.broadcast_to(np.eye(3), (3, 3, 3))
    turned = product(geometry.rotation(ANGLES), geometry.rotation(-ANGLES))
    np.testing.assert_allclose(turned, identity, atol=1e-5)
    np.testing.assert_allclose(geometry.inverse(geometry.rotation(ANGLES)), geometry.rotation(-ANGLES), atol=1e-6)
    np.testing.assert_allclose(product(motions(), geometry.inverse(motions())), identity, atol=1e-5)
    quarter = geometry.rotation(tf.range(4, dtype=tf.float32) * math.pi / 2)
    np.testing.assert_allclose(quarter, geometry.quarter_turns(tf.range(4)), atol=1e-6)


def test_turning_and_turning_back_shows_a_smooth_image_again():
    place = np.linspace(-1, 1, 64)
    smooth = np.exp(-6 * ((place[:, None] - 0.2) ** 2 + place**2)).astype(np.float32)[None, :, :, None]
    angle = numbers(0.7)
    there = geometry.warp(smooth, geometry.rotation(angle))
    back = geometry.warp(there, geometry.rotation(-angle))
    assert np.abs(there - smooth).max() > 0.2
    assert np.abs(back - smooth)[:, 16:48, 16:48].max() < 0.01


@pytest.mark.parametrize("xla", [False, True])
def test_the_gradient_is_the_transposed_action(xla):
    shape = (3, 4, 5, 1)
    weights = tf.random.stateless_normal(shape, (0, 3))

    @tf.function(jit_compile=xla)
    def gradient(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(geometry.warp(images, motions()) * weights)
        return tape.gradient(total, images)

    found = gradient(tf.random.stateless_normal(shape, (0, 4))).numpy()
    for pixel in range(20):  # every pixel's own share of the result: a column of the matrix
        unit = np.zeros((3, 20), np.float32)
        unit[:, pixel] = 1
        column = geometry.warp(unit.reshape(shape), motions())
        share = tf.reduce_sum(column * weights, axis=(1, 2, 3))
        np.testing.assert_allclose(found.reshape(3, 20)[:, pixel], share, atol=1e-5)


@pytest.mark.parametrize("xla", [False, True])
def test_gradient_penalties_can_be_differentiated(xla):
    """D(x) = <a, T x> has the gradient T'a, so half its squared norm has the gradient T T'a in a."""
    shape = (3, 4, 5, 1)
    weights = tf.random.stateless_normal(shape, (0, 5))

    @tf.function(jit_compile=xla)
    def penalty_gradient(a):
        images = tf.zeros(shape)
        with tf.GradientTape() as outer:
            outer.watch(a)
            with tf.GradientTape() as inner:
                inner.watch(images)
                score = tf.reduce_sum(geometry.warp(images, motions()) * a)
            transposed = inner.gradient(score, images)
            penalty = tf.reduce_sum(transposed**2) / 2
        return transposed, outer.gradient(penalty, a)

    transposed, found = penalty_gradient(weights)
    np.testing.assert_allclose(found, geometry.warp(transposed, motions()), atol=1e-5)


def test_xla_equals_plain():
    compiled = tf.function(geometry.warp, jit_compile=True)
    np.testing.assert_allclose(compiled(IMAGES, motions()), geometry.warp(IMAGES, motions()), atol=1e-5)


def test_images_of_one_row_are_refused():
    with pytest.raises(ZooError, match="static sides of at least 2 pixels"):
        geometry.warp(tf.zeros((3, 1, 8, 1)), motions())
