"""From what a user gives to `fit` to the batches that a train step takes; mistakes are named before training starts."""

from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.inputs import Input, Labels


def prepare(
    x: Any,
    y: Any,
    *,
    inputs: tuple[Input, ...],
    model: str,
    batch_size: int | None,
    shuffle: bool,
    joined: int,
    seed: int,
) -> Any:
    """Return a checked `tf.data.Dataset` whose elements are what one train step consumes.

    Args:
        x: a `tf.data.Dataset` of batches, or arrays (then `batch_size`, 32 by default, and `shuffle` apply).
        y: the second array of the batch, if any.
        inputs: what the model takes.
        model: the model's name, for messages.
        batch_size: examples in a batch, for arrays.
        shuffle: whether arrays are shuffled in every epoch.
        joined: batches that one train step consumes (the critic moves of a WGAN); a data set of n batches makes an
            epoch of n steps all the same, every step seeing the next `joined` batches.
        seed: of the shuffling.

    Anything else (a distributed data set, a generator) is passed on as it is.

    Raises:
        ZooError: nothing to train on, or a wrong structure, shape, type or range.
    """
    if isinstance(x, np.ndarray | tf.Tensor | tuple | list):
        x = _from_arrays(x if y is None else (x, y), batch_size or 32, shuffle, seed, inputs, model)
    if not isinstance(x, tf.data.Dataset):
        if joined > 1 and not isinstance(x, tf.distribute.DistributedDataset):
            raise ZooError(f"{model}: expected a tf.data.Dataset or arrays, found {type(x).__name__}; convert it first")
        return x
    dataset = _whole_batches(check(x, inputs, model))
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    size = tf.nest.flatten(dataset.element_spec)[0].shape[0]
    if size % replicas:
        raise ZooError(
            f"{model}: a batch of {size} cannot be dealt to {replicas} replicas; choose a multiple of {replicas}"
        )
    return join(dataset, joined) if joined > 1 else dataset


def check(dataset: tf.data.Dataset, inputs: tuple[Input, ...], model: str) -> tf.data.Dataset:
    """Compare structure, shapes, types and the first batch's values with `inputs`; return the data set with its types cast.

    Raises:
        ZooError: naming the input, what was expected and what was found.
    """
    expected = " and ".join(f"{i.name} {(None, *i.spec.shape[1:])} {i.spec.dtype.name}" for i in inputs)
    specs = dataset.element_spec if isinstance(dataset.element_spec, tuple) else (dataset.element_spec,)
    if len(specs) == 1 and isinstance(specs[0], tuple):
        specs = specs[0]
    found = " and ".join(f"{tuple(s.shape)} {s.dtype.name}" if isinstance(s, tf.TensorSpec) else str(s) for s in specs)
    if len(specs) != len(inputs):
        hint = (
            "load the data with labels=True"
            if len(specs) < len(inputs) and isinstance(inputs[-1], Labels)
            else ("give only what the model takes")
        )
        raise ZooError(f"{model} takes batches of {expected}, found {found}; {hint}")
    for wanted, spec in zip(inputs, specs):
        if spec.shape.rank is not None and not spec.shape[1:].is_compatible_with(wanted.spec.shape[1:]):
            raise ZooError(
                f"{model} takes {wanted.name} of shape {(None, *wanted.spec.shape[1:])}, found {tuple(spec.shape)}; "
                "make the model with the data's shape, or load the data with another image_size or channels"
            )
        if wanted.spec.dtype.is_floating and spec.dtype == tf.uint8:
            raise ZooError(f"{wanted.name}: expected float32 in [-1, 1], found uint8; scale with x / 127.5 - 1")
        if wanted.spec.dtype.is_integer != spec.dtype.is_integer:
            raise ZooError(f"{wanted.name}: expected {wanted.spec.dtype.name}, found {spec.dtype.name}; convert it")
    first = next(iter(dataset.take(1)), None)
    if first is None:
        raise ZooError(
            f"{model}: the data set is empty; expected batches of {expected} (is the batch larger than the data?)"
        )
    for wanted, values in zip(inputs, tf.nest.flatten(first)):
        if values.shape.rank != len(wanted.spec.shape):
            raise ZooError(
                f"{model} takes {wanted.name} of rank {len(wanted.spec.shape)}, found shape {tuple(values.shape)}"
            )
        wanted.check(values.numpy())
    if all(wanted.spec.dtype == spec.dtype for wanted, spec in zip(inputs, specs)) and len(inputs) == len(
        dataset_parts(dataset)
    ):
        return dataset
    return dataset.map(lambda *batch: _cast(tf.nest.flatten(batch), inputs))


def dataset_parts(dataset: tf.data.Dataset) -> tuple:
    """The components of an element."""
    return dataset.element_spec if isinstance(dataset.element_spec, tuple) else (dataset.element_spec,)


def join(dataset: tf.data.Dataset, count: int) -> tf.data.Dataset:
    """Join `count` batches into one whose rows i, i + count, ... are batch i, so that any replica holds a part of each."""
    cardinality = dataset.cardinality()
    groups = (dataset if cardinality == tf.data.INFINITE_CARDINALITY else dataset.repeat(count)).batch(
        count, drop_remainder=True
    )

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
        raise ZooError(f"a batch of {batch[0].shape[0]} cannot be divided into {count} critic steps; choose a multiple")
    return list(zip(*(tf.unstack(tf.reshape(t, (-1, count, *t.shape[1:])), axis=1) for t in batch)))


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
        if values.shape[1:] == wanted.spec.shape[1:] and values.dtype != np.uint8:
            wanted.check(values)  # all of it: it is in memory anyway
    dataset = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])
    if shuffle:
        dataset = dataset.shuffle(lengths[0], seed=seed)
    return dataset.batch(batch_size, drop_remainder=True).prefetch(2)


def _whole_batches(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Drop a smaller last batch, which would be compiled for itself."""
    if all(spec.shape[0] is not None for spec in dataset_parts(dataset)):
        return dataset
    size = tf.nest.flatten(next(iter(dataset)))[0].shape[0]

    def fixed(*batch):
        parts = tuple(tf.ensure_shape(t, (size, *t.shape[1:])) for t in batch)
        return parts[0] if len(parts) == 1 else parts

    return dataset.filter(lambda *batch: tf.shape(batch[0])[0] == size).map(fixed)


def _cast(batch, inputs):
    parts = tuple(tf.cast(t, wanted.spec.dtype) for t, wanted in zip(batch, inputs))
    return parts[0] if len(parts) == 1 else parts
