import keras
import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.inception import network
from tfgan_zoo.metrics.inception.layout import convolutions


@pytest.fixture(scope="module")
def whole():
    return network.build()


def test_it_has_the_published_number_of_parameters(whole):
    shapes = network.shapes(whole)
    kernels = sum(np.prod(shape) for name, shape in shapes.items() if name.endswith(".kernel"))
    normalization = sum(np.prod(shapes[f"{c.name}.gamma"]) for c in convolutions())
    assert (kernels, normalization) == (21_751_136, 17_216)
    assert sum(np.prod(shape) for shape in shapes.values()) == 23_885_392
    assert len(list(convolutions())) == 94


def test_taps_have_the_published_sizes(whole):
    sizes = {tap: tuple(tensor.shape) for tap, tensor in whole.output.items()}
    assert sizes == {
        "64": (None, 64),
        "192": (None, 192),
        "768": (None, 768),
        "2048": (None, 2048),
        "logits_unbiased": (None, 1008),
        "logits": (None, 1008),
    }


@pytest.mark.parametrize(
    ("layer", "shape"),
    {
        "Conv2d_1a_3x3": (149, 149, 32),
        "Conv2d_2a_3x3": (147, 147, 32),
        "Conv2d_2b_3x3": (147, 147, 64),
        "Conv2d_3b_1x1": (73, 73, 80),
        "Conv2d_4a_3x3": (71, 71, 192),
        "Mixed_5b.branch_pool": (35, 35, 32),
        "Mixed_6a.branch3x3": (17, 17, 384),
        "Mixed_6e.branch7x7dbl_5": (17, 17, 192),
        "Mixed_7a.branch3x3_2": (8, 8, 320),
        "Mixed_7c.branch_pool": (8, 8, 192),
    }.items(),
)
def test_maps_have_the_published_sizes(whole, layer, shape):
    assert tuple(whole.get_layer(layer).output.shape) == (None, *shape)


def test_a_part_of_the_network_ends_at_its_last_tap(whole):
    part = network.up_to(whole, ["192"])
    assert [layer.name for layer in part.layers if isinstance(layer, keras.layers.Conv2D)] == [
        "Conv2d_1a_3x3",
        "Conv2d_2a_3x3",
        "Conv2d_2b_3x3",
        "Conv2d_3b_1x1",
        "Conv2d_4a_3x3",
    ]


@pytest.mark.parametrize("taps", [(), ("2047",), "pool_3"])
def test_unknown_taps_are_named(whole, taps):
    with pytest.raises(ZooError, match="taps of the Inception network are 64, 192"):
        network.up_to(whole, taps)


def test_folding_equals_normalizing_after_the_convolution():
    generator = np.random.default_rng(0)
    tensors = {
        "a.kernel": generator.normal(size=(3, 3, 2, 4)),
        "a.gamma": generator.uniform(0.5, 2, 4),
        "a.beta": generator.normal(size=4),
        "a.mean": generator.normal(size=4),
        "a.variance": generator.uniform(0.1, 3, 4),
    }
    kernel, bias = network.fold(tensors, "a")
    patch = generator.normal(size=(3, 3, 2))
    plain = np.einsum("hwi,hwio->o", patch, tensors["a.kernel"])
    normalized = (plain - tensors["a.mean"]) / np.sqrt(tensors["a.variance"] + 0.001) * tensors["a.gamma"]
    np.testing.assert_allclose(
        np.einsum("hwi,hwio->o", patch, kernel) + bias, normalized + tensors["a.beta"], rtol=1e-5, atol=1e-5
    )
