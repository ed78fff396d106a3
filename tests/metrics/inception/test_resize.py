import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.inception import resize

SIZES = [(32, 32), (64, 48), (299, 299), (512, 300)]


def noise(height, width):
    return np.random.default_rng(0).integers(0, 256, (2, height, width, 3)).astype(np.float32)


def test_tf1_samples_without_half_pixels():
    """A row [0, 1] four pixels wide is [0, .5, 1, 1] in TensorFlow 1, [0, .25, .75, 1] with half-pixel centres."""
    row = np.array([0, 1], np.float32).reshape(1, 1, 2, 1)
    options = {"images": row, "size": (1, 4), "align_corners": False}
    np.testing.assert_array_equal(
        tf.raw_ops.ResizeBilinear(**options, half_pixel_centers=False)[0, 0, :, 0], [0, 0.5, 1, 1]
    )
    ramp = np.arange(2, dtype=np.float32).reshape(1, 1, 2, 1) * 299 * np.ones((1, 299, 1, 3), np.float32)
    np.testing.assert_allclose(
        resize.bilinear(ramp, half_pixel_centers=False)[0, 0, :, 0], np.minimum(2 * np.arange(299), 299), rtol=1e-6
    )
    centered = np.clip(2 * np.arange(299) + 1 - 149.5, 0, 299)
    np.testing.assert_allclose(resize.bilinear(ramp, half_pixel_centers=True)[0, 0, :, 0], centered, rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_clean_is_pillows_bicubic(height, width):
    images = noise(height, width)
    pillow = np.stack(
        [
            [np.asarray(Image.fromarray(image[:, :, c], mode="F").resize((299, 299), Image.BICUBIC)) for c in range(3)]
            for image in images
        ]
    ).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(resize.bicubic(images), pillow, rtol=0, atol=5e-5)
    np.testing.assert_allclose(resize.clean(images), (np.clip(pillow, 0, 255) - 128) / 128, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "black", "white"), [("tf1", -1, 127 / 128), ("pytorch_fid", -1, 1), ("clean", -1, 127 / 128)]
)
def test_values_are_scaled_as_the_convention_says(name, black, white):
    for value, expected in ((0, black), (255, white)):
        images = np.full((1, 20, 30, 3), value, np.float32)
        np.testing.assert_allclose(resize.convention(name)(images), np.full((1, 299, 299, 3), expected), atol=1e-6)


def test_conventions_differ():
    """By tens of grey levels on noise."""
    images = noise(64, 64)
    tf1, half = resize.tf1(images), resize.pytorch_fid(images)
    assert np.abs(tf1 - half).max() * 128 > 30


def test_an_unknown_convention_is_named():
    with pytest.raises(ZooError, match="tf2"):
        resize.convention("tf2")
