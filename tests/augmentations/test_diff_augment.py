"""DiffAugment: each change by its formula and its distribution, gradients, and XLA."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.augmentations import diff_augment
from tfgan_zoo.errors import ZooError

MANY = 4000


def changed(images, *policy, seed=(1, 2)):
    with draws.seeded(seed):
        return (diff_augment(images, policy) if policy else diff_augment(images)).numpy()


def normal(*shape):
    return tf.random.stateless_normal(shape, (0, 1)).numpy()


def test_color_is_brightness_then_saturation_then_contrast():
    # Four pixels around grey level 0 that differ in luma (0.4) and in saturation (0.3) tell all three numbers.
    color, grey = 0.3 * np.array([1, 0, -1], np.float32), np.ones(3, np.float32)
    image = np.stack([color + 0.4 * grey, 0.4 * grey, color - 0.4 * grey, -0.4 * grey]).reshape(1, 2, 2, 3)
    found = changed(np.repeat(image, MANY, 0), "color").astype(np.float64).reshape(MANY, 4, 3)
    brightness = found.mean(axis=(1, 2))
    contrast = (found[:, 1, 0] - found[:, 3, 0]) / 0.8
    saturation = (found[:, 0, 0] - found[:, 1, 0]) / 0.3 / contrast
    for values, low, high in ((brightness, -0.5, 0.5), (saturation, 0, 2), (contrast, 0.5, 1.5)):
        assert low - 1e-4 < values.min() < low + 0.01 and high - 0.01 < values.max() < high + 1e-4
        assert values.mean() == pytest.approx((low + high) / 2, abs=4 * (high - low) / (12 * MANY) ** 0.5)
        assert values.std() == pytest.approx((high - low) / 12**0.5, rel=0.04)
    assert np.abs(np.corrcoef([brightness, saturation, contrast]) - np.eye(3)).max() < 4 / MANY**0.5
    rebuilt = (contrast * saturation)[:, None, None] * (image - image.mean(-1, keepdims=True)).reshape(1, 4, 3)
    rebuilt += contrast[:, None, None] * image.mean(-1).reshape(1, 4, 1) + brightness[:, None, None]
    np.testing.assert_allclose(found, rebuilt, atol=1e-5)


def test_grey_images_keep_their_shape_under_saturation():
    image = np.repeat(normal(1, 4, 4, 1), 50, 0)
    found = changed(image, "color")
    slope = found.std(axis=(1, 2, 3)) / image.std(axis=(1, 2, 3))
    assert slope.min() > 0.499 and slope.max() < 1.501
    centered = lambda x: x - x.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(centered(found), slope[:, None, None, None] * centered(image), atol=1e-5)


@pytest.mark.parametrize("size", [(16, 24), (28, 28)])
def test_translation_is_a_uniform_whole_shift_with_zeros(size):
    height, width = size
    image = normal(1, height, width, 2)
    found = changed(np.repeat(image, MANY, 0), "translation")
    padded = np.pad(image[0], ((height, height), (width, width), (0, 0)))
    moves = [(dy, dx) for dy in range(-(height // 8), height // 8 + 1) for dx in range(-(width // 8), width // 8 + 1)]
    shifted = {m: padded[height - m[0] : 2 * height - m[0], width - m[1] : 2 * width - m[1]] for m in moves}
    counts = [np.sum(np.all(found == expected, axis=(1, 2, 3))) for expected in shifted.values()]
    assert sum(counts) == MANY
    expected = MANY / len(moves)
    assert np.abs(np.array(counts) - expected).max() < 5 * expected**0.5


@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
def test_cutout_is_a_clipped_square_of_half_the_side(size):
    found = changed(np.ones((MANY, *size, 2), np.float32), "cutout")
    holes = found[..., 0] == 0
    np.testing.assert_array_equal(found, np.repeat(~holes[..., None], 2, -1))
    share = 1.0
    for axis, length in ((2, size[0]), (1, size[1])):
        covered = holes.any(axis=axis).sum(axis=1)
        side = length // 2
        centers = np.arange(length + 1 - side % 2)
        lengths = np.minimum(centers - side // 2 + side, length) - np.maximum(centers - side // 2, 0)
        assert np.array_equal(np.unique(covered), np.unique(lengths))
        share *= lengths.mean() / length
    np.testing.assert_array_equal(holes.sum((1, 2)), holes.any(axis=2).sum(1) * holes.any(axis=1).sum(1))  # rectangles
    shares = holes.mean(axis=(1, 2))
    assert shares.mean() == pytest.approx(share, abs=4 * shares.std() / MANY**0.5)
    assert size != (8, 8) or share == pytest.approx((30 / 72) ** 2)


def test_every_image_has_draws_of_its_own_and_the_seed_decides():
    image = np.repeat(normal(1, 16, 16, 3), 8, 0)
    for policy in (("color",), ("translation",), ("cutout",), ()):
        found = changed(image, *policy)
        assert len(np.unique(found.reshape(8, -1), axis=0)) >= 6
        np.testing.assert_array_equal(found, changed(image, *policy))
        assert not np.array_equal(found, changed(image, *policy, seed=(1, 3)))


def test_changes_are_composed_in_the_order_given():
    image = 0.3 + np.zeros((4, 8, 8, 3), np.float32)
    assert np.all(np.any(changed(image, "color", "cutout") == 0, axis=(1, 2, 3)))  # holes stay 0
    assert not np.any(changed(image, "cutout", "color") == 0)  # holes are recolored as well


@pytest.mark.parametrize("channels", [1, 3])
def test_xla_equals_plain_with_gradients_and_any_batch_size(channels):
    images, weights = normal(6, 16, 16, channels), normal(6, 16, 16, channels)[::-1]

    def run(images):
        with draws.seeded((4, 5)), tf.GradientTape() as tape:
            tape.watch(images)
            found = diff_augment(images)
            total = tf.reduce_sum(found * weights)
        return found, tape.gradient(total, images)

    signature = [tf.TensorSpec((None, 16, 16, channels))]
    plain, xla = (tf.function(run, signature, jit_compile=jit)(images) for jit in (False, True))
    assert plain[0].shape == images.shape
    for a, b in zip(plain, xla):
        np.testing.assert_allclose(a, b, atol=1e-5)
    # DiffAugment with fixed draws is affine: a step along d changes the sum by <gradient, d>, however long it is.
    direction = normal(6, 16, 16, channels) ** 3
    total = lambda x: float(np.sum(changed(x, seed=(4, 5)).astype(np.float64) * weights))
    difference = total(images + direction) - total(images)
    assert np.sum(plain[1].numpy().astype(np.float64) * direction) == pytest.approx(difference, abs=1e-2)


def test_half_precision_stays_half_precision():
    images = tf.cast(normal(2, 8, 8, 3), tf.bfloat16)
    with draws.seeded((0, 0)):
        assert diff_augment(images).dtype == tf.bfloat16


def test_an_unknown_change_is_named():
    with pytest.raises(ZooError, match="unknown differentiable augmentation 'colour'; did you mean 'color'"):
        changed(normal(1, 8, 8, 3), "colour")
