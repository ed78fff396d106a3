"""Filters and resampling against their definition: zeros put in, a convolution, every second pixel."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.fir import BINOMIAL_3, BINOMIAL_4, downsampled, fir, upsampled

images = np.random.default_rng(0).normal(size=(2, 6, 8, 3)).astype("float32")


def reference(x, taps, up, down, padding, gain):
    """Zeros between pixels and around, the outer product of the taps, every `down`-th pixel; in loops."""
    kernel = np.outer(taps, taps) * (gain / sum(taps)) ** 2
    n, height, width, channels = x.shape
    spread = np.zeros((n, height * up, width * up, channels))
    spread[:, ::up, ::up] = x
    spread = np.pad(spread, [(0, 0), padding, padding, (0, 0)])
    k = len(taps)
    sides = [s - k + 1 for s in spread.shape[1:3]]
    out = np.zeros((n, *sides, channels))
    for i in range(sides[0]):
        for j in range(sides[1]):
            out[:, i, j] = np.einsum("nhwc,hw->nc", spread[:, i : i + k, j : j + k], kernel[::-1, ::-1])
    return out[:, ::down, ::down]


@pytest.mark.parametrize(
    "taps, padding, gain", [(BINOMIAL_3, (1, 1), 1.0), (BINOMIAL_4, (2, 2), 1.0), (BINOMIAL_4, (1, 1), 2.0)]
)
def test_a_filter_is_its_definition(taps, padding, gain):
    np.testing.assert_allclose(
        fir(images, taps, padding, gain), reference(images, taps, 1, 1, padding, gain), atol=1e-6
    )


def test_doubling_is_its_definition():
    np.testing.assert_allclose(upsampled(images), reference(images, BINOMIAL_4, 2, 1, (2, 1), 2.0), atol=1e-6)


def test_halving_is_its_definition():
    np.testing.assert_allclose(downsampled(images), reference(images, BINOMIAL_4, 1, 2, (1, 1), 1.0), atol=1e-6)


def test_what_the_borders_of_a_constant_become():
    ones = tf.ones((1, 8, 8, 1))
    up, down = upsampled(ones)[0, :, :, 0].numpy(), downsampled(ones)[0, :, :, 0].numpy()
    assert up[8, 0] == pytest.approx(0.75) and up[8, 1:-1] == pytest.approx(1.0)
    assert down[2, 0] == pytest.approx(0.875) and down[2, 1:-1] == pytest.approx(1.0)
    blurred = fir(ones, BINOMIAL_3, (1, 1))[0, :, :, 0].numpy()
    assert blurred[1:-1, 1:-1] == pytest.approx(1.0) and blurred[0, 3] == pytest.approx(0.75)


def test_any_batch_size_under_xla():
    double = tf.function(lambda x: downsampled(upsampled(x)), jit_compile=True)
    np.testing.assert_allclose(double(images), downsampled(upsampled(images)), atol=1e-6)
    open_batch = tf.function(upsampled, input_signature=[tf.TensorSpec((None, 6, 8, 3))])
    assert open_batch(images).shape == (2, 12, 16, 3) and open_batch.get_concrete_function().output_shapes[1:] == (
        12,
        16,
        3,
    )
