"""The maximum mean discrepancy of two samples (Gretton et al., 2012; as a GAN's objective Li et al., arXiv:1705.08584).

MMD^2(X, Y) = mean k(x, x') + mean k(y, y') - 2 mean k(x, y) over all pairs, those of an example with itself included:
the biased estimate, never negative. A constant added to k cancels, so a kernel is given here as a function of the
squared distance d^2 that is 0 at 0: samples of small spread then lose no digits to the constant.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

Kernel = Callable[[tf.Tensor], tf.Tensor]
"""Squared distances to k less k at distance 0."""

BANDWIDTHS = (1.0, 2.0, 4.0, 8.0, 16.0)


def rbf_mixture(bandwidths: Sequence[float] = BANDWIDTHS) -> Kernel:
    """k = sum over s of exp(-d^2 / (2 s^2)); the bandwidths s are in units of distance, not of its square."""
    return lambda squared: tf.add_n([tf.math.expm1(squared / (-2.0 * s * s)) for s in bandwidths])


def linear(squared: tf.Tensor) -> tf.Tensor:
    """-d^2 / 2, which gives the discrepancy of the kernel <x, y>: the distance of the means."""
    return -0.5 * squared


def squared_distances(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """||x_i - y_j||^2 for all pairs, (n, d) and (m, d) to (n, m)."""
    norms = lambda a: tf.reduce_sum(a * a, axis=1)
    return tf.nn.relu(norms(x)[:, None] + norms(y)[None] - 2.0 * tf.matmul(x, y, transpose_b=True))


def squared_discrepancy(x: tf.Tensor, y: tf.Tensor, kernel: Kernel) -> tf.Tensor:
    """MMD^2 of samples (n, d) and (m, d), biased; negative by rounding only."""
    middle = tf.stop_gradient(tf.reduce_mean(x, axis=0))  # far from the origin distances would lose digits
    x, y = x - middle, y - middle
    mean = lambda a, b: tf.reduce_mean(kernel(squared_distances(a, b)))
    return mean(x, x) + mean(y, y) - 2.0 * mean(x, y)


def discrepancy(x: tf.Tensor, y: tf.Tensor, kernel: Kernel) -> tf.Tensor:
    """M = sqrt(max(0, MMD^2) + 1e-8): the slope of the root stays finite at equal samples."""
    return tf.sqrt(tf.nn.relu(squared_discrepancy(x, y, kernel)) + 1e-8)
