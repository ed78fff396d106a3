"""The hinge loss: a margin for the discriminator, a linear score for the generator (Lim and Ye, 2017, 1705.02894)."""

import keras

from tfgan_zoo import networks, objectives
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import SpectralNormalization, iterate_spectral_norms
from tfgan_zoo.registry import register


@register("hinge_gan")
class HingeGAN(GAN):
    """The discriminator is a soft-margin classifier; the generator moves along the normal of its boundary.

    D minimizes E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))], G minimizes -E[D(G(z))] (Lim and Ye, 2017; Tran et al.,
    2017, arXiv:1702.08896). Only examples within the margin move D. At the best D the loss is 2 - 2 TV, TV the total
    variation between data and samples, and D is the sign of p - q.

    Nothing in the loss bounds the scale of D, so by default every layer of D is divided by its spectral norm (one power
    iteration in each move of D). Unlike `sngan`, the paper of that normalization, which has networks of its own, this
    is the loss on DCGAN's networks; with `spectral=False` D has batch normalization instead and both players RMSprop,
    as in the experiments of Lim and Ye, whose code makes ten generator moves a round.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: discriminator moves in a round.
        spectral: use spectral normalization in the discriminator.
    """

    objective = objectives.hinge

    def __init__(self, image_shape=(64, 64, 3), latent_dim=100, width=64, n_critic=5, spectral=True, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        self.width, self.spectral = width, spectral
        wrap = SpectralNormalization if spectral else lambda layer: layer
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width, normalize=not spectral, wrap=wrap),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 2e-4 without momentum, as is usual with spectral normalization; else RMSprop 2e-4."""
        adam = lambda: keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8)
        rmsprop = lambda: keras.optimizers.RMSprop(2e-4, rho=0.99, epsilon=1e-8)
        return {player: adam() if self.spectral else rmsprop() for player in self.players}

    def discriminator_loss(self, real):
        """The hinge loss, after a power iteration."""
        iterate_spectral_norms(self.discriminator)
        return super().discriminator_loss(real)
