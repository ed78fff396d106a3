"""TTUR: a learning rate for each player in place of several critic moves (Heusel et al., 2017, arXiv:1706.08500)."""

import keras

from tfgan_zoo.errors import ZooError
from tfgan_zoo.models.objectives.wgan_gp import WGANGP
from tfgan_zoo.registry import register


@register("ttur")
class TTUR(WGANGP):
    """WGAN-GP's game with one move of each player in a round and separate learning rates.

    D minimizes E[D(G(z))] - E[D(x)] + penalty_weight * E[(||grad D(x_hat)|| - 1)^2], G minimizes -E[D(G(z))]. With
    rates b(n) of D and a(n) of G, a(n) = o(b(n)), D converges for every slowly changing G, and the stochastic game to a
    local Nash equilibrium (theorem 1; for Adam theorem 2). What has to differ is the time scale on which a player
    changes, not the rate as such: the paper's own DCGANs have a smaller rate for D than for G.

    The rule itself belongs to no model: `compile(optimizers={...})` gives every player of any model its own optimizer.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: discriminator moves in a round: the one that the paper makes of WGAN-GP's five.
        discriminator_rate: b, Adam's learning rate for D.
        generator_rate: a, Adam's learning rate for G.

    Raises:
        ZooError: a rate that is not positive.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=128,
        width=64,
        n_critic=1,
        discriminator_rate=3e-4,
        generator_rate=1e-4,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, width=width, n_critic=n_critic, **kwargs)
        if not (discriminator_rate > 0 and generator_rate > 0):
            raise ZooError(
                "discriminator_rate and generator_rate are positive, found "
                f"{discriminator_rate!r} and {generator_rate!r}"
            )
        self.discriminator_rate, self.generator_rate = discriminator_rate, generator_rate

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam without momentum, at each player's rate."""
        adam = lambda rate: keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9, epsilon=1e-8)
        return {"discriminator": adam(self.discriminator_rate), "generator": adam(self.generator_rate)}
