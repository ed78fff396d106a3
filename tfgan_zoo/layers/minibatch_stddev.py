"""Minibatch standard deviation: lets a discriminator see how varied samples are (Karras et al., 2018, section 3)."""

import keras
import tensorflow as tf

from tfgan_zoo.errors import ZooError


@keras.saving.register_keras_serializable("tfgan_zoo")
class MinibatchStddev(keras.layers.Layer):
    """Append `features` maps, constant over pixels: how much the examples of a group differ, on average over features.

    Of each feature at each pixel s = sqrt(variance over the group + 1e-8). The channels are dealt to `features`
    consecutive parts; the mean of s over pixels and a part's channels is the value of that part's map, for every
    example of the group (one map is ProGAN's; StyleGAN2's code has the argument).

    Groups are consecutive rows (in the reference: every (batch / group_size)-th row, the same for shuffled data). A
    replica groups its own rows only; as it holds a consecutive part of the batch these are the groups of the whole
    batch, if its part is a multiple of the group. A micro-batch of gradient accumulation holds every n-th row and so
    forms other groups. Examples of one group influence each other's scores: a gradient penalty on their sum is then
    not strictly one per example, as in the reference.

    Args:
        group_size: examples in a group; a smaller batch is one group.
        features: maps to append; the channels must be a multiple.

    Raises:
        ZooError: a batch that is larger than the group and no multiple of it, or channels that cannot be dealt.
    """

    def __init__(self, group_size: int = 4, features: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.group_size, self.features = group_size, features

    def build(self, input_shape):
        """Check the channels."""
        if input_shape[-1] % self.features:
            raise ZooError(
                f"{self.name}: {input_shape[-1]} channels cannot be dealt to {self.features} features; use a multiple"
            )

    def call(self, inputs):
        """(batch, height, width, channels) to (batch, height, width, channels + features)."""
        n, height, width, channels = inputs.shape
        if n is not None and n > self.group_size and n % self.group_size:
            raise ZooError(f"{self.name}: a batch of {n} cannot be divided in groups of {self.group_size}")
        n = tf.shape(inputs)[0] if n is None else n
        group = tf.minimum(self.group_size, n) if tf.is_tensor(n) else min(self.group_size, n)
        x = tf.reshape(
            tf.cast(inputs, tf.float32), (n // group, group, height, width, self.features, channels // self.features)
        )
        variance = tf.reduce_mean(tf.square(x - tf.reduce_mean(x, 1, keepdims=True)), 1)
        values = tf.reduce_mean(tf.sqrt(variance + 1e-8), (1, 2, 4))  # (groups, features)
        maps = tf.broadcast_to(values[:, None, None, None], (n // group, group, height, width, self.features))
        maps = tf.cast(tf.reshape(maps, (n, height, width, self.features)), inputs.dtype)
        return tf.concat([inputs, maps], -1)

    def compute_output_shape(self, input_shape):
        """`features` channels more."""
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "group_size": self.group_size, "features": self.features}
