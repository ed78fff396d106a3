"""A mixture of networks: their outputs side by side, and how much of it each one is (Arora et al., 2017)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class Mixture(keras.layers.Layer):
    """Stack the outputs of `members` networks, or choose among them; hold trained weights w = softmax(logits).

    Called on a list of outputs (batch, ...) it returns them as (batch, members, ...). With `choice`, numbers u in
    (0, 1) of shape (batch, 1), it returns (batch, ...): in each row the output of the member i for which u lies between
    w_1 + ... + w_{i-1} and w_1 + ... + w_i, so that a uniform u chooses member i with probability w_i. No gradient of a
    choice reaches w. The weights start equal.

    Args:
        members: how many.
    """

    def __init__(self, members: int, **kwargs):
        super().__init__(**kwargs)
        self.members = members

    def build(self, *shapes, **named_shapes):
        """Make the logits, float32 (members,)."""
        self.logits = self.add_weight(
            name="logits", shape=(self.members,), initializer="zeros", dtype="float32", autocast=False
        )

    def call(self, outputs, choice=None):
        """Outputs side by side, or the chosen ones."""
        stack = tf.stack(outputs, axis=1)
        if choice is None:
            return stack
        bounds = tf.cumsum(self.shares())[:-1]
        chosen = tf.reduce_sum(tf.cast(tf.cast(choice, tf.float32) >= bounds, tf.int32), axis=1)
        return tf.gather(stack, chosen, batch_dims=1)

    def shares(self) -> tf.Tensor:
        """The weights w (members,), which sum to one."""
        return tf.nn.softmax(self.logits.value)

    def unevenness(self) -> tf.Tensor:
        """-(1 / members) sum of log w_i, a scalar: log(members) if all are equal, else more."""
        return -tf.reduce_mean(tf.nn.log_softmax(self.logits.value))

    def compute_output_shape(self, outputs_shape, choice_shape=None):
        """(batch, members, ...) or (batch, ...)."""
        batch, *rest = outputs_shape[0]
        return (batch, *rest) if choice_shape is not None else (batch, self.members, *rest)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "members": self.members}
