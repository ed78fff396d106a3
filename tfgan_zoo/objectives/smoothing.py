"""The logistic loss of a discriminator with targets other than 1 and 0 (Salimans et al., 2016, arXiv:1606.03498)."""

from collections.abc import Callable

import tensorflow as tf

from tfgan_zoo.objectives.divergences import non_saturating_generator
from tfgan_zoo.objectives.objective import Objective


def cross_entropy(scores: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """E[-t log D - (1 - t) log(1 - D)], D = sigmoid(score): linear in t, least at D = t.

    Args:
        scores: logits (batch, 1).
        targets: t in [0, 1], of the same shape.
    """
    return tf.reduce_mean(targets * tf.nn.softplus(-scores) + (1.0 - targets) * tf.nn.softplus(scores))


def smoothed(targets: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]) -> Objective:
    """D minimizes `cross_entropy` with these targets; G minimizes -E[log D(G(z))], whose target stays 1.

    With targets alpha for real and beta for fake the best D is (alpha p + beta q) / (p + q), p the density of the data
    and q that of the generator. A beta above 0 puts q into the numerator: the generator is then rewarded for what it
    does anyway.

    Args:
        targets: from the number n of examples to the targets of the real and of the fake ones, each (n, 1).
    """

    def discriminator_loss(real, fake):
        real_targets, fake_targets = targets(tf.shape(real)[0])
        return cross_entropy(real, real_targets) + cross_entropy(fake, fake_targets)

    return Objective(discriminator_loss, non_saturating_generator)
