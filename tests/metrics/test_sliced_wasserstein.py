"""Sliced Wasserstein: exact one-dimensional distances, known answers, and the order of image sets by quality."""

import sys

import numpy as np
import pytest
import scipy.ndimage
import scipy.stats

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.sliced_wasserstein import _descriptors, _level, laplacian_swd, sliced_wasserstein


def normal(n, d, seed):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_identical_sets_in_another_order():
    points = normal(100, 5, 0)
    assert sliced_wasserstein(points, points[::-1]) < 1e-12


@pytest.mark.parametrize(("n", "m"), [(50, 50), (50, 70), (7, 3), (1, 13), (64, 128)])
def test_one_dimension_equals_scipy(n, m):
    a, b = normal(n, 1, 1), normal(m, 1, 2) * 2 + 1
    expected = scipy.stats.wasserstein_distance(a[:, 0], b[:, 0])
    assert sliced_wasserstein(a, b, [[1.0]], p=1) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("p", [1, 1.5, 2, 3])
def test_unequal_sizes_equal_repeated_samples(p):
    """An empirical measure does not change when each sample is repeated."""
    a, b = normal(6, 4, 3), normal(10, 4, 4)
    directions = normal(4, 20, 5)
    repeated = sliced_wasserstein(np.repeat(a, 5, 0), np.repeat(b, 3, 0), directions, p=p)
    assert sliced_wasserstein(a, b, directions, p=p) == pytest.approx(repeated, rel=1e-12)


def test_shift():
    """Along t a shift s is t.s, and E (t.s)^2 = |s|^2 / d."""
    a, shift = normal(40, 8, 6), np.arange(8.0)
    directions = np.linalg.qr(normal(8, 8, 7))[0]  # over an orthonormal basis the mean is exact
    assert sliced_wasserstein(a, a + shift, directions) == pytest.approx(np.sqrt(shift @ shift / 8), rel=1e-12)
    drawn = sliced_wasserstein(a, a + shift, 20_000, seed=1)
    assert drawn == pytest.approx(np.sqrt(shift @ shift / 8), rel=0.02)


def test_scaled_normals():
    """W_2(N(0, 1), N(0, 4)) = 1 in every direction."""
    assert sliced_wasserstein(normal(20_000, 3, 8), 2 * normal(30_000, 3, 9), 50) == pytest.approx(1, rel=0.02)


def test_seed_decides():
    a, b = normal(30, 5, 10), normal(20, 5, 11)
    assert sliced_wasserstein(a, b, seed=1) == sliced_wasserstein(a, b, seed=1)
    assert sliced_wasserstein(a, b, seed=1) != sliced_wasserstein(a, b, seed=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"features_a": np.zeros((3, 4))}, "4 dimensions, features_b 2"),
        ({"features_a": np.full((3, 2), np.nan)}, "features_a hold NaN"),
        ({"projections": 0}, "at least one projection"),
        ({"projections": np.ones((3, 5))}, r"projections must have shape \(2, number of directions\); found \(3, 5\)"),
        ({"projections": np.ones(2)}, "projections must have shape"),
        ({"p": 0.5}, "p must be at least 1"),
    ],
)
def test_errors(arguments, says):
    with pytest.raises(ZooError, match=says):
        sliced_wasserstein(**({"features_a": np.zeros((3, 2)), "features_b": np.zeros((3, 2))} | arguments))


def noise(n, side, channels, seed):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, channels), np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(64, 64, [64, 32, 16]), (28, 28, [28]), (32, 48, [32, 16]), (17, 40, [17])]
)
def test_levels(height, width, expected):
    images = np.random.default_rng(0).uniform(-1, 1, (3, height, width, 2)).astype(np.float32)
    result = laplacian_swd(images, images, patches=4, directions=8)
    assert list(result.levels) == expected
    assert result.average == pytest.approx(np.mean(list(result.levels.values())))


def test_range_and_brightness_do_not_matter():
    images, others = noise(20, 16, 3, 1), noise(20, 16, 3, 2)
    dark = (others / 255 - 0.9).astype(np.float32)
    assert laplacian_swd(images, others).average == pytest.approx(laplacian_swd(images, dark).average, rel=1e-3)


