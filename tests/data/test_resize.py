"""Known answers of the resize policies."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import resize
from tfgan_zoo.errors import ZooError


def thirds(width: int = 90, height: int = 30) -> Image.Image:
    """Red, green and blue thirds from left to right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for k in range(3):
        pixels[:, k * width // 3 : (k + 1) * width // 3, k] = 255
    return Image.fromarray(pixels)


def test_crop_takes_the_largest_centered_square():
    assert (np.asarray(resize.fit(thirds(), 10, "crop")) == (0, 255, 0)).all()
    assert (np.asarray(resize.fit(thirds().transpose(Image.Transpose.ROTATE_90), 10, "crop")) == (0, 255, 0)).all()
    assert (np.asarray(resize.fit(thirds(), 60, "crop")) == (0, 255, 0)).all()


def test_squash_keeps_everything():
    pixels = np.asarray(resize.fit(thirds(), 30, "squash"))
    for k in range(3):
        assert (pixels[:, 10 * k + 5].argmax(axis=-1) == k).all() and (pixels[:, 10 * k + 5].max(axis=-1) > 250).all()


def test_pad_keeps_pixels_and_shrinks_only_what_is_larger():
    small = Image.fromarray(np.full((4, 6), 200, np.uint8))
    pixels = np.asarray(resize.fit(small, 9, "pad"))
    expected = np.zeros((9, 9), np.uint8)
    expected[2:6, 1:7] = 200
    np.testing.assert_array_equal(pixels, expected)
    shrunk = np.asarray(resize.fit(thirds(), 30, "pad"))
    assert (shrunk[:10] == 0).all() and (shrunk[20:] == 0).all() and (shrunk[10:20].max(axis=-1) > 100).all()


def test_shrinking_is_antialiased():
    checkers = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    pixels = np.asarray(resize.fit(Image.fromarray(checkers), 16, "crop"))
    assert abs(pixels.astype(int) - 127).max() <= 8


def test_arrays_and_pictures_agree():
    images = np.random.default_rng(0).integers(0, 256, (3, 9, 12, 3)).astype(np.uint8)
    for policy in resize.POLICIES:
        for size in (5, 9, 12, 20):
            one = np.asarray(resize.fit(Image.fromarray(images[1]), size, policy))
            np.testing.assert_array_equal(resize.fit_array(images, size, policy)[1], one)


def test_default_policy():
    sizes = {27: "crop", 28: "pad", 32: "pad", 41: "pad", 42: "crop"}
    assert {size: resize.default_policy((28, 28, 1), size) for size in sizes} == sizes
    assert resize.default_policy((28, 28, 3), 32) == "crop"


def test_grey_and_colour():
    images = np.random.default_rng(0).integers(0, 256, (2, 9, 9, 3)).astype(np.uint8)
    pillow = np.asarray(Image.fromarray(images[0]).convert("L"))
    np.testing.assert_array_equal(resize.set_channels(images, 1)[0, ..., 0], pillow)
    grey = images[..., :1]
    np.testing.assert_array_equal(resize.set_channels(resize.set_channels(grey, 3), 1), grey)
    assert resize.set_channels(images, None) is images


@pytest.mark.parametrize(
    ("size", "policy", "message"),
    [
        (0, None, "image_size must be at least 1 pixel, found 0"),
        ((32, 32), None, r"image_size must be one whole number of pixels .* found \(32, 32\)"),
        (True, None, "one whole number"),
        (8, "crops", "unknown resize policy 'crops'; did you mean 'crop'"),
    ],
)
def test_wrong_arguments(size, policy, message):
    with pytest.raises(ZooError, match=message):
        resize.check(size, policy)


def test_wrong_channels():
    with pytest.raises(ZooError, match=r"channels must be 1 \(grey\), 3 \(colour\) or None .* found 2"):
        resize.check_channels(2)
