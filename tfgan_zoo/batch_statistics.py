"""Statistics over the batch inside a loss: of each replica's own part, or of the whole batch."""

import tensorflow as tf


def batch_mean(values: tf.Tensor, cross_replica: bool = False) -> tf.Tensor:
    """Mean over the first axis, through which gradients flow.

    A loss that is not a mean of terms of single examples (of squared means, of scores less their mean) gives another
    value for the parts of a batch than for the whole. With `cross_replica` the mean is that of the global batch, the
    same on every replica, and so are the gradients that the core sums. Its collective cannot be part of a function that
    XLA compiles for several replicas: a model that uses it sets `self.synchronized`, and `compile` refuses the pair.
    With gradient accumulation the batch is a micro-batch either way.

    Args:
        values: (batch, ...), the same number of rows on each replica.
        cross_replica: take the mean over all replicas.
    """
    mean = tf.reduce_mean(values, axis=0)
    if not cross_replica or tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return mean
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, mean)


def batch_rows(values: tf.Tensor, cross_replica: bool = False) -> tf.Tensor:
    """Rows (batch, ...) that statistics of pairs are taken of, through which gradients flow.

    They are each replica's own, or with `cross_replica` all of the global batch, in the order of the replicas; then
    every replica computes the same loss, and the core's sum of gradients is that of the whole batch. Its collective is
    as restricted as that of `batch_mean`.

    Args:
        values: (batch, ...), the same number of rows on each replica.
        cross_replica: gather the rows of all replicas.
    """
    if not cross_replica or tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return values
    return tf.distribute.get_replica_context().all_gather(values, axis=0)
