"""Path length regularization: a step in w should change the image by a fixed amount (Karras et al., 2020, eq. 4)."""

from collections.abc import Callable

import keras
import tensorflow as tf

from tfgan_zoo import draws


@keras.saving.register_keras_serializable("tfgan_zoo")
class PathLength(keras.layers.Layer):
    """E[(l - a)^2], l = |J^T y| the length of the gradient of <image, y> in the styles, a the moving mean of l.

    y is noise of deviation 1 / sqrt(height * width); l is the root of the mean over layers of the squared gradient's
    sum over w. a is a saved state; after it is used it moves by `rate` towards the batch's mean of l. (The reference
    moves it before: then it is each replica's own, and the penalty of two replicas is not that of one.)

    Args:
        rate: of the moving mean.
    """

    def __init__(self, rate: float = 0.01, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.mean = self.add_weight(name="mean", shape=(), dtype="float32", initializer="zeros", trainable=False)
        self.built = True

    def penalty(self, synthesize: Callable[[tf.Tensor], tf.Tensor], styles: tf.Tensor) -> tf.Tensor:
        """Return the scalar penalty and move the mean.

        Args:
            synthesize: styles to images (batch, height, width, channels).
            styles: (batch, L, w).
        """
        lengths = path_lengths(synthesize, styles)
        mean = tf.convert_to_tensor(self.mean)
        self.mean.assign(mean + self.rate * (tf.reduce_mean(lengths) - mean))
        return tf.reduce_mean((lengths - mean) ** 2)


def path_lengths(synthesize: Callable[[tf.Tensor], tf.Tensor], styles: tf.Tensor) -> tf.Tensor:
    """l of every example, (batch,); draws y."""
    with tf.GradientTape() as tape:
        tape.watch(styles)
        images = tf.cast(synthesize(styles), tf.float32)
        height, width = images.shape[1:3]
        noise = draws.normal(tf.shape(images)[0], *images.shape[1:]) * (height * width) ** -0.5
        projected = tf.reduce_sum(images * noise)
    gradient = tf.cast(tape.gradient(projected, styles), tf.float32)
    squares = tf.reduce_mean(tf.reduce_sum(gradient**2, axis=2), axis=1)
    return tf.sqrt(squares + 1e-12)  # the root of 0 has no derivative
