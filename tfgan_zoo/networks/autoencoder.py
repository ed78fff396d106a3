"""Auto-encoders, whose reconstruction error judges images: encoders and decoders to be combined freely.

A code is (batch, code length). A decoder is a generator whose latents are codes.
"""

import math

import keras
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.networks.convolutional import halved_sides
from tfgan_zoo.networks.perceptron import output_activation


def code_sides(image_shape: tuple[int, ...]) -> list[int]:
    """Sides of the feature maps from the image down to one of 7 to 13.

    >>> code_sides((64, 64, 3)), code_sides((28, 28, 1))
    ([64, 32, 16, 8], [28, 14, 7])

    Raises:
        ZooError: images of fewer than 7 pixels a side, not square, or of a side that cannot be halved so often.
    """
    if image_shape[0] < 7:
        raise ZooError(f"image side {image_shape[0]} is too small for convolutions; choose one from 7 on")
    return halved_sides(image_shape, (image_shape[0] // 7).bit_length() - 1)


# Two 3x3 convolutions a scale (Berthelot et al., 2017)


def elu_encoder(image_shape: tuple[int, int, int], code_dim: int, width: int) -> keras.Model:
    """Images to codes: a 3x3 convolution, two more at every side, of stride 2 between sides, ELU; a linear dense layer.

    At the i-th side the maps have i `width` channels.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 7 to 13.
        code_dim: length of a code.
        width: channels at the image's own side.
    """
    sides = code_sides(image_shape)
    conv = lambda channels, stride=1: L.Conv2D(channels, 3, stride, "same", activation="elu")
    steps = [keras.Input(image_shape), conv(width)]
    for i in range(1, len(sides) + 1):
        steps += [conv(i * width), conv(i * width)]
        steps += [conv(i * width, 2)] if i < len(sides) else []
    return keras.Sequential([*steps, L.Flatten(), L.Dense(code_dim), _float32()], name="encoder")


def elu_decoder(image_shape: tuple[int, int, int], code_dim: int, width: int, name: str = "decoder") -> keras.Model:
    """Codes to images: a linear dense layer, two 3x3 convolutions at every side, ELU, doubled by repeating, a last one.

    The output is linear: nothing keeps it in [-1, 1].

    Args:
        image_shape: (side, side, channels), as in `elu_encoder`.
        code_dim: length of a code.
        width: channels of every map.
        name: of the network.
    """
    sides = code_sides(image_shape)
    steps = [keras.Input((code_dim,)), L.Dense(sides[-1] ** 2 * width), L.Reshape((sides[-1], sides[-1], width))]
    for i in range(len(sides)):
        steps += [L.UpSampling2D(2)] if i else []
        steps += [L.Conv2D(width, 3, padding="same", activation="elu") for _ in range(2)]
    return keras.Sequential([*steps, L.Conv2D(image_shape[-1], 3, padding="same"), _float32()], name=name)


# Strided 4x4 convolutions (Zhao et al., 2017; Wang et al., 2017)


def strided_encoder(
    image_shape: tuple[int, int, int], width: int, halvings: int, normalize: bool = True
) -> keras.Model:
    """Images to codes, the flattened maps: 4x4 convolutions of stride 2 with w, 2 w, ... channels, LeakyReLU(0.2).

    Args:
        image_shape: (side, side, channels), side a multiple of 2^halvings.
        width: w.
        halvings: number of convolutions.
        normalize: use batch normalization in all but the first.
    """
    halved_sides(image_shape, halvings)
    steps = [keras.Input(image_shape)]
    for i in range(halvings):
        normalized = normalize and i > 0
        steps.append(L.Conv2D(width * 2**i, 4, 2, "same", **_options(normalize, bias=not normalized)))
        steps += [batch_norm()] if normalized else []
        steps.append(L.LeakyReLU(0.2))
    return keras.Sequential([*steps, L.Flatten()], name="encoder")


def strided_decoder(
    image_shape: tuple[int, int, int], width: int, halvings: int, normalize: bool = True
) -> keras.Model:
    """The codes of `strided_encoder` to images: its mirror of transposed convolutions, tanh at the end.

    Args:
        image_shape: (side, side, channels), side a multiple of 2^halvings.
        width: w, channels of the last hidden map.
        halvings: number of transposed convolutions.
        normalize: use batch normalization in all but the last.
    """
    side = halved_sides(image_shape, halvings)[-1]
    maps = (side, side, width * 2 ** (halvings - 1))
    steps = [keras.Input((math.prod(maps),)), L.Reshape(maps)]
    for i in reversed(range(halvings - 1)):
        steps.append(L.Conv2DTranspose(width * 2**i, 4, 2, "same", **_options(normalize, bias=not normalize)))
        steps += [batch_norm()] if normalize else []
        steps.append(L.LeakyReLU(0.2))
    steps.append(L.Conv2DTranspose(image_shape[-1], 4, 2, "same", **_options(normalize)))
    return keras.Sequential([*steps, output_activation(image_shape)], name="decoder")


# Perceptrons


def mlp_encoder(
    image_shape: tuple[int, ...],
    code_dim: int,
    width: int,
    hidden: int = 1,
    activation: str = "relu",
    code_activation: str = "linear",
) -> keras.Model:
    """Points or images to codes: `hidden` layers of `width` units, then the code.

    Args:
        image_shape: of the input, without the batch.
        code_dim: length of a code.
        width: units in a hidden layer.
        hidden: number of hidden layers.
        activation: of the hidden layers.
        code_activation: of the code.
    """
    steps = [keras.Input(image_shape), L.Flatten(), *(L.Dense(width, activation) for _ in range(hidden))]
    return keras.Sequential([*steps, L.Dense(code_dim, code_activation), _float32()], name="encoder")


def mlp_decoder(
    image_shape: tuple[int, ...],
    code_dim: int,
    width: int,
    hidden: int = 1,
    activation: str = "relu",
    bounded: bool = True,
    name: str = "decoder",
) -> keras.Model:
    """Codes to points or images: `hidden` layers of `width` units.

    Args:
        image_shape: of the output, without the batch.
        code_dim: length of a code.
        width: units in a hidden layer.
        hidden: number of hidden layers.
        activation: of the hidden layers.
        bounded: end in tanh where the output is an image; else it is linear.
        name: of the network.
    """
    steps = [keras.Input((code_dim,)), *(L.Dense(width, activation) for _ in range(hidden))]
    steps += [L.Dense(math.prod(image_shape)), L.Reshape(image_shape)]
    return keras.Sequential([*steps, output_activation(image_shape) if bounded else _float32()], name=name)


def _float32():
    return L.Activation("linear", dtype="float32")


def _options(normalize, bias=True):
    return {"use_bias": bias, "kernel_initializer": normal(0.02) if normalize else "he_uniform"}
