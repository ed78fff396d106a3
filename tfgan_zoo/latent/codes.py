"""From seeds to codes of z, w or W+, and from codes to images: what editing has in common. Needs TensorFlow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo import signatures
from tfgan_zoo.class_conditional import checked_labels
from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.factors import normalizes
from tfgan_zoo.walks import latents_of


def z_of(model, seeds: Sequence[int]) -> np.ndarray:
    """Return the latent of each seed, float32 (n, latent_dim), the first that `model.sample(..., seed)` draws.

    Brought to a mean square of 1 where the generator does so itself: then a step along a direction is one on that
    sphere's scale, whatever the length that was drawn.

    Raises:
        ZooError: no seed, or a model without latents.
    """
    if not len(seeds):
        raise ZooError("seeds: expected at least one, found none")
    return on_sphere(model, latents_of(model, seeds))


def on_sphere(model, z: np.ndarray) -> np.ndarray:
    """Return the latents with a mean square of 1 if the generator normalizes them, else as they are."""
    if not normalizes(model):
        return z
    return (z / np.sqrt(np.mean(np.square(z, dtype=np.float64), axis=1, keepdims=True))).astype(np.float32)


def is_told(model) -> bool:
    """Whether images are made of latents and labels."""
    return bool(model.classes) if hasattr(model, "map") else len(model.inputs_of_batch()) > 1


def labels_for(model, labels: Any, n: int) -> tf.Tensor | None:
    """Return class ids (n,) of a model that is told classes, 0 for None; None of one that is not.

    Raises:
        ZooError: labels of the wrong number or out of range, or of a model without classes.
    """
    if is_told(model):
        return checked_labels(np.zeros(n, int) if labels is None else np.broadcast_to(labels, (n,)), n, model.classes)
    if labels is not None:
        raise ZooError(f"{model.name} is not told a class; leave labels out")
    return None


def w_of(model, z: np.ndarray, labels: tf.Tensor | None = None) -> np.ndarray:
    """Return w of latents, float32 (n, style_dim), untruncated.

    Raises:
        ZooError: a model without styles.
    """
    styled(model)
    return signatures.in_chunks(lambda *part: model.map(_together(*part)), *_given(z, labels)).numpy()


def styled(model) -> None:
    """Refuse a model without styles.

    Raises:
        ZooError: it has none.
    """
    if not hasattr(model, "map"):
        raise ZooError(f"{model.name} has no styles: w is of style generators; choose z, or stylegan2")


def styles_of(model, w: np.ndarray, psi: float = 1.0) -> np.ndarray:
    """Return truncated styles of all layers, float32 (n, L, style_dim), of w or styles."""
    return model.of_layers(model.truncate(tf.constant(w, tf.float32), psi)).numpy()


def images_of_styles(model, styles: np.ndarray) -> np.ndarray:
    """Return the images of styles (n, L, style_dim), float32 in [-1, 1]."""
    return signatures.in_chunks(model.synthesize, tf.constant(styles, tf.float32)).numpy()


def images_of_z(model, z: np.ndarray, labels: tf.Tensor | None = None) -> np.ndarray:
    """Return the images of latents, float32 in [-1, 1]."""
    images = signatures.in_chunks(lambda *part: model.call(_together(*part)), *_given(z, labels))
    return tf.clip_by_value(images, -1.0, 1.0).numpy()


def _given(z, labels):
    z = tf.constant(z, tf.float32)
    return (z,) if labels is None else (z, labels)


def _together(*part):
    """What a model takes: latents, or these and labels."""
    return part if len(part) > 1 else part[0]
