"""Two-dimensional toy distributions, with their true modes."""

import numpy as np

from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError, unknown

TOYS = ("ring8", "grid25", "swiss_roll")
COUNTS = {"train": 50_000, "test": 10_000}

# The scale of the WGAN-GP toy code (Gulrajani et al. 2017), about the standard deviation of the grid.
_GRID_SCALE = 2.828


def modes(name: str) -> tuple[np.ndarray, float]:
    """Return the mixture behind a toy: means float32 (modes, 2) and the standard deviation of every mode.

    ring8: means 2 (cos(2 pi k / 8), sin(2 pi k / 8)), k = 0..7; deviation 0.02.
    grid25: means 2 (i, j) / 2.828, i, j = -2..2; deviation 0.05 / 2.828.

    Raises:
        ZooError: no such toy, or one without modes.
    """
    if name == "ring8":
        angle = 2 * np.pi * np.arange(8) / 8
        return (2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32), 0.02
    if name == "grid25":
        step = np.arange(-2, 3)
        grid = np.stack(np.meshgrid(step, step, indexing="ij"), axis=-1).reshape(25, 2)
        return (2 * grid / _GRID_SCALE).astype(np.float32), 0.05 / _GRID_SCALE
    if name == "swiss_roll":
        raise ZooError("'swiss_roll' is a curve and has no modes; choose ring8 or grid25")
    raise unknown("toy", name, TOYS)


def draw(name: str, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray | None]:
    """Return `count` points float32 (count, 2) of a toy, and int32 mode indices (count,), or None for swiss_roll.

    swiss_roll: t (cos t, sin t) / 7.5 with t uniform in [1.5 pi, 4.5 pi], plus normal noise of deviation 0.03;
    the points lie within about 1.9 of the origin.
    """
    generator = np.random.default_rng([seed % 2**64, TOYS.index(name) if name in TOYS else 0])
    if name == "swiss_roll":
        t = 1.5 * np.pi * (1 + 2 * generator.random(count))
        points = np.stack([t * np.cos(t), t * np.sin(t)], axis=1) / 7.5
        return (points + 0.03 * generator.standard_normal((count, 2))).astype(np.float32), None
    means, sigma = modes(name)
    mode = generator.integers(len(means), size=count)
    points = means[mode] + sigma * generator.standard_normal((count, 2))
    return points.astype(np.float32), mode.astype(np.int32)


def open_toy(name: str, *, split: str = "train", seed: int = 0) -> Source:
    """Return 50,000 ("train") or 10,000 ("test") fixed points of a toy; other seeds and splits are other points."""
    if split not in COUNTS:
        raise unknown(f"split of {name}", split, COUNTS)
    points, mode = draw(name, COUNTS[split], seed=2 * seed + list(COUNTS).index(split))
    names = () if mode is None else tuple(f"mode {k}" for k in range(len(modes(name)[0])))
    return Source(name, points, mode, names)
