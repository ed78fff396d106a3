"""Objectives whose best discriminator measures a Jensen-Shannon divergence (Goodfellow et al., 2014, arXiv:1406.2661).

Scores are logits: D = sigmoid(score), so -log D = softplus(-score) and -log(1 - D) = softplus(score), both stable.
"""

import tensorflow as tf

from tfgan_zoo.objectives.objective import Objective


def logistic_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z)))]; 2 log 2 where scores are 0."""
    return tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))


def non_saturating_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """-E[log D(G(z))]: strong gradients where the discriminator is sure (section 3)."""
    return tf.reduce_mean(tf.nn.softplus(-fake))


def minimax_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """E[log(1 - D(G(z)))]: the zero-sum game (eq. 1), whose gradient vanishes where the discriminator is sure."""
    return -tf.reduce_mean(tf.nn.softplus(fake))


def log_ratio_generator(real, fake: tf.Tensor) -> tf.Tensor:
    """-E[log D(G(z)) - log(1 - D(G(z)))], minus the mean score: KL(fakes || data) where D is optimal.

    Then a score is log p_data - log p_fake (Rosca et al., 2017, arXiv:1706.04987, section 3).
    """
    return -tf.reduce_mean(fake)


non_saturating = Objective(logistic_discriminator, non_saturating_generator)
minimax = Objective(logistic_discriminator, minimax_generator)
log_ratio = Objective(logistic_discriminator, log_ratio_generator)
