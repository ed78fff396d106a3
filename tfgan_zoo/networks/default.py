"""The generator and discriminator of papers that change something else than the networks."""

from collections.abc import Callable

import keras

from tfgan_zoo.networks.convolutional import dcgan_discriminator, dcgan_generator
from tfgan_zoo.networks.perceptron import mlp_discriminator, mlp_generator


def is_small(image_shape: tuple[int, ...]) -> bool:
    """Whether the data are points, or images of less than 16 pixels a side: then networks are perceptrons."""
    return len(image_shape) != 3 or image_shape[0] < 16


def generator(image_shape: tuple[int, ...], latent_dim: int, width: int, normalize: bool = True) -> keras.Model:
    """Return DCGAN's generator for images; for points and tiny images a perceptron with two hidden layers."""
    if is_small(image_shape):
        return mlp_generator(image_shape, latent_dim, width, normalize=normalize and len(image_shape) == 3)
    return dcgan_generator(image_shape, latent_dim, width, normalize)


def discriminator(
    image_shape: tuple[int, ...],
    width: int,
    normalize: bool = True,
    wrap: Callable[[keras.layers.Layer], keras.layers.Layer] = lambda layer: layer,
) -> keras.Model:
    """Return DCGAN's discriminator for images; for points and tiny images a perceptron with two hidden layers."""
    if is_small(image_shape):
        return mlp_discriminator(image_shape, width, wrap=wrap)
    return dcgan_discriminator(image_shape, width, normalize, wrap=wrap)
