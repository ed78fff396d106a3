"""Divergences of a batch from the standard normal by its moments (Ulyanov et al., 2017, arXiv:1704.02304, eq. 7)."""

import tensorflow as tf

from tfgan_zoo.batch_statistics import batch_mean


def moment_kl(codes: tf.Tensor, cross_replica: bool = False) -> tf.Tensor:
    """KL(N(m, diag s^2) || N(0, I)) / M = 1/M sum_j [(s_j^2 + m_j^2) / 2 - log s_j - 1/2] of a batch's m_j and s_j.

    It is of the whole batch, not a mean over examples as in a VAE: a batch of draws from the prior has about 0. Use a
    batch that is large beside M; of one example the s_j are 0, which the logarithm reads as 1e-6.

    Args:
        codes: (batch, M); m_j their means and s_j their standard deviations, with the batch as divisor.
        cross_replica: take the moments over all replicas.
    """
    mean = batch_mean(codes, cross_replica)
    variance = batch_mean((codes - mean) ** 2, cross_replica)
    return 0.5 * tf.reduce_mean(variance + mean**2 - tf.math.log(tf.maximum(variance, 1e-12)) - 1.0)
