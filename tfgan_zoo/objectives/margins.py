"""Objectives that are linear, or linear up to a margin, in the scores."""

import tensorflow as tf

from tfgan_zoo.objectives.objective import Objective


def wasserstein_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """E[D(G(z))] - E[D(x)]: minus the dual of the earth mover distance (Arjovsky et al., 2017, arXiv:1701.07875)."""
    return tf.reduce_mean(fake) - tf.reduce_mean(real)


def wasserstein_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """-E[D(G(z))]."""
    return -tf.reduce_mean(fake)


def hinge_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))] (Lim and Ye, 2017, arXiv:1705.02894)."""
    return tf.reduce_mean(tf.nn.relu(1.0 - real)) + tf.reduce_mean(tf.nn.relu(1.0 + fake))


def ranking(above: tf.Tensor, below: tf.Tensor, margin: float) -> tf.Tensor:
    """E[max(0, below + margin - above)] over pairs of scores (Juefei-Xu et al., 2017, arXiv:1704.04865).

    Zero once every score in `above` exceeds its partner in `below` by the margin.
    """
    return tf.reduce_mean(tf.nn.relu(below + margin - above))


wasserstein = Objective(wasserstein_discriminator, wasserstein_generator)
hinge = Objective(hinge_discriminator, wasserstein_generator)
