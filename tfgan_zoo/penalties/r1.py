"""R1: the squared gradient of the discriminator on real images (Mescheder et al., 2018, arXiv:1801.04406, eq. 9)."""

from collections.abc import Callable

import tensorflow as tf


def r1(discriminator: Callable[[tf.Tensor], tf.Tensor], real: tf.Tensor) -> tf.Tensor:
    """1/2 E[|d D(x) / dx|^2], the squares summed over all values of an example; times gamma it is the penalty.

    Args:
        discriminator: maps (batch, ...) to one logit per example.
        real: where the gradient is taken.
    """
    with tf.GradientTape() as tape:
        tape.watch(real)
        score = tf.reduce_sum(discriminator(real))
    gradient = tf.cast(tape.gradient(score, real), tf.float32)
    return 0.5 * tf.reduce_mean(tf.reduce_sum(gradient**2, list(range(1, gradient.shape.rank))))
