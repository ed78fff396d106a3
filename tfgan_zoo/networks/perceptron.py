"""Multilayer perceptrons, for points and for images of a few pixels."""

import math

import keras
from keras import layers as L

from tfgan_zoo.layers import batch_norm


def mlp_generator(
    image_shape: tuple[int, ...], latent_dim: int, width: int, hidden: int = 2, normalize: bool = False
) -> keras.Model:
    """Latents to points (linear output) or images (tanh): `hidden` layers of `width` ReLU units.

    Args:
        image_shape: of the output, without the batch.
        latent_dim: length of a latent vector.
        width: units in a hidden layer.
        hidden: number of hidden layers.
        normalize: batch normalization before each ReLU.
    """
    steps = [keras.Input((latent_dim,))]
    for _ in range(hidden):
        steps += [L.Dense(width), *([batch_norm()] if normalize else []), L.ReLU()]
    steps += [L.Dense(math.prod(image_shape)), L.Reshape(image_shape), output_activation(image_shape)]
    return keras.Sequential(steps, name="generator")


def mlp_features(image_shape: tuple[int, ...], width: int, hidden: int = 2, wrap=lambda layer: layer) -> keras.Model:
    """Points or images to `width` features: `hidden` layers of LeakyReLU(0.2) units, each dense layer in `wrap`."""
    steps = [keras.Input(image_shape), L.Flatten()]
    for _ in range(hidden):
        steps += [wrap(L.Dense(width)), L.LeakyReLU(0.2)]
    return keras.Sequential(steps, name="features")


def mlp_discriminator(
    image_shape: tuple[int, ...], width: int, hidden: int = 2, wrap=lambda layer: layer
) -> keras.Model:
    """Points or images to a score (batch, 1): `hidden` layers of LeakyReLU(0.2) units and a linear one.

    Args:
        image_shape: of the input, without the batch.
        width: units in a hidden layer.
        hidden: number of hidden layers.
        wrap: applied to every layer with weights, e.g. `SpectralNormalization`.
    """
    steps = [keras.Input(image_shape), L.Flatten()]
    for _ in range(hidden):
        steps += [wrap(L.Dense(width)), L.LeakyReLU(0.2)]
    return keras.Sequential([*steps, wrap(L.Dense(1)), L.Activation("linear", dtype="float32")], name="discriminator")


def output_activation(image_shape: tuple[int, ...]) -> L.Layer:
    """Tanh for images, none for points, in float32."""
    return L.Activation("tanh" if len(image_shape) == 3 else "linear", dtype="float32")
