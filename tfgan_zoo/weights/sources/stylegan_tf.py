"""Networks of NVlabs/stylegan (`.pkl`, of TensorFlow 1)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.models.style.stylegan import StyleGAN
from tfgan_zoo.networks.style_mapping import StyleGANMapping
from tfgan_zoo.networks.stylegan import StyleGANDiscriminator, StyleGANSynthesis
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import rules, style
from tfgan_zoo.weights.sources.assignment import Entry, assign, chosen, count, numbers, shape_of, square
from tfgan_zoo.weights.sources.growing import grow_to
from tfgan_zoo.weights.sources.stylegan2_tf import FLATTENED, check_arguments
from tfgan_zoo.weights.stylegan_pickles import read_tensorflow

_LOD = "Gs/synthesis/lod"
_IGNORED = r"(G|Gs|D)/(.*/)?lod$"
#: Arguments of the package's networks, and the only values that are imported.
_FIXED = {"blur_filter": [1, 2, 1], "mapping_lrmul": 0.01, "normalize_latents": True, "const_input_layer": True}
_FIXED |= dict.fromkeys(("nonlinearity", "mapping_nonlinearity"), "lrelu")
_FIXED |= dict.fromkeys(("use_wscale", "mapping_use_wscale", "use_noise", "use_instance_norm", "use_styles"), True)
_FIXED |= {"use_pixel_norm": False}
_FUSED = 128  # the smallest side whose convolution is one with the upsampling, where that is "auto"


def convert(path: Path, **options: Any) -> StyleGAN:
    """Return `stylegan` with the weights of a network pickle, `Gs` to be deployed and `G`, `D` to go on training.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    networks = read_tensorflow(path)
    if networks.attributes["Gs/version"] == 4:
        raise ZooError("networks of version 4, which are of the source NVlabs/stylegan2; expected 2 or 3")
    check_arguments(networks.arguments, _FIXED)
    fused = networks.arguments["Gs"].get("fused_scale", "auto")
    group_size = networks.arguments["D"].get("mbstd_group_size", 4)
    return import_tensors(networks.tensors, group_size, fused, **options)


