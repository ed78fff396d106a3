"""Count, mean and scatter of rows that arrive in batches, as TensorFlow variables."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.metrics.statistics import GaussianStatistics
from tfgan_zoo.metrics.streaming import replicas
from tfgan_zoo.metrics.streaming.state import StreamingState, refuse_broken


class GaussianState(NamedTuple):
    """Arrays or tensors: count (), broken (), mean (d,), scatter (d, d)."""

    count: np.ndarray
    broken: np.ndarray
    mean: np.ndarray
    scatter: np.ndarray


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class GaussianAccumulator(StreamingState):
    """Streaming count n, mean and scatter M2 in float64, merged by Chan's rule.

    With a batch b of all replicas, delta = mean_b - mean and n' = n + n_b:

        mean' = mean + delta n_b / n',    M2' = M2 + M2_b + delta delta^T n n_b / n'.

    Each replica reduces its part of the batch to (n_b, sum), those are summed in float64, each takes its scatter about
    the mean of the global batch, and those are summed: two reductions of d + 2 and d^2 numbers. The same numbers as
    `tfgan_zoo.metrics.GaussianStatistics` gives, to 1e-12. The state takes 8 d (d + 1) bytes, 34 MB at d = 2048.

    Args:
        dimensions: d; taken from the first batch if None.
        name: of the metric.

    Source: Chan, Golub, LeVeque, 1979.

    >>> accumulator = GaussianAccumulator(1)
    >>> accumulator.update_state([[0.0], [2.0]])
    >>> accumulator.update_state([[4.0]])
    >>> float(accumulator.result()["mean"][0]), round(float(accumulator.statistics().covariance()[0, 0]), 12)
    (2.0, 4.0)
    """

    def __init__(self, dimensions: int | None = None, name: str = "gaussian"):
        super().__init__(dimensions, name)

    def build_state(self, dimensions: int) -> None:
        """Make mean (d,) and scatter (d, d)."""
        self.mean = self.state((dimensions,), "mean")
        self.scatter = self.state((dimensions, dimensions), "scatter")

    def add(self, rows: tf.Tensor, broken: tf.Tensor) -> None:
        """Merge a batch into the state."""
        rows = tf.cast(rows, tf.float64)
        facts = tf.stack([tf.cast(tf.shape(rows)[0], tf.float64), tf.cast(broken, tf.float64)])
        facts = replicas.total(tf.concat([facts, tf.reduce_sum(rows, axis=0)], axis=0))
        n_batch, broken, mean_batch = facts[0], facts[1], tf.math.divide_no_nan(facts[2:], facts[0])
        n = tf.cast(self.count.value, tf.float64)
        n_after = n + n_batch
        delta = mean_batch - self.mean.value
        centred = rows - mean_batch
        # delta delta^T n n_b / n' is the product of one more row. One replica adds it; a sum would count it again.
        shift = delta * tf.sqrt(tf.math.divide_no_nan(n * n_batch, n_after))
        if replicas.several():
            first = tf.distribute.get_replica_context().replica_id_in_sync_group == 0
            shift = tf.where(first, shift, tf.zeros_like(shift))
        centred = tf.concat([centred, shift[None]], axis=0)
        change = replicas.total(tf.matmul(centred, centred, transpose_a=True))
        # In place: Keras' own assign_add makes two more matrices of d x d.
        self.scatter.value.assign_add(change)
        self.mean.value.assign_add(delta * tf.math.divide_no_nan(n_batch, n_after))
        self.count.assign(tf.cast(n_after, tf.int64))
        self.broken.value.assign_add(tf.cast(broken, tf.int64))

    def tensors(self) -> GaussianState:
        """Return the state as tensors; of d = 0 if no rows have come."""
        if self.dimensions is None:
            zero, empty = tf.zeros((), tf.int64), tf.zeros((0,), tf.float64)
            return GaussianState(zero, zero, empty, empty[:, None])
        variables = (self.count, self.broken, self.mean, self.scatter)
        return GaussianState(*(tf.convert_to_tensor(variable.value) for variable in variables))

    def statistics(self) -> GaussianStatistics:
        """Return what was seen so far, as numpy float64.

        Raises:
            ZooError: NaN or infinity was among it.
        """
        return as_statistics(GaussianState(*(tensor.numpy() for tensor in self.tensors())), self.name)

    def result(self) -> dict[str, tf.Tensor]:
        """Return `{"count": (), "mean": (d,), "scatter": (d, d)}` as tensors."""
        state = self.tensors()
        return {"count": state.count, "mean": state.mean, "scatter": state.scatter}


def as_statistics(state: GaussianState, name: str) -> GaussianStatistics:
    """Return the numpy accumulator that holds `state`.

    Raises:
        ZooError: NaN or infinity was among the rows.
    """
    refuse_broken(state.broken, name)
    statistics = GaussianStatistics()
    statistics.n = int(state.count)
    if statistics.n:
        statistics._mean, statistics._scatter = np.array(state.mean), np.array(state.scatter)
    return statistics
