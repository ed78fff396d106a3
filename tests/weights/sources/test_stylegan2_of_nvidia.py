"""NVIDIA's networks, of PyTorch and of TensorFlow: the equations on their own names and layouts."""

import made_pickles
import made_stylegan2 as reference
import numpy as np
import pytest
from made_stylegan2 import close, tiled

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.importing import import_weights
from tfgan_zoo.weights.sources import stylegan2_ada, stylegan2_tf

SIDES = {4: 6, 8: 6, 16: 4}
LATENTS = np.random.default_rng(5).standard_normal((3, 8)).astype("f")
IMAGES = np.random.default_rng(6).standard_normal((4, 16, 16, 3)).astype("f")
MEAN = np.random.default_rng(7).standard_normal(8).astype("f")


@pytest.fixture(scope="module")
def deployed():
    return reference.generator(SIDES, seed=0)


@pytest.fixture(scope="module")
def trained():
    return reference.generator(SIDES, seed=1)


@pytest.fixture(scope="module")
def judge():
    return reference.discriminator(SIDES, seed=2)


def as_ada(prefix, tensors):
    """Tensors of rosinality as those of NVlabs/stylegan2-ada-pytorch."""
    found = {}
    for i in (1, 2):
        found |= {f"mapping.fc{i - 1}.{part}": tensors[f"style.{i}.{part}"] for part in ("weight", "bias")}
    found |= {"mapping.w_avg": MEAN, "synthesis.b4.const": tensors["input.input"][0]}
    for j, (side, old) in enumerate(reference.styled(SIDES)):
        new = f"synthesis.b{side}.conv{(j + 1) % 2}"
        found |= _ada_modulated(tensors, f"{old}.conv", new) | {f"{new}.bias": tensors[f"{old}.activate.bias"]}
        found[f"{new}.noise_strength"] = tensors[f"{old}.noise.weight"][0]
        found[f"{new}.noise_const"] = tensors[f"noises.noise_{j}"][0, 0]
        found[f"{new}.resample_filter"] = reference.TAPS
    for k, side in enumerate(SIDES):
        old, new = f"to_rgbs.{k - 1}" if k else "to_rgb1", f"synthesis.b{side}.torgb"
        found |= _ada_modulated(tensors, f"{old}.conv", new) | {f"{new}.bias": tensors[f"{old}.bias"].reshape(-1)}
    return {f"{prefix}.{name}": np.asarray(tensor) for name, tensor in found.items()}


def _ada_modulated(tensors, old, new):
    found = {f"{new}.affine.{part}": tensors[f"{old}.modulation.{part}"] for part in ("weight", "bias")}
    return found | {f"{new}.weight": tensors[f"{old}.weight"][0]}


def judge_as_ada(tensors):
    found = {}
    for name, tensor in tensors.items():
        for old, new in (
            ("convs.0.", "b16.fromrgb."),
            ("convs.1.", "b16."),
            ("convs.2.", "b8."),
            ("conv1.", "conv0."),
            ("conv2.", "conv1."),
            ("final_conv.", "b4.conv."),
            ("final_linear.0", "b4.fc"),
            ("final_linear.1", "b4.out"),
        ):
            name = name.replace(old, new)
        *block, part = name.split(".")
        layer = ".".join(word for word in block if not word.isdigit())
        found[f"D.{layer}.{'resample_filter' if part == 'kernel' else part}"] = tensor
    return found


def as_tensorflow(prefix, tensors):
    """Tensors of rosinality as those of NVlabs/stylegan2."""
    found = {"dlatent_avg": MEAN, "lod": np.float32(0), "synthesis/4x4/Const/const": tensors["input.input"]}
    for i in (1, 2):
        found[f"mapping/Dense{i - 1}/weight"] = tensors[f"style.{i}.weight"].T
        found[f"mapping/Dense{i - 1}/bias"] = tensors[f"style.{i}.bias"]
    for j, (side, old) in enumerate(reference.styled(SIDES)):
        new = f"synthesis/{side}x{side}/" + ("Conv0_up" if j % 2 else "Conv1" if j else "Conv")
        found |= _tensorflow_modulated(tensors, f"{old}.conv", new, turned=j % 2)
        found[f"{new}/bias"], found[f"synthesis/noise{j}"] = (
            tensors[f"{old}.activate.bias"],
            tensors[f"noises.noise_{j}"],
        )
        found[f"{new}/noise_strength"] = tensors[f"{old}.noise.weight"][0]
    for k, side in enumerate(SIDES):
        old, new = f"to_rgbs.{k - 1}" if k else "to_rgb1", f"synthesis/{side}x{side}/ToRGB"
        found |= _tensorflow_modulated(tensors, f"{old}.conv", new)
        found[f"{new}/bias"] = tensors[f"{old}.bias"].reshape(-1)
    return {f"{prefix}/{name}": np.asarray(tensor) for name, tensor in found.items()}


