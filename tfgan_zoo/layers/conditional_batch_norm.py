"""Batch normalization whose scale and offset depend on the class (de Vries et al., 2017, arXiv:1707.00683)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class ConditionalBatchNorm(keras.layers.Layer):
    """y = gamma_k (x - mean) / sqrt(variance + epsilon) + beta_k, k the example's class.

    Statistics are those of all examples, whatever their class; gamma_k and beta_k start at 1 and 0. Momentum 0.9 and
    epsilon 2e-5 as in the code of Miyato and Koyama (2018). `synchronize_batch_norm` takes statistics over all
    replicas. The computation is in float32 under any precision policy.

    Args:
        classes: number of classes.
    """

    def __init__(self, classes: int, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        self.normalize = keras.layers.BatchNormalization(
            momentum=0.9, epsilon=2e-5, center=False, scale=False, dtype="float32"
        )

    def build(self, input_shape):
        """Make a scale and an offset for every class and channel."""
        maps, _ = input_shape
        self.normalize.build(maps)
        of_classes = {"shape": (self.classes, maps[-1]), "dtype": "float32", "autocast": False}
        self.gamma = self.add_weight(name="gamma", initializer="ones", **of_classes)
        self.beta = self.add_weight(name="beta", initializer="zeros", **of_classes)

    def call(self, inputs, training=False):
        """[maps (batch, ..., channels), labels int32 (batch,)] to maps of the same shape."""
        maps, labels = inputs
        shape = (-1, *[1] * (maps.shape.rank - 2), maps.shape[-1])
        gamma, beta = (tf.reshape(tf.gather(tf.convert_to_tensor(w), labels), shape) for w in (self.gamma, self.beta))
        return tf.cast(gamma * self.normalize(maps, training=training) + beta, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """That of the maps."""
        return input_shape[0]

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "classes": self.classes}
