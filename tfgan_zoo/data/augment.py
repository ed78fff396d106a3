"""Random changes of training images, drawn statelessly: the same seed gives the same change.

flip: each image is mirrored left to right with probability 1/2.
shift: each image moves by up to 2 pixels in both directions; the uncovered margin mirrors the image.
"""

import tensorflow as tf

from tfgan_zoo.errors import unknown

_REACH = 2


def _flip(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    mirrored = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed) < 0.5
    return tf.where(mirrored, tf.reverse(images, [2]), images)


def _shift(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    moves = tf.random.stateless_uniform((2, tf.shape(images)[0], 1), seed, -_REACH, _REACH + 1, tf.int32)

    def places(move: tf.Tensor, length: int) -> tf.Tensor:
        at = tf.abs(tf.range(length) + move)
        return tf.clip_by_value(length - 1 - tf.abs(length - 1 - at), 0, length - 1)

    images = tf.gather(images, places(moves[0], images.shape[1]), axis=1, batch_dims=1)
    return tf.gather(images, places(moves[1], images.shape[2]), axis=2, batch_dims=1)


AUGMENTATIONS = {"flip": _flip, "shift": _shift}


def parse(augment: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the names in `augment` ("flip,shift", ("flip", "shift") or None); ZooError for an unknown one."""
    names = augment.split(",") if isinstance(augment, str) else augment or ()
    names = tuple(name.strip() for name in names if name.strip())
    for name in names:
        if name not in AUGMENTATIONS:
            raise unknown("augmentation", name, AUGMENTATIONS)
    return names


def apply(images: tf.Tensor, names: tuple[str, ...], seed: tf.Tensor) -> tf.Tensor:
    """Return uint8 images (n, h, w, c) changed by the named augmentations; `seed` is an int64 tensor of shape (2,)."""
    shape = images.shape
    for number, name in enumerate(names):
        images = AUGMENTATIONS[name](images, seed + tf.constant([number, 0], tf.int64))
    return tf.ensure_shape(images, shape)
