"""From a collection to batches: a tf.data pipeline in which batch number t depends on (seed, t) alone.

An epoch is a pseudorandom permutation that is computed position by position (`RandomIndexShuffle`),
never stored. So batch 1,000,000 costs what batch 0 costs, and a run that stopped after k batches goes on with
`start_batch=k` exactly as if it had not stopped.
"""

import itertools
import zlib

import numpy as np
import tensorflow as tf

from tfgan_zoo.data import augment as augmentation
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import ZooError

_GOLDEN = 0x9E3779B97F4A7C15  # The increment of SplitMix64 (Steele, Lea, Flood 2014).


def stream_seed(seed: int, stream: str) -> int:
    """Return a 63-bit seed for one of several independent uses of the user's seed."""
    words = np.random.SeedSequence([int(seed) % 2**64, zlib.crc32(stream.encode())])
    return int(words.generate_state(1, np.uint64)[0] >> 1)


def batches(
    source: Source | Pair,
    batch_size: int,
    *,
    labels: bool,
    attributes: bool,
    augment: str | tuple[str, ...] | None,
    shuffle: bool,
    seed: int,
    repeat: bool,
    start_batch: int,
    drop_remainder: bool,
) -> tf.data.Dataset:
    """Return the pipeline that `tfgan_zoo.data.load` describes.

    Raises:
        ZooError: batch_size, start_batch or seed is not a whole number in range, the batch is larger than the data,
            labels or attributes are asked of a collection without, or an augmentation is unknown or makes no sense.
    """
    _check(source, batch_size, labels, attributes, seed, start_batch, drop_remainder)
    names = augmentation.parse(augment)
    if names and any(side.kind == "points" for side in source.sides):
        raise ZooError(f"augment={','.join(names)!r} is for images, but {source.name!r} holds points; leave it out")

    length = len(source)
    per_epoch = length // batch_size if drop_remainder else -(-length // batch_size)
    used = min(length, per_epoch * batch_size)
    readers = [_reader(side.images) for side in source.sides]
    class_ids = tf.constant(source.labels, tf.int32) if labels else None
    read_attributes = _reader(source.attributes) if attributes else None
    aligned = len(source.sides) == 1 or source.aligned
    streams = ["x", "x" if aligned else "y"]

    def one(number: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        epoch, first = number // per_epoch, number % per_epoch * batch_size
        positions = first + tf.range(batch_size, dtype=tf.int64)
        if not drop_remainder:
            positions = positions[: length - first]
        parts = []
        for side, read, stream in zip(source.sides, readers, streams):
            rows = _rows(positions, epoch, used, len(side), length, stream_seed(seed, f"order {stream}"), shuffle)
            images = read(rows)
            if side.kind == "images":
                key = tf.stack([tf.constant(stream_seed(seed, f"augment {stream}"), tf.int64), number])
                images = augmentation.apply(images, names, key)
                images = tf.cast(images, tf.float32) / (side.maximum / 2) - 1.0
            parts.append(images)
        if class_ids is not None:
            parts.append(tf.gather(class_ids, rows))
        if read_attributes is not None:
            parts.append(read_attributes(rows))
        return parts[0] if len(parts) == 1 else tuple(parts)

    with tf.device("CPU:0"):
        data = _numbers(per_epoch, start_batch, repeat).map(one, num_parallel_calls=tf.data.AUTOTUNE)
        if not repeat and start_batch % per_epoch == 0:
            data = data.apply(tf.data.experimental.assert_cardinality(per_epoch))
        options = tf.data.Options()
        options.deterministic = True
        # There are no files to divide among workers: each takes its share of every global batch.
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
        return data.prefetch(tf.data.AUTOTUNE).with_options(options)


def _check(
    source: Source | Pair,
    batch_size: int,
    labels: bool,
    attributes: bool,
    seed: int,
    start_batch: int,
    drop_remainder: bool,
) -> None:
    for name, value, least in (("batch_size", batch_size, 1), ("start_batch", start_batch, 0), ("seed", seed, None)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ZooError(f"{name} must be a whole number, found {value!r}")
        if least is not None and value < least:
            raise ZooError(f"{name} must be at least {least}, found {value}")
    smallest = min(source.sides, key=len)
    if drop_remainder and batch_size > len(smallest):
        raise ZooError(
            f"batch size {batch_size} is larger than the data: {smallest.name!r} has {len(smallest)} examples; "
            f"choose a batch size of at most {len(smallest)}"
        )
    if labels and source.labels is None:
        raise ZooError(
            f"{source.name!r} has no labels, but labels were asked for; use labelled data "
            "(a folder with one sub-folder per class, or an .npz with 'labels') or a model without labels"
        )
    if attributes and source.attributes is None:
        raise ZooError(f"{source.name!r} has no attributes; open it with attributes=TABLE, a table of its files")


def _reader(images: np.ndarray):
    """Return the function from row numbers (batch,) to those rows of `images`, in memory or mapped from a file.

    NumPy takes the rows, because every new iterator copies the tensors that its pipeline captures (measured: several
    GiB more for 2 GiB of images), and because they cannot be a file.
    """

    def read(rows: tf.Tensor) -> tf.Tensor:
        batch = tf.numpy_function(lambda numbers: images[numbers], [rows], images.dtype, stateful=False)
        return tf.ensure_shape(batch, (rows.shape[0], *images.shape[1:]))

    return read


def _rows(
    positions: tf.Tensor, epoch: tf.Tensor, used: int, count: int, length: int, seed: int, shuffle: bool
) -> tf.Tensor:
    """Return which examples of a side of `count` stand at `positions` of an epoch, of which `used` are used.

    A side that is shorter than the epoch is walked through without regard to epochs, with a new order each time round.
    """
    turn = tf.fill(tf.shape(positions), epoch)
    if count < length:
        walked = epoch * used + positions
        turn, positions = walked // count, walked % count
    if not shuffle:
        return positions
    # The operation's keys must look random: with consecutive numbers the orders of neighbouring epochs resemble each
    # other (measured: the chi-square of examples against places is ten times its expectation). And the raw operation,
    # because its Python wrapper takes two words for all positions together, and passes them on as they are.
    return tf.raw_ops.RandomIndexShuffle(
        index=positions, seed=_keys(seed, turn), max_index=tf.constant(count - 1, tf.int64)
    )


def _keys(seed: int, turn: tf.Tensor) -> tf.Tensor:
    """Return three random-looking 32-bit words for every turn: (n,) -> (n, 3), by the SplitMix64 generator."""
    state = tf.cast(turn, tf.uint64) * tf.constant(2 * _GOLDEN % 2**64, tf.uint64) + tf.constant(seed, tf.uint64)
    a, b = (_mix(state + tf.constant(k * _GOLDEN % 2**64, tf.uint64)) for k in (1, 2))
    words = [a, tf.bitwise.right_shift(a, tf.constant(32, tf.uint64)), b]
    return tf.stack([tf.cast(tf.bitwise.bitwise_and(w, tf.constant(2**32 - 1, tf.uint64)), tf.int64) for w in words], 1)


def _mix(x: tf.Tensor) -> tf.Tensor:
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(shift, tf.uint64)))
        x *= tf.constant(factor, tf.uint64)
    return x


def _numbers(per_epoch: int, start: int, repeat: bool) -> tf.data.Dataset:
    """Return the batch numbers from `start`: all of them, or those of one epoch, the next one at each iteration."""
    if repeat:
        return tf.data.Dataset.counter(start)
    epochs = itertools.count(start // per_epoch)
    # Asked once per iteration over the data set, outside the graph, so that each iteration is the next epoch.
    epoch = tf.data.Dataset.from_tensors(0).map(
        lambda _: tf.ensure_shape(tf.numpy_function(lambda: np.int64(next(epochs)), [], tf.int64, stateful=True), ())
    )
    return epoch.flat_map(lambda e: tf.data.Dataset.range(tf.maximum(e * per_epoch, start), (e + 1) * per_epoch))
