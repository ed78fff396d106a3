"""Least squares (Mao et al., 2017, arXiv:1611.04076): real scores towards one code, fake ones towards another."""

import tensorflow as tf

from tfgan_zoo.objectives.objective import Objective


def least_squares_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2] (eq. 9)."""
    return 0.5 * tf.reduce_mean((real - 1.0) ** 2) + 0.5 * tf.reduce_mean(fake**2)


def least_squares_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """E[(D(G(z)) - 1)^2], as CycleGAN uses it: twice the paper's (eq. 9)."""
    return tf.reduce_mean((fake - 1.0) ** 2)


def least_squares_codes(fake: float, real: float, generator: float) -> Objective:
    """1/2 E[(D(x) - b)^2] + 1/2 E[(D(G(z)) - a)^2] for D and 1/2 E[(D(G(z)) - c)^2] for G (eq. 2).

    The best D is (b p + a q) / (p + q), p the density of the data and q that of the generator. With b - c = 1 and
    b - a = 2 the generator minimizes, up to terms that it cannot change, half of Pearson's chi^2(p + q || 2 q) (eq. 7).

    Args:
        fake: a, the score that D wants for generated examples.
        real: b, the score that D wants for real ones.
        generator: c, the score that G wants for its own.
    """

    def discriminator_loss(real_scores, fake_scores):
        return 0.5 * tf.reduce_mean((real_scores - real) ** 2) + 0.5 * tf.reduce_mean((fake_scores - fake) ** 2)

    def generator_loss(real_scores, fake_scores):
        return 0.5 * tf.reduce_mean((fake_scores - generator) ** 2)

    return Objective(discriminator_loss, generator_loss)


least_squares = Objective(least_squares_discriminator, least_squares_generator)
