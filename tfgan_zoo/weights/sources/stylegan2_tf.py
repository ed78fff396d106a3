"""Networks of NVlabs/stylegan2 (`.pkl`, of TensorFlow 1)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.style_mapping import StyleMapping
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator, StyleGAN2Synthesis
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import rules, style
from tfgan_zoo.weights.sources.assignment import Entry, assign, chosen, count, numbers, shape_of, square
from tfgan_zoo.weights.stylegan_pickles import read_tensorflow

# A level of detail that the code declares for all its networks.
_IGNORED = r"(G|Gs|D)/(.*/)?lod$"
#: Arguments of the package's networks, and the only values that are imported.
_FIXED = {"resample_kernel": [1, 3, 3, 1], "mapping_lrmul": 0.01, "normalize_latents": True}
_FIXED |= dict.fromkeys(("act", "nonlinearity", "mapping_nonlinearity"), "lrelu")


def convert(path: Path, **options: Any) -> StyleGAN2:
    """Return `stylegan2` with the weights of a network pickle, `Gs` to be deployed and `G`, `D` to go on training.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    networks = read_tensorflow(path)
    if (version := networks.attributes["Gs/version"]) != 4:
        raise ZooError(f"networks of version {version!r}, expected 4; older ones are of the source NVlabs/stylegan")
    check_arguments(networks.arguments, _FIXED)
    return import_tensors(networks.tensors, networks.arguments["D"].get("mbstd_group_size", 4), **options)


def check_arguments(arguments: Mapping[str, Mapping[str, Any]], fixed: Mapping[str, Any]) -> None:
    """Compare arguments of networks with the values that are imported; those that are not given are the same.

    Raises:
        ZooError: one is another.
    """
    for network, given in arguments.items():
        for name, value in fixed.items():
            if given.get(name, value) not in (value, None):
                raise ZooError(f"{network} has {name} {given[name]!r}; only {value!r} is imported")


