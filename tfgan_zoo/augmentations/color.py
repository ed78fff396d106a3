"""Affine changes of colors, as one homogeneous 4x4 matrix per image that acts on (red, green, blue, 1).

Luma is here the projection on the grey axis v = (1, 1, 1)/sqrt(3), that is, the mean of the channels (Karras et al.,
2020, arXiv:2006.06676, appendix B). Every matrix is exactly the identity at its neutral parameter.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo.augmentations.matrices import from_rows
from tfgan_zoo.errors import ZooError

_IDENTITY = np.eye(4, dtype=np.float32)
_COLORS = np.diag([1, 1, 1, 0]).astype(np.float32)
_GREY = np.pad(np.full((3, 3), 1 / 3), (0, 1)).astype(np.float32)  # v v^T
# v x: the cross product with v.
_CROSS = np.pad([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], (0, 1)).astype(np.float32) / np.float32(3**0.5)


def brightness(shift: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 4, 4) that add `shift` (n,) to every channel; neutral: 0."""
    return from_rows((1, 0, 0, shift), (0, 1, 0, shift), (0, 0, 1, shift), (0, 0, 0, 1))


def contrast(factor: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 4, 4) that multiply every channel by `factor` (n,), about mid-grey 0; neutral: 1."""
    return from_rows((factor, 0, 0, 0), (0, factor, 0, 0), (0, 0, factor, 0), (0, 0, 0, 1))


def luma_flip(flipped: tf.Tensor) -> tf.Tensor:
    """Matrices I - 2 v v^T (n, 4, 4), which negate luma and keep hue and saturation, where `flipped` (n,) is 1."""
    return _IDENTITY - 2 * _each(flipped) * _GREY


def hue(angle: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 4, 4) that turn colors about the grey axis by `angle` (n,) in radians (Rodrigues' formula)."""
    cos, sin = _each(tf.cos(angle)), _each(tf.sin(angle))
    return _IDENTITY + (cos - 1) * (_COLORS - _GREY) + sin * _CROSS


def saturation(factor: tf.Tensor) -> tf.Tensor:
    """Matrices v v^T + factor (I - v v^T) (n, 4, 4), which multiply the distance from grey; neutral: 1."""
    return _IDENTITY + (_each(factor) - 1) * (_COLORS - _GREY)


def recolor(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """Apply to each image its matrix; a grey image is treated as one with three equal channels, averaged afterwards.

    Args:
        images: (n, height, width, 1 or 3).
        matrices: (n, 4, 4), last row (0, 0, 0, 1).

    Raises:
        ZooError: if there are neither 1 nor 3 channels.
    """
    channels = images.shape[-1]
    if channels not in (1, 3):
        raise ZooError(f"recolor: images need 1 or 3 channels, found {channels}; leave out the color changes")
    matrices = tf.cast(matrices, tf.float32)[:, None, None, :3]
    if channels == 1:
        slope = tf.reduce_sum(tf.reduce_mean(matrices[..., :3], axis=-2, keepdims=True), axis=-1)
        matrices = tf.stack([slope, tf.reduce_mean(matrices[..., 3], axis=-1, keepdims=True)], axis=-1)
    values = tf.cast(images, tf.float32)
    shades = [values[..., k, None] * matrices[..., k] for k in range(channels)]
    return tf.cast(tf.add_n(shades) + matrices[..., channels], images.dtype)


def _each(numbers: tf.Tensor) -> tf.Tensor:
    return numbers[:, None, None]
