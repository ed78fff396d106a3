"""Residual networks for square images (Miyato et al., 2018, arXiv:1802.05957, table 4; Gulrajani et al., 2017)."""

from collections.abc import Callable

import keras
from keras import layers as L

from tfgan_zoo.layers import batch_norm
from tfgan_zoo.networks.convolutional import feature_sides

Maps = keras.KerasTensor
Wrap = Callable[[L.Layer], L.Layer]


def _main():
    """Glorot's initializer with gain sqrt 2; one for each layer, because a shared one would repeat its draws."""
    return {"kernel_initializer": keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform")}


def up_block(maps: Maps, channels: int, normalize: Callable[[Maps], Maps]) -> Maps:
    """Twice the side: (norm, ReLU, double, 3x3, norm, ReLU, 3x3) added to a doubled 1x1 projection of the input.

    Args:
        maps: (batch, side, side, any channels).
        channels: of the result.
        normalize: maps to normalized maps; called twice.
    """
    hidden = L.ReLU()(normalize(maps))
    hidden = L.Conv2D(channels, 3, padding="same", **_main())(_doubled(hidden))
    hidden = L.Conv2D(channels, 3, padding="same", **_main())(L.ReLU()(normalize(hidden)))
    return L.Add()([hidden, _doubled(L.Conv2D(channels, 1)(maps))])  # doubling and 1x1 commute; this is cheaper


def down_block(maps: Maps, channels: int, wrap: Wrap, down: bool = True, first: bool = False) -> Maps:
    """(ReLU, 3x3, ReLU, 3x3, 2x2 mean) added to a pooled 1x1 projection of the input.

    The input is added as it is where neither its side nor its channels change.

    Args:
        maps: (batch, side, side, any channels).
        channels: of the result.
        wrap: applied to every layer with weights, e.g. `SpectralNormalization`.
        down: halve the side.
        first: the block stands on images, to which no ReLU is applied.
    """
    pool = L.AveragePooling2D(2) if down else lambda x: x
    hidden = maps if first else L.ReLU()(maps)
    hidden = wrap(L.Conv2D(channels, 3, padding="same", **_main()))(hidden)
    hidden = wrap(L.Conv2D(channels, 3, padding="same", **_main()))(L.ReLU()(hidden))
    shortcut = pool(maps)
    if down or maps.shape[-1] != channels:
        shortcut = wrap(L.Conv2D(channels, 1))(shortcut)  # pooling and 1x1 commute; this is cheaper
    return L.Add()([pool(hidden), shortcut])


def residual_generator(image_shape: tuple[int, int, int], latent_dim: int, width: int) -> keras.Model:
    """Latents to images: a dense layer, up blocks of `width` channels, batch norm, ReLU, 3x3 convolution, tanh.

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        width: channels of all maps; 256 in the paper.
    """
    sides = feature_sides(image_shape)
    latents = keras.Input((latent_dim,))
    maps = L.Reshape((sides[-1], sides[-1], width))(L.Dense(sides[-1] ** 2 * width)(latents))
    for _ in sides[1:]:
        maps = up_block(maps, width, lambda x: batch_norm()(x))
    maps = L.Conv2D(image_shape[-1], 3, padding="same")(L.ReLU()(batch_norm()(maps)))
    return keras.Model(latents, L.Activation("tanh", dtype="float32")(maps), name="generator")


def residual_features(images: Maps, width: int, wrap: Wrap) -> Maps:
    """Images to features (batch, width): two down blocks, two of the same side, ReLU, sum over positions."""
    maps = down_block(images, width, wrap, first=True)
    maps = down_block(maps, width, wrap)
    for _ in range(2):
        maps = down_block(maps, width, wrap, down=False)
    return keras.ops.sum(L.ReLU()(maps), axis=(1, 2))


def residual_discriminator(
    image_shape: tuple[int, int, int], width: int, wrap: Wrap = lambda layer: layer
) -> keras.Model:
    """Images to a score (batch, 1): `residual_features` and a dense layer without bias.

    Args:
        image_shape: (side, side, channels), the side a multiple of 4.
        width: channels of all maps; 128 in the paper.
        wrap: applied to every layer with weights.
    """
    feature_sides(image_shape)
    images = keras.Input(image_shape)
    scores = wrap(L.Dense(1, use_bias=False))(residual_features(images, width, wrap))
    return keras.Model(images, L.Activation("linear", dtype="float32")(scores), name="discriminator")


def _doubled(maps):
    """Every pixel as a square of four. `UpSampling2D` loses the static height, which TFLite needs."""
    return keras.ops.depth_to_space(keras.ops.concatenate([maps] * 4, axis=-1), 2)
