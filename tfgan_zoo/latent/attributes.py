"""Directions of attributes: codes are drawn, their images scored, and a boundary is fitted. Needs TensorFlow."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.latent import codes
from tfgan_zoo.latent.boundaries import fit_direction
from tfgan_zoo.latent.conditioning import conditional
from tfgan_zoo.latent.files import Directions
from tfgan_zoo.latent.groups import extremes, median_labels

SPACES = ("z", "w")
METHODS = ("logistic", "extremes")
_CHUNK = 256  # images that are held at once


def attribute_direction(
    model,
    score: Callable[[np.ndarray], np.ndarray] | Sequence[float],
    n: int = 2000,
    space: str = "w",
    seed: int = 0,
    method: str = "logistic",
    others: Sequence[Directions] = (),
) -> Directions:
    """Return the unit direction along which an attribute rises: the normal of a boundary between low and high scores.

    The images of n random codes are scored, codes get labels by their scores, and an L2-regularised logistic regression
    of labels on codes is fitted to 70 % of them (`latent.fit_direction`). Directions of a style generator's w are
    straighter than those of z, and apply to all layers or to those that one chooses in `meta["layers"]`.

    Args:
        model: any with latents; of a class-conditional one classes come in turn.
        score: function of images (m, h, w, channels) in [-1, 1] to scores (m,), NaN where there is none, the higher the
            more; or scores (n,) of the images of `model.sample(n, seed)`.
        n: codes. Published directions take 5,000 and more.
        space: "w", or "z", the only one of generators without styles.
        seed: of the codes, and of the choice of held-out ones.
        method: which codes have labels: "logistic", those below and above the median; "extremes", the lowest and the
            highest 2 % (InterFaceGAN), for n in the thousands.
        others: directions of the same model and space that the result is made orthogonal to (`latent.conditional`).

    Returns:
        One direction, (1, d); `arrays` "validation_accuracy" (of the 30 % held out), "train_accuracy" and "bias", (1,)
        each, of the boundary before it was made orthogonal to others; `meta` with space, layers (None: all), method.

    Raises:
        ZooError: an unknown space or method, a model without styles for "w", scores that do not fit, one group only, or
            others of another space.

    Source: Shen, Gu, Tang, Zhou, 2019 (1907.10786); the median split is seeprettyface's practice.
    """
    if space not in SPACES:
        raise unknown("latent space", space, SPACES)
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if not isinstance(n, int | np.integer) or n < 4:
        raise ZooError(f"n: expected a number of codes from 4 on, found {n!r}")
    if space == "w":
        codes.styled(model)
    for other in others:
        if other.meta.get("space") != space:
            raise ZooError(f"others: expected directions of {space}, found {other.names} of {other.meta.get('space')}")
    drawn, images = _drawn(model, n, space, seed)
    scores = np.concatenate([_scores(score, part) for part in images()]) if callable(score) else np.asarray(score)
    if scores.shape != (n,):
        raise ZooError(f"score: expected {n} numbers, one an image, found shape {scores.shape}")
    groups = median_labels(scores) if method == "logistic" else extremes(scores)
    boundary = fit_direction(drawn[groups.kept], groups.labels, seed=seed)
    direction = boundary.direction
    if others:
        direction = conditional(direction, [row for other in others for row in other.directions])
    meta = {"method": "boundary", "groups": method, "model": model.name, "space": space, "layers": None}
    if others:
        meta["orthogonal to"] = [name for other in others for name in other.names]
    arrays = {
        "validation_accuracy": boundary.validation_accuracy,
        "train_accuracy": boundary.train_accuracy,
        "bias": boundary.bias,
    }
    return Directions(direction[None], ("attribute",), meta, {key: np.array([value]) for key, value in arrays.items()})


def _drawn(model, n, space, seed):
    """Codes (n, d), and a function that makes their images, chunk by chunk; those of `model.sample(n, seed)`."""
    if not hasattr(model, "sample_latents"):
        raise ZooError(f"{model.name} has no latents; choose a model that makes images of random numbers")
    with draws.seeded((seed, 0)):
        z = model.sample_latents(n).numpy()
    z = codes.on_sphere(model, z)
    labels = codes.labels_for(model, np.arange(n) % model.classes if codes.is_told(model) else None, n)
    w = codes.w_of(model, z, labels) if space == "w" else None

    def images():
        for i in range(0, n, _CHUNK):
            part = slice(i, i + _CHUNK)
            if w is None:
                yield codes.images_of_z(model, z[part], None if labels is None else labels[part])
            else:
                yield codes.images_of_styles(model, model.of_layers(tf.constant(w[part])).numpy())

    return (z if w is None else w), images


def _scores(score, images):
    found = np.asarray(score(images), np.float64)
    if found.shape != (len(images),):
        raise ZooError(f"score: expected one number an image, ({len(images)},), found shape {found.shape}")
    return found
