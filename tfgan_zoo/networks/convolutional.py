"""Strided convolutional networks for square images of side s * 2^k, s from 4 to 7 (Radford et al., 2016)."""

from collections.abc import Callable

import keras
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal


def halved_sides(image_shape: tuple[int, ...], times: int) -> list[int]:
    """Sides of the feature maps from the image on, each half of the one before.

    >>> halved_sides((28, 28, 1), 2)
    [28, 14, 7]

    Raises:
        ZooError: the image is not square, or its side cannot be halved that often.
    """
    side = image_shape[0]
    if len(image_shape) != 3 or side != image_shape[1]:
        raise ZooError(f"expected square images (side, side, channels), found image_shape {tuple(image_shape)}")
    if side % 2**times:
        raise ZooError(
            f"image side {side} cannot be halved {times} times; choose a multiple of {2**times}, such as 32 or 64"
        )
    return [side >> i for i in range(times + 1)]


def feature_sides(image_shape: tuple[int, ...]) -> list[int]:
    """Sides of the feature maps from the image down to one of 4 to 7.

    >>> feature_sides((64, 64, 3))
    [64, 32, 16, 8, 4]

    Raises:
        ZooError: as `halved_sides`.
    """
    if image_shape[0] < 8:
        raise ZooError(f"image side {image_shape[0]} is too small for strided convolutions; choose one from 8 on")
    return halved_sides(image_shape, image_shape[0].bit_length() - 3)


def dcgan_generator(
    image_shape: tuple[int, int, int],
    latent_dim: int,
    width: int,
    normalize: bool = True,
    kernel: int = 5,
    activation: str = "tanh",
) -> keras.Model:
    """Latents to images: a dense layer, then transposed convolutions of stride 2, ReLU, tanh at the end.

    The maps have ..., 4, 2, 1 times `width` channels. With normalization every layer but the last has batch
    normalization and no bias; the first normalizes units, before the reshape.

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        width: channels of the last hidden map.
        normalize: use batch normalization.
        kernel: side of the convolution kernels.
        activation: of the output.
    """
    sides = feature_sides(image_shape)
    start, stages = sides[-1], len(sides) - 1
    widths = [width * 2**i for i in reversed(range(stages))]
    init = normal(0.02) if normalize else "he_uniform"
    norm = lambda: [batch_norm()] if normalize else []
    options = {"use_bias": not normalize, "kernel_initializer": init}
    steps = [keras.Input((latent_dim,)), L.Dense(start * start * widths[0], **options), *norm(), L.ReLU()]
    steps += [L.Reshape((start, start, widths[0]))]
    for channels in widths[1:]:
        steps += [L.Conv2DTranspose(channels, kernel, 2, "same", **options), *norm(), L.ReLU()]
    steps += [
        L.Conv2DTranspose(image_shape[-1], kernel, 2, "same", **options),
        L.Activation(activation, dtype="float32"),
    ]
    return keras.Sequential(steps, name="generator")


def dcgan_discriminator(
    image_shape: tuple[int, int, int],
    width: int,
    normalize: bool = True,
    kernel: int = 5,
    wrap: Callable[[L.Layer], L.Layer] = lambda layer: layer,
) -> keras.Model:
    """Images to a score (batch, 1): convolutions of stride 2 with `width`, 2 `width`, ... channels, LeakyReLU(0.2).

    With normalization every convolution but the first has batch normalization, and none has a bias.

    Args:
        image_shape: (side, side, channels).
        width: channels of the first convolution.
        normalize: use batch normalization.
        kernel: side of the convolution kernels.
        wrap: applied to every layer with weights, e.g. `SpectralNormalization`.
    """
    init = normal(0.02) if normalize else "he_uniform"
    options = {"use_bias": not normalize, "kernel_initializer": init}
    steps = [keras.Input(image_shape)]
    for i in range(len(feature_sides(image_shape)) - 1):
        steps.append(wrap(L.Conv2D(width * 2**i, kernel, 2, "same", **options)))
        steps += [batch_norm()] if normalize and i else []
        steps.append(L.LeakyReLU(0.2))
    steps += [L.Flatten(), wrap(L.Dense(1, **options)), L.Activation("linear", dtype="float32")]
    return keras.Sequential(steps, name="discriminator")