def _tensorflow_modulated(tensors, old, new, turned=False):
    kernel = tensors[f"{old}.weight"][0].transpose(2, 3, 1, 0)
    return {
        f"{new}/weight": kernel[::-1, ::-1] if turned else kernel,
        f"{new}/mod_weight": tensors[f"{old}.modulation.weight"].T,
        f"{new}/mod_bias": tensors[f"{old}.modulation.bias"] - 1,
    }


def judge_as_tensorflow(tensors):
    """Kernels with inputs and outputs last; the names follow from those of the other package."""
    words = {"fromrgb": "FromRGB", "conv0": "Conv0", "conv1": "Conv1_down", "skip": "Skip", "conv": "Conv"}
    found = {}
    for name, tensor in judge_as_ada(tensors).items():
        _, block, layer, part = name.split(".")
        if part == "resample_filter":
            continue
        side = block[1:]
        place = {"fc": "4x4/Dense0", "out": "Output"}.get(layer) or f"{side}x{side}/{words[layer]}"
        found[f"D/{place}/{part}"] = tensor.transpose(2, 3, 1, 0) if tensor.ndim == 4 else tensor.T
    return found


@pytest.mark.parametrize(
    "source, generator, discriminator, prefixes",
    [
        (stylegan2_ada, as_ada, judge_as_ada, ("G_ema", "G")),
        (stylegan2_tf, as_tensorflow, judge_as_tensorflow, ("Gs", "G")),
    ],
)
def test_sources_of_nvidia(source, generator, discriminator, prefixes, deployed, trained, judge):
    tensors = generator(prefixes[0], deployed) | generator(prefixes[1], trained) | discriminator(judge)
    model = source.import_tensors(tensors, group_size=4, gamma=3.0)
    assert (model.image_shape, model.depth, model.group_size, model.gamma) == ((16, 16, 3), 2, 4, 3.0)
    w = reference.mapped(deployed, LATENTS)
    images = reference.synthesized(deployed, tiled(MEAN + 0.6 * (w - MEAN)))
    close(model.call(LATENTS, psi=0.6), images.clip(-1, 1))
    other = reference.synthesized(trained, tiled(reference.mapped(trained, LATENTS)))
    close(model.synthesis(tiled(model.mapping(LATENTS)), noise="constant"), other)
    close(model.discriminator(IMAGES), reference.scored(judge, IMAGES))
    name = next(name for name in tensors if name.endswith("bias"))
    with pytest.raises(ZooError, match=f"missing: {name}"):
        source.import_tensors({n: t for n, t in tensors.items() if n != name}, group_size=4)


def test_labels_of_ada(deployed, judge):
    """z and the embedded label are each brought to a mean square of one; D's features meet those of the label."""
    normal = np.random.default_rng(11).standard_normal
    tensors = as_ada("G_ema", deployed) | judge_as_ada(judge)
    tensors |= {"G_ema.mapping.embed.weight": normal((8, 3)), "G_ema.mapping.embed.bias": normal(8)}
    tensors["G_ema.mapping.fc0.weight"] = normal((8, 13)) * 100  # of 5 latents and the embedding
    tensors |= {"D.mapping.embed.weight": normal((6, 3)), "D.mapping.embed.bias": normal(6)}
    for i in range(8):
        tensors |= {f"D.mapping.fc{i}.weight": 100 * normal((6, 6)), f"D.mapping.fc{i}.bias": 30 * normal(6)}
    tensors |= {"D.b4.out.weight": normal((6, 6)), "D.b4.out.bias": normal(6)}
    model = stylegan2_ada.import_tensors(tensors, group_size=4)
    assert (model.classes, model.latent_dim) == (3, 5)

    z, labels = normal((4, 5)).astype("f"), np.array([2, 0, 1, 2])
    mapped = lambda name, x, depth: layers(tensors, name, x, depth)
    w = mapped("G_ema.mapping", np.concatenate([reference.unit(z), embedded(tensors, "G_ema", labels, 3)], 1), 2)
    close(model.map([z, labels]), w)
    features = dict(judge)
    features["final_linear.1.weight"], features["final_linear.1.bias"] = (
        tensors["D.b4.out.weight"],
        tensors["D.b4.out.bias"],
    )
    directions = mapped("D.mapping", embedded(tensors, "D", labels, 3), 8)
    scores = (reference.scored(features, IMAGES) * directions).sum(1, keepdims=True) / 6**0.5
    close(model.discriminator([IMAGES, labels]), scores)


def embedded(tensors, network, labels, classes):
    embed = f"{network}.mapping.embed"
    return reference.unit(tensors[f"{embed}.weight"].T[labels] / classes**0.5 + tensors[f"{embed}.bias"])


