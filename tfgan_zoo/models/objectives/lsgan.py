"""LSGAN: least squares in place of classification (Mao et al., 2017, arXiv:1611.04076)."""

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import unknown
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.registry import register

CODINGS = {"01": (0.0, 1.0, 1.0), "pearson": (-1.0, 1.0, 0.0)}  # (a, b, c) of eq. 9 and eq. 8


@register("lsgan")
class LSGAN(GAN):
    """The discriminator regresses codes, so that fakes far on the real side of its boundary still get gradient.

    D minimizes 1/2 E[(D(x) - b)^2] + 1/2 E[(D(G(z)) - a)^2], G minimizes 1/2 E[(D(G(z)) - c)^2] (eq. 2); D's output is
    linear. Losses are means over the batch where the authors' code sums: the same under Adam, not under SGD. Latents
    are drawn anew for G's move, where the code uses those of D's move again; they are uniform on [-1, 1]^latent_dim
    for images and normal for points.

    Images: the networks of the LSUN experiments (figure 5), for any side s * 2^k with s from 4 to 7. Points:
    perceptrons with two hidden layers.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of the last hidden map of G and of the first of D; units of a hidden layer for points.
        coding: (a, b, c) is (0, 1, 1) for "01", which the paper trains with, and (-1, 1, 0) for "pearson", with which
            G minimizes a Pearson chi^2 divergence (eq. 8).

    Raises:
        ZooError: an unknown coding.
    """

    def __init__(self, image_shape=(112, 112, 3), latent_dim=1024, width=64, coding="01", **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if coding not in CODINGS:
            raise unknown("coding", coding, CODINGS)
        self.width, self.coding = width, coding
        self.objective = objectives.least_squares_codes(*CODINGS[coding])
        make = networks.mlp_generator if networks.is_small(self.image_shape) else convolutional_generator
        self.add_networks(
            generator=make(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
        )

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on [-1, 1]^latent_dim, for points from the standard normal."""
        return draws.uniform(n, self.latent_dim, low=-1.0) if len(self.image_shape) == 3 else super().sample_latents(n)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-3, beta_1 0.5: of the LSUN experiments."""
        return {player: keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}


def convolutional_generator(image_shape: tuple[int, int, int], latent_dim: int, width: int) -> keras.Model:
    """Latents to images: 3x3 transposed convolutions, those of stride 2 followed by one of stride 1 on small maps.

    112 pixels: 7x7 maps of 4 w channels; 4 w of stride 2 and 4 w of stride 1, twice; 2 w and w of stride 2; the
    channels of the image of stride 1, tanh. Batch normalization and ReLU after all but the last (figure 5a).

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        width: w.
    """
    sides = networks.feature_sides(image_shape)
    options = {"kernel_initializer": normal(0.02), "use_bias": False}
    steps = [keras.Input((latent_dim,)), L.Dense(sides[-1] ** 2 * 4 * width, **options)]
    steps += [L.Reshape((sides[-1], sides[-1], 4 * width)), batch_norm(), L.ReLU()]
    for i in reversed(range(len(sides) - 1)):
        for strides in (2, 1) if i > 1 else (2,):
            channels = width * min(2**i, 4)
            steps += [L.Conv2DTranspose(channels, 3, strides, "same", **options), batch_norm(), L.ReLU()]
    steps += [L.Conv2DTranspose(image_shape[-1], 3, 1, "same", kernel_initializer=normal(0.02))]
    return keras.Sequential([*steps, L.Activation("tanh", dtype="float32")], name="generator")
