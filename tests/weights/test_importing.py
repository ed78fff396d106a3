"""Imported models make the images and scores that the published equations make of a file's tensors."""

import subprocess
import sys

import made_stylegan2 as reference
import made_torch_file
import numpy as np
import pytest
from made_stylegan2 import close, tiled

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.importing import import_weights

ROSINALITY = "rosinality/stylegan2-pytorch"
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


def saved(folder, **content):
    return made_torch_file.write(folder / "weights.pt", content)


def test_rosinality_checkpoint_of_a_training(deployed, trained, judge, tmp_path):
    optimizer = {"state": {"0": {"exp_avg": np.zeros(3)}}}
    path = saved(tmp_path, g=trained, d=judge, g_ema=deployed, g_optim=optimizer, d_optim=optimizer)
    model = import_weights(path, ROSINALITY, gamma=5.0)
    assert (model.image_shape, model.latent_dim, model.depth, model.gamma) == ((16, 16, 3), 8, 2, 5.0)
    assert (model.channel_base, model.channel_max) == (64, 6)
    w = reference.mapped(deployed, LATENTS)
    close(model.map(LATENTS), w)
    images = reference.synthesized(deployed, tiled(w))
    close(model.deployed("synthesis")(tiled(w), noise="constant"), images)
    close(model.call(LATENTS), images.clip(-1, 1))
    other = reference.synthesized(trained, tiled(reference.mapped(trained, LATENTS)))
    close(model.synthesis(tiled(model.mapping(LATENTS)), noise="constant"), other)
    close(model.discriminator(IMAGES), reference.scored(judge, IMAGES))
    # The file has no mean of w: it is that of many latents.
    many = reference.mapped(deployed, np.random.default_rng(8).standard_normal((10_000, 8))).mean(0)
    np.testing.assert_allclose(model.deployed("mapping").average, many, atol=0.1)
    assert np.abs(many).max() > 0.5


def test_rosinality_conversion_has_one_generator_and_its_mean(deployed, tmp_path):
    model = import_weights(saved(tmp_path, g_ema=deployed, latent_avg=MEAN), ROSINALITY)
    w = MEAN + 0.6 * (reference.mapped(deployed, LATENTS) - MEAN)
    images = reference.synthesized(deployed, tiled(w)).clip(-1, 1)
    close(model.call(LATENTS, psi=0.6), images)
    close(
        model.synthesis(tiled(model.mapping(LATENTS)), noise="constant")[0],
        reference.synthesized(deployed, tiled(reference.mapped(deployed, LATENTS[:1])))[0],
    )
    np.testing.assert_array_equal(model.mapping.average, MEAN)


def test_styles_of_every_layer_reach_their_layers(deployed, tmp_path):
    model = import_weights(saved(tmp_path, g_ema=deployed, latent_avg=MEAN), ROSINALITY, ema_decay=0.0)
    styles = np.random.default_rng(9).standard_normal((2, 6, 8)).astype("f")
    close(model.synthesis(styles, noise="constant"), reference.synthesized(deployed, styles))


def test_without_averages_the_deployed_generator_is_the_network(deployed, trained, tmp_path):
    model = import_weights(saved(tmp_path, g=trained, g_ema=deployed), ROSINALITY, ema_decay=0.0)
    assert model.deployed("mapping") is model.mapping
    close(model.map(LATENTS), reference.mapped(deployed, LATENTS))


def test_early_files_keep_no_noise(deployed, tmp_path):
    silent = {name: t for name, t in deployed.items() if not name.startswith("noises.")}
    model = import_weights(saved(tmp_path, g_ema=silent, latent_avg=MEAN), ROSINALITY)
    images = model.synthesis(tiled(MEAN[None]), noise=list(noise_maps(deployed)))
    close(images, reference.synthesized(deployed, tiled(MEAN[None])))


def noise_maps(tensors):
    return [tensors[f"noises.noise_{j}"].transpose(0, 2, 3, 1) for j in range(5)]


# Errors.


def test_all_that_is_wrong_is_named_at_once(deployed, tmp_path):
    broken = dict(deployed)
    del broken["convs.0.conv.weight"], broken["to_rgbs.1.bias"]
    broken |= {"convs.1.noise.weight": np.zeros(2), "style.2.scale": np.zeros(3)}
    with pytest.raises(ZooError) as error:
        import_weights(saved(tmp_path, g_ema=broken), ROSINALITY)
    text = str(error.value)
    assert "missing: g_ema.convs.0.conv.weight (1, 6, 6, 3, 3), g_ema.to_rgbs.1.bias (1, 3, 1, 1)" in text
    assert "of another shape: g_ema.convs.1.noise.weight (2,) instead of (1,)" in text
    assert "left over: g_ema.style.2.scale" in text and "weights.pt" in text


def test_the_list_of_names_is_cut(deployed, tmp_path):
    with pytest.raises(ZooError, match="left over: .*x7 and 4 more"):
        import_weights(saved(tmp_path, g_ema=deployed, **{f"x{i}": MEAN for i in range(12)}), ROSINALITY)


def test_a_file_of_another_source(judge, tmp_path):
    with pytest.raises(ZooError, match="weights.pt, as a file of rosinality.*is the file of another source"):
        import_weights(saved(tmp_path, d=judge), ROSINALITY)


def test_other_filters_are_refused(deployed, tmp_path):
    flat = {**deployed, "convs.0.conv.blur.kernel": np.full((4, 4), 0.25)}
    with pytest.raises(ZooError, match="g_ema.convs.0.conv.blur.kernel is not"):
        import_weights(saved(tmp_path, g_ema=flat), ROSINALITY)


def test_channels_that_no_base_gives(tmp_path):
    with pytest.raises(ZooError, match=r"channels at the sides \{4: 6, 8: 7, 16: 4\}"):
        import_weights(saved(tmp_path, g_ema=reference.generator({4: 6, 8: 7, 16: 4})), ROSINALITY)


def test_options_do_not_contradict_the_file(deployed, tmp_path):
    path = saved(tmp_path, g_ema=deployed)
    with pytest.raises(ZooError, match="depth follows from the file: it is 2, not 8"):
        import_weights(path, ROSINALITY, depth=8)
    with pytest.raises(ZooError, match="unknown argument of stylegan2 'gama'.*'gamma'"):
        import_weights(path, ROSINALITY, gama=1.0)


def test_unknown_source_and_missing_file(tmp_path):
    with pytest.raises(ZooError, match="unknown source of weights 'rosinality'.*rosinality/stylegan2-pytorch"):
        import_weights(tmp_path / "a.pt", "rosinality")
    with pytest.raises(ZooError, match="no weights file .*a.pt"):
        import_weights(tmp_path / "a.pt", ROSINALITY)


def test_the_function_is_there_without_tensorflow():
    code = "import sys, tfgan_zoo; tfgan_zoo.import_weights; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_sizes_that_cannot_be(deployed, tmp_path):
    deep = {**deployed, "style.999999999.weight": MEAN}
    with pytest.raises(ZooError, match="named g_ema.style.999999999..*, but there are only 52"):
        import_weights(saved(tmp_path, g_ema=deep), ROSINALITY)
    with pytest.raises(ZooError, match=r"g_ema.style.1.weight must have 2 axes, found shape \(3,\)"):
        import_weights(saved(tmp_path, g_ema={**deployed, "style.1.weight": np.zeros(3)}), ROSINALITY)
    with pytest.raises(ZooError, match="images of 8388608 pixels a side"):
        import_weights(saved(tmp_path, g_ema={**deployed, "to_rgbs.20.bias": np.zeros(3)}), ROSINALITY)
