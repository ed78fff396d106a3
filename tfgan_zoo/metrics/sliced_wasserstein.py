"""Sliced Wasserstein distances: of features, and of the patches of a Laplacian pyramid (ProGAN's)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.ndimage import correlate1d

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked, checked_pair
from tfgan_zoo.metrics.images import to_unit

_BINOMIAL = np.array([1, 4, 6, 4, 1], np.float32) / 16
_CHUNK = 2**24  # projected values held at once


class LaplacianSWD(NamedTuple):
    """Sliced Wasserstein distances of patches. The papers' tables show them times 1000."""

    levels: dict[int, float]
    """By the smaller side of the level, from the finest (details) to the coarsest (at least 16: large shapes)."""
    average: float
    """Mean over the levels."""


def sliced_wasserstein(
    features_a, features_b, projections: int | np.ndarray = 512, seed: int = 0, p: float = 2
) -> float:
    """Return the sliced p-Wasserstein distance of two empirical measures, >= 0, in the unit of the features.

        (mean over directions t of W_p(t.a, t.b)^p)^(1/p)

    W_p in one dimension is exact, also for sets of different sizes: the p-norm of the difference of the two quantile
    functions. Up to the choice of directions this is POT's `ot.sliced_wasserstein_distance`.

    Args:
        features_a: (n, d).
        features_b: (m, d).
        projections: how many directions to draw, uniform on the sphere; or the directions themselves, (d, number),
            which are used as they are.
        seed: of the directions.
        p: order, >= 1.

    Raises:
        ZooError: wrong rank, NaN or infinity, different dimensions, p < 1, or projections that do not fit.

    Source: Bonneel et al., 2015, section 4; Rabin et al., 2011.

    >>> round(sliced_wasserstein([[0.0, 0.0]], [[3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]), 6)  # sqrt((9 + 16) / 2)
    3.535534
    """
    features_a, features_b = checked_pair(features_a, features_b, least=1)
    if not p >= 1:
        raise ZooError(f"p must be at least 1; found {p}")
    d = features_a.shape[1]
    if np.ndim(projections) == 0:
        if projections < 1:
            raise ZooError(f"at least one projection is needed; found {projections}")
        directions = _directions(np.random.default_rng(seed), d, int(projections))
    else:
        directions = checked(projections, "projections", least=1)
        if len(directions) != d:
            raise ZooError(f"projections must have shape ({d}, number of directions); found {directions.shape}")
    return float(_transport(features_a, features_b, directions, p).mean() ** (1 / p))


def laplacian_swd(
    images_a,
    images_b,
    patches: int = 128,
    directions: int = 512,
    seed: int = 0,
    batch_size: int = 64,
) -> LaplacianSWD:
    """Return ProGAN's sliced Wasserstein distances of local patches, level by level of a Laplacian pyramid.

    Of each level (sides halve while both are even and the result is at least 16) `patches` random 7x7 patches of each
    image are taken and normalised, per set and channel, to mean 0 and standard deviation 1. The distance is the mean
    absolute difference of sorted projections (p = 1) on random unit directions. Needs no network. Similar images have
    small values; two samples of one set are not at 0.

    Args:
        images_a: (n, height, width, channels), float32 in [-1, 1] or uint8; both sides at least 16.
        images_b: (m, height, width, channels).
        patches: of each image and level; the paper takes 128 of 16,384 images.
        directions: the paper takes 4 x 128.
        seed: of patches and directions.
        batch_size: images decomposed at once; bytes become floats no sooner. One level's patches are held as float32:
            n patches 49 channels numbers.

    Raises:
        ZooError: wrong rank or range, NaN, images of different or too small sizes, no images, or counts below 1.

    Source: Karras et al., 2018 (1710.10196), section 5; tkarras/progressive_growing_of_gans.
    """
    images_a, images_b = _checked_images(images_a, "images_a"), _checked_images(images_b, "images_b")
    if images_a.shape[1:] != images_b.shape[1:]:
        raise ZooError(f"images_a are {images_a.shape[1:]}, images_b {images_b.shape[1:]}; resize one of them")
    if not (len(images_a) and len(images_b)):
        raise ZooError(f"laplacian_swd needs images; found {len(images_a)} and {len(images_b)}")
    if min(patches, directions, batch_size) < 1:
        raise ZooError(
            f"patches, directions and batch_size must be at least 1; found {patches}, {directions} and {batch_size}"
        )
    height, width, channels = images_a.shape[1:]
    if min(height, width) < 16:
        raise ZooError(f"laplacian_swd needs sides of at least 16; found {height}x{width}")
    count = 1
    while height % 2**count == 0 and width % 2**count == 0 and min(height, width) >> count >= 16:
        count += 1
    generator = np.random.default_rng(seed)
    levels = {}
    for level in range(count):
        a, b = (
            _descriptors(_level(images, level, level == count - 1, batch_size), patches, generator)
            for images in (images_a, images_b)
        )
        chosen = _directions(generator, 49 * channels, directions).astype(np.float32)
        levels[min(height, width) >> level] = float(_transport(a, b, chosen, 1).mean())
    return LaplacianSWD(levels, float(np.mean(list(levels.values()))))


