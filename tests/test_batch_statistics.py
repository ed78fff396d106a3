"""Means over the batch: of a replica's part or of all of it, and what gradients flow through them."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.batch_statistics import batch_mean

VALUES = np.array([[1.0, 2.0], [3.0, -4.0], [5.0, 0.5], [7.0, 6.0]], "float32")


def test_on_one_replica_it_is_the_mean():
    for cross_replica in (False, True):
        np.testing.assert_allclose(batch_mean(tf.constant(VALUES), cross_replica), [4.0, 1.125])


@pytest.mark.parametrize("cross_replica", [False, True])
def test_on_two_replicas(mirrored, cross_replica):
    """The loss is the sum of squared means; each replica's share of it is halved, as the core does, and summed."""

    @tf.function
    def step():
        def replica():
            part = tf.reshape(tf.constant(VALUES), (2, 2, 2))[
                tf.distribute.get_replica_context().replica_id_in_sync_group
            ]
            with tf.GradientTape() as tape:
                tape.watch(part)
                mean = batch_mean(part, cross_replica)
                loss = tf.reduce_sum(mean**2) / 2
            return mean, tape.gradient(loss, part)

        return mirrored.run(replica)

    means, gradients = ([part.numpy() for part in mirrored.experimental_local_results(result)] for result in step())
    if cross_replica:
        np.testing.assert_allclose(means, [[4.0, 1.125]] * 2)
        np.testing.assert_allclose(np.concatenate(gradients), np.tile([2 * 4.0 / 4, 2 * 1.125 / 4], (4, 1)))
    else:
        np.testing.assert_allclose(means, [[2.0, -1.0], [6.0, 3.25]])
        np.testing.assert_allclose(gradients, [np.tile([1.0, -0.5], (2, 1)), np.tile([3.0, 1.625], (2, 1))])
