"""SeFa on models: the rows are those that the networks multiply codes with, and the right columns of them."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, latent
from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.factors import normalizes

STYLE = {"latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 64, "channel_max": 8, "image_shape": (16, 16, 1)}
SMALL = {"image_shape": (16, 16, 1), "latent_dim": 8, "width": 4}


def model(name, **arguments):
    return zoo.create(name, **{**arguments, "seed": 1})


@pytest.fixture(scope="module")
def stylegan2():
    return model("stylegan2", **STYLE)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


# Which weights


def test_stylegan2_has_the_modulations_of_convolutions_and_of_the_last_image(stylegan2):
    found, synthesis = latent.layer_weights(stylegan2), stylegan2.deployed("synthesis")
    assert synthesis is stylegan2.synthesis_ema
    assert [matrix.shape for matrix in found] == [(8, 8)] * 4 + [(4, 8)] * 2  # inputs of each, (C, w)
    w = np.eye(8, dtype="float32")
    for j, matrix in enumerate(found):
        affine = (synthesis.convolutions[j] if j < 5 else synthesis.images[-1]).convolution.affine
        np.testing.assert_allclose(affine(w) - affine(0 * w), matrix.T, atol=1e-6)
    chosen = latent.layer_weights(stylegan2, "1,5")
    assert len(chosen) == 2 and np.array_equal(chosen[0], found[1]) and np.array_equal(chosen[1], found[5])


def test_stylegan_has_scales_and_shifts():
    made = model("stylegan", **STYLE)
    found = latent.layer_weights(made, "coarse")
    assert [matrix.shape for matrix in found] == [(16, 8)] * 2
    affine = made.synthesis_ema.epilogues[1].style.affine
    w = np.eye(8, dtype="float32")
    np.testing.assert_allclose(affine(w) - affine(0 * w), found[1].T, atol=1e-6)


def test_progan_has_its_dense_layer_of_normalized_latents():
    made = model("progan", **SMALL)
    (matrix,) = latent.layer_weights(made)
    dense = made.generator_ema.blocks[0].layers[1]
    np.testing.assert_allclose(
        dense(np.eye(8, dtype="float32")) - dense(np.zeros((1, 8), "float32")), matrix.T, atol=1e-6
    )
    assert normalizes(made) and not normalizes(model("dcgan", **SMALL))


@pytest.mark.parametrize("name", ["dcgan", "wgan_gp", "vae", "began"])
def test_others_have_the_first_dense_layer(name):
    made = model(name, **SMALL)
    network = made.decoder if name == "vae" else made.deployed("generator")
    first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Dense))
    (matrix,) = latent.layer_weights(made)
    np.testing.assert_array_equal(matrix, np.asarray(first.kernel).T)


@pytest.mark.parametrize(("name", "first"), [("cgan", 0), ("acgan", 0), ("ss_infogan", 3), ("projection_cgan", 0)])
def test_only_columns_that_z_feeds_count(name, first):
    """Of embedding and z side by side those of z, whichever comes first."""
    sizes = {**SMALL, "classes": 3}
    if name == "ss_infogan":
        sizes = {"image_shape": (16, 16, 1), "width": 4, "classes": 3, "noise_dim": 5, "categories": 2, "codes": 1}
    made = model(name, **sizes)
    (matrix,) = latent.layer_weights(made)
    kernels = [np.asarray(w).T for w in made.deployed("generator").weights if len(w.shape) == 2]
    kernel = next(kernel for kernel in kernels if len(kernel) == len(matrix))
    np.testing.assert_array_equal(matrix, kernel[:, first : first + 8])


def test_several_maps_and_numbers_that_do_not_reach_them():
    both = latent.layer_weights(model("bigan", image_shape=(16, 16, 1), latent_dim=4, width=16))
    assert [matrix.shape for matrix in both] == [(16, 4)] * 2  # its second layer sees the code again
    (matrix,) = latent.layer_weights(model("madgan", **SMALL, generators=3))
    assert matrix.shape == (128, 11) and not matrix[:, 8:].any() and matrix[:, :8].all()
    mixture = latent.layer_weights(model("mix_gan", **SMALL, components=2))
    assert len(mixture) == 2 and not any(matrix[:, 7:].any() for matrix in mixture)


def test_a_transposed_convolution_of_one_pixel():
    """A generator that begins as PyTorch's DCGAN does; every output is a row times z."""
    made = model("dcgan", **SMALL)
    layers = [keras.Input((8,)), keras.layers.Reshape((1, 1, 8)), keras.layers.Conv2DTranspose(5, 4, use_bias=False)]
    made.generator_ema = keras.Sequential([*layers, keras.layers.Flatten()])
    (matrix,) = latent.layer_weights(made)
    np.testing.assert_allclose(made.generator_ema(np.eye(8, dtype="float32")), matrix.T, atol=1e-6)


