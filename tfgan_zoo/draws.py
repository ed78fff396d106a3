"""Random draws that follow from a seed alone: with any number of replicas, with or without XLA, after a resume.

Every draw is made for the *global* batch; a replica keeps its own rows. So replicas differ, and two replicas together
draw exactly what one replica draws for the whole batch (replica r holds the r-th consecutive part, as `tf.distribute`
deals them; a micro-batch of gradient accumulation holds every n-th row of that). Floats are made from Philox integers
here, because TensorFlow and XLA turn the same integers into different floats.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import tensorflow as tf

_local = threading.local()  # replicas are traced in threads of their own


@dataclass
class _Stream:
    """Where the draws of one `seeded` block come from; `count` numbers them."""

    seed: tf.Tensor
    part: int | tf.Tensor
    parts: int
    alone: bool
    count: int = 0


@contextlib.contextmanager
def seeded(
    seed: tf.Tensor | tuple[int, int], part: int | tf.Tensor = 0, parts: int = 1, alone: bool = False
) -> Iterator[None]:
    """Make the k-th draw inside the block depend on `seed` (two integers) and k only.

    Args:
        seed: two integers, Python numbers or an int32 tensor of shape (2,).
        part: which micro-batch of the replica's batch is being computed.
        parts: how many micro-batches there are.
        alone: every replica has the whole global batch, and draws as if there were no other.
    """
    outer, _local.stream = getattr(_local, "stream", None), _Stream(tf.cast(seed, tf.int32), part, parts, alone)
    try:
        yield
    finally:
        _local.stream = outer


def uniform(n: int | tf.Tensor, *shape: int, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Draw from the uniform distribution on (low, high): float32 of shape (n, *shape); open at 0 and at +-1."""
    return low + (high - low) * _unit(_rows(n, shape))


def normal(n: int | tf.Tensor, *shape: int) -> tf.Tensor:
    """Draw standard normals by the inverse distribution function, |z| < 5.3: float32 of shape (n, *shape)."""
    return 2.0**0.5 * tf.math.erfinv(uniform(n, *shape, low=-1.0))


def integers(n: int | tf.Tensor, *shape: int, below: int) -> tf.Tensor:
    """Draw uniformly from 0, ..., below - 1: int32 of shape (n, *shape)."""
    return tf.cast(uniform(n, *shape, high=float(below)), tf.int32)


def shared(*shape: int) -> tf.Tensor:
    """Draw uniforms on (0, 1) that are the *same* on every replica, for decisions that must not differ between them."""
    return _unit(_integers(shape))


def _rows(n: int | tf.Tensor, shape: tuple[int, ...]) -> tf.Tensor:
    context, stream = tf.distribute.get_replica_context(), _stream()
    replicas = context.num_replicas_in_sync if context and not stream.alone else 1
    everybody = _integers((replicas * stream.parts * n, *shape))
    if replicas == stream.parts == 1:
        return everybody
    dealt = tf.reshape(everybody, (replicas, n, stream.parts, *shape))
    return dealt[context.replica_id_in_sync_group if replicas > 1 else 0, :, stream.part]


def _integers(shape: tuple) -> tf.Tensor:
    stream = _stream()
    seed = tf.random.experimental.stateless_fold_in(stream.seed, stream.count, alg="philox")
    stream.count += 1
    bits = tf.random.stateless_uniform(shape, seed, minval=None, maxval=None, dtype=tf.int32, alg="philox")
    return tf.bitwise.right_shift(tf.bitcast(bits, tf.uint32), 9)


def _unit(integers: tf.Tensor) -> tf.Tensor:
    return (tf.cast(integers, tf.float32) + 0.5) * 2.0**-23


def _stream() -> _Stream:
    stream = getattr(_local, "stream", None)
    if stream is None:
        raise RuntimeError("draws are made inside `with draws.seeded(seed):`; the core opens it around every loss")
    return stream
