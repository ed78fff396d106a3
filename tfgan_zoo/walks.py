"""Ways through a latent space from seed to seed: rows for a picture, a closed loop for an animation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws, signatures
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.interpolation import lerp, slerp

if TYPE_CHECKING:
    from tfgan_zoo.game import Game

SPACES = ("z", "w")


def latents_of(model: "Game", seeds: Sequence[int]) -> np.ndarray:
    """Return a latent for each seed, float32 (n, latent_dim): the first that `model.sample(..., seed)` draws.

    Raises:
        ZooError: the model has no latents.
    """
    if not hasattr(model, "sample_latents"):
        raise ZooError(f"{model.name} has no latents; choose a model that makes images of random numbers")
    found = []
    for seed in seeds:
        with draws.seeded((seed, 0)):
            found.append(model.sample_latents(1).numpy())
    return np.concatenate(found)


def codes_of(model: "Game", seeds: Sequence[int], space: str = "z", label: int | None = None) -> np.ndarray:
    """Return z or w of the seeds' latents, float32 (n, d), untruncated.

    Raises:
        ZooError: as `ways`.
    """
    if space not in SPACES:
        raise unknown("latent space", space, SPACES)
    if space == "w" and not hasattr(model, "map"):
        raise ZooError(f"{model.name} has no styles: w is of style generators; choose z")
    latents = latents_of(model, seeds)
    if space == "z":
        return latents
    return signatures.in_chunks(lambda z: model.map(_conditioned(model, z, label)), tf.constant(latents)).numpy()


def ways(
    model: "Game", seeds: Sequence[int], steps: int = 8, space: str = "z", psi: float = 1.0, label: int | None = None
) -> tuple[np.ndarray, int]:
    """A row for each seed but the last, from its latent to the next seed's in equal steps, both included.

    Args:
        model: any with latents; with styles for `space` "w" and other `psi` than 1.
        seeds: at least two.
        steps: images in a row, from 2 on.
        space: "z": along the sphere, the length in proportion, as fits normal latents; "w": straight, as fits styles.
        psi: of the truncation.
        label: class of all images, of a model that is told classes; None is 0.

    Returns:
        Images, float32 (rows * steps, h, w, channels), and the number of columns.

    Raises:
        ZooError: a model without latents or styles, an unknown space, too few seeds or steps, or a label out of range.
    """
    if steps < 2 or len(seeds) < 2:
        raise ZooError(f"a way needs two seeds and two steps, its ends; found {len(seeds)} and {steps}")
    codes = codes_of(model, seeds, space, label)
    return _between(model, codes[:-1], codes[1:], np.linspace(0.0, 1.0, steps), space, psi, label), steps


def walk(
    model: "Game", seeds: Sequence[int], steps: int = 24, space: str = "z", psi: float = 1.0, label: int | None = None
) -> np.ndarray:
    """Return the frames of a closed loop: `steps` from each seed towards the next, and from the last to the first.

    Args:
        model: as in `ways`.
        seeds: of the latents that are met, at least two.
        steps: images from one, included, to the next, not included.
        space: as in `ways`.
        psi: of the truncation.
        label: as in `ways`.

    Returns:
        Images, float32 (len(seeds) * steps, h, w, channels): played again and again they never jump.

    Raises:
        ZooError: as `ways`.
    """
    if steps < 1 or len(seeds) < 2:
        raise ZooError(f"a walk needs two seeds and a step between them; found {len(seeds)} and {steps}")
    codes = codes_of(model, seeds, space, label)
    return _between(model, codes, np.roll(codes, -1, axis=0), np.arange(steps) / steps, space, psi, label)


def _between(model, starts, ends, at, space, psi, label):
    """Images at `at` of all the ways, one way after the other."""
    a, b = np.repeat(starts, len(at), axis=0), np.repeat(ends, len(at), axis=0)
    at = np.tile(at, len(starts))
    codes = lerp(a, b, at)
    if space == "z":
        length = lambda x: np.linalg.norm(x, axis=1)
        codes = slerp(a, b, at) * lerp(length(a), length(b), at)[:, None]
    if psi != 1.0 and not hasattr(model, "truncate"):
        raise ZooError(f"{model.name} has no truncation; leave psi at 1")
    if space == "w":
        show = lambda w: model.synthesize(model.truncate(w, psi))
    else:
        truncation = {"psi": psi} if psi != 1.0 else {}
        show = lambda z: model.call(_conditioned(model, z, label), **truncation)
    return signatures.in_chunks(show, tf.constant(codes, tf.float32)).numpy()


def _conditioned(model, latents, label):
    """What the model takes: latents, and labels if it is told classes."""
    told = model.classes if hasattr(model, "map") else len(model.inputs_of_batch()) > 1
    if not told:
        if label is not None:
            raise ZooError(f"{model.name} is not told a class; leave the label out")
        return latents
    if not 0 <= (label or 0) < model.classes:
        raise ZooError(f"label: {model.name} has classes 0 to {model.classes - 1}, found {label}")
    return latents, tf.fill(tf.shape(latents)[:1], label or 0)
