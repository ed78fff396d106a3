"""Checkpoints of rosinality/stylegan2-pytorch (`.pt`): of its training, and of its conversion of NVIDIA's weights."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.style_mapping import StyleMapping
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator, StyleGAN2Synthesis
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import rules, style
from tfgan_zoo.weights.sources.assignment import Entry, assign, chosen, count, shape_of, square
from tfgan_zoo.weights.torch_files import read_tensors

# The states of optimizers, the strength of augmentation, filters.
_IGNORED = r"(g_optim|d_optim)\.|ada_aug_p$|.*\.kernel$"
_MODULATED = rules.after_ones(rules.CONVOLUTION)


def convert(path: Path, **options: Any) -> StyleGAN2:
    """Return `stylegan2` with the weights of a `.pt` file: a dict of `g_ema`, and maybe `g`, `d`, `latent_avg`.

    `g_ema` is deployed; training goes on from `g` and `d`. Files of trainings have no mean of w, towards which
    truncation goes: it is then that of 10,000 latents.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    tensors = read_tensors(path)
    model = create("stylegan2", **chosen(options, **sizes(tensors)))
    style.check_filters({name: array for name, array in tensors.items() if re.match(r".*\.kernel$", name)})
    has = lambda prefix: any(name.startswith(prefix) for name in tensors)
    noises = has("g_ema.noises.")
    of_generator = lambda prefix, mapping, synthesis: generator(prefix, mapping, synthesis, noises)
    entries = style.generator_entries(model, of_generator, "g_ema.", "g." if has("g.") else None)
    if has("d."):
        entries += discriminator(model.discriminator)
    if mean := has("latent_avg"):
        shape = rules.after_ones(rules.SAME, tensors["latent_avg"].ndim - 1)
        entries += [Entry(m.average, "latent_avg", shape) for m in (model.mapping, model.deployed("mapping"))]
    unused = [] if has("g.") and model.ema_decay else [r"g\."]
    assign(tensors, entries, "|".join([_IGNORED, *unused]))
    if not mean:
        style.set_mean_style(model)
    return model


def sizes(tensors: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the constructor arguments that follow from the tensors.

    Raises:
        ZooError: a tensor that tells one is missing.
    """
    doublings = count(tensors, "g_ema.to_rgbs.", ".")
    _, image_channels, first_width, *_ = shape_of(tensors, "g_ema.to_rgb1.conv.weight", 5)
    image_shape = square(style.FIRST_SIDE * 2**doublings, image_channels)
    widths = {style.FIRST_SIDE: first_width}
    for k in range(doublings):
        [widths[style.FIRST_SIDE * 2 ** (k + 1)]] = shape_of(tensors, f"g_ema.convs.{2 * k + 1}.activate.bias", 1)
    style_dim, latent_dim = shape_of(tensors, "g_ema.style.1.weight", 2)
    return {
        "image_shape": image_shape,
        "latent_dim": latent_dim,
        "style_dim": style_dim,
        "depth": count(tensors, "g_ema.style.", ".") - 1,  # number 0 is the normalization
        "classes": 0,
        **style.channels(widths),
        "generator_architecture": "skip",
        "discriminator_architecture": "resnet",
        "group_size": 4,
    }


def generator(prefix: str, mapping: StyleMapping, synthesis: StyleGAN2Synthesis, noises: bool) -> Iterator[Entry]:
    """Where the tensors of a generator go; `noises` are its noise maps, which early files do not keep."""
    for i, layer in enumerate(mapping.dense):
        yield Entry(layer.kernel, f"{prefix}style.{i + 1}.weight", rules.DENSE)
        yield Entry(layer.bias, f"{prefix}style.{i + 1}.bias", rules.SAME)
    yield Entry(synthesis.constant, f"{prefix}input.input", rules.after_ones(rules.CHANNELS_FIRST))
    for j, layer in enumerate(synthesis.convolutions):
        name = f"{prefix}convs.{j - 1}" if j else f"{prefix}conv1"
        yield from _modulated(layer.convolution, f"{name}.conv")
        yield Entry(layer.noise.strength, f"{name}.noise.weight", rules.NUMBER)
        yield Entry(layer.bias, f"{name}.activate.bias", rules.SAME)
    for k, layer in enumerate(synthesis.images):
        name = f"{prefix}to_rgbs.{k - 1}" if k else f"{prefix}to_rgb1"
        yield from _modulated(layer.convolution, f"{name}.conv")
        yield Entry(layer.bias, f"{name}.bias", _IMAGE_BIAS)
    if noises:
        for j, maps in enumerate(synthesis.noises):
            yield Entry(maps, f"{prefix}noises.noise_{j}", rules.after_ones(rules.PLANE, 2))


def discriminator(network: StyleGAN2Discriminator) -> Iterator[Entry]:
    """Where the tensors of a discriminator go."""
    yield from _activated(network.from_image, "d.convs.0", 0)
    for i, (first, second, shortcut) in enumerate(network.blocks, start=1):
        yield from _activated(first, f"d.convs.{i}.conv1", 0)
        yield from _activated(second, f"d.convs.{i}.conv2", 1)  # number 0 is the filter
        yield Entry(shortcut.kernel, f"d.convs.{i}.skip.1.weight", rules.CONVOLUTION)
    yield from _activated(network.last_convolution, "d.final_conv", 0)
    for i, (layer, kernel) in enumerate(
        [(network.dense, rules.flattened_maps(style.FIRST_SIDE)), (network.score, rules.DENSE)]
    ):
        yield Entry(layer.kernel, f"d.final_linear.{i}.weight", kernel)
        yield Entry(layer.bias, f"d.final_linear.{i}.bias", rules.SAME)


def _modulated(layer, name):
    kernel = rules.after_ones(rules.TURNED) if layer.upsample else _MODULATED
    yield Entry(layer.kernel, f"{name}.weight", kernel)
    yield Entry(layer.affine.kernel, f"{name}.modulation.weight", rules.DENSE)
    yield Entry(layer.affine.bias, f"{name}.modulation.bias", rules.SAME)


def _activated(layer, name, at):
    """The convolution is number `at`, its bias belongs to the activation after it."""
    yield Entry(layer.kernel, f"{name}.{at}.weight", rules.CONVOLUTION)
    yield Entry(layer.bias, f"{name}.{at + 1}.bias", rules.SAME)


_IMAGE_BIAS = rules.Rule(lambda shape: (1, *shape, 1, 1), lambda a: a.reshape(-1))
