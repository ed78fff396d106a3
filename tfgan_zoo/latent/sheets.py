"""Pictures of what styles and directions do: strips along directions, mixed styles, truncation. Needs TensorFlow.

Each returns images for `data.save_grid`, float32 in [-1, 1], and the number of columns.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import codes
from tfgan_zoo.latent.editing import edit
from tfgan_zoo.latent.files import Directions
from tfgan_zoo.latent.layers import layer_range

Sheet = tuple[np.ndarray, int]


def strips(
    model,
    directions: Directions,
    strengths: Sequence[float],
    seeds: Sequence[int],
    psi: float = 1.0,
    labels: Any = None,
) -> Sheet:
    """A row for each direction and seed, first all seeds of the first direction; a column for each strength.

    Codes move by strength times the direction: in z, before a style generator's mapping, in w or W+ after truncation,
    and of styles only those of the layers in `directions.meta["layers"]` (None: all) change. Strength 0 is the image of
    the seed itself. Latents that the generator normalizes, as progan's, are normalized before the step too.

    Args:
        model: any with latents; with styles for directions of w or W+, layers, and other `psi` than 1.
        directions: of the model's codes, with `meta["space"]` "z", "w" or "w+".
        strengths: steps; -3 to 3 are usual for directions of unit length.
        seeds: of the latents.
        psi: of the truncation.
        labels: class of each seed, or of all, of a model that is told classes; None is class 0.

    Raises:
        ZooError: no seed or strength, directions of another space or length or for layers that there are not, styles
            asked of a model that has none, or labels that do not fit.
    """
    space, layers = directions.meta.get("space"), layer_range(model, directions.meta.get("layers"))
    if space not in ("z", "w", "w+"):
        raise ZooError(f'directions: expected meta["space"] to be "z", "w" or "w+", found {space!r}')
    if not len(strengths):
        raise ZooError("strengths: expected at least one, found none")
    z, labels = codes.z_of(model, seeds), codes.labels_for(model, labels, len(seeds))
    base = z
    if space != "z" or layers is not None or psi != 1.0:
        if not hasattr(model, "truncate"):
            part = "truncation; leave psi at 1" if space == "z" else "styles; take directions of z"
            raise ZooError(f"{model.name} has no {part}")
        styles = codes.styles_of(model, codes.w_of(model, z, labels), psi)
        base = z if space == "z" else styles
    _check(model, directions.directions, base)
    steps = np.tile(np.asarray(strengths, np.float64), len(seeds))
    repeated = np.repeat(np.arange(len(seeds)), len(strengths))
    of_rows = None if labels is None else tf.gather(labels, repeated)
    found = []
    for direction in directions.directions:
        if space != "z":
            found.append(codes.images_of_styles(model, edit(base[repeated], direction, steps, layers)))
            continue
        moved = edit(z[repeated], direction, steps)
        if layers is None and psi == 1.0:
            found.append(codes.images_of_z(model, moved, of_rows))
            continue
        changed, kept = codes.styles_of(model, codes.w_of(model, moved, of_rows), psi), styles[repeated]
        where = slice(None) if layers is None else layers
        kept[:, where] = changed[:, where]
        found.append(codes.images_of_styles(model, kept))
    return np.concatenate(found), len(strengths)


def mixes(model, rows: Sequence[int], columns: Sequence[int], layers, psi: float = 1.0) -> Sheet:
    """Style mixing: on top the sources of `layers`, on the left those of all other layers, between them the mixtures.

    As figure 3 of Karras et al., 2019 (1812.04948): there coarse styles bring pose and shape, middle ones features,
    fine ones colours. The corner is white. Of models with classes all images are of class 0.

    Args:
        model: a style generator.
        rows: seeds of the sources on the left.
        columns: seeds of those on top.
        layers: those that the top gives, as `latent.layer_range` takes them; None gives all.
        psi: of the truncation.

    Returns:
        (len(rows) + 1) * (len(columns) + 1) images, row by row.

    Raises:
        ZooError: a model without styles, no seed, or layers that there are not.
    """
    codes.styled(model)
    layers = layer_range(model, layers)
    left, top = (_styles(model, seeds, psi) for seeds in (rows, columns))
    mixed = np.repeat(left, len(top), axis=0).reshape(len(left), len(top), *left.shape[1:])
    where = slice(None) if layers is None else layers
    mixed[:, :, where] = top[None][:, :, where]
    images = codes.images_of_styles(model, np.concatenate([top, left, mixed.reshape(-1, *left.shape[1:])]))
    sheet = np.ones((len(left) + 1, len(top) + 1, *images.shape[1:]), np.float32)
    sheet[0, 1:], sheet[1:, 0] = images[: len(top)], images[len(top) : len(top) + len(left)]
    sheet[1:, 1:] = images[len(top) + len(left) :].reshape(sheet[1:, 1:].shape)
    return sheet.reshape(-1, *images.shape[1:]), len(top) + 1


def truncations(model, psis: Sequence[float], seeds: Sequence[int]) -> Sheet:
    """A row for each seed, a column for each psi: from the mean of w, at 0, to the image as it is, at 1, and beyond.

    Of models with classes all images are of class 0.

    Raises:
        ZooError: a model without styles, no psi or no seed.
    """
    codes.styled(model)
    if not len(psis):
        raise ZooError("psis: expected at least one, found none")
    styles = np.stack([_styles(model, seeds, float(psi)) for psi in psis], axis=1)
    return codes.images_of_styles(model, styles.reshape(-1, *styles.shape[2:])), len(psis)


def _styles(model, seeds, psi):
    labels = codes.labels_for(model, None, len(seeds))
    return codes.styles_of(model, codes.w_of(model, codes.z_of(model, seeds), labels), psi)


def _check(model, directions, codes_):
    """Refuse directions that do not fit codes (n, d) or (n, L, d)."""
    if directions.shape[1:] not in (codes_.shape[1:], codes_.shape[-1:]):
        raise ZooError(
            f"directions {directions.shape} do not fit the codes {codes_.shape} of {model.name}; they are of another "
            "model or space"
        )
