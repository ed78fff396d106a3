"""Networks of image translation (Zhu et al., 2017, arXiv:1703.10593; Isola et al., 2017, arXiv:1611.07004)."""

import keras
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import ReflectionPadding2D, instance_norm
from tfgan_zoo.layers.initializers import normal


def resnet_translator(image_shape: tuple[int, int, int], width: int = 64, blocks: int = 9, name: str = "translator"):
    """Images to images: c7s1-w, d2w, d4w, R4w x blocks, u2w, uw, c7s1-channels with instance normalization and tanh.

    Reflection padding in the 7x7 convolutions and the residual blocks; no ReLU after a residual sum. Convolutions of
    stride 2 pad at the bottom and right only ("same"), where the reference pads all sides.

    Args:
        image_shape: (height, width, channels), height and width multiples of 4 and at least 16.
        width: channels of the first layer.
        blocks: residual blocks, 9 in the paper from 256 pixels on, 6 below.
        name: of the network.

    Raises:
        ZooError: a side that is not a multiple of 4, or below 16.
    """
    if image_shape[0] % 4 or image_shape[1] % 4 or min(image_shape[:2]) < 16:
        raise ZooError(f"expected sides that are multiples of 4, from 16 on, found image_shape {tuple(image_shape)}")
    conv = lambda channels, kernel, **options: L.Conv2D(channels, kernel, kernel_initializer=normal(0.02), **options)
    x = inputs = keras.Input(image_shape)
    x = L.ReLU()(instance_norm()(conv(width, 7)(ReflectionPadding2D(3)(x))))
    for factor in (2, 4):
        x = L.ReLU()(instance_norm()(conv(factor * width, 3, strides=2, padding="same")(x)))
    for _ in range(blocks):
        y = L.ReLU()(instance_norm()(conv(4 * width, 3)(ReflectionPadding2D(1)(x))))
        x = L.Add()([x, instance_norm()(conv(4 * width, 3)(ReflectionPadding2D(1)(y)))])
    for factor in (2, 1):
        up = L.Conv2DTranspose(factor * width, 3, 2, "same", kernel_initializer=normal(0.02))
        x = L.ReLU()(instance_norm()(up(x)))
    x = conv(image_shape[-1], 7)(ReflectionPadding2D(3)(x))
    return keras.Model(inputs, L.Activation("tanh", dtype="float32")(x), name=name)


def patch_discriminator(
    image_shape: tuple[int, int, int],
    width: int = 64,
    layers: int = 3,
    normalize: bool = True,
    name: str = "discriminator",
):
    """Images to a map of scores, one for each overlapping patch (of 16, 34, 70, 142 pixels for 1 to 4 layers).

    4x4 convolutions padded by 1: `layers` of stride 2, two of stride 1; LeakyReLU(0.2); instance normalization in all
    but the first and last. 'same' padding would give another map (32x32 instead of 30x30 for 256 pixels).

    Args:
        image_shape: (height, width, channels).
        width: channels of the first layer; they double up to 8 times.
        layers: of stride 2.
        normalize: use instance normalization.
        name: of the network.

    Raises:
        ZooError: images too small for so many layers.
    """
    side = min(image_shape[:2]) >> layers
    if side < 3:
        raise ZooError(
            f"images of {image_shape[:2]} are too small for {layers} layers of stride 2; choose fewer layers"
        )
    conv = lambda channels, stride: L.Conv2D(channels, 4, stride, kernel_initializer=normal(0.02))
    x = inputs = keras.Input(image_shape)
    for i in range(layers + 1):
        x = conv(width * min(2**i, 8), 2 if i < layers else 1)(L.ZeroPadding2D(1)(x))
        x = L.LeakyReLU(0.2)(instance_norm()(x) if normalize and i else x)
    x = conv(1, 1)(L.ZeroPadding2D(1)(x))
    return keras.Model(inputs, L.Activation("linear", dtype="float32")(x), name=name)
