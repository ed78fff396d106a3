"""Networks of NVlabs/stylegan2-ada-pytorch (`.pkl`)."""

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
from tfgan_zoo.weights.stylegan_pickles import read_pytorch

# The augmentation's filters, and those of resampling, which are compared.
_IGNORED = r"augment_pipe\.|.*\.resample_filter$"
_WHOLE_BATCH = 2**31 - 1


def convert(path: Path, **options: Any) -> StyleGAN2:
    """Return `stylegan2` with the weights of a network pickle, `G_ema` to be deployed and `G`, `D` to go on training.

    The package computes in half precision at the largest sides and there cuts activations to +-256 (`conv_clamp`),
    which keeps them finite. This model has no such cut: it is the same function wherever none is reached.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    networks = read_pytorch(path)
    for name, value in networks.attributes.items():
        if name.endswith(".activation") and value not in ("lrelu", "linear"):
            raise ZooError(f"{name} is {value!r}; only networks of lrelu are imported")
        if name.startswith(("G.mapping.fc", "G_ema.mapping.fc")) and name.endswith(".bias_gain") and value != 0.01:
            raise ZooError(f"the mapping learns at {value!r} the rate of the rest; only at 0.01 it is imported")
    group_size = networks.attributes.get("D.b4.mbstd.group_size", 4)
    return import_tensors(networks.tensors, _WHOLE_BATCH if group_size is None else group_size, **options)


def import_tensors(tensors: Mapping[str, np.ndarray], group_size: int, **options: Any) -> StyleGAN2:
    """Return `stylegan2` with the weights of tensors named as `G_ema.synthesis.b4.const`.

    Args:
        tensors: of `G_ema`, and maybe of `G` and `D`.
        group_size: over which the discriminator sees the spread of samples; tensors do not tell it.
        **options: constructor arguments that do not follow from the tensors.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    has = lambda prefix: any(name.startswith(prefix) for name in tensors)
    model = create("stylegan2", **chosen(options, **sizes(tensors, group_size)))
    style.check_filters({name: array for name, array in tensors.items() if _compared(name)})
    entries = style.generator_entries(model, generator, "G_ema.", "G." if has("G.") else None)
    if has("D."):
        entries += discriminator(model.discriminator)
    unused = [] if has("G.") and model.ema_decay else [r"G\."]
    assign(tensors, entries, "|".join([_IGNORED, *unused]))
    return model


def sizes(tensors: Mapping[str, np.ndarray], group_size: int = 4) -> dict[str, Any]:
    """Return the constructor arguments that follow from the tensors.

    Raises:
        ZooError: a tensor that tells one is missing, or a discriminator of the architecture "skip".
    """
    sides = numbers(tensors, "G_ema.synthesis.b", ".")
    shape = lambda name, axes: shape_of(tensors, f"G_ema.{name}", axes)
    image_shape = square(side := sides[-1], *shape(f"synthesis.b{side}.torgb.bias", 1))
    style_dim, latent_dim = shape("mapping.fc0.weight", 2)
    classes = 0
    if "G_ema.mapping.embed.weight" in tensors:
        embedded, classes = shape("mapping.embed.weight", 2)
        latent_dim -= embedded
    skip, resnet = "G_ema.synthesis.b4.torgb.weight" in tensors, f"G_ema.synthesis.b{side}.skip.weight" in tensors
    return {
        "image_shape": image_shape,
        "latent_dim": latent_dim,
        "style_dim": style_dim,
        "depth": count(tensors, "G_ema.mapping.fc", "."),
        "classes": classes,
        **style.channels({s: shape(f"synthesis.b{s}.conv1.bias", 1)[0] for s in sides}),
        "generator_architecture": "skip" if skip else "resnet" if resnet else "orig",
        **_of_discriminator(tensors, side, group_size),
    }


def generator(prefix: str, mapping: StyleMapping, synthesis: StyleGAN2Synthesis) -> Iterator[Entry]:
    """Where the tensors of a generator go."""
    yield from _mapping(f"{prefix}mapping", mapping)
    yield Entry(mapping.average, f"{prefix}mapping.w_avg", rules.SAME)
    names = [f"{prefix}synthesis.b{side}" for side in synthesis.sides]
    yield Entry(synthesis.constant, f"{names[0]}.const", rules.CHANNELS_FIRST)
    for j, (layer, maps) in enumerate(zip(synthesis.convolutions, synthesis.noises)):
        name = f"{names[(j + 1) // 2]}.conv{(j + 1) % 2}"
        yield from _modulated(layer, name)
        yield Entry(layer.noise.strength, f"{name}.noise_strength", rules.SAME)
        yield Entry(maps, f"{name}.noise_const", rules.PLANE)
    for layer, name in zip(synthesis.images, names[-len(synthesis.images) :]):
        yield from _modulated(layer, f"{name}.torgb")
    for layer, name in zip(synthesis.shortcuts, names[1:]):
        yield Entry(layer.kernel, f"{name}.skip.weight", rules.CONVOLUTION)


def discriminator(network: StyleGAN2Discriminator) -> Iterator[Entry]:
    """Where the tensors of a discriminator go."""
    sides = [style.FIRST_SIDE * 2**i for i in range(len(network.blocks), 0, -1)]
    yield from _layer(network.from_image, f"D.b{sides[0]}.fromrgb", rules.CONVOLUTION)
    for side, (first, second, shortcut) in zip(sides, network.blocks):
        yield from _layer(first, f"D.b{side}.conv0", rules.CONVOLUTION)
        yield from _layer(second, f"D.b{side}.conv1", rules.CONVOLUTION)
        if shortcut is not None:
            yield Entry(shortcut.kernel, f"D.b{side}.skip.weight", rules.CONVOLUTION)
    yield from _layer(network.last_convolution, "D.b4.conv", rules.CONVOLUTION)
    yield from _layer(network.dense, "D.b4.fc", rules.flattened_maps(style.FIRST_SIDE))
    yield from _layer(network.score, "D.b4.out", rules.DENSE)
    if network.classes:
        yield from _mapping("D.mapping", network.embedding)


def _of_discriminator(tensors, side, group_size):
    if f"D.b{side}.conv0.weight" not in tensors:
        return {}
    if "D.b4.fromrgb.weight" in tensors:
        raise ZooError('the discriminator has the architecture "skip"; only "orig" and "resnet" are imported')
    resnet = f"D.b{side}.skip.weight" in tensors
    outputs, inputs, *_ = shape_of(tensors, "D.b4.conv.weight", 4)
    return {
        "discriminator_architecture": "resnet" if resnet else "orig",
        "group_size": group_size if inputs > outputs else 1,  # the spread is a further input
    }


def _mapping(name, network):
    if network.classes:
        yield from _layer(network.embed, f"{name}.embed", rules.DENSE)
    for i, layer in enumerate(network.dense):
        yield from _layer(layer, f"{name}.fc{i}", rules.DENSE)


def _modulated(layer, name):
    turned = getattr(layer, "upsample", False)
    yield Entry(layer.convolution.kernel, f"{name}.weight", rules.TURNED if turned else rules.CONVOLUTION)
    yield from _layer(layer.convolution.affine, f"{name}.affine", rules.DENSE)
    yield Entry(layer.bias, f"{name}.bias", rules.SAME)


def _layer(layer, name, kernel):
    yield Entry(layer.kernel, f"{name}.weight", kernel)
    yield Entry(layer.bias, f"{name}.bias", rules.SAME)


def _compared(name):
    return name.endswith(".resample_filter") and not name.startswith("augment_pipe.")
