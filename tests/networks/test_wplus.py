"""The W+ encoder's network: which scale a layer of style is read off, and that heads are its own."""

import keras
import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks.wplus import style_scales, wplus_network

images = lambda side, n=2: np.random.default_rng(0).uniform(-1, 1, (n, side, side, 1)).astype("float32")


def small(side=16, layers=6, outputs=5, width=3):
    return wplus_network((side, side, 1), layers, outputs, width, width_max=8, head_width=4)


@pytest.mark.parametrize(
    ("side", "layers", "scales"),
    [
        (256, 14, [(16, 3), (32, 4), (64, 7)]),  # pSp's
        (128, 12, [(8, 3), (16, 4), (32, 5)]),
        (64, 10, [(4, 3), (8, 4), (16, 3)]),
        (32, 8, [(4, 3), (8, 3), (16, 2)]),
        (28, 6, [(7, 2), (14, 2), (28, 2)]),
        (16, 6, [(4, 2), (8, 2), (16, 2)]),
        (8, 4, [(4, 2), (8, 2)]),
    ],
)
def test_scales(side, layers, scales):
    assert style_scales(side, layers) == scales


@pytest.mark.parametrize(("side", "layers"), [(8, 4), (28, 6), (64, 10)])
def test_one_style_for_every_layer(side, layers):
    network = small(side, layers)
    found = network(images(side)).numpy()
    assert found.shape == (2, layers, 5) and found.dtype == np.float32
    # W+, not W repeated: heads have weights of their own.
    assert min(np.abs(found[:, i] - found[:, j]).max() for i in range(layers) for j in range(i)) > 1e-4


def test_large_images_are_averaged_first():
    network = small(512, 16)
    large = images(512, n=1)
    means = large.reshape(1, 256, 2, 256, 2, 1).mean(axis=(2, 4))
    repeated = means.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(network(large), network(repeated), atol=1e-6)


def test_channels_double_up_to_a_limit():
    network = small(32, 8)
    kernels = [layer.kernel.shape for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert kernels[0] == (3, 3, 1, 3)
    assert {k[-1] for k in kernels if k[:2] == (1, 1)} == {6, 8}  # shortcuts: 32 -> 16 -> 8 -> 4 pixels
    assert sum(k[:2] == (1, 1) for k in kernels) == 3
    # Heads: 3 of 4 pixels with 2 convolutions of stride 2, 3 of 8 with 3, 2 of 16 with 4.
    strided = [c for c in network.layers if isinstance(c, keras.layers.Conv2D) and c.strides == (2, 2)]
    assert len(strided) == 3 * 2 + 3 * 3 + 2 * 4


def test_outputs_are_small_at_first_and_images_matter():
    found = wplus_network((32, 32, 1), 8, 16, 16, 64, 16)(images(32, n=8)).numpy()
    assert 1e-3 < found.std() < 0.5
    assert found.std(axis=0).mean() > 1e-4


def test_a_copy_is_the_same_function():
    network = small()
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    assert np.array_equal(network(images(16)), copy(images(16)))


def test_sides_that_cannot_be_halved_are_named():
    with pytest.raises(ZooError, match="side"):
        small(18, 6)
