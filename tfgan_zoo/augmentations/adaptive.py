"""Adaptive discriminator augmentation (Karras et al., 2020, arXiv:2006.06676): the random pipeline and its controller.

Every change happens to an image with the same probability p, independently of the others; below p = 0.8 that hardly
leaks into generated images (section 2.2). p follows from how sure the discriminator is of training images (section 3).

Of appendix B's categories "blitting" (pixel blitting), "geometric" and "color" are here, its set "bgc"; image-space
filtering and corruptions are not. Motions are carried out by one bilinear resampling without the paper's low-pass
filter at twice the resolution: strong reductions alias a little, while unmoved, mirrored, turned and wholly shifted
images stay exact.
"""

import math

import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.augmentations import color, geometry
from tfgan_zoo.augmentations.matrices import product
from tfgan_zoo.errors import unknown

CATEGORIES = ("blitting", "geometric", "color")


def augment(images: tf.Tensor, p: tf.Tensor | float, categories: tuple[str, ...] = CATEGORIES) -> tf.Tensor:
    """Return images of the same shape, each changed on its own; exactly the given ones at p = 0.

    Draws from the package's stream, so call it inside `draws.seeded` (a player's loss is): real and generated images
    get draws of their own in two calls. Gradients pass to `images`, not to `p`.

    Args:
        images: (n, height, width, 1 or 3) in [-1, 1]; results may leave that range.
        p: probability of each change, a number or a scalar tensor; a tensor may change without retracing.
        categories: some of `CATEGORIES`.

    Raises:
        ZooError: for an unknown category, other numbers of channels, or images that `warp` cannot take.
    """
    for name in categories:
        if name not in CATEGORIES:
            raise unknown("augmentation category", name, CATEGORIES)
    n = images.shape[0] or tf.shape(images)[0]
    height, width, channels = images.shape[1:]
    motions = tuple(name for name in categories if name != "color")
    if motions:
        images = geometry.warp(images, geometric_matrices(n, p, height, width, motions))
    if "color" in categories:
        images = color.recolor(images, color_matrices(n, p, grey=channels == 1))
    return images


def geometric_matrices(
    n: int | tf.Tensor, p: tf.Tensor | float, height: int, width: int, categories: tuple[str, ...] = CATEGORIES
) -> tf.Tensor:
    """Draw one motion per image, (n, 3, 3) for `geometry.warp`, each factor with probability p (appendix B).

    Blitting, in this order: mirror (one of 2 sides), quarter turns (one of 4), whole translation U(-1/8, 1/8) of the
    side, rounded. Geometric: scale 2^N(0, 0.2^2); rotation U(-pi, pi); stretch by s = 2^N(0, 0.2^2) along x and 1/s
    along y; rotation again; translation N(0, (1/8)^2) of the side. Each of the two rotations happens with probability
    1 - sqrt(1 - p), so that one of them does with probability p. "One of" counts no change: p/2 of images are mirrored.
    """
    p, motion, sides = _probability(p), tf.eye(3, batch_shape=[n]), (width, height)
    # Few draws of many numbers: XLA compiles a generator of its own for every draw.
    chance, flat, bell = _columns(draws.uniform(n, 8), draws.uniform(n, 6), draws.normal(n, 4))
    if "blitting" in categories:
        sign = tf.where(chance[0] < p, 1 - 2 * tf.floor(2 * flat[0]), 1.0)
        turns = tf.where(chance[1] < p, tf.cast(4 * flat[1], tf.int32), 0)
        x, y = (tf.where(chance[2] < p, tf.round((0.25 * u - 0.125) * side), 0.0) for u, side in zip(flat[2:4], sides))
        motion = product(geometry.translation(x, y), geometry.quarter_turns(turns), geometry.scaling(sign, 1))
    if "geometric" in categories:
        size = tf.where(chance[3] < p, 2 ** (0.2 * bell[0]), 1.0)
        before, after = (
            tf.where(c < 1 - tf.sqrt(1 - p), math.pi * (2 * u - 1), 0.0) for c, u in zip(chance[4:6], flat[4:6])
        )
        stretch = tf.where(chance[6] < p, 2 ** (0.2 * bell[1]), 1.0)
        x, y = (tf.where(chance[7] < p, 0.125 * z * side, 0.0) for z, side in zip(bell[2:4], sides))
        motion = product(
            geometry.translation(x, y),
            geometry.rotation(after),
            geometry.scaling(stretch, 1 / stretch),
            geometry.rotation(before),
            geometry.scaling(size, size),
            motion,
        )
    return motion


def color_matrices(n: int | tf.Tensor, p: tf.Tensor | float, grey: bool = False) -> tf.Tensor:
    """Draw one change of colors per image, (n, 4, 4) for `color.recolor`, each factor with probability p (appendix B).

    In this order: brightness + N(0, 0.2^2); contrast 2^N(0, 0.5^2); luma flip (one of 2); hue rotation U(-pi, pi);
    saturation 2^N(0, 1). Values are those of images in [-1, 1]. `grey` leaves out hue and saturation.
    """
    p = _probability(p)
    chance, flat, bell = _columns(draws.uniform(n, 5), draws.uniform(n, 2), draws.normal(n, 3))
    shift = tf.where(chance[0] < p, 0.2 * bell[0], 0.0)
    factor = tf.where(chance[1] < p, 2 ** (0.5 * bell[1]), 1.0)
    flipped = tf.where(chance[2] < p, tf.floor(2 * flat[0]), 0.0)
    change = product(color.luma_flip(flipped), color.contrast(factor), color.brightness(shift))
    if grey:
        return change
    angle = tf.where(chance[3] < p, math.pi * (2 * flat[1] - 1), 0.0)
    vividness = tf.where(chance[4] < p, 2 ** bell[2], 1.0)
    return product(color.saturation(vividness), color.hue(angle), change)


def adjusted(
    p: tf.Tensor | float,
    sign_mean: tf.Tensor | float,
    images: tf.Tensor | int,
    target: float = 0.6,
    ramp: float = 500_000,
) -> tf.Tensor:
    """Return the probability for the next interval: p + sign(r_t - target) * images / ramp, clipped to [0, 1].

    r_t = E[sign(D(real))] is 0 for a discriminator that guesses and 1 for one that knows its training images; above
    the target it overfits and gets more augmentation (section 3; there the interval is 4 minibatches).

    Args:
        p: the present probability.
        sign_mean: r_t, the mean over the interval, in [-1, 1]; over all replicas, lest their p drift apart.
        images: how many real images the discriminator saw in the interval.
        target: of r_t.
        ramp: how many images raise p from 0 to 1.
    """
    step = tf.sign(tf.cast(sign_mean, tf.float32) - target) * tf.cast(images, tf.float32) / ramp
    return tf.clip_by_value(tf.cast(p, tf.float32) + step, 0.0, 1.0)


def _probability(p: tf.Tensor | float) -> tf.Tensor:
    return tf.clip_by_value(tf.cast(p, tf.float32), 0.0, 1.0)


def _columns(*tables: tf.Tensor) -> list[list[tf.Tensor]]:
    return [tf.unstack(table, axis=1) for table in tables]
