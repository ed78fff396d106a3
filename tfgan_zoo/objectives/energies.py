"""Energies: how badly an auto-encoder reconstructs, and the margin game on them (Zhao et al., 2017, 1609.03126)."""

import tensorflow as tf

from tfgan_zoo.objectives.objective import Objective


def mean_squared(images: tf.Tensor, reconstructed: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of (v - v')^2 of every example: (batch, ...) twice to (batch, 1); at most 4 on [-1, 1]."""
    return tf.reduce_mean(_squares(images, reconstructed), axis=1, keepdims=True)


def summed_squares(images: tf.Tensor, reconstructed: tf.Tensor) -> tf.Tensor:
    """Sum over pixels of (v - v')^2 of every example: (batch, ...) twice to (batch, 1)."""
    return tf.reduce_sum(_squares(images, reconstructed), axis=1, keepdims=True)


def euclidean(images: tf.Tensor, reconstructed: tf.Tensor) -> tf.Tensor:
    """||v - v'||, the root of the sum over pixels, of every example: (batch, ...) twice to (batch, 1)."""
    return tf.sqrt(summed_squares(images, reconstructed) + 1e-12)  # a finite gradient at zero


ENERGIES = {"mse": mean_squared, "norm": euclidean, "sum": summed_squares}


def energy_margin(margin: float | tf.Tensor) -> Objective:
    """D minimizes E[E(x)] + E[max(0, m - E(G(z)))], G minimizes E[E(G(z))], E the energy of an example (eqs. 1, 2).

    Fakes whose energy has reached the margin m no longer move D. At the equilibrium samples are distributed as the
    data, energies are a constant in [0, m] and D's loss is m (theorems 1 and 2).

    Args:
        margin: m, on the scale of the energies.
    """
    return Objective(
        lambda real, fake: tf.reduce_mean(real) + tf.reduce_mean(tf.nn.relu(margin - fake)),
        lambda real, fake: tf.reduce_mean(fake),
    )


def _squares(images, reconstructed):
    difference = tf.cast(images, tf.float32) - tf.cast(reconstructed, tf.float32)
    return tf.square(tf.reshape(difference, (tf.shape(difference)[0], -1)))
