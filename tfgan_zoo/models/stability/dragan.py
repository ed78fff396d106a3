"""DRAGAN: a discriminator held flat around the data (Kodali et al., 2017, arXiv:1705.07215)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, penalties
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms, all_sum, as_batch, replicas
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register

PERTURBATIONS = ("code", "paper")


@register("dragan")
class DRAGAN(GAN):
    """The original game with a penalty on the discriminator's gradient near real examples only.

    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))] + penalty_weight * E[(||grad C(x')|| - target_norm)^2], C the logit
    of D; G minimizes -E[log D(G(z))]. Sharp gradients of D around real points go with bad local equilibria (section
    2.3). x' is a real example moved by noise: in the released code by a * 0.5 * std * U, a uniform on [0, 1] for each
    example, U uniform on [0, 1] for each of its elements, std the standard deviation of all elements of the batch (one
    number, over the global batch whatever the replicas); in the paper by N(0, variance I) (section 2.5). Latents are
    uniform on [-1, 1]^latent_dim. No batch normalization in D: the penalty is per example.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        penalty_weight: lambda.
        target_norm: k, the norm that costs nothing.
        perturbation: "code" or "paper".
        variance: c of the paper's perturbation, in the data's unit; the paper's 10 is on pixels of 0 to 255.

    Raises:
        ZooError: an unknown perturbation, or a negative weight, norm or variance.
    """

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=100,
        width=64,
        penalty_weight=10.0,
        target_norm=1.0,
        perturbation="code",
        variance=10.0 / 127.5**2,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if perturbation not in PERTURBATIONS:
            raise unknown("perturbation", perturbation, PERTURBATIONS)
        if not (penalty_weight >= 0 and target_norm >= 0 and variance >= 0):
            raise ZooError(
                "penalty_weight, target_norm and variance are not negative, found "
                f"{penalty_weight!r}, {target_norm!r} and {variance!r}"
            )
        self.width, self.penalty_weight, self.target_norm = width, penalty_weight, target_norm
        self.perturbation, self.variance = perturbation, variance
        self.spread = self.scalar("spread", 0.5)  # std of the current step's batch
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width, normalize=False),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4 (0.5, 0.9): the released code's."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8) for player in self.players}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on [-1, 1]^latent_dim."""
        return draws.uniform(n, self.latent_dim, low=-1.0)

    def train_step(self, data) -> Terms:
        """Measure the batch, then play: a replica or a micro-batch alone would find another deviation."""
        self.spread.assign(deviation(as_batch(data)[0]))
        return super().train_step(data)

    def perturbed(self, real: tf.Tensor) -> tf.Tensor:
        """Return a point near each real example."""
        n = tf.shape(real)[0]
        if self.perturbation == "paper":
            return real + self.variance**0.5 * draws.normal(n, *self.image_shape)
        position = draws.uniform(n, *[1] * len(self.image_shape))
        return real + position * 0.5 * self.spread.value * draws.uniform(n, *self.image_shape)

    def discriminator_terms(self, real, fake, latents):
        """The penalty on gradient norms near the data."""
        norms = penalties.gradient_norms(self.discriminate, self.perturbed(real))
        return {"gradient_penalty": self.penalty_weight * penalties.gradient_penalty(norms, self.target_norm)}


def deviation(images: tf.Tensor) -> tf.Tensor:
    """The standard deviation of all elements of the global batch, a scalar."""
    total = all_sum if replicas() > 1 else tf.identity
    mean = total(tf.reduce_mean(images) / replicas())
    return tf.sqrt(total(tf.reduce_mean((images - mean) ** 2) / replicas()))
