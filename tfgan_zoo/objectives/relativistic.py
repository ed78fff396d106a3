"""Relativistic objectives: real scores count relative to fake ones (Jolicoeur-Martineau, 2018, arXiv:1807.00734).

A cost c says what a margin m between real and fake costs the player who wants it large.
"""

from collections.abc import Callable

import tensorflow as tf

from tfgan_zoo.batch_statistics import batch_mean
from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives.objective import Objective

Cost = Callable[[tf.Tensor], tf.Tensor]


def logistic_cost(margin: tf.Tensor) -> tf.Tensor:
    """-log sigmoid(m)."""
    return tf.nn.softplus(-margin)


def squared_cost(margin: tf.Tensor) -> tf.Tensor:
    """(m - 1)^2."""
    return (margin - 1.0) ** 2


def hinge_cost(margin: tf.Tensor) -> tf.Tensor:
    """max(0, 1 - m)."""
    return tf.nn.relu(1.0 - margin)


def relativistic(cost: Cost = logistic_cost) -> Objective:
    """E[c(D(x) - D(G(z)))] for D and E[c(D(G(z)) - D(x))] for G, real and fake examples in pairs (section 4.2).

    Raises:
        ZooError: when called on real and fake scores of different shapes, which have no pairs.
    """

    def discriminator_loss(real, fake):
        if real.shape.rank != fake.shape.rank or not real.shape.is_compatible_with(fake.shape):
            raise ZooError(
                f"real and fake scores form pairs, found {real.shape} and {fake.shape}; make them equally many"
            )
        return tf.reduce_mean(cost(real - fake))

    return Objective(discriminator_loss, lambda real, fake: discriminator_loss(fake, real()))


def relativistic_average(cost: Cost, cross_replica: bool = False) -> Objective:
    """1/2 E[c(D(x) - mean D(G))] + 1/2 E[c(mean D(x) - D(G(z)))] for D, the same with -D for G (section 4.3).

    The half is that of the author's code. Gradients flow through the means and, for G, to no part of D(x) itself.

    Args:
        cost: c.
        cross_replica: take the means over the global batch, not over each replica's part of it.
    """

    def discriminator_loss(real, fake):
        above = real - batch_mean(fake, cross_replica)
        below = batch_mean(real, cross_replica) - fake
        return 0.5 * tf.reduce_mean(cost(above)) + 0.5 * tf.reduce_mean(cost(below))

    return Objective(discriminator_loss, lambda real, fake: discriminator_loss(-real(), -fake))
