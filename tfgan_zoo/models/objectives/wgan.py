"""Wasserstein GAN: a critic kept Lipschitz by clipping its weights (Arjovsky et al., 2017, arXiv:1701.07875)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("wgan")
class WGAN(GAN):
    """The critic D estimates a multiple of the earth mover distance between data and samples.

    D minimizes E[D(G(z))] - E[D(x)] over weights in [-clip, clip], G minimizes -E[D(G(z))] (algorithm 1). D has no
    sigmoid. Such critics are K-Lipschitz, K depending on their architecture, so minus D's loss tends to K times the
    distance at best. After each move of D all its weights are clipped: kernels, biases, scales and offsets of batch
    normalization. The authors' code clips before a move instead, so that G meets a critic that is not; and it makes 100
    critic moves in each of the first 25 rounds and every 500th, which algorithm 1 does not: both are left out.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: critic moves in a round.
        clip: c, the largest absolute value of a critic's weight.

    Raises:
        ZooError: `clip` is not positive.
    """

    objective = objectives.wasserstein

    def __init__(self, image_shape=(64, 64, 3), latent_dim=100, width=64, n_critic=5, clip=0.01, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        if not clip > 0:
            raise ZooError(f"clip: expected a positive bound of the critic's weights, found {clip!r}")
        self.width, self.clip = width, clip
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """RMSprop 5e-5: momentum makes clipped critics unstable (section 4.3)."""
        return {player: keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-8) for player in self.players}

    def move(self, player: str, gradients: list[tf.Tensor]) -> None:
        """As every game; then clip the critic, on each replica alike."""
        super().move(player, gradients)
        if player == "discriminator":
            for weight in self.weights_of(player):
                weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