def layers(tensors, name, x, depth):
    for i in range(depth):
        weight, bias = tensors[f"{name}.fc{i}.weight"], tensors[f"{name}.fc{i}.bias"]
        x = reference.activated(0.01 * (x @ weight.T / weight.shape[1] ** 0.5 + bias))
    return x


def test_a_discriminator_without_spread_has_groups_of_one(deployed, judge):
    alone = judge_as_ada(judge)
    alone["D.b4.conv.weight"] = alone["D.b4.conv.weight"][:, :-1]
    model = stylegan2_ada.import_tensors(as_ada("G_ema", deployed) | alone, group_size=4)
    assert model.group_size == 1 and model.discriminator.spread is None


def test_networks_of_nvidia_that_the_model_cannot_be(deployed, judge):
    labelled = as_tensorflow("Gs", deployed) | {"Gs/mapping/LabelConcat/weight": np.zeros((3, 8))}
    with pytest.raises(ZooError, match="the network takes labels, by LabelConcat"):
        stylegan2_tf.import_tensors(labelled, group_size=4)
    skipping = as_ada("G_ema", deployed) | judge_as_ada(judge) | {"D.b4.fromrgb.weight": np.zeros((6, 3, 1, 1))}
    with pytest.raises(ZooError, match='the architecture "skip"'):
        stylegan2_ada.import_tensors(skipping, group_size=4)


def ada_pickle(path, networks, **attributes):
    """A file of networks, name -> tensors; attributes by names as "D.b4.mbstd.group_size"."""
    content = {}
    for name in ("G", "D", "G_ema"):
        own = {key.removeprefix(f"{name}."): value for key, value in networks.items() if key.startswith(f"{name}.")}
        said = {key.removeprefix(f"{name}."): v for key, v in attributes.items() if key.startswith(f"{name}.")}
        content[name] = made_pickles.module(own, **said)
    path.write_bytes(made_pickles.whole(content))
    return path


def test_a_pickle_of_ada(deployed, trained, judge, tmp_path):
    tensors = as_ada("G_ema", deployed) | as_ada("G", trained) | judge_as_ada(judge)
    path = ada_pickle(tmp_path / "a.pkl", tensors, **{"D.b4.conv.activation": "lrelu"})
    model = import_weights(path, "NVlabs/stylegan2-ada-pytorch", gamma=3.0)
    assert (model.group_size, model.gamma) == (4, 3.0)
    images = reference.synthesized(deployed, tiled(reference.mapped(deployed, LATENTS)))
    close(model.call(LATENTS), images.clip(-1, 1))
    close(model.discriminator(IMAGES), reference.scored(judge, IMAGES))
    with pytest.raises(ZooError, match=r"a.pkl.*D.b4.conv.activation is 'relu'; only networks of lrelu"):
        import_weights(ada_pickle(path, tensors, **{"D.b4.conv.activation": "relu"}), "NVlabs/stylegan2-ada-pytorch")
    with pytest.raises(ZooError, match="mapping learns at 1.0 the rate"):
        import_weights(
            ada_pickle(path, tensors, **{"G_ema.mapping.fc0.bias_gain": 1.0}), "NVlabs/stylegan2-ada-pytorch"
        )
    del tensors["G_ema.synthesis.b8.conv0.affine.bias"]
    with pytest.raises(ZooError, match=r"missing: G_ema.synthesis.b8.conv0.affine.bias \(6,\)"):
        import_weights(ada_pickle(path, tensors), "NVlabs/stylegan2-ada-pytorch")


def test_a_pickle_of_tensorflow(deployed, trained, judge, tmp_path):
    tensors = as_tensorflow("Gs", deployed) | as_tensorflow("G", trained) | judge_as_tensorflow(judge)
    path, source = tmp_path / "a.pkl", "NVlabs/stylegan2"

    def saved(version=4, **static_kwargs):
        path.write_bytes(made_pickles.networks(tensors, version, **static_kwargs))
        return path

    model = import_weights(saved(mbstd_group_size=2, resample_kernel=[1, 3, 3, 1]), source)
    assert model.group_size == 2
    images = reference.synthesized(deployed, tiled(reference.mapped(deployed, LATENTS)))
    close(model.call(LATENTS), images.clip(-1, 1))
    with pytest.raises(ZooError, match="networks of version 3, expected 4; older ones are of the source NVlabs/styleg"):
        import_weights(saved(version=3), source)
    with pytest.raises(ZooError, match=r"resample_kernel \[1, 2, 1\]; only \[1, 3, 3, 1\] is imported"):
        import_weights(saved(resample_kernel=[1, 2, 1]), source)
    with pytest.raises(ZooError, match="networks of version 4, which are of the source NVlabs/stylegan2"):
        import_weights(saved(), "NVlabs/stylegan")
    del tensors["Gs/synthesis/8x8/Conv1/mod_bias"]
    with pytest.raises(ZooError, match=r"missing: Gs/synthesis/8x8/Conv1/mod_bias \(6,\)"):
        import_weights(saved(), source)
