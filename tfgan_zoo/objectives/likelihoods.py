"""Terms of the evidence lower bound (Kingma and Welling, 2013, arXiv:1312.6114), per example, in nats."""

import math

import tensorflow as tf


def gaussian_kl(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, diag exp(log_variance)) || N(0, I)) = 1/2 sum_j (mean_j^2 + s_j^2 - 1 - log s_j^2), shape (batch,)."""
    return 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1.0 - log_variance, axis=-1)


def bernoulli_nll(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-log p(x | z), summed over pixels, for images in [-1, 1] read as probabilities (x + 1) / 2; shape (batch,)."""
    nll = tf.nn.sigmoid_cross_entropy_with_logits((images + 1.0) / 2.0, logits)
    return tf.reduce_sum(nll, axis=range(1, nll.shape.rank))


def gaussian_nll(images: tf.Tensor, mean: tf.Tensor, variance: float) -> tf.Tensor:
    """-log N(x; mean, variance I), summed over pixels; shape (batch,)."""
    nll = (images - mean) ** 2 / (2.0 * variance) + 0.5 * math.log(2.0 * math.pi * variance)
    return tf.reduce_sum(nll, axis=range(1, nll.shape.rank))
