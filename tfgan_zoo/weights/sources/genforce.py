"""Checkpoints of genforce/genforce and genforce/sefa (`.pth`) of StyleGAN2, StyleGAN and ProGAN ("pggan").

The package has PyTorch networks of the same layers as NVIDIA's TensorFlow code, and names and layouts of its own:
kernels are (outputs, inputs, height, width), none is turned around, and biases of modulations lack the one that is
added to them. Tensors of StyleGAN and StyleGAN2 are brought to TensorFlow's names and layouts and imported as such;
errors have the file's names and the shapes that kernels have in TensorFlow, (height, width, inputs, outputs).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Game
from tfgan_zoo.models.architectures.progan import ProGAN
from tfgan_zoo.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import rules, style, stylegan2_tf, stylegan_tf
from tfgan_zoo.weights.sources.assignment import Entry, assign, chosen, count, shape_of, square
from tfgan_zoo.weights.sources.growing import grow_to
from tfgan_zoo.weights.torch_files import read_tensors

_DEPLOYED, _TRAINED, _DISCRIMINATOR = "generator_smooth.", "generator.", "discriminator."
#: Besides models a checkpoint of a training holds these.
_STATES = ("optimizers.", "learning_rates.", "running_stats.", "running_metadata.")
_GROUP = {"progan": 16, "style": 4}  # of the package's discriminators; tensors do not tell it
_PLACES = {_DEPLOYED: "Gs/", _TRAINED: "G/", _DISCRIMINATOR: "D/"}
_PARTS = {  # of a layer, by the package's name; of StyleGAN and StyleGAN2
    "style.weight": ("StyleMod/weight", "mod_weight"),
    "style.bias": ("StyleMod/bias", "mod_bias"),
    "apply_noise.weight": ("Noise/weight", None),
}


def convert(path: Path, **options: Any) -> Game:
    """Return `stylegan2`, `stylegan` or `progan`, by the tensors of a `.pth` file.

    The file is a dict of state dicts `generator_smooth`, which is deployed, and maybe `generator` and `discriminator`;
    that of a training has it under `models`. With a `generator` alone this is deployed.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    tensors = {
        name.removeprefix("models."): a for name, a in read_tensors(path).items() if not name.startswith(_STATES)
    }
    if not any(name.startswith(_DEPLOYED) for name in tensors):
        tensors = {re.sub(f"^{re.escape(_TRAINED)}", _DEPLOYED, name): array for name, array in tensors.items()}
    if f"{_DEPLOYED}layer0.weight" in tensors:
        return _progan(tensors, **options)
    of_stylegan2 = f"{_DEPLOYED}synthesis.early_layer.const" in tensors
    if not of_stylegan2 and f"{_DEPLOYED}synthesis.layer0.const" not in tensors:
        raise ZooError("no generator of stylegan2, stylegan or pggan among the tensors; is the file of another source?")
    _check_filters(tensors, (1, 3, 3, 1) if of_stylegan2 else (1, 2, 1))
    names = _names(tensors, of_stylegan2)
    found = {names.get(name, name): _as_tensorflow(name, a) for name, a in tensors.items() if not _is_filter(name)}
    converter = stylegan2_tf if of_stylegan2 else stylegan_tf
    try:
        return converter.import_tensors(found, _GROUP["style"], **options)
    except ZooError as error:
        back = {new: old for old, new in names.items()}
        back |= {
            new: old for old, new in _names(_every(tensors, of_stylegan2), of_stylegan2).items() if new not in back
        }
        raise ZooError(re.sub(r"\b(Gs|G|D)/[\w/]+", lambda name: back.get(name[0], name[0]), str(error))) from error


# StyleGAN and StyleGAN2


def _names(tensors, of_stylegan2) -> dict[str, str]:
    """Name in the file -> TensorFlow's, of all that TensorFlow has."""
    levels = count(tensors, f"{_DEPLOYED}synthesis.output", ".")
    found = {}
    for name in tensors:
        for prefix, place in _PLACES.items():
            if name.startswith(prefix) and not _is_filter(name):
                translate = _in_discriminator if prefix == _DISCRIMINATOR else _in_generator
                new = translate(name.removeprefix(prefix), levels, of_stylegan2)
                if new:
                    found[name] = place + new
    return found


