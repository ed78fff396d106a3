"""Dropout whose masks follow from the game's seed."""

import keras
import tensorflow as tf

from tfgan_zoo import draws


@keras.saving.register_keras_serializable("tfgan_zoo")
class SeededDropout(keras.layers.Layer):
    """Zero a share `rate` of the inputs in training and scale the rest by 1 / (1 - rate).

    `keras.layers.Dropout` keeps a hidden seed state that replicas share, XLA changes and checkpoints lose; this layer
    draws from `tfgan_zoo.draws`, so it works in training mode inside a game's loss only.

    Args:
        rate: share of zeros, in [0, 1).
    """

    def __init__(self, rate: float, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs, training=False):
        """Any shape with a leading batch axis."""
        if not training or not self.rate:
            return inputs
        kept = draws.uniform(tf.shape(inputs)[0], *inputs.shape[1:]) >= self.rate
        return tf.where(kept, inputs / (1.0 - self.rate), tf.zeros_like(inputs))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "rate": self.rate}
