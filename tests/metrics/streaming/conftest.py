"""Two replicas, each with its own part of a batch."""

import pytest
import tensorflow as tf


@pytest.fixture
def replicated(mirrored):
    """`replicated(update, graph=True)` is a function that gives its n-th argument to `update` on the n-th replica."""

    def wrap(update, graph=True):
        def run(values):
            return mirrored.run(update, (values,))

        traced = tf.function(run, reduce_retracing=True, autograph=False) if graph else run
        return lambda *parts: traced(
            mirrored.experimental_distribute_values_from_function(
                lambda context: tf.constant(parts[context.replica_id_in_sync_group])
            )
        )

    return wrap


@pytest.fixture
def copies(mirrored):
    """`copies(variable)` is the list of what each replica holds."""
    return lambda variable: [copy.numpy() for copy in mirrored.experimental_local_results(variable.value)]
