"""Perceptrons between examples and codes, blind to the order of pixels (Donahue et al., 2016, arXiv:1605.09782).

Batch normalization has neither scale nor offset, and the layers before it no bias, as in the authors' code.
"""

import math

import keras
from keras import layers as L

from tfgan_zoo.networks.perceptron import output_activation


def bidirectional_generator(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """Codes to examples: two normalized layers of ReLU units, of which the second sees the code again; tanh for images.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a code.
        width: units of a hidden layer.
    """
    codes = keras.Input((latent_dim,))
    hidden = L.ReLU()(_normalized(_dense(width)(codes)))
    hidden = L.ReLU()(_normalized(L.Add()([_dense(width)(hidden), _dense(width)(codes)])))
    images = L.Reshape(image_shape)(_dense(math.prod(image_shape))(hidden))
    return keras.Model(codes, output_activation(image_shape)(images), name="generator")


def bidirectional_encoder(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """Examples to codes, float32 and unbounded: two layers of LeakyReLU(0.2) units, the second normalized.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a code.
        width: units of a hidden layer.
    """
    images = keras.Input(image_shape)
    hidden = L.LeakyReLU(0.2)(L.Dense(width)(L.Flatten()(images)))
    hidden = L.LeakyReLU(0.2)(_normalized(_dense(width)(hidden)))
    return keras.Model(images, _float32(_dense(latent_dim)(hidden)), name="encoder")


def bidirectional_discriminator(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """[examples, codes] to a score (batch, 1): as the encoder, but a linear map of the code joins the second layer.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a code.
        width: units of a hidden layer.
    """
    images, codes = keras.Input(image_shape), keras.Input((latent_dim,))
    hidden = L.LeakyReLU(0.2)(L.Dense(width)(L.Flatten()(images)))
    joint = L.Add()([_dense(width)(hidden), _dense(width)(codes)])
    score = L.Dense(1)(L.LeakyReLU(0.2)(_normalized(joint)))
    return keras.Model([images, codes], _float32(score), name="discriminator")


def _dense(units):
    return L.Dense(units, use_bias=False)


def _normalized(maps):
    return L.BatchNormalization(momentum=0.9, epsilon=1e-5, center=False, scale=False)(maps)


def _float32(maps):
    return L.Activation("linear", dtype="float32")(maps)
