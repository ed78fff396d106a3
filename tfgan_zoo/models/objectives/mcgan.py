"""McGan: matching means and covariances of learned features (Mroueh, Sercu, Goel, 2017, arXiv:1702.08398)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import MomentScore
from tfgan_zoo.registry import register

MODES = ("mean", "cov", "mean+cov")
NORMS = (1.0, 2.0, float("inf"))


@register("mcgan")
class McGAN(GAN):
    """The critic scores f(x) = <v, Phi(x)> + <U' Phi(x), V' Phi(x)>; it maximizes E[f(x)] - E[f(G(z))], G minimizes it.

    v lies in the unit ball of the l_p norm, U and V have k orthonormal columns, Phi has clipped weights. At the best v,
    the first part is the l_q distance of the mean features, 1/p + 1/q = 1 (eq. 3); at the best U and V the second is
    the sum of the k largest singular values of the difference of E[Phi Phi'] (eq. 8), which are not centred. U and V
    differ: tied, they would see positive eigenvalues only. After each move of the critic, outside the compiled loss and
    on each replica alike, Phi's weights are clipped to [-clip, clip], v, U and V are projected (algorithms 1 and 2).

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of Phi's first; units of a hidden layer for points.
        n_critic: critic moves in a round.
        mode: "mean", "cov" or "mean+cov": the parts of f.
        features: m, the length of Phi(x).
        components: k, at most m.
        norm: p: 1, 2 or inf.
        clip: largest absolute value of a weight of Phi.

    Raises:
        ZooError: an unknown mode or norm, `components` not in 1, ..., `features`, or `clip` not positive.
    """

    objective = objectives.wasserstein

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=100,
        width=64,
        n_critic=5,
        mode="mean+cov",
        features=128,
        components=16,
        norm=2.0,
        clip=0.01,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        if mode not in MODES:
            raise unknown("mode", mode, MODES)
        if norm not in NORMS:
            raise unknown("norm", norm, map(str, NORMS))
        if not 1 <= components <= features:
            raise ZooError(f"components: expected 1 to {features}, the number of features, found {components!r}")
        if not clip > 0:
            raise ZooError(f"clip: expected a positive bound of the critic's weights, found {clip!r}")
        self.width, self.mode, self.features, self.components = width, mode, features, components
        self.norm, self.clip = float(norm), clip
        phi = networks.feature_network(self.image_shape, width, features)
        head = MomentScore(mean="mean" in mode, components=components if "cov" in mode else 0, norm=self.norm)
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=keras.Sequential([keras.Input(self.image_shape), phi, head], name="discriminator"),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """RMSprop 5e-5, as WGAN."""
        return {player: keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-8) for player in self.players}

    def move(self, player: str, gradients: list[tf.Tensor]) -> None:
        """As every game; then clip and project the critic's weights."""
        super().move(player, gradients)
        if player == "discriminator":
            phi, head = self.discriminator.layers
            for weight in phi.trainable_variables:
                weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
            head.project()
