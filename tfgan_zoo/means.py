"""Running means of what a train step logs."""

import keras
import tensorflow as tf


class RunningMeans:
    """Means over an epoch of named scalars, held in one vector.

    The names are known when the first step is traced, so the vector is made then. One vector instead of a
    `keras.metrics.Mean` for each name saves two variable updates a name and step. Make it in the strategy's scope.
    """

    def __init__(self):
        self.metric = _VectorMean()

    def update(self, values: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Add one step's values; return the means so far. Every replica passes the same (global) values."""
        if self.metric.names is None:
            tf.distribute.get_replica_context().merge_call(lambda strategy: self._start(strategy, list(values)))
        self.metric.update_state(tf.stack([tf.cast(values[name], tf.float32) for name in self.metric.names]))
        shape = (1,) if several_workers() else ()  # Keras joins the logs of several workers along axis 0
        return {name: tf.reshape(value, shape) for name, value in self.metric.result().items()}

    @property
    def count(self) -> tf.Tensor:
        """Steps since the epoch began."""
        return self.metric.count.value

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What Keras resets at the start of an epoch."""
        return [self.metric]

    def _start(self, strategy, names):
        with tf.init_scope(), strategy.scope():
            self.metric.start(names)


class _VectorMean(keras.metrics.Metric):
    def __init__(self):
        super().__init__(name="terms")
        self.names = None
        self.count = self.add_variable((), "zeros", name="count")

    def start(self, names: list[str]):
        self.names = names
        self.total = self.add_variable((len(names),), "zeros", name="total")

    def update_state(self, values):
        self.total.assign_add(values)
        self.count.assign_add(1.0)

    def result(self):
        means = tf.unstack(tf.math.divide_no_nan(self.total.value, self.count.value)) if self.names else []
        return dict(zip(self.names or [], means))


def several_workers() -> bool:
    """Whether the current strategy spans several processes."""
    extended = tf.distribute.get_strategy().extended
    return hasattr(extended, "_in_multi_worker_mode") and extended._in_multi_worker_mode()
