"""What every evaluator is given: features, class scores, projections and images, each from its own numpy seed.

Only numpy is needed, so that the peers' environments and our tests make the same numbers; none of them is stored.
"""

import numpy as np

PAIRS = {"full_rank": (400, 400, 64), "uneven": (700, 500, 192), "rank_deficient": (300, 300, 2048)}
"""Name -> number of real features, of fake features, and their dimension."""

SIZES = {"32": (32, 32), "64": (64, 64), "299": (299, 299), "512": (512, 512), "wide": (48, 200), "tall": (431, 127)}
"""Name -> height and width of the images that are resized."""

JUDGED = {"tiny": (40, 64), "native": (299, 299)}
"""Name -> size of the images that are given to the Inception networks, two of each."""


def features(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return real and fake features, correlated and shifted: float64 arrays whose values float32 holds exactly.

    They overlap enough that precision and recall are neither 0 nor 1.
    """
    n, m, d = PAIRS[name]
    generator = np.random.default_rng([1, d])
    mixing = generator.standard_normal((d, d)) / np.sqrt(d) * np.exp(-np.arange(d) / 12.0)[:, None]
    real = generator.standard_normal((n, d)) @ mixing + 0.1 * generator.standard_normal((n, d))
    fake = (
        generator.standard_normal((m, d)) @ (0.9 * mixing) + 0.1 * generator.standard_normal((m, d)) + 0.3 * mixing[0]
    )
    # Four decimals: another BLAS's rounding of the product does not show.
    return tuple(np.round(part + 0.5, 4).astype(np.float32).astype(np.float64) for part in (real, fake))


def logits() -> np.ndarray:
    """Return class scores (1003, 20), float64: not divisible into ten splits, some of them very sure."""
    return np.random.default_rng(2).standard_normal((1003, 20)) * np.geomspace(0.1, 20, 1003)[:, None]


def projections(d: int, n: int = 50) -> np.ndarray:
    """Return `n` directions of unit length, shape (d, n)."""
    directions = np.random.default_rng([3, d]).standard_normal((d, n))
    return directions / np.linalg.norm(directions, axis=0)


def images(height: int, width: int, n: int = 1) -> np.ndarray:
    """Return uint8 NHWC images: coloured waves with noise on them, so that both halves of the spectrum are there."""
    generator = np.random.default_rng([4, height, width])
    row, column = np.mgrid[:height, :width] / max(height, width)
    speed = generator.uniform(2, 20, (2, n, 1, 1, 3))
    phase = generator.uniform(0, 2 * np.pi, (n, 1, 1, 3))
    waves = np.sin(speed[0] * row[..., None] + speed[1] * column[..., None] + phase)
    noise = generator.uniform(-1, 1, (n, height, width, 3))
    return np.round(127.5 + 90 * waves + 37 * noise).astype(np.uint8)


def sampled(image: np.ndarray) -> np.ndarray:
    """Return about 600 pixels of a resized image (299, 299, 3), all four corners among them: what fixtures keep."""
    chosen = np.r_[0:298:13, 298]
    return image[chosen][:, chosen]


def fingerprint() -> np.ndarray:
    """Return a few sums of all inputs: they tell when another numpy draws other numbers from the same seeds."""
    parts = [*features("full_rank"), logits(), projections(64), images(48, 200)]
    return np.array([np.abs(part.astype(np.float64)).sum() for part in parts])
