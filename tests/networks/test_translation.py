"""Networks of image-to-image translation: sizes known from the references, receptive fields, norms."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks import patch_discriminator, resnet_translator


def test_parameters_of_the_references():
    assert resnet_translator((256, 256, 3)).count_params() == 11_378_179
    assert patch_discriminator((256, 256, 3)).count_params() == 2_764_737


@pytest.mark.parametrize(
    "side, layers, map_side",
    [(256, 1, 126), (256, 2, 62), (256, 3, 30), (64, 1, 30), (64, 2, 14), (64, 3, 6), (32, 2, 6), (32, 3, 2)],
)
def test_side_of_the_map_of_scores(side, layers, map_side):
    assert patch_discriminator((side, side, 3), 1, layers).output_shape == (None, map_side, map_side, 1)


@pytest.mark.parametrize("layers, field", [(1, 16), (2, 34), (3, 70)])
def test_receptive_field_is_exact(layers, field):
    side = 2 * field + 4
    side -= side % 2**layers
    network = patch_discriminator((side, side, 1), 2, layers, normalize=False)
    for weight in network.trainable_variables:  # no path may vanish
        weight.assign(np.random.default_rng(0).uniform(0.5, 1.0, weight.shape))
    image = tf.random.stateless_normal((1, side, side, 1), (0, 0))
    with tf.GradientTape() as tape:
        tape.watch(image)
        scores = network(image)
        middle = scores[0, scores.shape[1] // 2, scores.shape[2] // 2, 0]
    seen = tape.gradient(middle, image).numpy()[0, :, :, 0] != 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert len(rows) == len(columns) == field
    assert seen.sum() == field**2 and rows[-1] - rows[0] == columns[-1] - columns[0] == field - 1


def test_channels_double_up_to_eight_times():
    layers = patch_discriminator((256, 256, 3), 4, 5).layers
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    assert [c.filters for c in convolutions] == [4, 8, 16, 32, 32, 32, 1]
    assert [c.strides[0] for c in convolutions] == [2, 2, 2, 2, 2, 1, 1]


def test_discriminator_normalizes_all_but_the_first_and_last_layer():
    norms = lambda **options: [
        layer
        for layer in patch_discriminator((64, 64, 3), 2, **options).layers
        if isinstance(layer, keras.layers.GroupNormalization)
    ]
    assert len(norms(layers=3)) == 3 and norms(layers=3, normalize=False) == []
    assert not any(norm.weights for norm in norms(layers=3))


@pytest.mark.parametrize("blocks", [3, 6, 9])
def test_translator_keeps_the_shape_and_the_range(blocks):
    network = resnet_translator((16, 24, 3), 2, blocks)
    images = 5 * tf.random.stateless_normal((2, 16, 24, 3), (0, 1))
    translated = network(images).numpy()
    assert translated.shape == (2, 16, 24, 3) and np.abs(translated).max() <= 1
    assert sum(isinstance(layer, keras.layers.Add) for layer in network.layers) == blocks


def test_images_of_a_batch_do_not_meet():
    network = resnet_translator((16, 16, 3), 2, 1)
    images = tf.random.stateless_normal((3, 16, 16, 3), (0, 2))
    np.testing.assert_allclose(network(images)[1:2], network(images[1:2]), atol=1e-6)


def test_a_residual_block_adds_without_a_rectifier():
    network = resnet_translator((16, 16, 1), 2, 2)
    sums = [layer for layer in network.layers if isinstance(layer, keras.layers.Add)]
    inner = keras.Model(network.inputs, sums[0].output)
    assert inner(tf.random.stateless_normal((1, 16, 16, 1), (0, 3))).numpy().min() < 0
    followers = [node.operation for node in sums[0]._outbound_nodes]
    assert not any(isinstance(layer, keras.layers.ReLU) for layer in followers)


def test_first_weights():
    network = resnet_translator((16, 16, 3), 16, 1)
    kernels = [w for w in network.trainable_variables if len(w.shape) == 4]
    assert all(np.std(k.numpy()) == pytest.approx(0.02, rel=0.1) for k in kernels)
    assert all(not w.numpy().any() for w in network.trainable_variables if len(w.shape) == 1)


@pytest.mark.parametrize("shape", [(30, 32, 3), (32, 30, 3), (12, 12, 3)])
def test_sides_that_the_translator_cannot_halve(shape):
    with pytest.raises(ZooError, match="multiples of 4, from 16 on"):
        resnet_translator(shape)


def test_images_too_small_for_the_discriminator():
    with pytest.raises(ZooError, match="too small for 4 layers of stride 2; choose fewer layers"):
        patch_discriminator((32, 32, 3), layers=4)
