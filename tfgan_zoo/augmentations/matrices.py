"""Small matrices, one per image, as float32 tensors (n, k, k).

Products are sums of elementwise products, because a GPU's matrix units round factors to 10 bits (TensorFloat-32): a
tenth of a pixel at 256 px, and the identity would no longer be exact.
"""

import functools

import tensorflow as tf


def from_rows(*rows: tuple[tf.Tensor | float, ...]) -> tf.Tensor:
    """Stack entries, each a number or one number per image (n,), into matrices (n, len(rows), len(rows[0]))."""
    entries = [entry for row in rows for entry in row]
    like = next(entry for entry in entries if tf.is_tensor(entry))
    entries = [entry if tf.is_tensor(entry) else tf.fill(tf.shape(like), float(entry)) for entry in entries]
    return tf.reshape(tf.stack(entries, axis=-1), (-1, len(rows), len(rows[0])))


def product(*matrices: tf.Tensor) -> tf.Tensor:
    """Product from left to right, (n, k, k) each or broadcastable to it: the last factor acts first."""
    return functools.reduce(lambda a, b: tf.reduce_sum(a[..., :, :, None] * b[..., None, :, :], axis=-2), matrices)
