"""Pictures that say what a model has learned: classes, ways between latents, single coordinates, reconstructions.

Each returns images for `data.save_grid`, and the number of columns.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.interpolation import lerp, slerp

if TYPE_CHECKING:
    from tfgan_zoo.game import Game

METHODS = ("slerp", "lerp")
View = tuple[np.ndarray, int]


def classes(model: "Game", rows: int = 8, seed: int = 0) -> View:
    """A column for each class, a row for each latent: what the label changes, and what it leaves.

    Raises:
        ZooError: the model is not told classes.
    """
    count = getattr(model, "classes", None)
    if not count or len(model.inputs_of_batch()) < 2:
        raise ZooError(f"{model.name} is not told a class; choose a class-conditional model, such as cgan")
    latents = tf.repeat(_latents(model, rows, seed), count, axis=0)
    labels = tf.tile(tf.range(count), (rows,))
    return np.asarray(model((latents, labels))), count


def interpolations(model: "Game", rows: int = 8, steps: int = 8, seed: int = 0, method: str = "slerp") -> View:
    """Rows from one latent to another, ends included.

    Args:
        model: any with latents; of a class-conditional one every row shows one class.
        rows: pairs of latents.
        steps: images in a row, from 2 on.
        seed: of the latents.
        method: "slerp", along the sphere (the length goes from the one's to the other's in proportion), as fits normal
            latents; or "lerp", straight.

    Raises:
        ZooError: an unknown method, or fewer than two steps.
    """
    if method not in METHODS:
        raise unknown("way between latents", method, METHODS)
    if steps < 2:
        raise ZooError(f"steps: expected at least the two ends, found {steps}")
    ends = _latents(model, 2 * rows, seed).numpy()
    a, b = np.repeat(ends[:rows], steps, axis=0), np.repeat(ends[rows:], steps, axis=0)
    at = np.tile(np.linspace(0.0, 1.0, steps), rows)
    between = lerp(a, b, at)
    if method == "slerp":
        length = lambda x: np.linalg.norm(x, axis=1)
        between = slerp(a, b, at) * lerp(length(a), length(b), at)[:, None]
    return _images(model, between, np.repeat(np.arange(rows), steps)), steps


def traversals(
    model: "Game",
    coordinates: Sequence[int],
    steps: int = 8,
    low: float = -1.0,
    high: float = 1.0,
    seed: int = 0,
) -> View:
    """A row for each coordinate of one latent, which goes from `low` to `high` while the others stay.

    Raises:
        ZooError: there is no such coordinate.
    """
    (start,) = _latents(model, 1, seed).numpy()
    if not coordinates or not all(0 <= k < len(start) for k in coordinates):
        raise ZooError(f"coordinates: expected some of 0..{len(start) - 1}, found {list(coordinates)}")
    latents = np.tile(start, (len(coordinates), steps, 1))
    for row, k in enumerate(coordinates):
        latents[row, :, k] = np.linspace(low, high, steps)
    return _images(model, latents.reshape(-1, len(start)), np.zeros(len(coordinates) * steps, int)), steps


def reconstructions(model: "Game", images: np.ndarray, columns: int = 8) -> View:
    """Rows of images, each above the row of their reconstructions.

    Args:
        model: one with an encoder.
        images: float32 in [-1, 1]; a last incomplete row is left out.
        columns: in a row.

    Raises:
        ZooError: the model has no encoder, wrong images, or too few.
    """
    rows = len(images) // columns
    if not rows:
        raise ZooError(f"images: expected at least a row of {columns}, found {len(images)}")
    images = np.asarray(images)[: rows * columns]
    pair = np.stack([images, np.asarray(model.reconstruct(images))])
    pair = pair.reshape(2, rows, columns, *images.shape[1:]).swapaxes(0, 1)
    return pair.reshape(-1, *images.shape[1:]), columns


def _latents(model, n, seed):
    if not hasattr(model, "sample_latents"):
        raise ZooError(f"{model.name} has no latents")
    with draws.seeded((seed, 0)):
        return model.sample_latents(n)


def _images(model, latents, row):
    latents = tf.constant(latents, tf.float32)
    if len(model.inputs_of_batch()) < 2:
        return np.asarray(model(latents))
    return np.asarray(model((latents, tf.constant(row % model.classes, tf.int32))))
