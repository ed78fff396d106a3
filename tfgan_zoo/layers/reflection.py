"""Reflection padding."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReflectionPadding2D(keras.layers.Layer):
    """Pad height and width by `padding` pixels mirrored at the border, which is not repeated.

    Args:
        padding: pixels on every side, less than height and width.
    """

    def __init__(self, padding: int, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs):
        """(batch, height, width, channels) to (batch, height + 2 padding, width + 2 padding, channels)."""
        p = self.padding
        return tf.pad(inputs, [[0, 0], [p, p], [p, p], [0, 0]], mode="REFLECT")

    def compute_output_shape(self, input_shape):
        """Height and width grow by 2 padding."""
        n, h, w, c = input_shape
        return (n, h + 2 * self.padding, w + 2 * self.padding, c)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "padding": self.padding}
