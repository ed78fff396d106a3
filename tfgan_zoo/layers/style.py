"""What a style does to feature maps: AdaIN and StyleGAN's noise (Karras et al., 2019, arXiv:1812.04948)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.equalized import EqualizedDense


def adaptive_instance_norm(maps: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, epsilon: float = 1e-8) -> tf.Tensor:
    """Give every feature map of every example the deviation `scale` and the mean `shift`.

    s (x - mean(x)) / sqrt(var(x) + epsilon) + m, mean and variance over the pixels of one map (Huang and Belongie,
    2017, arXiv:1703.06868, eq. 8). Computed in float32 under any precision: epsilon is nothing in float16. A constant
    map becomes m, but for the rounding of its mean over the root of epsilon.

    Args:
        maps: (batch, height, width, channels).
        scale: (batch, channels).
        shift: (batch, channels).
        epsilon: added to the variance.
    """
    x = tf.cast(maps, tf.float32)
    centered = x - tf.reduce_mean(x, (1, 2), keepdims=True)
    variance = tf.reduce_mean(tf.square(centered), (1, 2), keepdims=True)
    scale, shift = (tf.cast(part, tf.float32)[:, None, None] for part in (scale, shift))
    return tf.cast(scale * centered * tf.math.rsqrt(variance + epsilon) + shift, maps.dtype)


@keras.saving.register_keras_serializable("tfgan_zoo")
class AdaIN(keras.layers.Layer):
    """[maps, w] to maps in the style of w: `adaptive_instance_norm` with (scale - 1, shift) an affine function of w.

    The affine map has an equalized learning rate, gain 1 and a bias of zeros, so that styles start around scale 1 and
    shift 0.
    """

    def build(self, input_shape):
        """Make the affine map."""
        maps, styles = input_shape
        self.affine = EqualizedDense(2 * maps[-1], gain=1.0, name="affine", dtype=self.dtype_policy)
        self.affine.build(styles)

    def call(self, inputs):
        """[(batch, height, width, channels), (batch, w)] to (batch, height, width, channels)."""
        maps, w = inputs
        scale, shift = tf.split(self.affine(w), 2, axis=-1)
        return adaptive_instance_norm(maps, scale + 1.0, shift)

    def compute_output_shape(self, input_shape):
        """That of the maps."""
        return input_shape[0]


@keras.saving.register_keras_serializable("tfgan_zoo")
class NoiseInjection(keras.layers.Layer):
    """[maps, noise (batch or 1, height, width, 1)] to maps + strength * noise; the strength is learned, 0 at first.

    Args:
        per_channel: a strength for every channel (StyleGAN), or one for all (StyleGAN2).
    """

    def __init__(self, per_channel: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.per_channel = per_channel

    def build(self, input_shape):
        """Make the strength."""
        shape = (input_shape[0][-1],) if self.per_channel else ()
        self.strength = self.add_weight(name="strength", shape=shape, initializer="zeros")

    def call(self, inputs):
        """Noise is the same for all channels of an example."""
        maps, noise = inputs
        return maps + tf.convert_to_tensor(self.strength) * tf.cast(noise, maps.dtype)

    def compute_output_shape(self, input_shape):
        """That of the maps."""
        return input_shape[0]

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "per_channel": self.per_channel}
