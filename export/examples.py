"""Inputs for a model's signatures: random ones for comparisons, representative ones for calibration."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    from tfgan_zoo.game import Game

CALIBRATION_ROWS = 100


def example_inputs(model: "Game", function: Any, n: int, seed: int, directions: int = 0) -> dict[str, np.ndarray]:
    """Return random inputs of a serving signature, by name.

    The names say what is drawn: "seed" is the seed, "count" is n, "png" n files of different sizes, "latents" the
    model's prior, "direction" the directions in turn, and inputs of the model's batches (images, labels) their example.

    Args:
        model: whose signature it is.
        function: one of `model.serving_signatures()`.
        n: rows.
        seed: of the draws.
        directions: how many there are.

    Raises:
        ZooError: the signature has an input that none of these rules covers.
    """
    generator = np.random.default_rng(seed)
    return {spec.name: _draw(model, spec, n, seed, generator, directions) for spec in specs(function)}


def specs(function: Any) -> list:
    """The inputs of a function with an input signature: names, shapes, types."""
    return list(function.get_concrete_function().structured_input_signature[0])


def representative(
    model: "Game", function: Any, given: np.ndarray | Mapping[str, np.ndarray] | None, directions: int = 0
) -> dict[str, np.ndarray]:
    """Return the inputs that calibrate an int8 file: those given, checked, or drawn ones.

    Raises:
        ZooError: inputs given are missing, unknown, empty, of unequal length, or of a wrong shape, type or range.
    """
    if given is None:
        return example_inputs(model, function, CALIBRATION_ROWS, 0, directions)
    wanted = {spec.name: spec for spec in specs(function)}
    if not isinstance(given, Mapping):
        if len(wanted) > 1:
            raise ZooError(f"representative: expected arrays for {', '.join(wanted)} by name, found one array")
        given = {name: given for name in wanted}
    if missing := wanted.keys() - given.keys():
        raise ZooError(f"representative: expected arrays for {', '.join(wanted)}, found none for {', '.join(missing)}")
    rows = {name: np.asarray(values) for name, values in given.items()}
    for name, values in rows.items():
        if name not in wanted:
            raise unknown("representative input", name, wanted)
        spec = wanted[name]
        if values.dtype != spec.dtype.as_numpy_dtype or not spec.shape.is_compatible_with(values.shape):
            expected, found = f"{spec.dtype.name} of shape {tuple(spec.shape)}", f"{values.dtype} {values.shape}"
            raise ZooError(f"representative {name}: expected {expected}, found {found}")
        if values.ndim and not len(values):
            raise ZooError(f"representative {name}: found no rows; give some hundred")
        if (kind := _input_like(model, spec)) is not None:
            kind.check(values)
    lengths = {name: len(values) for name, values in rows.items() if values.ndim}
    if len(set(lengths.values())) > 1:
        raise ZooError(f"representative: expected equal lengths, found {lengths}")
    return rows


def _draw(model, spec, n, seed, generator, directions):
    from tfgan_zoo import draws

    kind, shape = spec.dtype.name, tuple(spec.shape[1:]) if spec.shape.rank else ()
    if spec.name == "seed":
        return np.int32(seed)
    if spec.name == "count":
        return np.int32(n)
    if spec.name == "direction" and directions:
        return np.arange(n, dtype=kind) % directions
    if spec.name == "png":
        return _pngs(model, n, generator)
    if (wanted := _input_like(model, spec)) is not None:
        return wanted.example(n, generator)
    if spec.name == "latents" and hasattr(model, "sample_latents"):
        with draws.seeded((seed, 0)):
            return np.asarray(model.sample_latents(n))
    if kind == "uint8":
        return generator.integers(0, 256, (n, *shape), dtype="uint8")
    if spec.dtype.is_floating and None not in shape:
        return np.asarray(generator.normal(size=(n, *shape) if spec.shape.rank else ()), kind)
    raise ZooError(
        f"{model.name}: no rule draws the input {spec.name!r} ({kind}, {spec.shape}); name it as it is meant"
    )


def _input_like(model, spec):
    """The input of the model's batches that a signature's input stands for: the one of that name, or images alike."""
    from tfgan_zoo.inputs import Images

    alike = [i for i in model.inputs_of_batch() if i.spec.dtype == spec.dtype and i.spec.shape == spec.shape]
    named = [i for i in alike if i.name == spec.name]
    images = [i for i in alike if isinstance(i, Images) and spec.shape.rank == 4]
    return next(iter(named + images), None)


def _pngs(model, n, generator):
    """Files of random pixels: some of the model's size, some larger or smaller, so that resizing is compared too."""
    from PIL import Image

    from tfgan_zoo.inputs import Images

    height, width, channels = next(i.shape for i in model.inputs_of_batch() if isinstance(i, Images))
    made = []
    for i in range(n):
        size = (height + (0, 5, -3)[i % 3], width + (0, 2, -1)[i % 3])
        pixels = generator.integers(0, 256, (*size, *([channels] if channels > 1 else [])), dtype="uint8")
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        made.append(file.getvalue())
    return np.array(made)  # of type S: PNG files end with a byte that is not zero, so padding loses nothing
