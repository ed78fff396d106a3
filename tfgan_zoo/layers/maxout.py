"""Maxout units (Goodfellow et al., 2013, arXiv:1302.4389)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class Maxout(keras.layers.Layer):
    """h_i = max_j (W_ij x + b_ij): the largest of `pieces` affine maps for each of `units` units.

    Args:
        units: number of outputs.
        pieces: affine maps per output.
    """

    def __init__(self, units: int, pieces: int, **kwargs):
        super().__init__(**kwargs)
        self.units, self.pieces = units, pieces
        self.affine = keras.layers.Dense(units * pieces, dtype=self.dtype_policy)

    def build(self, input_shape):
        """Make the affine maps."""
        self.affine.build(input_shape)
        self.built = True

    def call(self, inputs):
        """(batch, features) to (batch, units)."""
        return tf.reduce_max(tf.reshape(self.affine(inputs), (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        """(batch, units)."""
        return (input_shape[0], self.units)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "units": self.units, "pieces": self.pieces}
