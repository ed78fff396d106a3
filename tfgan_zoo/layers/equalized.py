"""Equalized learning rate: weights are scaled when used, not when made (Karras et al., 2018, section 4.1)."""

import keras
import tensorflow as tf


class _Equalized(keras.layers.Layer):
    """Weights drawn from N(0, 1 / lr_multiplier^2), used times `scale` = lr_multiplier * gain / sqrt(fan_in)."""

    def __init__(
        self,
        gain: float = 2**0.5,
        lr_multiplier: float = 1.0,
        use_bias: bool = True,
        initial_bias: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.gain, self.lr_multiplier, self.use_bias = gain, lr_multiplier, use_bias
        self.initial_bias = initial_bias

    def add_weights(self, shape: tuple[int, ...]) -> None:
        """Make a kernel of this shape, the last axis being outputs, and a bias."""
        fan_in = 1
        for n in shape[:-1]:
            fan_in *= n
        self.scale = self.lr_multiplier * self.gain / fan_in**0.5
        start = keras.initializers.RandomNormal(0.0, 1.0 / self.lr_multiplier)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=start)
        if self.use_bias:
            constant = keras.initializers.Constant(self.initial_bias)
            self.bias = self.add_weight(name="bias", shape=shape[-1:], initializer=constant)

    def scaled_kernel(self) -> tf.Tensor:
        """The kernel as it is used."""
        return tf.convert_to_tensor(self.kernel) * self.scale

    def biased(self, outputs: tf.Tensor) -> tf.Tensor:
        """Outputs plus the bias as it is used: times lr_multiplier."""
        return outputs + tf.convert_to_tensor(self.bias) * self.lr_multiplier if self.use_bias else outputs

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"gain": self.gain, "lr_multiplier": self.lr_multiplier, "use_bias": self.use_bias}
        return {**super().get_config(), **own, "initial_bias": self.initial_bias}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedDense(_Equalized):
    """(batch, inputs) to (batch, units): x (s W) + m b, s = m gain / sqrt(inputs), W ~ N(0, 1 / m^2) at first.

    The function is that of He's initialization. But optimizers which normalize the gradient, as Adam does, move every
    stored weight by about the learning rate, whatever its layer's size; here all weights have one dynamic range, so
    that they learn at one speed. m = `lr_multiplier` below one slows a layer down: its weights start 1 / m times as
    large and are used m times as small, so that the function is the same at first and a step of the optimizer changes
    it m times as much (0.01 in StyleGAN's mapping network; Karras et al., 2019, arXiv:1812.04948, appendix C).

    Args:
        units: number of outputs.
        gain: sqrt(2) before a rectifier, 1 for a linear output.
        lr_multiplier: m.
        use_bias: add m b.
        initial_bias: b at first.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        """Make the weights."""
        self.add_weights((input_shape[-1], self.units))

    def call(self, inputs):
        """(batch, inputs) to (batch, units)."""
        return self.biased(tf.matmul(inputs, self.scaled_kernel()))

    def compute_output_shape(self, input_shape):
        """(batch, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedConv2D(_Equalized):
    """A convolution of stride 1 that keeps the side, with weights as in `EqualizedDense`; fan_in = k^2 channels.

    Args:
        filters: number of output channels.
        kernel_size: k, of a square kernel.
        gain: sqrt(2) before a rectifier, 1 for a linear output.
        lr_multiplier: m.
        use_bias: add m b.
        initial_bias: b at first.
    """

    def __init__(self, filters: int, kernel_size: int, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size

    def build(self, input_shape):
        """Make the weights."""
        self.add_weights((self.kernel_size, self.kernel_size, input_shape[-1], self.filters))

    def call(self, inputs):
        """(batch, height, width, channels) to (batch, height, width, filters)."""
        return self.biased(tf.nn.conv2d(inputs, self.scaled_kernel(), 1, "SAME"))

    def compute_output_shape(self, input_shape):
        """The channels change."""
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "filters": self.filters, "kernel_size": self.kernel_size}
