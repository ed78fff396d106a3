"""How bytes become the network's 299x299 input: three conventions in use, and they give different scores.

Each takes float32 images (n, h, w, 3) with values 0 to 255 and returns float32 (n, 299, 299, 3), about -1 to 1.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import unknown
from tfgan_zoo.metrics.inception.network import SIDE


def tf1(images: tf.Tensor) -> tf.Tensor:
    """The graph of 2015: TensorFlow 1's bilinear sampling with pixel i of the output at i h / 299; (x - 128) / 128.

    Neither half-pixel centres nor antialiasing. TTUR, TF-GAN's frozen graph, torch-fidelity, StyleGAN.
    """
    return (bilinear(images, half_pixel_centers=False) - 128.0) * 0.0078125


def pytorch_fid(images: tf.Tensor) -> tf.Tensor:
    """The package pytorch-fid: bilinear with half-pixel centres, without antialiasing; 2 (x / 255) - 1."""
    return 2.0 * bilinear(images / 255.0, half_pixel_centers=True) - 1.0


def clean(images: tf.Tensor) -> tf.Tensor:
    """clean-fid (Parmar et al., 2022): Pillow's antialiased bicubic on floats, clipped to 0..255; (x - 128) / 128."""
    return (tf.clip_by_value(bicubic(images), 0.0, 255.0) - 128.0) * 0.0078125


CONVENTIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {"tf1": tf1, "pytorch_fid": pytorch_fid, "clean": clean}
"""By name."""


def convention(name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a convention by its name.

    Raises:
        ZooError: there is none of that name.
    """
    if name not in CONVENTIONS:
        raise unknown("resize convention", name, CONVENTIONS)
    return CONVENTIONS[name]


def bilinear(images: tf.Tensor, half_pixel_centers: bool) -> tf.Tensor:
    """Return the images sampled at 299x299."""
    return tf.raw_ops.ResizeBilinear(
        images=images, size=(SIDE, SIDE), align_corners=False, half_pixel_centers=half_pixel_centers
    )


def bicubic(images: tf.Tensor) -> tf.Tensor:
    """Return the images at 299x299 as Pillow resizes in mode "F": rows, then columns, each rounded to float32."""
    height, width = tf.shape(images)[1], tf.shape(images)[2]
    images = tf.einsum("ow,nhwc->nhoc", _cubic_weights(width), tf.cast(images, tf.float64))
    images = tf.cast(tf.cast(images, tf.float32), tf.float64)
    return tf.cast(tf.einsum("oh,nhwc->nowc", _cubic_weights(height), images), tf.float32)


def _cubic_weights(size: tf.Tensor) -> tf.Tensor:
    """Return the (299, size) matrix of Keys' cubic kernel (a = -0.5), stretched when it shrinks the image."""
    size = tf.cast(size, tf.float64)
    scale = size / SIDE
    stretch = tf.maximum(scale, np.float64(1))
    centers = (tf.range(SIDE, dtype=tf.float64) + 0.5) * scale
    # Pillow cuts the kernel off at whole pixels.
    first = tf.floor(tf.maximum(centers - 2 * stretch + 0.5, 0))[:, None]
    last = tf.floor(tf.minimum(centers + 2 * stretch + 0.5, size))[:, None]
    pixels = tf.range(size, dtype=tf.float64)[None]
    distance = tf.abs(pixels + 0.5 - centers[:, None]) / stretch
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((2.5 - 0.5 * distance) * distance - 4) * distance + 2
    weights = tf.where(distance < 1, near, tf.where(distance < 2, far, 0))
    weights = tf.where((pixels >= first) & (pixels < last), weights, 0)
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)
