"""Results that numpy computes, as tensors, eagerly and inside a `tf.function`."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf


def computed(function: Callable[..., Sequence[float]], tensors: Sequence, numbers: int) -> list[tf.Tensor]:
    """Return the `numbers` float64 scalars that `function(*arrays)` gives.

    Keras' `test_step` returns the results of its metrics, so inside a `tf.function` the same numpy code runs as a
    `tf.numpy_function`. Every step then pays for it; errors arrive as `tf.errors.InvalidArgumentError` with the text of
    the `ZooError`. XLA refuses it.
    """
    if tf.executing_eagerly():
        return [tf.constant(value, tf.float64) for value in function(*(tensor.numpy() for tensor in tensors))]

    def values(*arrays):
        return np.asarray(function(*arrays), np.float64)

    return tf.unstack(tf.ensure_shape(tf.numpy_function(values, list(tensors), tf.float64), (numbers,)))
