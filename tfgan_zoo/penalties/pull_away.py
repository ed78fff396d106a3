"""The pull-away term, which keeps the samples of a batch from resembling each other (Zhao et al., 2017, eq. 4)."""

import tensorflow as tf


def pull_away(codes: tf.Tensor) -> tf.Tensor:
    """Mean over ordered pairs i != j of cos^2 of the angle between codes i and j: 1 if parallel, 0 if orthogonal.

    A statistic of the batch: a replica, or a micro-batch, pairs its own examples only.

    Args:
        codes: (n, d), n from 2 on, of any scale.
    """
    directions = tf.math.l2_normalize(tf.cast(codes, tf.float32), axis=1, epsilon=1e-12)
    squares = tf.square(tf.matmul(directions, directions, transpose_b=True))
    n = tf.cast(tf.shape(codes)[0], tf.float32)
    return (tf.reduce_sum(squares) - tf.reduce_sum(tf.linalg.diag_part(squares))) / (n * (n - 1.0))
