"""An encoder, a decoder and a judge with a hidden layer that measures likeness (Larsen et al., 2016, arXiv:1512.09300).

As the authors' networks for 64x64: 5x5 convolutions of stride 2, batch normalization and ReLU. Points and images of
less than 16 pixels a side get perceptrons without normalization.
"""

import math

import keras
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.networks.convolutional import halved_sides
from tfgan_zoo.networks.default import is_small
from tfgan_zoo.networks.perceptron import mlp_generator, output_activation

DEPTH = 3  # strided convolutions of every network, hidden layers of the judge's perceptron


def similarity_encoder(image_shape: tuple[int, ...], numbers: int, width: int) -> keras.Model:
    """Images to float32 numbers (batch, numbers): three convolutions of w, 2 w, 4 w channels, a dense layer of 16 w.

    Args:
        image_shape: (side, side, channels), side a multiple of 8; or points, or sides below 16.
        numbers: length of the output.
        width: w, or units of each of the perceptron's two hidden layers.
    """
    steps = [keras.Input(image_shape)]
    if is_small(image_shape):
        steps += [L.Flatten(), *(L.Dense(width, "leaky_relu") for _ in range(2))]
    else:
        halved_sides(image_shape, DEPTH)
        for i in range(DEPTH):
            steps += [L.Conv2D(width * 2**i, 5, 2, "same", use_bias=False), batch_norm(), L.ReLU()]
        steps += [L.Flatten(), L.Dense(16 * width, use_bias=False), batch_norm(), L.ReLU()]
    return keras.Sequential([*steps, L.Dense(numbers), _float32()], name="encoder")


def similarity_decoder(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """Latents to images: a dense layer, transposed convolutions of 4 w, 2 w, w/2 channels, a 5x5 convolution, tanh.

    Args:
        image_shape: as in `similarity_encoder`.
        latent_dim: length of a latent vector.
        width: w, even; or units of each of the perceptron's two hidden layers.
    """
    if is_small(image_shape):
        return mlp_generator(image_shape, latent_dim, width)
    side = halved_sides(image_shape, DEPTH)[-1]
    steps = [keras.Input((latent_dim,)), L.Dense(side * side * 4 * width, use_bias=False), batch_norm(), L.ReLU()]
    steps += [L.Reshape((side, side, 4 * width))]
    for channels in (4 * width, 2 * width, width // 2):
        steps += [L.Conv2DTranspose(channels, 5, 2, "same", use_bias=False), batch_norm(), L.ReLU()]
    steps += [L.Conv2D(image_shape[-1], 5, padding="same"), output_activation(image_shape)]
    return keras.Sequential(steps, name="generator")


def similarity_judge(image_shape: tuple[int, ...], width: int, depth: int) -> tuple[keras.Model, keras.Model]:
    """Return two networks with the same weights: images to scores (batch, 1), and to [features (batch, n), scores].

    A 5x5 convolution of w/2 channels, strided ones of 2 w, 4 w, 4 w, a dense layer of 8 w. The features are what the
    strided convolution number `depth` gives, before its normalization; of perceptrons (three hidden layers) the hidden
    layer of that number, before its LeakyReLU(0.2); of depth 0 the pixels themselves.

    Args:
        image_shape: as in `similarity_encoder`.
        width: w, even; or units of each hidden layer.
        depth: 0 to 3; the authors' 3 for 64x64, 2 for 32x32.

    Raises:
        ZooError: another depth.
    """
    if depth not in range(DEPTH + 1):
        raise ZooError(f"feature_depth: expected a layer from 0 (pixels) to {DEPTH}, found {depth!r}")
    images = keras.Input(image_shape)
    stages = [images]
    if is_small(image_shape):
        maps = L.Flatten()(images)
        for _ in range(DEPTH):
            stages.append(L.Dense(width)(maps))
            maps = L.LeakyReLU(0.2)(stages[-1])
    else:
        halved_sides(image_shape, DEPTH)
        maps = L.ReLU()(L.Conv2D(width // 2, 5, padding="same")(images))
        for channels in (2 * width, 4 * width, 4 * width):
            stages.append(L.Conv2D(channels, 5, 2, "same", use_bias=False)(maps))
            maps = L.ReLU()(batch_norm()(stages[-1]))
        maps = L.ReLU()(batch_norm()(L.Dense(8 * width, use_bias=False)(L.Flatten()(maps))))
    score = _float32()(L.Dense(1)(maps))
    features = _float32()(L.Reshape((math.prod(stages[depth].shape[1:]),))(stages[depth]))
    return keras.Model(images, score, name="discriminator"), keras.Model(images, [features, score], name="judge")


def _float32():
    return L.Activation("linear", dtype="float32")
