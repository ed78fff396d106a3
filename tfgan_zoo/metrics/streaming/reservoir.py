"""A uniform random sample, of fixed size, of rows that arrive in batches."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.streaming import replicas
from tfgan_zoo.metrics.streaming.state import StreamingState, refuse_broken

GOLDEN = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
NEVER = tf.int64.max


class ReservoirState(NamedTuple):
    """Arrays or tensors: count (), broken (), arrivals (capacity,) with 0 for an empty place, rows (capacity, d)."""

    count: np.ndarray
    broken: np.ndarray
    arrivals: np.ndarray
    rows: np.ndarray


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class Reservoir(StreamingState):
    """At most `capacity` of the rows seen, each set of them equally likely, in float32.

    Row i (counted from 1 over the global batches) has the key splitmix64(i, seed), and the rows with the `capacity`
    smallest keys are kept: the random sample of Vitter's algorithm R, which moreover depends only on the seed and the
    order of the rows. Not on how they are cut into batches or spread over replicas, which gather their rows and then
    choose alike. As long as no more than `capacity` rows have come, all of them are there, in their order.

    Args:
        capacity: rows kept, >= 1. The state takes 4 d capacity bytes: 82 MB for 10,000 rows of 2048.
        dimensions: d; taken from the first batch if None.
        seed: of the keys.
        name: of the metric.

    Raises:
        ZooError: capacity < 1.

    Source: Vitter, 1985; keys: Steele, Lea, Flood, 2014 (SplitMix).

    >>> reservoir = Reservoir(3, 1)
    >>> reservoir.update_state([[float(i)] for i in range(100)])
    >>> reservoir.rows().shape
    (3, 1)
    """

    wide = "rows"

    def __init__(self, capacity: int, dimensions: int | None = None, seed: int = 0, name: str = "reservoir"):
        if capacity < 1:
            raise ZooError(f"{name}: capacity must be at least 1; found {capacity}")
        self.capacity, self.seed = capacity, seed
        super().__init__(dimensions, name)

    def build_state(self, dimensions: int) -> None:
        """Make the places, and one more that takes what is not kept: a scatter has no "nowhere"."""
        self.arrivals = self.state((self.capacity + 1,), "arrivals", "int64")
        self.held = self.state((self.capacity + 1, dimensions), "rows", "float32")

    def add(self, rows: tf.Tensor, broken: tf.Tensor) -> None:
        """Let the rows of the global batch take the places of those with greater keys."""
        rows = replicas.joined(tf.cast(rows, tf.float32))
        n = rows.shape[0] if rows.shape[0] is not None else tf.shape(rows)[0]
        arrivals = self.count.value + 1 + tf.range(tf.cast(n, tf.int64))
        old = tf.convert_to_tensor(self.arrivals.value)[: self.capacity]
        keys_old = tf.where(old > 0, sort_keys(old, self.seed), NEVER)
        keys = tf.concat([keys_old, sort_keys(arrivals, self.seed)], axis=0)
        # ~key reverses the order of the keys without the overflow of -key.
        chosen = tf.math.top_k(tf.bitwise.invert(keys), self.capacity, sorted=False).indices
        kept = tf.scatter_nd(chosen[:, None], tf.ones_like(chosen), tf.shape(keys))
        enters = kept[self.capacity :]
        # As many places come free (or were empty) as rows enter.
        free = tf.math.top_k(1 - kept[: self.capacity], tf.minimum(n, self.capacity)).indices
        free = tf.concat([free, [self.capacity]], axis=0)
        rank = tf.where(enters > 0, tf.cumsum(enters) - 1, tf.shape(free)[0] - 1)
        places = tf.gather(free, rank)
        replicas.scatter(self.held, places, rows)
        replicas.scatter(self.arrivals, places, arrivals)
        self.count.value.assign_add(tf.cast(n, tf.int64))
        self.broken.value.assign_add(replicas.total(broken))

    def tensors(self) -> ReservoirState:
        """Return the state as tensors; of d = 0 if no rows have come."""
        if self.dimensions is None:
            zero = tf.zeros((), tf.int64)
            return ReservoirState(zero, zero, tf.zeros((0,), tf.int64), tf.zeros((0, 0), tf.float32))
        variables = (self.count, self.broken, self.arrivals, self.held)
        count, broken, arrivals, rows = (tf.convert_to_tensor(variable.value) for variable in variables)
        return ReservoirState(count, broken, arrivals[: self.capacity], rows[: self.capacity])

    def rows(self) -> np.ndarray:
        """Return the rows kept, in the order of their arrival, (min(n, capacity), d) float32.

        Raises:
            ZooError: NaN or infinity was among the rows seen.
        """
        return as_rows(ReservoirState(*(tensor.numpy() for tensor in self.tensors())), self.name)

    def result(self) -> dict[str, tf.Tensor]:
        """Return `{"count": ()}`, how many rows were seen."""
        return {"count": self.tensors().count}

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        return {**super().get_config(), "capacity": self.capacity, "seed": self.seed}


def as_rows(state: ReservoirState, name: str) -> np.ndarray:
    """Return the rows kept in a reservoir's state, in the order of their arrival.

    Raises:
        ZooError: NaN or infinity was among the rows seen.
    """
    refuse_broken(state.broken, name)
    order = np.argsort(state.arrivals, kind="stable")
    return state.rows[order[state.arrivals[order] > 0]]


def sort_keys(arrivals: tf.Tensor, seed: int) -> tf.Tensor:
    """Return splitmix64 of positive int64 counters as int64. One to one, so no two rows have the same key."""
    state = tf.cast(arrivals, tf.uint64) * _word(GOLDEN) + _word(_mixed_number(seed))
    state = _folded(state, 30) * _word(FIRST)
    state = _folded(state, 27) * _word(SECOND)
    return tf.bitcast(_folded(state, 31), tf.int64)


def _folded(state: tf.Tensor, bits: int) -> tf.Tensor:
    return tf.bitwise.bitwise_xor(state, tf.bitwise.right_shift(state, _word(bits)))


def _word(number: int) -> tf.Tensor:
    return tf.constant(number, tf.uint64)


def _mixed_number(seed: int) -> int:
    """Splitmix64 of the seed: neighbouring seeds must not give shifted copies of one sequence."""
    state = (seed + 1) * GOLDEN % 2**64
    state = (state ^ (state >> 30)) * FIRST % 2**64
    state = (state ^ (state >> 27)) * SECOND % 2**64
    return state ^ (state >> 31)
