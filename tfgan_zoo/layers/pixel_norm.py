"""Pixelwise normalization of feature vectors (Karras et al., 2018, arXiv:1710.10196, section 4.2)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class PixelNorm(keras.layers.Layer):
    """x / sqrt(mean over channels of x^2 + epsilon): the feature vector of every pixel gets a mean square of one.

    No weights, no statistics of the batch. Latents (batch, d) are brought to the sphere of radius sqrt(d). Computed in
    float32 under any precision policy: epsilon is nothing in float16.

    Args:
        epsilon: against division by zero.
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        """(batch, ..., channels) to the same."""
        x = tf.cast(inputs, tf.float32)
        return tf.cast(x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), -1, keepdims=True) + self.epsilon), inputs.dtype)

    def compute_output_shape(self, input_shape):
        """The inputs' shape."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "epsilon": self.epsilon}
