"""What replicas tell each other, so that every copy of a metric's state is that of the global batch."""

import tensorflow as tf

from tfgan_zoo.errors import ZooError


def several() -> bool:
    """Whether this code runs on one of several replicas (inside `strategy.run`)."""
    context = tf.distribute.get_replica_context()
    return context is not None and context.num_replicas_in_sync > 1


def total(tensor: tf.Tensor) -> tf.Tensor:
    """Return the sum of `tensor` over the replicas; `tensor` itself where there is one."""
    return tf.distribute.get_replica_context().all_reduce("SUM", tensor) if several() else tensor


def joined(rows: tf.Tensor) -> tf.Tensor:
    """Return the rows (n, d) of all replicas in their order; replicas may hold different numbers of rows, also none."""
    if not several():
        return rows
    # TensorFlow 2.21 crashes (segmentation fault) where all replicas gather nothing: so each adds a row that is marked.
    marked = tf.pad(tf.pad(rows, [[0, 0], [0, 1]], constant_values=1), [[0, 1], [0, 0]])
    gathered = tf.distribute.get_replica_context().all_gather(marked, axis=0)
    return tf.boolean_mask(gathered[:, :-1], gathered[:, -1] > 0)


def rows_before(n: tf.Tensor) -> tf.Tensor:
    """Return how many rows of the global batch come before this replica's `n` rows, in the order of `joined`."""
    if not several():
        return tf.zeros_like(n)
    context = tf.distribute.get_replica_context()
    each = total(n * tf.one_hot(context.replica_id_in_sync_group, context.num_replicas_in_sync, dtype=n.dtype))
    return tf.reduce_sum(each[: context.replica_id_in_sync_group])


def build_once(build, home: tf.distribute.Strategy) -> None:
    """Call `build()`, which makes variables, once for all replicas and outside any graph that is being traced.

    The variables belong to the strategy in use, or where there is none to `home`.
    """

    def lifted(strategy):
        with tf.init_scope(), strategy.scope():
            build()

    context = tf.distribute.get_replica_context()
    if not tf.distribute.has_strategy():
        lifted(home)
    elif context is None:
        lifted(tf.distribute.get_strategy())
    else:
        context.merge_call(lifted)


def check_shared(variable, name: str) -> None:
    """Refuse a variable that several replicas would write in turn.

    Raises:
        ZooError: the metric's variables were made outside the strategy's scope.
    """
    if several() and not isinstance(variable.value, tf.distribute.DistributedValues):
        raise ZooError(
            f"{name} was made outside the strategy, so its replicas would overwrite each other; make it inside "
            "`with strategy.scope():`"
        )


def scatter(variable, places: tf.Tensor, rows: tf.Tensor) -> None:
    """Write `rows` at the indices `places` (n,) of the first axis, in place, on every copy that this context owns."""
    value = variable.value
    if isinstance(value, tf.distribute.DistributedValues) and several():
        # A variable that is synchronized on read has no scatter of its own; in a replica its handle is the local one.
        tf.raw_ops.ResourceScatterNdUpdate(ref=value.handle, indices=places[:, None], updates=rows)
        return
    copies = [value]
    if isinstance(value, tf.distribute.DistributedValues):
        copies = value.distribute_strategy.experimental_local_results(value)
    for copy in copies:
        copy.scatter_nd_update(places[:, None], rows)