def test_equal_noise_is_close_and_smooth_images_far():
    a, b = noise(40, 32, 1, 3), noise(40, 32, 1, 4)
    smooth = np.repeat(np.repeat(noise(40, 8, 1, 5), 4, 1), 4, 2)
    near, far = laplacian_swd(a, b), laplacian_swd(a, smooth)
    assert near.average < 0.04
    assert far.levels[32] > 3 * near.levels[32]
    assert far.levels[16] > near.levels[16]


def test_details_show_at_the_fine_level_alone():
    images = open_source("fashion_mnist", image_size=32).images[:120]
    first, second = images[:60], images[60:]
    flicker = np.clip(second.astype(int) + 24 * (-1) ** np.add.outer(range(32), range(32))[..., None], 0, 255)
    clean, fine = laplacian_swd(first, second), laplacian_swd(first, flicker.astype(np.uint8))
    assert fine.levels[32] > 3 * clean.levels[32]
    assert fine.levels[16] < 2 * clean.levels[16]


def test_rises_with_noise():
    images = open_source("fashion_mnist").images[:400]
    generator = np.random.default_rng(6)
    values = []
    for sigma in (0, 5, 15, 40):
        fake = np.clip(images[200:] + sigma * generator.normal(size=images[200:].shape), 0, 255).astype(np.uint8)
        values.append(laplacian_swd(images[:200], fake, patches=32, directions=64).average)
    assert values == sorted(values)
    assert values[3] > 2 * values[0]


def test_unequal_numbers_and_constant_images():
    result = laplacian_swd(noise(5, 16, 1, 7), np.zeros((9, 16, 16, 1), np.uint8), patches=16, directions=32)
    # Constant patches stay 0, the others have unit variance: E |N(0, 1)| = .798 along every direction.
    assert result.average == pytest.approx(np.sqrt(2 / np.pi), rel=0.1)


def test_bytes_become_floats_a_batch_at_a_time(monkeypatch):
    module = sys.modules[laplacian_swd.__module__]  # the package has a function of its name
    seen, plain = [], module.to_unit
    monkeypatch.setattr(module, "to_unit", lambda images, *rest: seen.append(len(images)) or plain(images, *rest))
    images = np.random.default_rng(0).integers(0, 256, (2, 50, 16, 16, 1), np.uint8)
    by_batch = laplacian_swd(*images, patches=4, directions=8, batch_size=20)
    assert max(seen) == 20
    assert by_batch == laplacian_swd(*(plain(x) for x in images), patches=4, directions=8, batch_size=20)


def test_equals_the_published_pyramid_and_descriptors():
    """A 5x5 binomial kernel with mirrored borders, as `cv2.pyrDown` and `cv2.pyrUp`; every patch of a 7x7 image."""
    image = np.random.default_rng(8).uniform(-1, 1, (1, 32, 32, 1)).astype(np.float32)
    weights = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    blur = lambda x: scipy.ndimage.convolve(x, weights, mode="mirror")
    small = blur(image[0, :, :, 0])[::2, ::2]
    spread = np.zeros((32, 32))
    spread[::2, ::2] = small
    fine = image[0, :, :, 0] - 4 * blur(spread)
    np.testing.assert_allclose(next(_level(image, 0, False, 1))[0, :, :, 0], fine, atol=1e-6)
    np.testing.assert_allclose(next(_level(image, 1, True, 1))[0, :, :, 0], small, atol=1e-6)
    patch = image[:, :7, :7].repeat(2, axis=3) * [1, 5] + 3
    descriptor = _descriptors(iter([patch.astype(np.float32)]), 3, np.random.default_rng(0))
    expected = ((image[0, :7, :7, 0] - image[0, :7, :7].mean()) / image[0, :7, :7].std()).ravel()
    np.testing.assert_allclose(descriptor, np.tile(expected, (3, 2)), atol=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (np.zeros((2, 16, 16, 1)), np.zeros((2, 16, 16, 3)), "resize one"),
        (np.zeros((2, 8, 8, 1)), np.zeros((2, 8, 8, 1)), "sides of at least 16; found 8x8"),
        (np.zeros((0, 16, 16, 1)), np.zeros((2, 16, 16, 1)), "needs images; found 0 and 2"),
        (np.full((2, 16, 16, 1), 9.0), np.zeros((2, 16, 16, 1)), "images_a must lie in"),
    ],
)
def test_bad_images(a, b, says):
    with pytest.raises(ZooError, match=says):
        laplacian_swd(a, b)
