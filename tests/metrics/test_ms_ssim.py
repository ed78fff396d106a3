"""MS-SSIM: known answers, the rule for small images, and diversity of real and collapsed sets."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import correlate1d

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.ms_ssim import WEIGHTS, ms_ssim, ms_ssim_between, scales_of


def images(n, side, channels=1, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, channels), np.uint8)


@pytest.mark.parametrize(
    ("side", "scales"), [(11, 1), (21, 1), (22, 2), (28, 2), (32, 2), (44, 3), (64, 3), (128, 4), (176, 5), (512, 5)]
)
def test_scales_of_a_size(side, scales):
    assert scales_of(side, 600) == scales_of(600, side) == scales
    assert side >> (scales - 1) >= 11


@pytest.mark.parametrize("side", [16, 32, 64])
def test_equal_images_give_one(side):
    batch = images(5, side, 3)
    np.testing.assert_allclose(ms_ssim_between(batch, batch), 1, atol=1e-6)


def test_five_scales_equal_tensorflow_on_bytes():
    a, b = images(2, 180, 3, 1), images(2, 180, 3, 2) // 4 + images(2, 180, 3, 1) // 2
    expected = tf.image.ssim_multiscale(a, b, 255).numpy()
    np.testing.assert_allclose(ms_ssim_between(a, b), expected, rtol=1e-3)


def test_one_scale_equals_the_definition():
    a, b = images(1, 16, 1, 3), images(1, 16, 1, 4) // 2 + images(1, 16, 1, 3) // 2
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    blur = lambda x: correlate1d(correlate1d(x, kernel / kernel.sum(), 0), kernel / kernel.sum(), 1)[5:-5, 5:-5]
    x, y = (z[0, :, :, 0].astype(np.float64) for z in (a, b))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    means = 2 * blur(x) * blur(y) + c1, blur(x) ** 2 + blur(y) ** 2 + c1
    covariances = 2 * (blur(x * y) - blur(x) * blur(y)) + c2, blur(x**2) + blur(y**2) - blur(x) ** 2 - blur(y) ** 2 + c2
    expected = (means[0] * covariances[0] / (means[1] * covariances[1])).mean()
    assert ms_ssim_between(a, b)[0] == pytest.approx(expected, rel=1e-3)


def test_a_darker_constant():
    """Of constant images only the means are compared, at the coarsest scale."""
    a, b = np.full((1, 32, 32, 1), 200, np.uint8), np.full((1, 32, 32, 1), 100, np.uint8)
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 200 * 100 + c1) / (200**2 + 100**2 + c1)
    assert ms_ssim_between(a, b)[0] == pytest.approx(luminance ** (WEIGHTS[1] / sum(WEIGHTS[:2])), rel=1e-3)


def test_falls_with_noise():
    real = open_source("fashion_mnist").images[:50]
    generator = np.random.default_rng(5)
    values = [
        ms_ssim_between(real, np.clip(real + s * generator.normal(size=real.shape), 0, 255).astype(np.uint8)).mean()
        for s in (0, 10, 30, 90)
    ]
    assert values[0] == pytest.approx(1, abs=1e-6)
    assert all(a > b for a, b in zip(values, values[1:]))


def test_diversity_orders_sets():
    real = open_source("fashion_mnist", image_size=32)
    all_classes, shirts = real.images[:400], real.images[real.labels == 0][:400]
    collapsed = np.repeat(real.images[:1], 20, axis=0)
    values = [ms_ssim(x, pairs=150) for x in (images(50, 32), all_classes, shirts, collapsed)]
    assert values == sorted(values)
    assert values[0] < 0.1 < values[1] < values[2] < 0.9
    assert values[3] == pytest.approx(1, abs=1e-6)


def test_no_image_meets_itself():
    noise = images(2, 16, 1, 6)
    assert ms_ssim(noise, pairs=50) == pytest.approx(ms_ssim_between(noise[:1], noise[1:])[0], rel=1e-5)


def test_seed_decides_and_batches_do_not():
    noise = images(30, 16, 1, 7)
    assert ms_ssim(noise, pairs=20, seed=1, batch_size=3) == pytest.approx(ms_ssim(noise, pairs=20, seed=1), rel=1e-6)
    assert ms_ssim(noise, pairs=20, seed=1) != ms_ssim(noise, pairs=20, seed=2)


def test_import_loads_no_tensorflow():
    code = "import sys, tfgan_zoo.metrics.ms_ssim; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ms_ssim(images(1, 16)), "at least 2 are needed, found 1"),
        (lambda: ms_ssim(images(3, 10)), "sides of at least 11; found 10x10"),
        (lambda: ms_ssim(images(3, 16), pairs=0), "pairs must be at least 1"),
        (lambda: ms_ssim(np.zeros((3, 16, 16))), r"shape \(n, height, width, channels\)"),
        (lambda: ms_ssim_between(images(3, 16), images(2, 16)), "one shape"),
        (lambda: ms_ssim_between(images(1, 16), np.full((1, 16, 16, 1), np.nan)), "images_b hold NaN"),
    ],
)
def test_errors(call, says):
    with pytest.raises(ZooError, match=says):
        call()
