"""SN-GAN: a discriminator whose weights are divided by their spectral norms (Miyato et al., 2018, arXiv:1802.05957)."""

import keras
from keras import layers as L

from tfgan_zoo import networks, objectives
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import SpectralNormalization, batch_norm, iterate_spectral_norms
from tfgan_zoo.registry import register


@register("sngan")
class SNGAN(GAN):
    """The hinge game with a discriminator that is 1-Lipschitz layer by layer, without sampling gradients.

    D minimizes E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))], G minimizes -E[D(G(z))]. Every layer of D, the last one
    included, uses W / sigma(W); sigma comes from one power iteration in each move of D and is reused in G's move.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of D's first layer and of G's last hidden map; units of a hidden layer for points.
        n_critic: discriminator moves in a round.
        normalize: use spectral normalization; without it this is the paper's baseline.
        residual: use the residual networks (table 4) instead of the plain ones (table 3): D has `width` channels, G
            twice as many; the paper's width is 128.
    """

    objective = objectives.hinge

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=128,
        width=64,
        n_critic=5,
        normalize=True,
        residual=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        self.width, self.normalize, self.residual = width, normalize, residual
        wrap = SpectralNormalization if normalize else lambda layer: layer
        if networks.is_small(self.image_shape):
            generator = networks.mlp_generator(self.image_shape, latent_dim, width)
            discriminator = networks.mlp_discriminator(self.image_shape, width, wrap=wrap)
        elif residual:
            generator = networks.residual_generator(self.image_shape, latent_dim, 2 * width)
            discriminator = networks.residual_discriminator(self.image_shape, width, wrap)
        else:
            generator = convolutional_generator(self.image_shape, latent_dim, width)
            discriminator = convolutional_discriminator(self.image_shape, width, wrap)
        self.add_networks(generator=generator, discriminator=discriminator)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam without momentum."""
        return {player: keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8) for player in self.players}

    def discriminator_loss(self, real):
        """The hinge loss, after a power iteration."""
        iterate_spectral_norms(self.discriminator)
        return super().discriminator_loss(real)


def convolutional_generator(image_shape: tuple[int, int, int], latent_dim: int, width: int) -> keras.Model:
    """Latents to images: a dense layer, 4x4 transposed convolutions of stride 2, a 3x3 convolution, tanh (table 3).

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        width: channels of the last hidden map; the first has 2^k times as many, k the number of halvings of the side.
    """
    sides = networks.feature_sides(image_shape)
    start, stages = sides[-1], len(sides) - 1
    steps = [keras.Input((latent_dim,)), L.Dense(start * start * width * 2**stages, use_bias=False)]
    steps += [L.Reshape((start, start, width * 2**stages)), batch_norm(), L.ReLU()]
    for i in reversed(range(stages)):
        steps += [L.Conv2DTranspose(width * 2**i, 4, 2, "same", use_bias=False), batch_norm(), L.ReLU()]
    steps += [L.Conv2D(image_shape[-1], 3, padding="same"), L.Activation("tanh", dtype="float32")]
    return keras.Sequential(steps, name="generator")


def convolutional_discriminator(image_shape: tuple[int, int, int], width: int, wrap) -> keras.Model:
    """Images to a score: pairs of a 3x3 and a 4x4 convolution of stride 2, a last 3x3 one, LeakyReLU(0.1) (table 3).

    Args:
        image_shape: (side, side, channels).
        width: channels of the first pair; they double with every pair.
        wrap: applied to every layer with weights.
    """
    steps = [keras.Input(image_shape)]
    stages = len(networks.feature_sides(image_shape)) - 1
    for i in range(stages):
        steps += [wrap(L.Conv2D(width * 2**i, 3, 1, "same")), L.LeakyReLU(0.1)]
        steps += [wrap(L.Conv2D(width * 2**i, 4, 2, "same")), L.LeakyReLU(0.1)]
    steps += [wrap(L.Conv2D(width * 2**stages, 3, 1, "same")), L.LeakyReLU(0.1)]
    steps += [L.Flatten(), wrap(L.Dense(1)), L.Activation("linear", dtype="float32")]
    return keras.Sequential(steps, name="discriminator")
