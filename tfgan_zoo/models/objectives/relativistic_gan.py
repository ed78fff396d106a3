"""Relativistic GANs: is the real more realistic than the fake? (Jolicoeur-Martineau, 2018, arXiv:1807.00734)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, feeding, networks, objectives, penalties
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.relativistic import hinge_cost, logistic_cost, squared_cost
from tfgan_zoo.registry import register

AVERAGE_COSTS = {"rasgan": logistic_cost, "ralsgan": squared_cost, "rahinge": hinge_cost}
LOSSES = ("rsgan", *AVERAGE_COSTS)


@register("relativistic_gan")
class RelativisticGAN(GAN):
    """The discriminator compares: as fakes improve, the real must come to look less real.

    With a cost c of a margin, c(m) = -log sigmoid(m), (m - 1)^2 or max(0, 1 - m):
        "rsgan", pairs of a real and a fake: D minimizes E[c(D(x) - D(G(z)))], G minimizes E[c(D(G(z)) - D(x))], c the
        first;
        "rasgan", "ralsgan", "rahinge", against the mean of the other kind: D minimizes
        1/2 E[c(D(x) - mean D(G))] + 1/2 E[c(mean D(x) - D(G(z)))], and G the same with -D in place of D;
    and with `penalty_weight` D also penalty_weight * E[(||grad D(x_hat)|| - 1)^2], x_hat between real and fake as in
    `wgan_gp`. A round takes a real batch for each move of D and a fresh one for G's, whose loss needs real scores too.

    The means are over each replica's part of the batch, or with `cross_replica` over all of it (then without XLA where
    there are several replicas); with gradient accumulation over the micro-batch.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: discriminator moves in a round.
        loss: "rsgan", "rasgan", "ralsgan" or "rahinge".
        penalty_weight: of the gradient penalty; 0 leaves it out, the paper's GP variants have 10. With it D has no
            batch normalization: the penalty is per example.
        cross_replica: take the means of scores over all replicas.

    Raises:
        ZooError: an unknown loss, or a negative weight.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=128,
        width=128,
        n_critic=1,
        loss="rasgan",
        penalty_weight=0.0,
        cross_replica=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        if loss not in LOSSES:
            raise unknown("loss", loss, LOSSES)
        if not penalty_weight >= 0:
            raise ZooError(f"penalty_weight: expected a number from 0 on, found {penalty_weight!r}")
        self.width, self.loss, self.penalty_weight = width, loss, penalty_weight
        self.cross_replica = self.synchronized = cross_replica  # the core keeps what is synchronized out of XLA
        self.objective = (
            objectives.relativistic()
            if loss == "rsgan"
            else objectives.relativistic_average(AVERAGE_COSTS[loss], cross_replica)
        )
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width, normalize=not penalty_weight),
        )

    @property
    def batches_per_step(self) -> int:
        """One batch for every discriminator move and one for the generator's."""
        return self.n_critic + 1

    def play(self, *batch: tf.Tensor) -> Terms:
        """`n_critic` discriminator moves, then the generator's, each on a part of the batch of its own."""
        *parts, fresh = feeding.split(batch, self.n_critic + 1)
        logs = {}
        for part in parts:
            logs |= self.minimize("discriminator", *part)
        return logs | self.minimize("generator", *fresh)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, beta_1 0.5: of the author's code."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def discriminator_terms(self, real, fake, latents):
        """The gradient penalty, if any."""
        if not self.penalty_weight:
            return {}
        between = penalties.interpolate(real, fake, draws.uniform(tf.shape(real)[0]))
        norms = penalties.gradient_norms(self.discriminate, between)
        return {"gradient_penalty": self.penalty_weight * penalties.gradient_penalty(norms)}
