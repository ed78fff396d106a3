"""Multi-scale structural similarity between images of one set: how little they vary."""

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.images import to_unit

FILTER_SIZE = 11
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales from the finest (Wang, Simoncelli, Bovik, 2003)."""


def scales_of(height: int, width: int) -> int:
    """Return how many of the five scales an image has: the smaller side is at least 11 (the filter) at each.

    Each scale has half the side of the last: 176 pixels have all five, 64 three, 32 two, 11 one.

    Raises:
        ZooError: a side is smaller than the filter.
    """
    side, scales = min(height, width), 0
    while side >> scales >= FILTER_SIZE and scales < len(WEIGHTS):
        scales += 1
    if not scales:
        raise ZooError(f"MS-SSIM needs sides of at least {FILTER_SIZE}; found {height}x{width}")
    return scales


def ms_ssim_between(images_a, images_b, batch_size: int = 64) -> np.ndarray:
    """Return the MS-SSIM of each pair images_a[i], images_b[i]; 1 where they are equal.

        l_S^w_S prod_s cs_s^w_s,   with the weights of the S scales divided by their sum

    Images with sides below 176 have fewer than five scales (see `scales_of`): values of different image sizes cannot be
    compared. Negative contrast terms count as 0.

    Args:
        images_a: (n, height, width, channels), float32 in [-1, 1] or uint8; channels are averaged.
        images_b: of the same shape.
        batch_size: pairs compared at once.

    Returns:
        (n,) float32 in [0, 1], up to rounding.

    Raises:
        ZooError: shapes that differ, too small images, wrong range, or NaN.

    Source: Wang, Simoncelli, Bovik, 2003; `tf.image.ssim_multiscale`.
    """
    import tensorflow as tf

    images_a, images_b = to_unit(images_a, "images_a"), to_unit(images_b, "images_b")
    if images_a.shape != images_b.shape:
        raise ZooError(f"images_a and images_b must have one shape; found {images_a.shape} and {images_b.shape}")
    if batch_size < 1:
        raise ZooError(f"batch_size must be at least 1; found {batch_size}")
    weights = np.array(WEIGHTS[: scales_of(*images_a.shape[1:3])])
    weights = tuple(float(x) for x in weights / weights.sum())
    values = [
        # Moved to [0, 2]: structural similarity compares means, which have to be positive.
        tf.image.ssim_multiscale(a + 1, b + 1, max_val=2.0, power_factors=weights, filter_size=FILTER_SIZE).numpy()
        for a, b in (
            (images_a[start : start + batch_size], images_b[start : start + batch_size])
            for start in range(0, len(images_a), batch_size)
        )
    ]
    return np.concatenate(values) if values else np.empty(0, np.float32)


def ms_ssim(images, pairs: int = 1000, seed: int = 0, batch_size: int = 64) -> float:
    """Return the mean MS-SSIM of random pairs of different images of one set: low is varied, 1 is all the same.

    For sets of one class, as in the paper; between classes images differ anyway. Compare with the value of real
    images: far above it the generator has collapsed.

    Args:
        images: (n, height, width, channels), n >= 2, float32 in [-1, 1] or uint8.
        pairs: how many; the paper takes 100 a class, ProGAN 10,000 in all. No image meets itself.
        seed: of the pairs.
        batch_size: pairs compared at once.

    Raises:
        ZooError: as `ms_ssim_between`; or fewer than two images or one pair.

    Source: Odena, Olah, Shlens, 2017 (1610.09585), section 4.2.
    """
    images = np.asarray(images)
    if images.ndim == 4 and len(images) < 2:
        raise ZooError(f"ms_ssim compares images of one set: at least 2 are needed, found {len(images)}")
    if pairs < 1:
        raise ZooError(f"pairs must be at least 1; found {pairs}")
    if images.dtype != np.uint8 or images.ndim != 4:  # bytes become floats, four times as large, pair by pair
        images = to_unit(images)
    generator = np.random.default_rng(seed)
    first = generator.integers(0, len(images), pairs)
    second = (first + generator.integers(1, len(images), pairs)) % len(images)
    # A batch of pairs at a time, so that memory does not grow with their number.
    values = [
        ms_ssim_between(images[first[part]], images[second[part]], batch_size)
        for part in (slice(start, start + batch_size) for start in range(0, pairs, batch_size))
    ]
    return float(np.concatenate(values).mean(dtype=np.float64))
