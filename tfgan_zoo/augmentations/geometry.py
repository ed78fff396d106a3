"""Affine motions of images, as one homogeneous 3x3 matrix per image, and the one resampling that carries them out.

Coordinates are in pixels from the image's center, x to the right and y down: a matrix sends the place (x, y, 1) of a
point in the image to its place in the result. A positive angle turns the picture clockwise.
"""

import tensorflow as tf

from tfgan_zoo.augmentations.matrices import from_rows
from tfgan_zoo.errors import ZooError


def translation(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 3, 3) of moves by x pixels to the right and y down, both (n,)."""
    return from_rows((1, 0, x), (0, 1, y), (0, 0, 1))


def scaling(x: tf.Tensor, y: tf.Tensor | float) -> tf.Tensor:
    """Matrices (n, 3, 3) of magnifications by x and y about the center; a factor of -1 mirrors."""
    return from_rows((x, 0, 0), (0, y, 0), (0, 0, 1))


def rotation(angle: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 3, 3) of turns about the center by `angle` (n,) in radians."""
    return _turn(tf.cos(angle), tf.sin(angle))


def quarter_turns(turns: tf.Tensor) -> tf.Tensor:
    """Matrices (n, 3, 3) of `turns` (n,), 0 to 3, times 90 degrees; exact, unlike the cosine of a float pi/2."""
    return _turn(tf.gather([1.0, 0.0, -1.0, 0.0], turns), tf.gather([0.0, 1.0, 0.0, -1.0], turns))


def inverse(matrices: tf.Tensor) -> tf.Tensor:
    """Inverses of affine matrices (n, 3, 3), in closed form: exact for flips, quarter turns and whole moves."""
    (a, b, x), (c, d, y), _ = (tf.unstack(row, axis=-1) for row in tf.unstack(matrices, axis=-2))
    determinant = a * d - b * c
    a, b, c, d = d / determinant, -b / determinant, -c / determinant, a / determinant
    return from_rows((a, b, -(a * x + b * y)), (c, d, -(c * x + d * y)), (0, 0, 1))


def warp(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """Move each image by its matrix: bilinear interpolation, beyond the border the image's reflection (endlessly).

    result(q) = image(M^-1 q), so whole moves, flips and (of square images) quarter turns copy pixels exactly. Static
    shapes, one batched gather: the gradient in `images` is its transpose, and can be differentiated again (R1).

    Args:
        images: (n, height, width, channels), height and width at least 2.
        matrices: (n, 3, 3), last row (0, 0, 1), invertible.

    Raises:
        ZooError: if a side is 1 pixel or not static.
    """
    height, width, channels = images.shape[1:]
    if not (height and width and min(height, width) > 1):
        raise ZooError(f"warp: images need static sides of at least 2 pixels, found {images.shape}; resize them")
    matrices = inverse(tf.cast(matrices, tf.float32))[:, :2, :, None, None]
    x, y = _centered(width), _centered(height)[:, None]
    places = matrices[:, :, 0] * x + matrices[:, :, 1] * y + matrices[:, :, 2]  # (n, 2, height, width)
    left, right = _between(places[:, 0], width)
    top, down = _between(places[:, 1], height)

    # The four neighbors side by side: one gather instead of four, and one scatter in the gradient.
    upper, lower = images[:, :-1], images[:, 1:]
    corners = tf.concat([upper[:, :, :-1], upper[:, :, 1:], lower[:, :, :-1], lower[:, :, 1:]], axis=-1)
    corners = tf.reshape(corners, (-1, (height - 1) * (width - 1), 4 * channels))
    index = tf.reshape(top * (width - 1) + left, (-1, height * width))
    found = tf.reshape(tf.gather(corners, index, axis=1, batch_dims=1), (-1, height, width, 4 * channels))
    a, b, c, d = tf.split(tf.cast(found, tf.float32), 4, axis=-1)
    result = (1 - down) * ((1 - right) * a + right * b) + down * ((1 - right) * c + right * d)
    return tf.ensure_shape(tf.cast(result, images.dtype), images.shape)


def _turn(cos: tf.Tensor, sin: tf.Tensor) -> tf.Tensor:
    return from_rows((cos, -sin, 0), (sin, cos, 0), (0, 0, 1))


def _centered(length: int) -> tf.Tensor:
    return tf.range(length, dtype=tf.float32) - (length - 1) / 2


def _between(place: tf.Tensor, length: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Reflect places into the image; return the pixel before each (int32) and the weight of the pixel after it."""
    last = length - 1.0
    place = last - tf.abs(last - tf.math.floormod(tf.abs(place + last / 2), 2 * last))
    before = tf.clip_by_value(tf.floor(place), 0.0, last - 1)
    return tf.cast(before, tf.int32), (place - before)[..., None]
