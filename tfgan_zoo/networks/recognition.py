"""Trunks with several heads, and the generators opposite them (Chen et al., 2016, arXiv:1606.03657, appendix C.1)."""

import keras
from keras import layers as L

from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.networks.convolutional import halved_sides
from tfgan_zoo.networks.default import is_small
from tfgan_zoo.networks.perceptron import mlp_features, mlp_generator


def _options():
    """Of a layer before batch normalization. An initializer of its own: a shared one would repeat its draws."""
    return {"use_bias": False, "kernel_initializer": normal(0.02)}


def trunk(image_shape: tuple[int, ...], width: int) -> keras.Model:
    """Images to features (batch, 16 width): 4x4 convolutions of stride 2 with `width` and 2 `width` channels, dense.

    LeakyReLU(0.01) after each, batch normalization in all but the first. Points and tiny images: two hidden layers of
    `width` units, of which the second is the features.

    Args:
        image_shape: (side, side, channels), side a multiple of 4; or points, or sides below 16.
        width: channels of the first convolution, or units of a hidden layer.
    """
    if is_small(image_shape):
        return mlp_features(image_shape, width)
    halved_sides(image_shape, 2)
    steps = [keras.Input(image_shape), L.Conv2D(width, 4, 2, "same", kernel_initializer=normal(0.02))]
    steps += [L.LeakyReLU(0.01), L.Conv2D(2 * width, 4, 2, "same", **_options()), batch_norm(), L.LeakyReLU(0.01)]
    steps += [L.Flatten(), L.Dense(16 * width, **_options()), batch_norm(), L.LeakyReLU(0.01)]
    return keras.Sequential(steps, name="trunk")


def head(features: keras.KerasTensor, units: int, hidden: int = 0) -> keras.KerasTensor:
    """Features (batch, d) to float32 numbers (batch, units), linear.

    Args:
        features: of the trunk.
        units: numbers to read off.
        hidden: units of a layer of its own, with batch normalization and LeakyReLU(0.01); 0 has none.
    """
    if hidden:
        features = L.LeakyReLU(0.01)(batch_norm()(L.Dense(hidden, use_bias=False)(features)))
    return L.Activation("linear", dtype="float32")(L.Dense(units)(features))


def trunk_generator(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """Latents to images: two dense layers, two 4x4 transposed convolutions of stride 2, tanh; the trunk's mirror image.

    ReLU and batch normalization after all but the last. Points and tiny images: a perceptron with batch normalization.

    Args:
        image_shape: as in `trunk`.
        latent_dim: length of a latent vector.
        width: channels of the last hidden map, or units of a hidden layer.
    """
    if is_small(image_shape):
        return mlp_generator(image_shape, latent_dim, width, normalize=True)
    side = halved_sides(image_shape, 2)[-1]
    steps = [keras.Input((latent_dim,)), L.Dense(16 * width, **_options()), batch_norm(), L.ReLU()]
    steps += [
        L.Dense(side * side * 2 * width, **_options()),
        batch_norm(),
        L.ReLU(),
        L.Reshape((side, side, 2 * width)),
    ]
    steps += [L.Conv2DTranspose(width, 4, 2, "same", **_options()), batch_norm(), L.ReLU()]
    steps += [L.Conv2DTranspose(image_shape[-1], 4, 2, "same", kernel_initializer=normal(0.02))]
    return keras.Sequential([*steps, L.Activation("tanh", dtype="float32")], name="generator")
