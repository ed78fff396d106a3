"""Discriminators of pairs of an example and a code (Dumoulin et al., 2016; Donahue et al., 2016)."""

import keras
from keras import layers as L

from tfgan_zoo.layers import Maxout
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.networks.convolutional import feature_sides
from tfgan_zoo.networks.default import is_small


def pair_discriminator(image_shape: tuple[int, ...], latent_dim: int, width: int, wide: int | None = None):
    """[images, codes (batch, latent_dim)] to a score (batch, 1) that depends on both *together*.

    Images go through convolutions of stride 2 with `width`, 2 `width`, ... channels and LeakyReLU(0.2), codes through
    two dense layers; both meet in two more. Points and tiny images: the pair, side by side, goes through two hidden
    layers of `width` units. Dense layers are maxout of two pieces (Dumoulin et al., 2016, appendix A), and nothing is
    normalized.

    Args:
        image_shape: (side, side, channels); or points, or sides below 16.
        latent_dim: length of a code.
        width: channels of the first convolution, or units of a hidden layer.
        wide: units of the dense layers for images; None is 8 `width`.
    """
    images, codes = keras.Input(image_shape), keras.Input((latent_dim,))
    if is_small(image_shape):
        joint, units = L.Concatenate()([L.Flatten()(images), codes]), width
    else:
        maps, units = images, wide or 8 * width
        for i in range(len(feature_sides(image_shape)) - 1):
            maps = L.Conv2D(width * 2**i, 5, 2, "same", kernel_initializer=normal(0.02))(maps)
            maps = L.LeakyReLU(0.2)(maps)
        seen = codes
        for _ in range(2):
            seen = Maxout(units, 2)(seen)
        joint = L.Concatenate()([L.Flatten()(maps), seen])
    for _ in range(2):
        joint = Maxout(units, 2)(joint)
    score = L.Activation("linear", dtype="float32")(L.Dense(1)(joint))
    return keras.Model([images, codes], score, name="discriminator")
