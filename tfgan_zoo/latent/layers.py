"""Layers of a style generator by number, range or scale. No TensorFlow here."""

import re
from collections.abc import Sequence

import numpy as np

from tfgan_zoo.errors import ZooError

SCALES = ("coarse", "middle", "fine")
_PART = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)


def layer_range(model, layers: str | int | Sequence[int] | None) -> list[int] | None:
    """Return the numbers of layers, ascending, each once; None for all, which is what None means.

    By scale: layers of sides below 16 pixels are coarse, of 16 to 63 middle, from 64 on fine (Karras et al., 2019,
    1812.04948, section 3.1: pose and shape; features; colours and texture). Generators of less than 64 pixels have
    nothing fine by that measure: their layers are parted into thirds.

    Args:
        model: a style generator, with `synthesis`; any other one has no layers to choose, and takes None alone.
        layers: "coarse", "middle" or "fine"; a text such as "0-1,4", ranges with both ends; or numbers.

    Raises:
        ZooError: another text, no layer, a layer that there is not, or a model without styles.
    """
    if layers is None:
        return None
    if not hasattr(model, "synthesis"):
        raise ZooError(f"layers: {model.name} has no styles, one latent reaches everything; leave the layers out")
    count = model.synthesis.layers_of_style
    if isinstance(layers, str) and layers in SCALES:
        return scales(model.synthesis.sides)[layers]
    chosen = _numbers(layers)
    wrong = [layer for layer in chosen if not 0 <= layer < count]
    if wrong or not chosen:
        found = f"layer {wrong[0]}" if wrong else "none"
        raise ZooError(f"layers: {model.name} has the layers 0 to {count - 1}, found {found}")
    return sorted(set(chosen))


def scales(sides: Sequence[int]) -> dict[str, list[int]]:
    """Return the layers of each scale, for a generator of two layers at each of its sides.

    >>> scales((4, 8, 16, 32, 64))["middle"]
    [4, 5, 6, 7]
    >>> scales((4, 8, 16, 32))
    {'coarse': [0, 1, 2], 'middle': [3, 4], 'fine': [5, 6, 7]}
    """
    count = 2 * len(sides)
    if sides[-1] >= 64:
        first, second = (2 * sum(side < bound for side in sides) for bound in (16, 64))
    else:
        first, second = round(count / 3), round(2 * count / 3)
    bounds = (0, first, second, count)
    return {name: list(range(a, b)) for name, a, b in zip(SCALES, bounds, bounds[1:])}


def _numbers(layers) -> list[int]:
    if isinstance(layers, str):
        parts = [_PART.fullmatch(part.strip()) for part in layers.split(",")]
        ends = [(int(part[1]), int(part[2] or part[1])) for part in parts if part]
        if all(parts) and all(a <= b for a, b in ends):
            # The end of an absurd range is refused by the caller, before the range is made.
            return [layer for a, b in ends for layer in (range(a, b + 1) if b < 1000 else (b,))]
    elif _whole(layers):
        return [int(layers)]
    elif isinstance(layers, Sequence | np.ndarray) and all(map(_whole, layers)):
        return [int(layer) for layer in layers]
    raise ZooError(f"layers: expected {', '.join(SCALES)} or numbers such as 0-1,4, found {layers!r}")


def _whole(number) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
