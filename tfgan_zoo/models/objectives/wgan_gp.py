"""WGAN-GP: a critic held 1-Lipschitz by a penalty on its input gradient (Gulrajani et al., 2017, arXiv:1704.00028)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, objectives, penalties
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("wgan_gp")
class WGANGP(GAN):
    """The critic D estimates the earth mover distance; its gradient is penalized between data and samples.

    D minimizes E[D(G(z))] - E[D(x)] + penalty_weight * E[(||grad D(x_hat)|| - 1)^2], x_hat uniform on segments from a
    real to a generated example (eq. 3); G minimizes -E[D(G(z))]. Five critic moves for one of the generator, each on
    fresh data (algorithm 1). No batch normalization: the penalty is per example.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: critic moves in a round.
        penalty_weight: lambda; the paper's 10 for images, 0.1 for its toys.
        penalty_interval: compute the penalty on every so many steps only, that much larger.
        one_sided: let gradient norms below 1 cost nothing.
        norm_order: p of the gradient's norm, dual to the ground metric of the distance; 2 is Euclidean.
    """

    objective = objectives.wasserstein

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=128,
        width=64,
        n_critic=5,
        penalty_weight=10.0,
        penalty_interval=1,
        one_sided=False,
        norm_order=2.0,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        self.width, self.penalty_weight, self.penalty_interval = width, penalty_weight, penalty_interval
        self.one_sided, self.norm_order = one_sided, norm_order
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width, normalize=False),
            discriminator=networks.discriminator(self.image_shape, width, normalize=False),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam without momentum (algorithm 1)."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8) for player in self.players}

    def discriminator_terms(self, real, fake, latents):
        """The gradient penalty."""
        between = penalties.interpolate(real, fake, draws.uniform(tf.shape(real)[0]))

        def penalty():
            norms = penalties.gradient_norms(self.discriminate, between, self.norm_order)
            return self.penalty_weight * penalties.gradient_penalty(norms, one_sided=self.one_sided)

        return {"gradient_penalty": self.lazily(self.penalty_interval, penalty)}
