"""Low-pass filters and resampling by two, separable, of short taps (Karras et al., 2019 and 2020)."""

from collections.abc import Callable, Sequence

import tensorflow as tf

BINOMIAL_3 = (1, 2, 1)  # StyleGAN's
BINOMIAL_4 = (1, 3, 3, 1)  # StyleGAN2's


def fir(images: tf.Tensor, taps: Sequence[float], padding: tuple[int, int], gain: float = 1.0) -> tf.Tensor:
    """Filter rows and columns with taps that are scaled to the sum `gain`, the borders padded with zeros.

    A sum of shifted images: elementwise operations alone, which XLA fuses, which TFLite has, and whose gradients of any
    order are as cheap.

    Args:
        images: (batch, height, width, channels).
        taps: t; the filter of the plane is the outer product, scaled to the sum gain^2.
        padding: zeros before and after either axis; sides grow by their sum minus len(taps) - 1.
        gain: of either axis.
    """
    scaled = [gain * tap / sum(taps) for tap in taps]
    images = tf.pad(images, [[0, 0], padding, padding, [0, 0]])
    for axis in (1, 2):
        length = images.shape[axis] - len(taps) + 1
        images = tf.add_n([tap * _part(images, axis, start, length) for start, tap in enumerate(scaled)])
    return images


def upsampled(images: tf.Tensor) -> tf.Tensor:
    """Double the sides: zeros between pixels, then [1, 3, 3, 1] / 4 along either axis.

    New pixels weigh the two nearest old ones 3 : 1; outside there are zeros. The same as `fir` of the image with zeros
    put in, padding (2, 1) and gain 2, without the products with zero.
    """
    return _both_axes(images, _doubled)


def downsampled(images: tf.Tensor) -> tf.Tensor:
    """Halve the sides, which are even: [1, 3, 3, 1] / 8 along either axis, padding (1, 1), every second pixel."""
    return _both_axes(images, _halved)


def _part(images: tf.Tensor, axis: int, start: int, length: int) -> tf.Tensor:
    """Rows or columns start .. start + length - 1.

    Its gradient pads, and that one's cuts. Python's slices have one that takes 5 times as long without XLA; `tf.slice`
    has none of second order with it.
    """
    after = images.shape[axis] - start - length

    @tf.custom_gradient
    def cut(x):
        begin, size = [0, 0, 0, 0], [-1, -1, -1, -1]
        begin[axis], size[axis] = start, length
        return tf.slice(x, begin, size), pad

    @tf.custom_gradient
    def pad(x):
        margins = [[0, 0] for _ in range(4)]
        margins[axis] = [start, after]
        return tf.pad(x, margins), cut

    return cut(images)


def _both_axes(images: tf.Tensor, resize: Callable[[tf.Tensor, int], tf.Tensor]) -> tf.Tensor:
    return resize(resize(images, 1), 2)


def _doubled(images: tf.Tensor, axis: int) -> tf.Tensor:
    side = images.shape[axis]
    padded = _padded(images, axis)
    before, after = _part(padded, axis, 0, side), _part(padded, axis, 2, side)
    pairs = tf.stack([0.25 * before + 0.75 * images, 0.75 * images + 0.25 * after], axis=axis + 1)
    shape = [-1, *images.shape[1:]]
    shape[axis] *= 2
    return tf.reshape(pairs, shape)


def _halved(images: tf.Tensor, axis: int) -> tf.Tensor:
    side = images.shape[axis]
    shape = [-1, *images.shape[1:axis], side // 2, 2, *images.shape[axis + 1 :]]
    even, odd = tf.unstack(tf.reshape(images, shape), axis=axis + 1)
    before, after = _part(_padded(odd, axis), axis, 0, side // 2), _part(_padded(even, axis), axis, 2, side // 2)
    return 0.125 * (before + after) + 0.375 * (even + odd)


def _padded(images: tf.Tensor, axis: int) -> tf.Tensor:
    margins = [[0, 0] for _ in images.shape]
    margins[axis] = [1, 1]
    return tf.pad(images, margins)
