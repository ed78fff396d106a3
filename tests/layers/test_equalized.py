"""Equalized layers: how weights are stored, how they are used, and what a learning rate multiplier does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import EqualizedConv2D, EqualizedDense

normal = lambda *shape: tf.random.stateless_normal(shape, (1, 2))


@pytest.mark.parametrize(
    ("layer", "inputs", "fan_in"), [(EqualizedDense(300), (2, 200), 200), (EqualizedConv2D(150, 3), (2, 4, 4, 50), 450)]
)
def test_weights_are_stored_at_one_scale_and_used_at_hes(layer, inputs, fan_in):
    keras.utils.set_random_seed(0)
    layer(normal(*inputs))
    assert layer.kernel.numpy().std() == pytest.approx(1.0, abs=0.01)
    assert layer.kernel.numpy().mean() == pytest.approx(0.0, abs=0.01)
    assert np.all(layer.bias.numpy() == 0)
    assert layer.scale == pytest.approx((2 / fan_in) ** 0.5)
    assert layer.scaled_kernel().numpy().std() == pytest.approx((2 / fan_in) ** 0.5, rel=0.01)


def test_a_dense_layer_is_its_formula():
    layer = EqualizedDense(3, gain=1.5, lr_multiplier=0.1)
    x = normal(4, 5)
    layer.build(x.shape)
    layer.bias.assign([1.0, 2.0, 3.0])
    expected = 0.1 * (1.5 / 5**0.5 * x.numpy() @ layer.kernel.numpy() + [1.0, 2.0, 3.0])
    np.testing.assert_allclose(layer(x), expected, atol=1e-6)
    assert np.array_equal(EqualizedDense(3, use_bias=False)(tf.zeros((4, 5))), np.zeros((4, 3)))


def test_a_convolution_is_keras_with_the_scaled_kernel():
    layer, x = EqualizedConv2D(7, 3, gain=1.0, lr_multiplier=0.5), normal(2, 6, 6, 4)
    found = layer(x)
    plain = keras.layers.Conv2D(7, 3, padding="same")
    plain.build(x.shape)
    plain.set_weights([layer.kernel.numpy() * 0.5 / 36**0.5, layer.bias.numpy()])
    np.testing.assert_allclose(found, plain(x), atol=1e-5)
    assert found.shape == layer.compute_output_shape(x.shape) == (2, 6, 6, 7)


def test_the_multiplier_keeps_the_function_and_slows_it_down():
    """A step of sign descent moves each weight by the rate, and the output by `lr_multiplier` times as much."""
    x, moved = normal(64, 30), {}
    for multiplier in (1.0, 0.01):
        keras.utils.set_random_seed(0)
        layer = EqualizedDense(20, lr_multiplier=multiplier)
        before = layer(x).numpy()
        assert before.std() == pytest.approx(2**0.5, rel=0.1)
        for weight in layer.trainable_variables:
            weight.assign_add(0.001 * tf.ones(weight.shape))
        moved[multiplier] = layer(x).numpy() - before
    np.testing.assert_allclose(moved[0.01], 0.01 * moved[1.0], atol=2e-6)


@pytest.mark.parametrize("sizes", [(8, 64), (512, 4)])
def test_adam_moves_layers_of_any_size_at_one_relative_speed(sizes):
    layer = EqualizedDense(sizes[1])
    x = normal(16, sizes[0])
    layer.build(x.shape)
    start = layer.kernel.numpy()
    optimizer = keras.optimizers.Adam(0.01)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(layer(x) ** 2)
    optimizer.apply(tape.gradient(loss, [layer.kernel.value]), [layer.kernel])
    moved = np.linalg.norm(layer.kernel.numpy() - start) / np.linalg.norm(start)
    assert moved == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize(
    "layer", [EqualizedDense(3, gain=1.0, lr_multiplier=0.01), EqualizedConv2D(3, 1, use_bias=False, dtype="float32")]
)
def test_configurations_round_trip(layer):
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert twin.get_config() == layer.get_config()