def _in_generator(name, levels, of_stylegan2):
    fixed = {
        "mapping.label_weight": "mapping/LabelConcat/weight",
        "truncation.w_avg": "dlatent_avg",
        "synthesis.early_layer.const": "synthesis/4x4/Const/const",
        "synthesis.lod": "synthesis/lod",
    }
    if name in fixed:
        return fixed[name]
    if match := re.fullmatch(r"mapping\.dense(\d+)\.(weight|bias)", name):
        return f"mapping/Dense{match[1]}/{match[2]}"
    match = re.fullmatch(r"synthesis\.(layer|output)(\d+)\.(.+)", name)
    if not match:
        return None
    kind, number, part = match[1], int(match[2]), match[3]
    if part in ("noise", "apply_noise.noise"):
        return f"synthesis/noise{number}"
    part = _PARTS.get(part, (part, part))[of_stylegan2]
    if kind == "output":
        place = _side(number, "ToRGB") if of_stylegan2 else f"ToRGB_lod{levels - 1 - number}"
    else:
        at = number + of_stylegan2  # the constant of StyleGAN is a layer
        first = "Const" if at == 0 else "Conv0_up"
        place = _side(at // 2, ("Conv" if at == 1 else "Conv1") if at % 2 else first)
    return f"synthesis/{place}/{part}"


def _in_discriminator(name, levels, of_stylegan2):
    match = re.fullmatch(r"(input|layer|skip_layer)(\d+)\.(weight|bias)", name)
    if not match:
        return "lod" if name == "lod" else None
    kind, number, part = match[1], int(match[2]), match[3]
    if kind == "input":
        place = _side(levels - 1 - number, "FromRGB") if of_stylegan2 else f"FromRGB_lod{number}"
    elif kind == "skip_layer":
        place = _side(levels - 1 - number, "Skip")
    elif number == 2 * levels:
        place = "Output" if of_stylegan2 else "4x4/Dense1"
    else:
        smallest = number // 2 == levels - 1
        layers = ("Conv", "Dense0") if smallest else ("Conv0", "Conv1_down")
        place = _side(levels - 1 - number // 2, layers[number % 2])
    return f"{place}/{part}"


def _side(level, layer):
    side = style.FIRST_SIDE * 2 ** min(level, 30) if level >= 0 else 0
    return f"{side}x{side}/{layer}"


def _as_tensorflow(name, array):
    """Kernels with inputs and outputs last."""
    if not name.endswith(".weight"):
        return array
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T


def _is_filter(name):
    return name.endswith(".kernel")


def _check_filters(tensors, taps):
    wanted = np.outer(taps, taps) / np.sum(taps) ** 2
    for name, found in tensors.items():
        if _is_filter(name) and found.shape[-2:] == wanted.shape:
            total = found.sum((-2, -1), keepdims=True)
            if np.all(total) and np.allclose(found / total, wanted, atol=1e-6):
                continue
        elif not _is_filter(name):
            continue
        raise ZooError(f"the filter {name} is not {list(taps)} by {list(taps)}; such networks are not imported")


def _every(tensors, of_stylegan2) -> list[str]:
    """The names of the file and of all tensors that may be missing from it."""
    levels = count(tensors, f"{_DEPLOYED}synthesis.output", ".")
    own = ("noise", "noise_strength") if of_stylegan2 else ("const", "apply_noise.weight", "apply_noise.noise")
    layers = ("weight", "bias", "style.weight", "style.bias", *own)
    generator = ["truncation.w_avg"]
    generator += [f"mapping.dense{i}.{p}" for i in range(64) for p in ("weight", "bias")]
    generator += [f"synthesis.layer{i}.{p}" for i in range(2 * levels) for p in layers]
    generator += [f"synthesis.output{i}.{p}" for i in range(levels) for p in layers[:4]]
    kinds = ("input", "layer", "skip_layer")
    judges = [f"{k}{i}.{p}" for k in kinds for i in range(2 * levels + 1) for p in ("weight", "bias")]
    names = [prefix + name for prefix in (_DEPLOYED, _TRAINED) for name in generator]
    return [*tensors, *names, *(_DISCRIMINATOR + name for name in judges)]


# ProGAN


def _progan(tensors: Mapping[str, np.ndarray], **options: Any) -> ProGAN:
    """`progan`, from tensors named as `generator_smooth.layer0.weight`."""
    has = lambda prefix: any(name.startswith(prefix) for name in tensors)
    levels = count(tensors, f"{_DEPLOYED}output", ".")
    width, latent_dim, *_ = shape_of(tensors, f"{_DEPLOYED}layer0.weight", 4)
    image_shape = square(style.FIRST_SIDE * 2 ** (levels - 1), *shape_of(tensors, f"{_DEPLOYED}output0.bias", 1))
    told = {"image_shape": image_shape, "latent_dim": latent_dim, "width": width, "initial_side": style.FIRST_SIDE}
    if has(_DISCRIMINATOR):
        outputs, inputs, *_ = shape_of(tensors, f"{_DISCRIMINATOR}layer{2 * levels - 2}.weight", 4)
        told["group_size"] = _GROUP["progan"] if inputs > outputs else 1  # the spread is a further input
    model = create("progan", **chosen(options, **told))
    entries = list(_generator(model.deployed("generator"), _DEPLOYED))
    if model.ema_decay:
        entries += _generator(model.generator, _TRAINED if has(_TRAINED) else _DEPLOYED)
    if has(_DISCRIMINATOR):
        entries += _discriminator(model.discriminator)
    unused = "" if has(_TRAINED) and model.ema_decay else rf"|{re.escape(_TRAINED)}"
    assign(tensors, entries, rf"(generator_smooth|generator|discriminator)\.lod$|.*\.kernel$|optimizers\.{unused}")
    grow_to(model, float(np.asarray(tensors.get(f"{_DEPLOYED}lod", 0.0)).reshape(())))
    return model


def _generator(network: ProgressiveGenerator, prefix: str) -> Iterator[Entry]:
    at = 0
    for k, (block, image) in enumerate(zip(network.blocks, network.to_image)):
        for layer in _learned(block):
            dense = at == 0
            yield Entry(layer.kernel, f"{prefix}layer{at}.weight", _FIRST if dense else rules.CONVOLUTION)
            yield Entry(layer.bias, f"{prefix}layer{at}.bias", _REPEATED if dense else rules.SAME)
            at += 1
        yield from _weights(_learned(image)[0], f"{prefix}output{k}")


def _discriminator(network: ProgressiveDiscriminator) -> Iterator[Entry]:
    at = 0
    for k, (block, image) in enumerate(zip(reversed(network.blocks), reversed(network.from_image))):
        yield from _weights(_learned(image)[0], f"{_DISCRIMINATOR}input{k}")
        for layer in _learned(block):
            kernel = rules.DENSE if len(layer.kernel.shape) == 2 else rules.CONVOLUTION
            if len(layer.kernel.shape) == 2 and at == 2 * len(network.blocks) - 1:
                kernel = rules.flattened_maps(style.FIRST_SIDE)
            yield from _weights(layer, f"{_DISCRIMINATOR}layer{at}", kernel)
            at += 1


def _learned(network: keras.Sequential) -> list[keras.layers.Layer]:
    return [layer for layer in network.layers if layer.weights]


def _weights(layer, name, kernel=rules.CONVOLUTION):
    yield Entry(layer.kernel, f"{name}.weight", kernel)
    yield Entry(layer.bias, f"{name}.bias", rules.SAME)


_PIXELS = style.FIRST_SIDE**2
#: A convolution with 4x4 kernels of a 1x1 map with a margin of 3, which turns them around, to a dense kernel.
_FIRST = rules.Rule(
    lambda shape: (shape[1] // _PIXELS, shape[0], style.FIRST_SIDE, style.FIRST_SIDE),
    lambda a: a[..., ::-1, ::-1].transpose(1, 2, 3, 0).reshape(a.shape[1], -1),
)
#: A bias for every channel to one for every unit.
_REPEATED = rules.Rule(lambda shape: (shape[0] // _PIXELS,), lambda a: np.tile(a, _PIXELS))
