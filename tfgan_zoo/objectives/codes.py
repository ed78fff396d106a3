"""Negative log-likelihoods of latent codes (Chen et al., 2016, arXiv:1606.03657, section 5)."""

import math

import tensorflow as tf


def categorical_nll(one_hot: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-E[log softmax(logits)_c]; log K where the logits say nothing.

    Args:
        one_hot: the codes (batch, K).
        logits: (batch, K).
    """
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(one_hot, logits))


def unit_gaussian_nll(code: tf.Tensor, mean: tf.Tensor) -> tf.Tensor:
    """-E[sum_j log N(c_j; mean_j, 1)] = E[sum_j (log(2 pi) + (c_j - mean_j)^2) / 2].

    Args:
        code: (batch, d).
        mean: (batch, d).
    """
    return tf.reduce_mean(tf.reduce_sum(0.5 * (math.log(2.0 * math.pi) + (code - mean) ** 2), axis=1))


def partial_nll(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-1/n sum_i log softmax(logits_i)_{y_i} over the labelled among n examples; 0, also its gradient, without any.

    Args:
        labels: int32 (batch,), -1 where there is none.
        logits: (batch, K).
    """
    known = tf.one_hot(labels, logits.shape[-1])  # a row of zeros for -1
    return -tf.reduce_mean(tf.reduce_sum(known * tf.nn.log_softmax(logits), axis=1))


def squared_error(code: tf.Tensor, mean: tf.Tensor) -> tf.Tensor:
    """E[sum_j (c_j - mean_j)^2]: `unit_gaussian_nll` twice, up to its constant.

    Args:
        code: (batch, d).
        mean: (batch, d).
    """
    return tf.reduce_mean(tf.reduce_sum((code - mean) ** 2, axis=1))
