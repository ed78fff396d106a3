"""The networks of Stacked GAN's MNIST experiment (Huang et al., 2017, arXiv:1612.04357; mnist/train_joint.py).

Images are (side, side, channels) with a side of 16, 20, 24, 28, ...; the paper's have 28. Level 0 is images, level 1 is
the features of a classifier's last hidden layer, the top is labels. Weights start as Keras' layers do: the normal ones
of the code, of deviation 0.02 and 0.01, fit the paper's widths only.
"""

import keras
from keras import layers as L

from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import batch_norm


def code_side(image_shape: tuple[int, ...]) -> int:
    """Side of the map that the encoder ends in, two valid 5x5 convolutions and two halvings below the image.

    >>> code_side((28, 28, 1))
    4

    Raises:
        ZooError: the images are not square, or no such map exists.
    """
    side = image_shape[0]
    if len(image_shape) != 3 or side != image_shape[1] or side < 16 or side % 4:
        raise ZooError(
            f"image_shape: expected (side, side, channels), side a multiple of 4 from 16 on, found {tuple(image_shape)}"
        )
    return (side - 12) // 4


def lower_encoder(image_shape: tuple[int, int, int], width: int) -> keras.Model:
    """Images to 8 `width` features >= 0: two convolutions of `width` channels, each with pooling, and a dense layer."""
    code_side(image_shape)
    steps = [keras.Input(image_shape)]
    for _ in range(2):
        steps += [L.Conv2D(width, 5, activation="relu"), L.MaxPooling2D()]
    steps += [L.Flatten(), L.Dense(8 * width), L.Activation("relu", dtype="float32")]
    return keras.Sequential(steps, name="lower_encoder")


def upper_encoder(features: int, classes: int) -> keras.Model:
    """Features to logits of classes."""
    steps = [keras.Input((features,)), L.Dense(classes), L.Activation("linear", dtype="float32")]
    return keras.Sequential(steps, name="upper_encoder")


def feature_generator(noise_dim: int, classes: int, features: int, width: int) -> keras.Model:
    """Noise and labels (batch,) to features >= 0: two hidden layers of 16 `width` units."""
    noise, labels = keras.Input((noise_dim,)), keras.Input((), dtype="int32")
    x = L.Concatenate()([noise, keras.ops.one_hot(labels, classes)])
    for _ in range(2):
        x = _normalized(L.Dense(16 * width, use_bias=False), x)
    x = L.Activation("relu", dtype="float32")(L.Dense(features)(x))
    return keras.Model([noise, labels], x, name="feature_generator")


def image_generator(image_shape: tuple[int, int, int], noise_dim: int, features: int, width: int) -> keras.Model:
    """Noise and features to images: the encoder's way back by transposed convolutions, tanh at the end."""
    start = code_side(image_shape)
    noise, given = keras.Input((noise_dim,)), keras.Input((features,))
    embedded = _normalized(L.Dense(4 * width, use_bias=False), noise)
    x = L.Concatenate()([given, embedded])
    x = _normalized(L.Dense(start * start * 4 * width, use_bias=False), x)
    x = L.Reshape((start, start, 4 * width))(x)
    for channels, stride, padding in ((4 * width, 2, "same"), (2 * width, 1, "valid"), (2 * width, 2, "same")):
        x = _normalized(L.Conv2DTranspose(channels, 5, stride, padding, use_bias=False), x)
    x = L.Activation("tanh", dtype="float32")(L.Conv2DTranspose(image_shape[-1], 5)(x))
    return keras.Model([noise, given], x, name="image_generator")


def feature_discriminator(features: int, noise_dim: int, width: int) -> keras.Model:
    """Features to a score (batch, 1) and the recognized noise (batch, noise_dim) in (0, 1): two hidden layers."""
    given = x = keras.Input((features,))
    for _ in range(2):
        x = L.Dense(8 * width, activation="relu")(x)
    return keras.Model(given, _heads(x, noise_dim), name="feature_discriminator")


def image_discriminator(image_shape: tuple[int, int, int], noise_dim: int, width: int) -> keras.Model:
    """Images to a score and the recognized noise: three convolutions of stride 2 and a dense layer, not normalized."""
    images = x = keras.Input(image_shape)
    for channels in (width, 2 * width, 4 * width):
        x = L.LeakyReLU(0.2)(L.Conv2D(channels, 5, 2, "same")(x))
    x = L.Dense(8 * width, activation="relu")(L.Flatten()(x))
    return keras.Model(images, _heads(x, noise_dim), name="image_discriminator")


def _normalized(layer, x):
    return L.ReLU()(batch_norm()(layer(x)))


def _heads(x, noise_dim):
    score = L.Activation("linear", dtype="float32")(L.Dense(1)(x))
    return [score, L.Activation("sigmoid", dtype="float32")(L.Dense(noise_dim)(x))]
