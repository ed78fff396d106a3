"""The signature `edit`: images of latents that are moved along directions kept in the exported file."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    from tfgan_zoo.game import Game
    from tfgan_zoo.latent import Directions

SPACES = ("z", "w", "w+")


def signatures(model: "Game", directions: "Directions | None" = None) -> dict[str, Any]:
    """Return the model's serving signatures and, given directions, `edit`.

    `edit` takes what `serving_default` takes and, for every row, "direction" (int32, counted from 0) and "strength"
    (float32); one row of them serves all. Images are those of the codes + strength * directions[direction]:
    `meta["space"]` says of which codes. "z" are the latents; "w" and "w+" the styles, on the layers in
    `meta["layers"]`, all by default. The directions are a constant of the function, no weight of the model.

    Args:
        model: one that makes images from latents; with a mapping network where the space is not "z".
        directions: what `tfgan_zoo.latent.read_directions` returns.

    Raises:
        ZooError: the model has no such codes, directions of another length, or layers that it lacks.
    """
    functions = model.serving_signatures()
    if directions is not None:
        functions["edit"] = _edit(model, functions, directions)
    return functions


def count(directions: "Directions | None") -> int:
    """How many directions there are."""
    return 0 if directions is None else len(directions.directions)


def _edit(model, functions, directions):
    import tensorflow as tf

    from tfgan_zoo.export.examples import specs
    from tfgan_zoo.signatures import named

    inputs = specs(functions["serving_default"])
    styled = {"map", "synthesize"} <= functions.keys()
    space = directions.meta.get("space", "w" if styled else "z")
    if space not in SPACES:
        raise unknown("space of directions", space, SPACES)
    if [spec.name for spec in inputs[:1]] != ["latents"] or (space != "z" and not styled):
        what = "images from latents" if space == "z" else "images from latents through styles"
        raise ZooError(f"{model.name} cannot be edited along directions of {space}: it does not make {what}")
    if space == "z":
        table = _table(directions.directions, (inputs[0].shape[1],), model.name, space)
    else:
        (styles,) = specs(functions["synthesize"])
        table = _table(_on_layers(directions, styles.shape[1]), tuple(styles.shape[1:]), model.name, space)

    def edit(*given):
        *given, direction, strength = given
        step = tf.gather(tf.constant(table), direction) * tf.reshape(strength, (-1, *[1] * (table.ndim - 1)))
        if space == "z":
            return functions["serving_default"](given[0] + step, *given[1:])
        w = functions["map"](*given)["w"]
        return functions["synthesize"](w[:, None] + step)

    rows = [tf.TensorSpec((None,), tf.int32, "direction"), tf.TensorSpec((None,), tf.float32, "strength")]
    return named(edit, [*inputs, *rows])


def _on_layers(directions, layers: int) -> np.ndarray:
    """Directions of every layer (k, L, d), zero where they do not apply."""
    table = directions.directions
    if table.ndim == 2:
        table = np.repeat(table[:, None], layers, axis=1)
    chosen = directions.meta.get("layers")
    if chosen is None or table.shape[1] != layers:
        return table
    mask = np.zeros((layers, 1), "float32")
    for layer in chosen if isinstance(chosen, list) else [chosen]:
        if isinstance(layer, bool) or not isinstance(layer, int) or not -layers <= layer < layers:
            raise ZooError(f"layers of directions: expected integers from 0 to {layers - 1}, found {layer!r}")
        mask[layer] = 1
    return table * mask


def _table(values: np.ndarray, shape: tuple[int, ...], name: str, space: str) -> np.ndarray:
    if values.shape[1:] != shape:
        raise ZooError(
            f"directions of {space} do not fit {name}: expected {('k', *shape)}, found {values.shape}; they are of "
            "another model, or of another size of it"
        )
    return values.astype("float32")