def test_models_without_such_a_map():
    with pytest.raises(ZooError, match="cyclegan has no generator of latents"):
        latent.sefa(model("cyclegan", image_shape=(16, 16, 3), width=2, blocks=1, discriminator_layers=1))
    made = model("dcgan", **SMALL)
    made.generator_ema = keras.Sequential([keras.Input((8,)), keras.layers.ReLU(), keras.layers.Dense(3)])
    with pytest.raises(ZooError, match="dcgan: no dense layer of the latent is known"):
        latent.sefa(made)


# Directions


def test_sefa_is_the_factorization_of_these_rows(stylegan2):
    found = latent.sefa(stylegan2, layers="1-2", k=8)
    rows = unit(np.concatenate(latent.layer_weights(stylegan2, [1, 2])).astype(np.float64))
    amplified = np.square(rows @ found.directions.T.astype(np.float64)).sum(axis=0)
    np.testing.assert_allclose(amplified, found.arrays["eigenvalues"], rtol=1e-5)
    assert found.arrays["eigenvalues"].sum() == pytest.approx(16)
    assert found.meta == {"method": "sefa", "model": "stylegan2", "space": "w", "layers": [1, 2]}
    assert found.directions.dtype == np.float32 and found.names[7] == "sefa 7"


def test_directions_are_kept_and_read_again(stylegan2, tmp_path):
    found = latent.sefa(stylegan2, k=3)
    again = latent.read_directions(latent.write_directions(tmp_path / "a.npz", *found))
    np.testing.assert_array_equal(again.directions, found.directions)
    assert again.meta == found.meta and again.names == found.names


def test_the_first_direction_moves_the_first_layer_most():
    made = model("dcgan", **SMALL)
    found = latent.sefa(made, k=8)
    assert found.meta["space"] == "z" and found.meta["layers"] is None
    rows = unit(latent.layer_weights(made)[0])
    sizes = np.linalg.norm(rows @ found.directions.T, axis=0)
    assert (np.diff(sizes) < 0).all()


def test_what_sefa_refuses(stylegan2):
    with pytest.raises(ZooError, match="has the layers 0 to 5"):
        latent.sefa(stylegan2, layers="6")
    with pytest.raises(ZooError, match="dcgan has no styles"):
        latent.sefa(model("dcgan", **SMALL), layers=0)
    with pytest.raises(ZooError, match="count must be an integer from 1 to the 8"):
        latent.sefa(stylegan2, k=9)


def test_nothing_in_the_model_changes(stylegan2):
    with draws.seeded((0, 0)):
        z = stylegan2.sample_latents(2)
    before = stylegan2(z).numpy()
    latent.sefa(stylegan2)
    np.testing.assert_array_equal(stylegan2(z), before)
    assert tf.executing_eagerly()


def test_the_package_loads_no_tensorflow_and_sefa_stays_the_function():
    code = (
        "import sys, tfgan_zoo.latent as latent\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
        "import tfgan_zoo.latent.sefa\n"
        "assert callable(latent.sefa) and callable(latent.strips) and set(latent.__all__) <= set(dir(latent))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