def _checked_images(images, name: str) -> np.ndarray:
    images = np.asarray(images)
    return images if images.dtype == np.uint8 and images.ndim == 4 else to_unit(images, name)


def _directions(generator: np.random.Generator, d: int, number: int) -> np.ndarray:
    directions = generator.normal(size=(d, number))
    return directions / np.linalg.norm(directions, axis=0)


def _transport(a: np.ndarray, b: np.ndarray, directions: np.ndarray, p: float) -> np.ndarray:
    """Return W_p^p along each direction, (number,) float64."""
    n, m = len(a), len(b)
    # Both quantile functions are constant between the levels i / n and j / m; in units of 1 / (n m) those are integers.
    if n == m:
        of_a = of_b = slice(None)
        widths = np.full(n, 1 / n)
    else:
        breaks = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
        of_a, of_b, widths = breaks[:-1] // m, breaks[:-1] // n, np.diff(breaks) / (n * m)
    step = max(1, _CHUNK // (n + m))
    result = []
    for start in range(0, directions.shape[1], step):
        part = directions[:, start : start + step].T
        # Rows are directions: sorting along contiguous memory is several times faster.
        sorted_a, sorted_b = np.sort(part @ a.T, axis=1), np.sort(part @ b.T, axis=1)
        difference = np.abs(sorted_a[:, of_a] - sorted_b[:, of_b])
        result.append((difference if p == 1 else difference**p) @ widths)
    return np.concatenate(result)


def _level(images: np.ndarray, level: int, last: bool, batch_size: int) -> Iterator[np.ndarray]:
    """Yield batches of one level of the Laplacian pyramid; the last level keeps its low frequencies."""
    for start in range(0, len(images), batch_size):
        current = to_unit(images[start : start + batch_size])
        for _ in range(level):
            current = _halved(current)
        yield current if last else current - _doubled(_halved(current))


def _blurred(images: np.ndarray) -> np.ndarray:
    for axis in (1, 2):
        images = correlate1d(images, _BINOMIAL, axis=axis, mode="mirror")
    return images


def _halved(images: np.ndarray) -> np.ndarray:
    return _blurred(images)[:, ::2, ::2]


def _doubled(images: np.ndarray) -> np.ndarray:
    n, height, width, channels = images.shape
    spread = np.zeros((n, 2 * height, 2 * width, channels), images.dtype)
    spread[:, ::2, ::2] = images
    return 4 * _blurred(spread)


def _descriptors(batches: Iterator[np.ndarray], patches: int, generator: np.random.Generator) -> np.ndarray:
    """Return random 7x7 patches of each image, normalised per channel, (images * patches, 49 * channels) float32."""
    taken = []
    for images in batches:
        windows = np.lib.stride_tricks.sliding_window_view(images, (7, 7), axis=(1, 2))
        size = (len(images), patches)
        rows, columns = (generator.integers(0, side, size) for side in windows.shape[1:3])
        taken.append(windows[np.arange(len(images))[:, None], rows, columns])  # (images, patches, channels, 7, 7)
    channels = taken[0].shape[2]
    descriptors = np.concatenate(taken).reshape(-1, channels, 49)
    descriptors -= descriptors.mean(axis=(0, 2), keepdims=True, dtype=np.float64).astype(np.float32)
    spread = descriptors.std(axis=(0, 2), keepdims=True, dtype=np.float64).astype(np.float32)
    descriptors /= np.where(spread > 0, spread, 1)
    return descriptors.reshape(len(descriptors), -1)
