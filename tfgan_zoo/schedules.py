"""Learning rates that change with the number of moves; any Keras schedule serves as well."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """rate * (1 - max(0, move - start) / (length + 1)), not below 0: constant, then linear towards 0.

    CycleGAN decays over the second half of its training, SN-GAN from the first move on (`start=0`). The last of
    `start + length` moves still has a positive rate.

    Args:
        rate: of the constant part.
        start: moves before the decay begins.
        length: moves that the decay takes.
    """

    def __init__(self, rate: float, start: int, length: int):
        self.rate, self.start, self.length = rate, start, length

    def __call__(self, step):
        """Return the rate of a move, a float32 scalar."""
        past = tf.maximum(0.0, tf.cast(step, tf.float32) - self.start)
        return self.rate * tf.maximum(0.0, 1.0 - past / (self.length + 1.0))

    def get_config(self):
        """Return the constructor's arguments."""
        return {"rate": self.rate, "start": self.start, "length": self.length}
