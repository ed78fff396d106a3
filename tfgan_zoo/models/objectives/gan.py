"""The original GAN (Goodfellow et al., 2014, arXiv:1406.2661)."""

import keras
from keras import layers as L

from tfgan_zoo import networks, objectives
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import Maxout, SeededDropout
from tfgan_zoo.registry import register


@register("gan")
class VanillaGAN(GAN):
    """A generator and a classifier play min over G of max over D of E[log D(x)] + E[log(1 - D(G(z)))] (eq. 1).

    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))]; G minimizes -E[log D(G(z))], which has the same fixed point but
    does not saturate (section 3), or with `saturating` the zero-sum E[log(1 - D(G(z)))]. At the best D the value of
    the zero-sum game is 2 JS(data, model) - 2 log 2.

    Images: a generator of two ReLU layers against a discriminator of two maxout layers with dropout, as the paper's
    MNIST networks. Points: two hidden layers each.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: units in a hidden layer of the generator, and affine maps in one of the discriminator.
        saturating: let G play the zero-sum game.
    """

    def __init__(self, image_shape=(28, 28, 1), latent_dim=100, width=1200, saturating=False, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.width, self.saturating = width, saturating
        self.objective = objectives.minimax if saturating else objectives.non_saturating
        points = len(self.image_shape) == 1
        self.add_networks(
            generator=networks.mlp_generator(self.image_shape, latent_dim, width),
            discriminator=(networks.mlp_discriminator if points else maxout_discriminator)(self.image_shape, width),
        )


def maxout_discriminator(image_shape: tuple[int, int, int], width: int, pieces: int = 5) -> keras.Model:
    """Images to a score (batch, 1): two layers of width / pieces maxout units, dropout at every layer's input."""
    return keras.Sequential(
        [
            keras.Input(image_shape),
            L.Flatten(),
            SeededDropout(0.2),
            Maxout(width // pieces, pieces),
            SeededDropout(0.5),
            Maxout(width // pieces, pieces),
            SeededDropout(0.5),
            L.Dense(1),
            L.Activation("linear", dtype="float32"),
        ],
        name="discriminator",
    )
