"""Tiny networks that genforce's own code made and ran (fixtures/make_genforce.py)."""

import json
from pathlib import Path

import made_pickles
import made_torch_file
import numpy as np
import pytest
from made_stylegan2 import close, tiled

from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create
from tfgan_zoo.weights.importing import import_weights
from tfgan_zoo.weights.sources import genforce, stylegan_tf

SOURCE = "genforce/genforce"
FOUND = dict(np.load(Path(__file__).parents[1] / "fixtures" / "genforce.npz"))
LABELS = np.array([2, 0, 1, 2])


def tensors(family):
    """Part -> name -> tensor."""
    found = {}
    for part in ("generator", "generator_smooth", "discriminator"):
        shapes = json.loads(str(FOUND[f"{family}/{part}/shapes"]))
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
        parts = np.split(FOUND[f"{family}/{part}/numbers"].astype("f"), ends[:-1])
        found[part] = {name: a.reshape(shape) for (name, shape), a in zip(shapes.items(), parts)}
    return found


def made(family, part):
    return FOUND[f"{family}/{part}/made"]


def latents(family):
    return FOUND[f"{family}/latents"].astype("f")


def images(family):
    return FOUND[f"{family}/images"].astype("f")


def saved(folder, content):
    return made_torch_file.write(folder / "a.pth", content)


def as_tensorflow(content):
    """Names and layouts of NVIDIA's TensorFlow code."""
    flat = {f"{part}.{name}": array for part, own in content.items() for name, array in own.items()}
    names = genforce._names(flat, of_stylegan2=False)
    return {new: genforce._as_tensorflow(name, flat[name]) for name, new in names.items()}


def test_stylegan2(tmp_path):
    content = tensors("stylegan2")
    model = import_weights(saved(tmp_path, content), SOURCE, gamma=5.0)
    assert (model.name, model.image_shape, model.latent_dim, model.depth) == ("stylegan2", (16, 16, 3), 8, 2)
    z = latents("stylegan2")
    close(model.deployed("synthesis")(tiled(model.map(z)), noise="constant"), made("stylegan2", "generator_smooth"))
    close(model.synthesis(tiled(model.mapping(z[:1])), noise="constant"), made("stylegan2", "generator"))
    close(model.discriminator(images("stylegan2")), made("stylegan2", "discriminator"))
    np.testing.assert_array_equal(model.mapping.average, content["generator"]["truncation.w_avg"])


def test_progan(tmp_path):
    content = tensors("pggan")
    z = latents("pggan")
    for checkpoint in (content, {"models": content, "optimizers": {"generator": {"exp_avg": np.zeros(3)}}}):
        model = import_weights(saved(tmp_path, checkpoint), SOURCE)
        assert (model.name, model.image_shape, model.latent_dim, float(model.lod)) == ("progan", (16, 16, 3), 5, 0)
        assert model.group_size == 16
        wanted = made("pggan", "generator_smooth")
        close(model.deployed("generator")(z), wanted)
        close(model.call(z), wanted.clip(-1, 1))
        close(model.generator(z[:1]), made("pggan", "generator"))
        close(model.discriminator(images("pggan")), made("pggan", "discriminator"))


def test_stylegan_from_a_pickle_of_tensorflow(tmp_path):
    """genforce's tensors are those of NVIDIA's networks, in another order of axes; here convolutions are fused."""
    path = tmp_path / "a.pkl"
    path.write_bytes(made_pickles.networks(as_tensorflow(tensors("stylegan")), 3, fused_scale=True))
    model = import_weights(path, "NVlabs/stylegan")
    assert (model.classes, model.latent_dim, model.depth, model.group_size, float(model.lod)) == (3, 8, 2, 4, 0)
    z = latents("stylegan")
    wanted = made("stylegan", "generator_smooth")
    close(model.deployed("synthesis")(tiled(model.map([z, LABELS[:2]])), noise="constant"), wanted)
    close(model.call([z, LABELS[:2]]), wanted.clip(-1, 1))
    own = model.synthesis(tiled(model.mapping([z[:1], LABELS[:1]])), noise="constant")
    close(own, made("stylegan", "generator"))
    close(model.discriminator([images("stylegan"), LABELS]), made("stylegan", "discriminator"))


