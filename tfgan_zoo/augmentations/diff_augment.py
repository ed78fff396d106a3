"""Differentiable augmentation with fixed strength, DiffAugment (Zhao et al., 2020, arXiv:2006.10738)."""

import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import unknown

# Each change makes one draw: XLA compiles a generator of its own for every draw.


def _color(images: tf.Tensor, n: int | tf.Tensor) -> tf.Tensor:
    brightness, saturation, contrast = tf.unstack(draws.uniform(n, 1, 1, 1, 3), axis=-1)
    images += brightness - 0.5
    images = _about(tf.reduce_mean(images, axis=3, keepdims=True), images, 2 * saturation)
    return _about(tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True), images, contrast + 0.5)


def _translation(images: tf.Tensor, n: int | tf.Tensor) -> tf.Tensor:
    for chance in tf.unstack(draws.uniform(n, 1, 2), axis=-1):
        length = images.shape[1]
        source = tf.range(length) - (_whole(chance, 2 * (length // 8) + 1) - length // 8)
        inside = (source >= 0) & (source < length)
        images = tf.gather(images, tf.clip_by_value(source, 0, length - 1), axis=1, batch_dims=1)
        images = tf.where(inside[:, :, None, None], images, 0.0)
        # Whole rows, then whole columns: in the gradient XLA puts back one at a time, and pixels would be many.
        images = tf.transpose(images, (0, 2, 1, 3))
    return images


def _cutout(images: tf.Tensor, n: int | tf.Tensor) -> tf.Tensor:
    def within(chance: tf.Tensor, length: int) -> tf.Tensor:
        side = length // 2
        # The center is a pixel if the side is odd, a boundary between pixels if it is even.
        first = _whole(chance, length + 1 - side % 2) - side // 2
        return (tf.range(length) >= first) & (tf.range(length) < first + side)

    chance = draws.uniform(n, 1, 2)
    rows, columns = within(chance[..., 0], images.shape[1]), within(chance[..., 1], images.shape[2])
    return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], 0.0, images)


_CHANGES = {"color": _color, "translation": _translation, "cutout": _cutout}
POLICIES = tuple(_CHANGES)


def diff_augment(images: tf.Tensor, policy: tuple[str, ...] = POLICIES) -> tf.Tensor:
    """Change each image at random by the named changes, in their order; the same shape, gradients pass through.

    Each image has draws of its own from the package's stream, so call it inside `draws.seeded` (a player's loss is).
    The paper applies it to all that the discriminator sees, real and generated, in both players' losses.

    - color: brightness + U(-1/2, 1/2); then saturation: distance from the pixel's grey times U(0, 2) (nothing to a grey
      image); then contrast: distance from the image's mean times U(1/2, 3/2).
    - translation: whole pixels, uniform up to an eighth of the side both ways (none below 8 pixels); zeros move in.
    - cutout: a square of half the side becomes 0; its center is uniform over the image, what sticks out is clipped.

    Args:
        images: (n, height, width, channels) in [-1, 1], sides static; results may leave that range.
        policy: some of `POLICIES`.

    Raises:
        ZooError: for an unknown name.
    """
    for name in policy:
        if name not in _CHANGES:
            raise unknown("differentiable augmentation", name, _CHANGES)
    n = images.shape[0] or tf.shape(images)[0]
    changed = tf.cast(images, tf.float32)
    for name in policy:
        changed = _CHANGES[name](changed, n)
    return tf.ensure_shape(tf.cast(changed, images.dtype), images.shape)


def _about(center: tf.Tensor, images: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    return center + factor * (images - center)


def _whole(chance: tf.Tensor, below: int) -> tf.Tensor:
    """Turn uniforms on (0, 1) into whole numbers 0, ..., below - 1, all equally likely."""
    return tf.cast(chance * below, tf.int32)
