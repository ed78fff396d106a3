"""DCGAN: the convolutional recipe (Radford, Metz, Chintala, 2016, arXiv:1511.06434)."""

import tensorflow as tf

from tfgan_zoo import draws, networks
from tfgan_zoo.errors import unknown
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register

PRIORS = ("uniform", "normal")


@register("dcgan")
class DCGAN(GAN):
    """The non-saturating game on strided convolutional networks with batch normalization.

    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))], G minimizes -E[log D(G(z))], z uniform on [-1, 1]^latent_dim, or
    standard normal as in PyTorch's tutorial, whose kernels have side 4. Real and fake images pass D in separate
    batches, each with statistics of its own. No pooling, no hidden dense layers; batch normalization everywhere but at
    G's output and D's input; ReLU in G, LeakyReLU(0.2) in D (section 3).

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; they double with every halving of the side.
        kernel: side of the convolution kernels.
        prior: "uniform" or "normal".

    Raises:
        ZooError: an unknown prior.
    """

    def __init__(self, image_shape=(64, 64, 3), latent_dim=100, width=128, kernel=5, prior="uniform", **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if prior not in PRIORS:
            raise unknown("prior", prior, PRIORS)
        self.width, self.kernel, self.prior = width, kernel, prior
        self.add_networks(
            generator=networks.dcgan_generator(self.image_shape, latent_dim, width, kernel=kernel),
            discriminator=networks.dcgan_discriminator(self.image_shape, width, kernel=kernel),
        )

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the prior."""
        if self.prior == "normal":
            return super().sample_latents(n)
        return draws.uniform(n, self.latent_dim, low=-1.0)