def test_stylegan_turns_kernels_from_128_pixels_on(tmp_path):
    content = tensors("stylegan")
    converted = stylegan_tf.import_tensors(as_tensorflow(content), group_size=4, fused=True)
    model = import_weights(saved(tmp_path, content), SOURCE, ema_decay=0.0)
    for j, layer in enumerate(model.synthesis.convolutions, start=1):
        kernel = content["generator_smooth"][f"synthesis.layer{j}.weight"].transpose(2, 3, 1, 0)
        np.testing.assert_array_equal(layer.kernel, kernel)
        fused = converted.deployed("synthesis").convolutions[j - 1].kernel
        np.testing.assert_array_equal(fused, kernel if j % 2 else kernel[::-1, ::-1])
    large = create("stylegan", image_shape=(128, 128, 3), latent_dim=8, style_dim=8, depth=2, channel_base=256)
    sides = [side for side in large.synthesis.sides if side >= 128]
    entries = stylegan_tf.generator("Gs/", large.mapping, large.synthesis, sides)
    turned = [entry.name for entry in entries if entry.rule is stylegan_tf._TURNED]
    assert turned == ["Gs/synthesis/128x128/Conv0_up/weight"]


@pytest.mark.parametrize("family", ["stylegan", "pggan"])
def test_a_generator_alone_is_deployed(family, tmp_path):
    content = {"generator": tensors(family)["generator_smooth"]}
    model = import_weights(saved(tmp_path, content), SOURCE)
    if family == "pggan":
        close(model.deployed("generator")(latents(family)), made(family, "generator_smooth"))
    else:
        average = content["generator"]["truncation.w_avg"]
        np.testing.assert_array_equal(model.deployed("mapping").average, average)


@pytest.mark.parametrize(
    "family, name, shape",
    [
        ("stylegan", "generator_smooth.synthesis.layer3.style.bias", "12"),
        ("stylegan", "generator.synthesis.output1.weight", ""),
        ("stylegan", "discriminator.layer4.bias", "6"),
        ("stylegan2", "generator_smooth.synthesis.layer3.noise", "1, 1, 16, 16"),
        ("stylegan2", "discriminator.skip_layer1.weight", "1, 1, 6, 6"),
        ("pggan", "generator_smooth.layer2.weight", "6, 6, 3, 3"),
    ],
)
def test_a_missing_tensor_is_named_as_in_the_file(family, name, shape, tmp_path):
    content = tensors(family)
    part, _, own = name.partition(".")
    del content[part][own]
    with pytest.raises(ZooError, match=rf"(missing: |no tensor ){name}( \({shape}|,)") as error:
        import_weights(saved(tmp_path, content), SOURCE)
    assert not any(word in str(error.value) for word in ("Gs/", "D/"))


@pytest.mark.parametrize("family", ["stylegan", "stylegan2", "pggan"])
def test_a_tensor_too_many_is_named(family, tmp_path):
    content = tensors(family)
    content["generator_smooth"]["layer77.scale"] = np.zeros(3)
    with pytest.raises(ZooError, match="left over: generator_smooth.layer77.scale"):
        import_weights(saved(tmp_path, content), SOURCE)


def test_files_and_filters_of_others(tmp_path):
    with pytest.raises(ZooError, match="no generator of stylegan2, stylegan or pggan"):
        import_weights(saved(tmp_path, {"generator": {"conv.weight": np.zeros((2, 2))}}), SOURCE)
    content = tensors("stylegan")
    name = next(name for name in content["generator_smooth"] if name.endswith(".kernel"))
    content["generator_smooth"][name] = np.ones_like(content["generator_smooth"][name])
    with pytest.raises(ZooError, match=rf"filter generator_smooth.{name} is not \[1, 2, 1\]"):
        import_weights(saved(tmp_path, content), SOURCE)


def test_a_shape_is_that_in_tensorflow(tmp_path):
    content = tensors("stylegan")
    content["discriminator"]["layer2.weight"] = np.zeros((6, 5, 3, 3))
    with pytest.raises(ZooError, match=r"discriminator.layer2.weight \(3, 3, 5, 6\) instead of \(3, 3, 6, 6\)"):
        import_weights(saved(tmp_path, content), SOURCE)


def test_the_level_of_detail_is_kept(tmp_path):
    content = tensors("stylegan")
    content["generator_smooth"]["synthesis.lod"] = np.float32(0.25)
    model = import_weights(saved(tmp_path, content), SOURCE, stabilize_images=100, transition_images=200)
    assert float(model.lod) == 0.25 and int(model.images_seen.value) == 100 + 200 + 100 + 150
    content["generator_smooth"]["synthesis.lod"] = np.float32(5)
    with pytest.raises(ZooError, match="level of detail 5.0; expected one from 0 to 2"):
        import_weights(saved(tmp_path, content), SOURCE)