def import_tensors(
    tensors: Mapping[str, np.ndarray], group_size: int, fused: bool | str = "auto", **options: Any
) -> StyleGAN:
    """Return `stylegan` with the weights of tensors named as `Gs/synthesis/4x4/Const/const`.

    Args:
        tensors: of `Gs`, and maybe of `G` and `D`.
        group_size: over which the discriminator sees the spread of samples; tensors do not tell it.
        fused: whether upsampling and convolution are one: their kernels are then turned around. "auto": from 128
            pixels on.
        **options: constructor arguments that do not follow from the tensors.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    has = lambda prefix: any(name.startswith(prefix) for name in tensors)
    model = create("stylegan", **chosen(options, **sizes(tensors, group_size)))
    turned = [side for side in model.sides if fused is True or (fused == "auto" and side >= _FUSED)]
    of_generator = lambda prefix, mapping, synthesis: generator(prefix, mapping, synthesis, turned)
    entries = style.generator_entries(model, of_generator, "Gs/", "G/" if has("G/") else None)
    if has("D/"):
        entries += discriminator(model.discriminator)
    unused = [] if has("G/") and model.ema_decay else [r"G/"]
    assign(tensors, entries, "|".join([_IGNORED, *unused]))
    grow_to(model, float(np.asarray(tensors.get(_LOD, 0.0)).reshape(())))
    return model


def sizes(tensors: Mapping[str, np.ndarray], group_size: int = 4) -> dict[str, Any]:
    """Return the constructor arguments that follow from the tensors.

    Raises:
        ZooError: a tensor that tells one is missing.
    """
    sides = numbers(tensors, "Gs/synthesis/", "x")
    shape = lambda name, axes: shape_of(tensors, f"Gs/{name}", axes)
    image_shape = square(sides[-1], *shape("synthesis/ToRGB_lod0/bias", 1))
    latent_dim, style_dim = shape("mapping/Dense0/weight", 2)
    classes = 0
    if "Gs/mapping/LabelConcat/weight" in tensors:
        classes, latent_dim = shape("mapping/LabelConcat/weight", 2)
    told = {
        "image_shape": image_shape,
        "latent_dim": latent_dim,
        "style_dim": style_dim,
        "depth": count(tensors, "Gs/mapping/Dense", "/"),
        "classes": classes,
        "initial_side": style.FIRST_SIDE,
        **style.channels({s: shape(f"synthesis/{_layer(s, second=True)}/bias", 1)[0] for s in sides}),
    }
    if "D/4x4/Conv/weight" in tensors:
        *_, inputs, outputs = shape_of(tensors, "D/4x4/Conv/weight", 4)
        told["group_size"] = group_size if inputs > outputs else 1  # the spread is a further input
    return told


def generator(
    prefix: str, mapping: StyleGANMapping, synthesis: StyleGANSynthesis, turned: list[int]
) -> Iterator[Entry]:
    """Where the variables of a generator go; of the sides in `turned` the first kernel is turned around."""
    if mapping.classes:
        yield Entry(mapping.embed.kernel, f"{prefix}mapping/LabelConcat/weight", rules.SAME)
    for i, layer in enumerate(mapping.dense):
        yield from _weights(layer, f"{prefix}mapping/Dense{i}")
    yield Entry(mapping.average, f"{prefix}dlatent_avg", rules.SAME)
    part = f"{prefix}synthesis/"
    yield Entry(synthesis.constant, f"{part}4x4/Const/const", rules.after_ones(rules.CHANNELS_FIRST))
    for j, (epilogue, maps) in enumerate(zip(synthesis.epilogues, synthesis.noises)):
        side = maps.shape[1]
        name = part + _layer(side, second=j % 2)
        if j:
            rule = _TURNED if j % 2 == 0 and side in turned else rules.SAME
            yield Entry(synthesis.convolutions[j - 1].kernel, f"{name}/weight", rule)
        yield Entry(epilogue.bias, f"{name}/bias", rules.SAME)
        yield Entry(epilogue.noise.strength, f"{name}/Noise/weight", rules.SAME)
        yield from _weights(epilogue.style.affine, f"{name}/StyleMod")
        yield Entry(maps, f"{part}noise{j}", rules.after_ones(rules.PLANE, 2))
    for lod, layer in enumerate(reversed(synthesis.images)):
        yield from _weights(layer, f"{part}ToRGB_lod{lod}")


def discriminator(network: StyleGANDiscriminator) -> Iterator[Entry]:
    """Where the variables of a discriminator go."""
    for lod, layer in enumerate(reversed(network.from_image)):
        yield from _weights(layer, f"D/FromRGB_lod{lod}")
    for k, (convolution, halving) in enumerate(zip(network.convolutions, network.halvings)):
        side = style.FIRST_SIDE * 2 ** (k + 1)
        yield from _weights(convolution, f"D/{side}x{side}/Conv0")
        yield from _weights(halving, f"D/{side}x{side}/Conv1_down")
    yield from _weights(network.last_convolution, "D/4x4/Conv")
    yield from _weights(network.dense, "D/4x4/Dense0", FLATTENED)
    yield from _weights(network.score, "D/4x4/Dense1")


def _layer(side, second):
    """Of the two layers of a side; the smallest has the constant and one convolution."""
    names = ("Const", "Conv") if side == style.FIRST_SIDE else ("Conv0_up", "Conv1")
    return f"{side}x{side}/{names[bool(second)]}"


def _weights(layer, name, kernel=rules.SAME):
    yield Entry(layer.kernel, f"{name}/weight", kernel)
    yield Entry(layer.bias, f"{name}/bias", rules.SAME)


#: A kernel that is turned around.
_TURNED = rules.Rule(lambda shape: shape, lambda a: a[::-1, ::-1])
