"""Instance noise: a discriminator that sees every example through noise (Sonderby et al., 2016, arXiv:1610.04490)."""

import tensorflow as tf

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register
from tfgan_zoo.schedules import LinearDecay


@register("instance_noise_gan")
class InstanceNoiseGAN(GAN):
    """Both players play the game of D on noisy examples, so that data and model always overlap; the noise is annealed.

    D minimizes -E[log D(x + s e)] - E[log(1 - D(G(z) + s e'))], G minimizes -E[log D(G(z) + s e'')], or with
    `saturating` the zero-sum E[log(1 - D(G(z) + s e''))]; e, e', e'' are independent standard normals, fresh in each
    move, and the gradient passes to G through the sum. In train step t the deviation is s = noise * max(0, 1 - t / T).
    Noisy laws have densities that overlap, so the best D is smooth and the zero-sum loss does not saturate even where
    data and samples lie apart (Arjovsky and Bottou, 2017, arXiv:1701.04862, section 3). Noise is neither clipped to
    the range of images nor part of the deployed generator.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        noise: s at the start, in the data's unit: images have a range of 2.
        anneal_steps: T, the train steps after which there is no noise; about 80 % of the training.
        saturating: let G play the zero-sum game.

    Raises:
        ZooError: negative noise, or less than one annealing step.
    """

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=100,
        width=64,
        noise=0.1,
        anneal_steps=20_000,
        saturating=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not noise >= 0 or not anneal_steps >= 1:
            raise ZooError(f"expected noise >= 0 and anneal_steps >= 1, found {noise!r} and {anneal_steps!r}")
        self.width, self.noise, self.anneal_steps, self.saturating = width, noise, anneal_steps, saturating
        self.objective = objectives.minimax if saturating else objectives.non_saturating
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
        )

    def deviation(self) -> tf.Tensor:
        """Return s of the current train step; it follows from the saved step counter."""
        return LinearDecay(self.noise, 0, self.anneal_steps - 1)(self.step.value)

    def discriminate(self, images: tf.Tensor) -> tf.Tensor:
        """The discriminator on noisy images, with noise of its own in every call."""
        noise = self.deviation() * draws.normal(tf.shape(images)[0], *self.image_shape)
        return super().discriminate(images + noise)

    def after_step(self, logs: Terms) -> Terms:
        """Log the deviation of the noise."""
        return {"noise": self.deviation()}
