"""The Fisher integral probability metric: mean difference of a critic's scores under a bound on their second moment.

(Mroueh and Sercu, 2017, arXiv:1705.09675.)
"""

import tensorflow as tf

from tfgan_zoo.batch_statistics import batch_mean


def second_moments(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """1/2 f(x)^2 + 1/2 f(G(z))^2 for every pair of scores, of their shape; its mean is Omega (eq. 5), uncentred."""
    return 0.5 * real**2 + 0.5 * fake**2


def augmented_lagrangian(
    real: tf.Tensor, fake: tf.Tensor, multiplier: tf.Tensor, rho: float, cross_replica: bool = False
) -> dict[str, tf.Tensor]:
    """Terms of -[E + multiplier (1 - Omega) - rho / 2 (1 - Omega)^2], E = mean f(x) - mean f(G(z)) (eq. 9).

    Args:
        real: scores (batch, 1) of data.
        fake: scores (batch, 1) of samples.
        multiplier: lambda, of the constraint Omega = 1.
        rho: weight of its violation.
        cross_replica: take Omega over all replicas in the quadratic term; the others are means of single examples.

    Returns:
        {"mean_difference", "lagrangian", "violation"}: what the critic minimizes.
    """
    slack = 1.0 - tf.squeeze(batch_mean(second_moments(real, fake), cross_replica))
    return {
        "mean_difference": tf.reduce_mean(fake) - tf.reduce_mean(real),
        "lagrangian": -multiplier * slack,
        "violation": 0.5 * rho * slack**2,
    }
