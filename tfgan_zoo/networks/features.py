"""Networks from examples to vectors: for critics that compare moments or kernels of features."""

import keras
from keras import layers as L

from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.networks.convolutional import feature_sides
from tfgan_zoo.networks.default import is_small


def feature_network(
    image_shape: tuple[int, ...], width: int, features: int, extra_layers: int = 0, normalize: bool = False
) -> keras.Model:
    """Examples to (batch, features), float32, the last layer linear and without bias.

    Images: 4x4 convolutions of stride 2 with `width`, 2 `width`, ... channels and LeakyReLU(0.2), batch normalization
    in all but the first, then a dense layer (a valid convolution over the last map). The critic of WGAN's code, which
    those of Fisher GAN and MMD GAN start from. Points and tiny images: two hidden layers of `width` units.

    Args:
        image_shape: (side, side, channels) with a side of s * 2^k, s from 4 to 7; or (d,).
        width: channels of the first convolution, or units of a hidden layer.
        features: length of a vector.
        extra_layers: 3x3 convolutions of stride 1 after the first, for images.
        normalize: batch normalization in the hidden layers for points and tiny images, too.
    """
    steps = [keras.Input(image_shape)]
    if is_small(image_shape):
        steps += [L.Flatten()]
        for _ in range(2):
            steps += [L.Dense(width), *([batch_norm()] if normalize else []), L.LeakyReLU(0.2)]
        steps += [L.Dense(features, use_bias=False)]
    else:
        options = {"use_bias": False, "kernel_initializer": normal(0.02)}
        for i in range(len(feature_sides(image_shape)) - 1):
            steps += [L.Conv2D(width * 2**i, 4, 2, "same", **options), *([batch_norm()] if i else []), L.LeakyReLU(0.2)]
            for _ in range(0 if i else extra_layers):
                steps += [L.Conv2D(width, 3, 1, "same", **options), batch_norm(), L.LeakyReLU(0.2)]
        steps += [L.Flatten(), L.Dense(features, **options)]
    return keras.Sequential([*steps, L.Activation("linear", dtype="float32")], name="features")
