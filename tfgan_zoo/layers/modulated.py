"""Convolutions whose kernel depends on a style (Karras et al., 2020, arXiv:1912.04958, section 2.2)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.equalized import EqualizedDense
from tfgan_zoo.layers.fir import BINOMIAL_4, fir
from tfgan_zoo.layers.initializers import normal


@keras.saving.register_keras_serializable("tfgan_zoo")
class ModulatedConv2D(keras.layers.Layer):
    """[maps, w] to maps: a convolution whose kernel an affine function of w scales, channel by channel.

    With the equalized kernel k = W / sqrt(fan_in), s = A w + b (b = 1 at first), the kernel of an example is k' = s_i k
    over input channels i, and if demodulated k'' = k' / sqrt(sum k'^2 + 1e-8) for each output channel (eq. 1 and 3):
    for inputs of unit variance outputs have unit variance, whatever the style. An example's kernel is never made:
    scaling its input by s and its output by 1 / sqrt(sum_i s_i^2 sum k_i^2 + 1e-8) is the same, one convolution serves
    the batch, and gradients of second order stay cheap under XLA.

    With `upsample`, a transposed convolution of stride 2 and then the filter [1, 3, 3, 1]: at the border this differs
    from upsampling first, so that published weights need this order.

    Args:
        filters: output channels.
        kernel_size: side of the kernel.
        demodulate: divide by the expected deviation; not before an image.
        upsample: double the sides; kernels of side 3.
    """

    def __init__(self, filters: int, kernel_size: int, demodulate: bool = True, upsample: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.demodulate, self.upsample = demodulate, upsample

    def build(self, input_shape):
        """Make the kernel and the affine map."""
        maps, styles = input_shape
        shape = (self.kernel_size, self.kernel_size, maps[-1], self.filters)
        self.scale = (self.kernel_size**2 * maps[-1]) ** -0.5
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=normal(1.0))
        self.affine = EqualizedDense(maps[-1], gain=1.0, initial_bias=1.0, name="affine", dtype=self.dtype_policy)
        self.affine.build(styles)

    def call(self, inputs):
        """[(batch, height, width, channels), (batch, w)] to (batch, height, width, filters), or twice the sides."""
        maps, w = inputs
        style = self.affine(w)
        kernel = tf.convert_to_tensor(self.kernel) * self.scale
        x = maps * style[:, None, None]
        x = _doubling(x, kernel) if self.upsample else tf.nn.conv2d(x, kernel, 1, "SAME")
        if not self.demodulate:
            return x
        return x * tf.cast(self.demodulation(style, kernel), x.dtype)[:, None, None]

    @staticmethod
    def demodulation(style: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """1 / deviation of outputs (batch, outputs) for styles (batch, inputs) and a kernel (k, k, inputs, outputs)."""
        style, kernel = tf.cast(style, tf.float32), tf.cast(kernel, tf.float32)
        power = tf.matmul(tf.square(style), tf.reduce_sum(tf.square(kernel), (0, 1)))
        return tf.math.rsqrt(power + 1e-8)

    def compute_output_shape(self, input_shape):
        """The channels change, the sides if upsampled."""
        n, height, width, _ = input_shape[0]
        times = 2 if self.upsample else 1
        return (n, height * times, width * times, self.filters)

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"filters": self.filters, "kernel_size": self.kernel_size}
        return {**super().get_config(), **own, "demodulate": self.demodulate, "upsample": self.upsample}


def _doubling(maps: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Correlate the maps, zeros between their pixels, with the kernel, then smooth."""
    n, (height, width, _) = tf.shape(maps)[0], maps.shape[1:]
    # TensorFlow's transposed convolution is a convolution: its kernel is turned around.
    turned = tf.transpose(tf.reverse(kernel, [0, 1]), (0, 1, 3, 2))
    shape = (n, 2 * height + 1, 2 * width + 1, kernel.shape[-1])
    spread = tf.nn.conv2d_transpose(maps, turned, shape, 2, "VALID")
    spread = tf.ensure_shape(spread, (None, *shape[1:]))
    return fir(spread, BINOMIAL_4, (1, 1), gain=2.0)
