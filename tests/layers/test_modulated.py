"""Modulated convolution: equal to convolving with each example's own kernel, of unit deviation, whatever the style."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import ModulatedConv2D
from tfgan_zoo.layers.fir import BINOMIAL_4, fir

normal = lambda *shape, seed=1: tf.random.stateless_normal(shape, (seed, 2))


def made(filters=5, size=3, inputs=(2, 6, 6, 4), styles=7, **options):
    layer = ModulatedConv2D(filters, size, **options)
    layer.build([inputs, (None, styles)])
    layer.kernel.assign(normal(*layer.kernel.shape, seed=3))
    layer.affine.kernel.assign(normal(*layer.affine.kernel.shape, seed=4))
    return layer


def own_kernels(layer, w):
    """Of each example, as the paper defines it: (batch, k, k, inputs, outputs)."""
    style = w.numpy() @ layer.affine.kernel.numpy() / w.shape[1] ** 0.5 + layer.affine.bias.numpy()
    kernel = style[:, None, None, :, None] * layer.kernel.numpy() / np.prod(layer.kernel.shape[:3]) ** 0.5
    if layer.demodulate:
        kernel = kernel / np.sqrt(np.sum(kernel**2, axis=(1, 2, 3), keepdims=True) + 1e-8)
    return kernel.astype("float32")


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("size", [1, 3])
def test_it_equals_a_kernel_for_every_example(size, demodulate):
    layer, x, w = made(size=size, demodulate=demodulate), normal(2, 6, 6, 4), normal(2, 7, seed=5)
    expected = [tf.nn.conv2d(x[i : i + 1], k, 1, "SAME") for i, k in enumerate(own_kernels(layer, w))]
    np.testing.assert_allclose(layer([x, w]), tf.concat(expected, 0), atol=1e-5)


def test_upsampling_is_a_transposed_convolution_then_the_filter():
    layer, x, w = made(upsample=True), normal(2, 6, 6, 4), normal(2, 7, seed=5)
    expected = []
    for i, kernel in enumerate(own_kernels(layer, w)):
        spread = np.zeros((1, 6, 2, 6, 2, 4), "float32")
        spread[:, :, 0, :, 0] = x[i : i + 1]
        spread = np.pad(spread.reshape(1, 12, 12, 4)[:, :11, :11], [(0, 0), (2, 2), (2, 2), (0, 0)])
        expected.append(fir(tf.nn.conv2d(spread, kernel, 1, "VALID"), BINOMIAL_4, (1, 1), gain=2.0))
    found = layer([x, w])
    assert found.shape == layer.compute_output_shape([x.shape, w.shape]) == (2, 12, 12, 5)
    np.testing.assert_allclose(found, tf.concat(expected, 0), atol=1e-5)


def test_demodulated_kernels_have_norm_one():
    layer, w = made(), normal(3, 7, seed=6)
    np.testing.assert_allclose(np.sum(own_kernels(layer, w) ** 2, axis=(1, 2, 3)), 1.0, atol=1e-6)
    np.testing.assert_allclose(
        layer.demodulation(layer.affine(w), layer.kernel * layer.scale),
        1 / np.sqrt(np.sum((own_kernels(_plain(layer), w)) ** 2, axis=(1, 2, 3)) + 1e-8),
        rtol=1e-5,
    )


def _plain(layer):
    layer.demodulate = False
    return layer


def test_outputs_have_unit_deviation_whatever_the_style():
    """White maps, styles from 0.1 to 10: without demodulation deviations span more than a factor of ten."""
    layer = made(filters=16, inputs=(16, 32, 32, 32), styles=1)
    layer.affine.kernel.assign(tf.zeros(layer.affine.kernel.shape))
    x, w = normal(16, 32, 32, 32), tf.zeros((16, 1))
    spans = {}
    for demodulate in (True, False):
        layer.demodulate, found = demodulate, []
        for strength in (0.1, 1.0, 10.0):
            layer.affine.bias.assign(strength * tf.ones(32))
            found.append(layer([x, w]).numpy()[:, 2:-2, 2:-2].std(axis=(0, 1, 2)))
        spans[demodulate] = np.array(found)
    assert np.abs(spans[True] - 1).max() < 0.05
    assert spans[False].max() / spans[False].min() > 10


def test_the_scale_of_the_kernel_does_not_matter():
    layer, x, w = made(), normal(2, 6, 6, 4), normal(2, 7, seed=5)
    before = layer([x, w])
    layer.kernel.assign(7.0 * layer.kernel)
    np.testing.assert_allclose(layer([x, w]), before, atol=1e-5)


@pytest.mark.parametrize("upsample", [False, True])
def test_gradients_of_second_order_under_xla(upsample):
    layer, x, w = made(upsample=upsample), normal(2, 6, 6, 4), normal(2, 7, seed=5)

    def length():
        with tf.GradientTape() as tape:
            tape.watch(w)
            total = tf.reduce_sum(layer([x, w]) ** 2)
        return tf.reduce_sum(tape.gradient(total, w) ** 2)

    def slope():
        with tf.GradientTape() as tape:
            found = length()
        return tape.gradient(found, layer.kernel.value)

    plain, fused = tf.function(slope)(), tf.function(slope, jit_compile=True)()
    np.testing.assert_allclose(plain, fused, rtol=1e-3, atol=1e-3 * float(tf.reduce_max(tf.abs(plain))))


def test_the_style_starts_at_one_and_survives_saving():
    keras.utils.set_random_seed(0)
    layer = ModulatedConv2D(5, 3, upsample=True)
    layer.build([(None, 4, 4, 4), (None, 7)])
    assert np.array_equal(layer.affine.bias, np.ones(4))
    assert layer.kernel.numpy().std() == pytest.approx(1.0, abs=0.1)
    assert ModulatedConv2D.from_config(layer.get_config()).get_config() == layer.get_config()
