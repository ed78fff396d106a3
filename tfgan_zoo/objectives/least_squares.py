"""Least squares (Mao et al., 2017, arXiv:1611.04076): real scores towards 1, fake ones towards 0."""

import tensorflow as tf

from tfgan_zoo.objectives.objective import Objective


def least_squares_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2] (eq. 9)."""
    return 0.5 * tf.reduce_mean((real - 1.0) ** 2) + 0.5 * tf.reduce_mean(fake**2)


def least_squares_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """E[(D(G(z)) - 1)^2], as CycleGAN uses it: twice the paper's (eq. 9)."""
    return tf.reduce_mean((fake - 1.0) ** 2)


least_squares = Objective(least_squares_discriminator, least_squares_generator)
