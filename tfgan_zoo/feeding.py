"""From what a user gives to `fit` to the batches that a train step takes; mistakes are named before training starts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.inputs import Attributes, Input, Labels


def prepare(
    x: Any,
    y: Any = None,
    *,
    inputs: tuple[Input, ...],
    model: str,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int = 0,
    joined: int = 1,
    replicas: int = 1,
    micro_batches: int = 1,
) -> Any:
    """Return a checked `tf.data.Dataset` whose elements are what one train step consumes.

    Args:
        x: a `tf.data.Dataset` of batches, or arrays (then `batch_size`, 32 by default, and `shuffle` apply).
        y: the second array of the batch, if any.
        inputs: what the model takes.
        model: the model's name, for messages.
        batch_size: examples in a batch, for arrays.
        shuffle: whether arrays are shuffled in every epoch.
        seed: of the shuffling.
        joined: batches that one train step consumes (the critic moves of a WGAN); a data set of n batches makes an
            epoch of n steps all the same, every step seeing the next `joined` batches.
        replicas: that a batch is dealt to.
        micro_batches: that a replica's batch is computed in.

    Anything else (a distributed data set, a generator) is passed on as it is.

    Raises:
        ZooError: nothing to train on, or a wrong structure, shape, type or range.
    """
    if x is None:
        raise ZooError(f"{model}: nothing to train on; give a tf.data.Dataset of batches or arrays")
    if isinstance(x, np.ndarray | tf.Tensor | tuple | list):
        x = _from_arrays(x if y is None else (x, y), batch_size or 32, shuffle, seed, inputs, model)
    if not isinstance(x, tf.data.Dataset):
        if joined > 1 and not isinstance(x, tf.distribute.DistributedDataset):
            raise ZooError(f"{model}: expected a tf.data.Dataset or arrays, found {type(x).__name__}; convert it first")
        return x
    dataset, size = checked(x, inputs, model)
    if size % (replicas * micro_batches):
        dealt = [f"{n} {what}" for n, what in ((replicas, "replicas"), (micro_batches, "micro-batches")) if n > 1]
        raise ZooError(f"{model}: a batch of {size} cannot be dealt to {' of '.join(dealt)}; choose a multiple")
    return join(dataset, joined) if joined > 1 else dataset


def checked(dataset: tf.data.Dataset, inputs: tuple[Input, ...], model: str) -> tuple[tf.data.Dataset, int]:
    """Compare structure, types, shapes and the first values with `inputs`.

    Returns:
        The data set with batches of one size and the model's types, and that size.

    Raises:
        ZooError: naming the input, what was expected and what was found.
    """
    specs = _parts(dataset.element_spec)
    names = " and ".join(f"{i.name} {(None, *i.spec.shape[1:])} {i.spec.dtype.name}" for i in inputs)
    found = " and ".join(f"{s.shape} {s.dtype.name}" if isinstance(s, tf.TensorSpec) else str(s) for s in specs)
    if len(specs) != len(inputs) or not all(isinstance(spec, tf.TensorSpec) for spec in specs):
        hint = "give only what the model takes, as a tuple"
        if len(specs) < len(inputs) and isinstance(inputs[-1], Labels | Attributes):
            hint = f"load the data with {'labels=True' if isinstance(inputs[-1], Labels) else 'attributes=TABLE'}"
        raise ZooError(f"{model} takes batches of {names}, found {found}; {hint}")
    for wanted, spec in zip(inputs, specs):
        _check_type(wanted, spec.dtype)
    head = [_parts(batch) for batch in dataset.take(2)]
    if not head:
        raise ZooError(
            f"{model}: the data set is empty; expected batches of {names} (is the batch larger than the data?)"
        )
    for wanted, values in zip(inputs, head[0]):
        expected = tuple(wanted.spec.shape[1:])
        if tuple(values.shape[1:]) != expected or values.shape.rank == 0:
            hint = "batch the data with .batch(n)" if tuple(values.shape) == expected else wanted.hint
            raise ZooError(f"{model} takes {wanted.name} of shape {(None, *expected)}, found {values.shape}; {hint}")
        if len(values):
            wanted.check(values.numpy())
    size = max(int(batch[0].shape[0]) for batch in head)
    if any(spec.shape.rank is None or spec.shape[0] is None for spec in specs):
        dataset = dataset.rebatch(size, drop_remainder=True)  # a smaller last batch would be compiled for itself

    def cast(*batch):
        parts = [tf.cast(t, wanted.spec.dtype) for t, wanted in zip(tf.nest.flatten(batch), inputs)]
        parts = [tf.ensure_shape(t, (size, *wanted.spec.shape[1:])) for t, wanted in zip(parts, inputs)]
        return parts[0] if len(parts) == 1 else tuple(parts)

    return dataset.map(cast, num_parallel_calls=tf.data.AUTOTUNE), size


def join(dataset: tf.data.Dataset, count: int) -> tf.data.Dataset:
    """Join `count` batches into one whose rows i, i + count, ... are batch i, so that replicas hold a part of each."""
    endless = dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    groups = (dataset if endless else dataset.repeat(count)).batch(count, drop_remainder=True)

    def interleave(*parts):
        rows = [tf.reshape(tf.experimental.numpy.swapaxes(t, 0, 1), (-1, *t.shape[2:])) for t in parts]
        rows = [tf.ensure_shape(r, (t.shape[0] * t.shape[1], *t.shape[2:])) for r, t in zip(rows, parts)]
        return rows[0] if len(rows) == 1 else tuple(rows)

    return groups.map(interleave, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def split(batch: tuple[tf.Tensor, ...], count: int) -> list[tuple[tf.Tensor, ...]]:
    """Undo `join`: every `count`-th example forms a part.

    Raises:
        ZooError: the batch cannot be divided.
    """
    if batch[0].shape[0] is not None and batch[0].shape[0] % count:
        raise ZooError(f"a batch of {batch[0].shape[0]} cannot be divided into {count} parts; choose a multiple")
    return list(zip(*(tf.unstack(tf.reshape(t, (-1, count, *t.shape[1:])), axis=1) for t in batch)))


def _check_type(wanted: Input, dtype: tf.DType) -> None:
    if wanted.spec.dtype.is_floating and dtype == tf.uint8:
        raise ZooError(f"{wanted.name}: expected float32 in [-1, 1], found uint8; scale with x / 127.5 - 1")
    number = dtype.is_floating if wanted.spec.dtype.is_floating else dtype.is_integer
    if not number:
        raise ZooError(f"{wanted.name}: expected {wanted.spec.dtype.name}, found {dtype.name}; convert it")


def _from_arrays(arrays, batch_size, shuffle, seed, inputs, model):
    arrays = tuple(map(np.asarray, arrays)) if isinstance(arrays, tuple | list) else (np.asarray(arrays),)
    lengths = [len(a) if a.ndim else 0 for a in arrays]
    if min(lengths) != max(lengths):
        raise ZooError(f"{model}: arrays of different lengths {lengths}; give one row of each per example")
    if min(lengths) < batch_size:
        raise ZooError(
            f"{model}: {min(lengths)} examples, fewer than one batch of {batch_size}; choose a smaller batch_size"
        )
    for wanted, values in zip(inputs, arrays):
        _check_type(wanted, tf.as_dtype(values.dtype))
        if values.shape[1:] == wanted.spec.shape[1:]:
            wanted.check(values)  # all of it: it is in memory anyway
    dataset = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])
    if shuffle:
        dataset = dataset.shuffle(lengths[0], seed=seed)
    return dataset.batch(batch_size, drop_remainder=True).prefetch(2)


def _parts(element: Any) -> tuple:
    """The inputs in an element of a data set; a dict counts as one thing, which no model takes."""
    while isinstance(element, tuple | list) and len(element) == 1:
        element = element[0]
    return tuple(element) if isinstance(element, tuple | list) and not isinstance(element, Mapping) else (element,)
