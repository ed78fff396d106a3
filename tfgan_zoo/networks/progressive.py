"""Networks that grow: every level of resolution is built at the start, a level of detail says which are in use.

Level k = 0, 1, ... has images of twice the side of the level before. The level of detail (lod) counts down: K - 1
at level 0 of K, 0 for the full size. Between whole numbers a new level is faded in: `split` gives level
K - 1 - floor(lod) and fade = lod - floor(lod), the share that the level before still has.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import EqualizedConv2D, EqualizedDense, MinibatchStddev, PixelNorm
from tfgan_zoo.networks.convolutional import feature_sides

Number = float | tf.Tensor


def growing_sides(image_shape: tuple[int, ...], initial_side: int | None = None) -> tuple[int, ...]:
    """Sides of all levels from `initial_side` on; None is the smallest possible, 4 to 7 pixels.

    Raises:
        ZooError: the images are not square, their side is not s * 2^k with s from 4 to 7, or the initial side is none
            of those on the way.
    """
    sides = tuple(reversed(feature_sides(image_shape)))
    if initial_side not in (None, *sides):
        raise ZooError(f"initial_side: expected one of the levels' sides {sides}, found {initial_side!r}")
    return sides[sides.index(initial_side) :] if initial_side else sides


def channels_at(side: int, width: int) -> int:
    """Feature maps at a side: `width` up to 32 pixels, from there on halved with every doubling (512: the paper's)."""
    return max(1, min(width, 32 * width // side))


def level_of_detail(images: tf.Tensor, levels: int, stabilize: int, transition: int) -> tf.Tensor:
    """The level of detail after so many images, a float32 scalar from `levels` - 1 down to 0.

    Level by level: `stabilize` images at a whole number, then `transition` images of linear descent by one.

    Args:
        images: shown so far, an int64 scalar.
        levels: that are passed through, the first included.
        stabilize: images that a level is trained for before the next one enters.
        transition: images that it takes to fade in; 0 adds it at once.
    """
    phase, within = images // (stabilize + transition), images % (stabilize + transition)
    faded = tf.cast(tf.maximum(within - stabilize, 0), tf.float32) / max(transition, 1)
    return tf.maximum(tf.cast(levels - 1 - phase, tf.float32) - faded, 0.0)


def split(lod: Number, levels: int) -> tuple[Any, Number]:
    """(level, fade) of a level of detail: integers and floats for a Python number, scalars for a tensor."""
    if tf.is_tensor(lod):
        whole = tf.floor(lod)
        return levels - 1 - tf.cast(whole, tf.int32), lod - whole
    return levels - 1 - int(lod // 1), float(lod % 1)


def at_level(lod: Number, levels: int, body: Callable[[int, Number], Any]) -> Any:
    """Return body(level, fade), computing the level in use only.

    For a tensor each level becomes a branch of one graph, of which one runs: what a step costs depends on the level,
    nothing is traced or compiled again when a level enters, and weights of levels that are not in use have gradients of
    zero. For a Python number there are no branches; an exported function then holds the weights of its level only.

    Args:
        lod: level of detail, in [0, levels - 1].
        levels: how many there are.
        body: the same structure of shapes for every level (for a tensor).
    """
    level, fade = split(lod, levels)
    if not tf.is_tensor(lod):
        return body(level, fade)
    branches = [lambda k=k: body(k, fade) for k in range(levels)]
    choose = lambda: tf.switch_case(level, branches)
    # An eager switch runs the branch alone: other levels' weights would have no gradient instead of zeros.
    return tf.function(choose, autograph=False)() if tf.executing_eagerly() else choose()


def blend(new: tf.Tensor, old: tf.Tensor, fade: Number) -> tf.Tensor:
    """(1 - fade) new + fade old, as new + fade (old - new)."""
    return new + tf.cast(fade, new.dtype) * (old - new)


def is_off(fade: Number) -> bool:
    """Whether the fade is known to be zero, so that what it would blend in need not be computed."""
    return not tf.is_tensor(fade) and not fade


def enlarged(images: tf.Tensor, times: int = 2) -> tf.Tensor:
    """Repeat every pixel `times` times in both directions."""
    return tf.repeat(tf.repeat(images, times, axis=1), times, axis=2) if times > 1 else images


def reduced(images: tf.Tensor, times: int = 2) -> tf.Tensor:
    """Means of squares of `times` pixels a side."""
    return tf.nn.avg_pool2d(images, times, times, "VALID") if times > 1 else images


def as_seen(images: tf.Tensor, times: int, fade: Number) -> tf.Tensor:
    """Real images as a level shows them: reduced `times` times, and blended with what a level of half the side keeps.

    Args:
        images: of full size.
        times: full side over the level's side.
        fade: share of the coarser image; 0 at the lowest level, where there is none.
    """
    images = reduced(images, times)
    if images.shape[1] % 2 or is_off(fade):
        return images
    return blend(images, enlarged(reduced(images)), fade)


@keras.saving.register_keras_serializable("tfgan_zoo")
class ProgressiveGenerator(keras.Model):
    """Latents to images of any level (Karras et al., 2018, table 2): blocks of increasing side, each with its "toRGB".

    Block 0: pixel norm of z; dense (gain sqrt(2) / 4), 3x3 convolution. Block k: nearest neighbor doubling, two 3x3
    convolutions. After each of these LeakyReLU(0.2) and pixel norm. toRGB: 1x1, linear, float32. Everything has an
    equalized learning rate.

    Args:
        image_shape: (side, side, channels) of the full size.
        latent_dim: length of a latent vector.
        width: feature maps up to 32 pixels, see `channels_at`.
        initial_side: of level 0, whose block then holds those of smaller sides; None is 4 to 7 pixels.
    """

    def __init__(self, image_shape=(32, 32, 3), latent_dim=512, width=512, initial_side=None, **kwargs):
        super().__init__(**{"name": "generator", "autocast": False, **kwargs})
        self.image_shape, self.latent_dim = tuple(image_shape), latent_dim
        self.width, self.initial_side = width, initial_side
        self.blocks, self.to_image = [], []
        shown = growing_sides(image_shape, initial_side)
        steps = [keras.Input((latent_dim,)), PixelNorm()]
        for k, side in enumerate(growing_sides(image_shape)):
            n = channels_at(side, width)
            if k == 0:
                steps += [EqualizedDense(side * side * n, gain=2**0.5 / 4), L.Reshape((side, side, n))]
            else:
                steps += [L.UpSampling2D(2), EqualizedConv2D(n, 3)]
            steps += [L.LeakyReLU(0.2), PixelNorm(), EqualizedConv2D(n, 3), L.LeakyReLU(0.2), PixelNorm()]
            if side in shown:
                maps = keras.Input((side, side, n))
                last = EqualizedConv2D(image_shape[-1], 1, gain=1.0, dtype="float32")
                self.blocks.append(keras.Sequential(steps, name=f"block_{side}"))
                self.to_image.append(keras.Sequential([maps, last], name=f"to_image_{side}"))
                steps = [maps]
        self.built = True

    def call(self, latents, level=None, fade=0.0):
        """Latents (batch, latent_dim) to float32 images of the level's side, which may leave [-1, 1].

        Args:
            latents: of any scale.
            level: 0 for the smallest images; None for the full size.
            fade: share of the enlarged image of the level before, in [0, 1].
        """
        level = len(self.blocks) - 1 if level is None else level
        before, maps = None, latents
        for block in self.blocks[: level + 1]:
            before, maps = maps, block(maps)
        images = self.to_image[level](maps)
        if level == 0 or is_off(fade):
            return images
        return blend(images, enlarged(self.to_image[level - 1](before)), fade)

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "latent_dim": self.latent_dim, "width": self.width}
        return {**super().get_config(), **own, "initial_side": self.initial_side}


@keras.saving.register_keras_serializable("tfgan_zoo")
class ProgressiveDiscriminator(keras.Model):
    """Images of any level to scores, the generator's mirror image (Karras et al., 2018, table 2).

    "fromRGB" of each level: 1x1 convolution. Block k: two 3x3 convolutions, 2x2 mean. Block 0: minibatch standard
    deviation, 3x3 convolution, dense, dense to one score (gain 1, float32). LeakyReLU(0.2) after all but the last, no
    normalization. Everything has an equalized learning rate.

    Args:
        image_shape: (side, side, channels) of the full size.
        width: feature maps up to 32 pixels, see `channels_at`.
        group_size: of `MinibatchStddev`; 1 leaves it out.
        initial_side: of level 0, whose block then holds those of smaller sides; None is 4 to 7 pixels.
    """

    def __init__(self, image_shape=(32, 32, 3), width=512, group_size=4, initial_side=None, **kwargs):
        super().__init__(**{"name": "discriminator", "autocast": False, **kwargs})
        self.image_shape, self.width = tuple(image_shape), width
        self.group_size, self.initial_side = group_size, initial_side
        self.blocks, self.from_image = [], []
        shown = growing_sides(image_shape, initial_side)
        before, below = width, []  # maps of the side before; steps of smaller sides without a block of their own
        for k, side in enumerate(growing_sides(image_shape)):
            n = channels_at(side, width)
            steps = [MinibatchStddev(group_size)] if k == 0 and group_size > 1 else []
            steps += [EqualizedConv2D(n, 3), L.LeakyReLU(0.2)]
            if k == 0:
                steps += [L.Flatten(), EqualizedDense(n), L.LeakyReLU(0.2)]
                steps += [EqualizedDense(1, gain=1.0, dtype="float32")]
            else:
                steps += [EqualizedConv2D(before, 3), L.LeakyReLU(0.2), L.AveragePooling2D(2)]
            before, below = n, steps + below
            if side in shown:
                first = [keras.Input((side, side, image_shape[-1])), EqualizedConv2D(n, 1), L.LeakyReLU(0.2)]
                self.from_image.append(keras.Sequential(first, name=f"from_image_{side}"))
                self.blocks.append(keras.Sequential([keras.Input((side, side, n)), *below], name=f"block_{side}"))
                below = []
        self.built = True

    def call(self, images, level=None, fade=0.0):
        """Images of the level's side to float32 scores (batch, 1).

        Args:
            images: (batch, side, side, channels).
            level: 0 for the smallest images; None for the full size.
            fade: share of the features of the level before, of the reduced image, in [0, 1].
        """
        level = len(self.blocks) - 1 if level is None else level
        maps = self.blocks[level](self.from_image[level](images))
        if level and not is_off(fade):
            maps = blend(maps, self.from_image[level - 1](reduced(images)), fade)
        for block in reversed(self.blocks[:level]):
            maps = block(maps)
        return maps

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"image_shape": self.image_shape, "width": self.width, "group_size": self.group_size}
        return {**super().get_config(), **own, "initial_side": self.initial_side}