def import_tensors(tensors: Mapping[str, np.ndarray], group_size: int, **options: Any) -> StyleGAN2:
    """Return `stylegan2` with the weights of tensors named as `Gs/synthesis/4x4/Const/const`.

    Args:
        tensors: of `Gs`, and maybe of `G` and `D`.
        group_size: over which the discriminator sees the spread of samples; tensors do not tell it.
        **options: constructor arguments that do not follow from the tensors.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    has = lambda prefix: any(name.startswith(prefix) for name in tensors)
    model = create("stylegan2", **chosen(options, **sizes(tensors, group_size)))
    entries = style.generator_entries(model, generator, "Gs/", "G/" if has("G/") else None)
    if has("D/"):
        entries += discriminator(model.discriminator)
    unused = [] if has("G/") and model.ema_decay else [r"G/"]
    assign(tensors, entries, "|".join([_IGNORED, *unused]))
    return model


def sizes(tensors: Mapping[str, np.ndarray], group_size: int = 4) -> dict[str, Any]:
    """Return the constructor arguments that follow from the tensors.

    Raises:
        ZooError: a tensor that tells one is missing, or the network takes labels: it joins them to the latents in
            another way than `stylegan2` does.
    """
    if "Gs/mapping/LabelConcat/weight" in tensors:
        raise ZooError("the network takes labels, by LabelConcat; only networks without labels are imported")
    sides = numbers(tensors, "Gs/synthesis/", "x")
    shape = lambda name, axes: shape_of(tensors, f"Gs/{name}", axes)
    image_shape = square(side := sides[-1], *shape(f"synthesis/{side}x{side}/ToRGB/bias", 1))
    latent_dim, style_dim = shape("mapping/Dense0/weight", 2)
    resnet = f"Gs/synthesis/{side}x{side}/Skip/weight" in tensors
    told = {
        "image_shape": image_shape,
        "latent_dim": latent_dim,
        "style_dim": style_dim,
        "depth": count(tensors, "Gs/mapping/Dense", "/"),
        "classes": 0,
        **style.channels({s: shape(f"synthesis/{_second(s)}/bias", 1)[0] for s in sides}),
        "generator_architecture": "skip"
        if "Gs/synthesis/4x4/ToRGB/bias" in tensors
        else "resnet"
        if resnet
        else "orig",
    }
    if f"D/{side}x{side}/Conv0/weight" in tensors:
        if "D/4x4/FromRGB/weight" in tensors:
            raise ZooError('the discriminator has the architecture "skip"; only "orig" and "resnet" are imported')
        *_, inputs, outputs = shape_of(tensors, "D/4x4/Conv/weight", 4)
        skips = f"D/{side}x{side}/Skip/weight" in tensors
        told["discriminator_architecture"] = "resnet" if skips else "orig"
        told["group_size"] = group_size if inputs > outputs else 1  # the spread is a further input
    return told


def generator(prefix: str, mapping: StyleMapping, synthesis: StyleGAN2Synthesis) -> Iterator[Entry]:
    """Where the variables of a generator go."""
    for i, layer in enumerate(mapping.dense):
        yield from _layer(layer, f"{prefix}mapping/Dense{i}")
    yield Entry(mapping.average, f"{prefix}dlatent_avg", rules.SAME)
    part = f"{prefix}synthesis/"
    yield Entry(synthesis.constant, f"{part}4x4/Const/const", rules.after_ones(rules.CHANNELS_FIRST))
    for j, (layer, maps) in enumerate(zip(synthesis.convolutions, synthesis.noises)):
        side = maps.shape[1]
        name = part + (f"{side}x{side}/Conv0_up" if layer.upsample else _second(side))
        yield from _modulated(layer, name)
        yield Entry(layer.noise.strength, f"{name}/noise_strength", rules.SAME)
        yield Entry(maps, f"{part}noise{j}", rules.after_ones(rules.PLANE, 2))
    for layer, side in zip(synthesis.images, synthesis.sides[-len(synthesis.images) :]):
        yield from _modulated(layer, f"{part}{side}x{side}/ToRGB")
    for layer, side in zip(synthesis.shortcuts, synthesis.sides[1:]):
        yield Entry(layer.kernel, f"{part}{side}x{side}/Skip/weight", rules.SAME)


def discriminator(network: StyleGAN2Discriminator) -> Iterator[Entry]:
    """Where the variables of a discriminator go."""
    sides = [style.FIRST_SIDE * 2**i for i in range(len(network.blocks), 0, -1)]
    yield from _layer(network.from_image, f"D/{sides[0]}x{sides[0]}/FromRGB")
    for side, (first, second, shortcut) in zip(sides, network.blocks):
        yield from _layer(first, f"D/{side}x{side}/Conv0")
        yield from _layer(second, f"D/{side}x{side}/Conv1_down")
        if shortcut is not None:
            yield Entry(shortcut.kernel, f"D/{side}x{side}/Skip/weight", rules.SAME)
    yield from _layer(network.last_convolution, "D/4x4/Conv")
    yield from _layer(network.dense, "D/4x4/Dense0", FLATTENED)
    yield from _layer(network.score, "D/Output")


def _second(side):
    """The smallest side has one convolution."""
    return f"{side}x{side}/Conv" + ("" if side == style.FIRST_SIDE else "1")


def _modulated(layer, name):
    yield Entry(layer.convolution.kernel, f"{name}/weight", rules.SAME)
    affine = layer.convolution.affine
    yield Entry(affine.kernel, f"{name}/mod_weight", rules.SAME)
    yield Entry(affine.bias, f"{name}/mod_bias", _AROUND_ONE)
    yield Entry(layer.bias, f"{name}/bias", rules.SAME)


def _layer(layer, name, kernel=rules.SAME):
    yield Entry(layer.kernel, f"{name}/weight", kernel)
    yield Entry(layer.bias, f"{name}/bias", rules.SAME)


#: A bias that the code adds to one.
_AROUND_ONE = rules.Rule(lambda shape: shape, lambda a: a + 1)
#: A dense kernel after maps that were flattened channels first, (channels * side * side, outputs).
FLATTENED = rules.Rule(lambda shape: shape, lambda a: rules.flattened_maps(style.FIRST_SIDE).convert(a.T))
