"""MIX+GAN: a mixture of generators against a mixture of discriminators (Arora et al., 2017, arXiv:1703.00573)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import Mixture
from tfgan_zoo.registry import register

OBJECTIVES = {
    "minimax": objectives.minimax,
    "non_saturating": objectives.non_saturating,
    "wasserstein": objectives.wasserstein,
}


@register("mix_gan")
class MixGAN(GAN):
    """T generators with weights w, T discriminators with weights v, all trained: an equilibrium that one pair may lack.

    With L_D(i, j) and L_G(i, j) the losses of G_i and D_j in the base game,
        D minimizes sum_ij w_i v_j L_D(i, j) + evenness_weight R(v),
        G minimizes sum_ij w_i v_j L_G(i, j) + evenness_weight R(w),
    w = softmax(a), v = softmax(b) with a trained by G and b by D, R(w) = -(1/T) sum log w_i (section 5, and the code's
    entropy term), smallest for equal weights, from which training starts. All members see the same latents and the same
    images. A move costs T generators and, in samples judged, T^2 discriminators.

    The deployed function is the mixture, not a mean of outputs: a latent's first latent_dim - 1 numbers, uniform on
    (0, 1), are G's input, and the last one, uniform on (0, 1) too, chooses the generator: G_i with probability w_i. One
    exported function holds all T, and computes all T of them.

    "wasserstein" clips D's weights (all but b) to [-clip, clip] after each of its moves, and wants `n_critic` of 5. The
    authors' CIFAR-10 code also rewards a recovered class and latent, and adapts to D's loss how often each player
    moves; both are left out.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector, the choice included.
        width: channels of a generator's last hidden map and of a discriminator's first; units for points.
        components: T; the code has 5.
        base: the objective, "minimax" (as in the theory and in the code), "non_saturating" or "wasserstein".
        evenness_weight: of R; the code has 0.1.
        clip: largest absolute value of a discriminator's weight, with "wasserstein".

    Raises:
        ZooError: too short a latent, no component, an unknown base, a negative weight, or no positive `clip`.
    """

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=51,
        width=64,
        components=5,
        base="minimax",
        evenness_weight=0.1,
        clip=0.01,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if latent_dim < 2:
            raise ZooError(f"latent_dim: expected at least 2, one number of which is the choice, found {latent_dim!r}")
        if not isinstance(components, int) or components < 1:
            raise ZooError(f"components: expected a number of generators from 1 on, found {components!r}")
        if base not in OBJECTIVES:
            raise unknown("base", base, OBJECTIVES)
        if not evenness_weight >= 0:
            raise ZooError(f"evenness_weight: expected a number from 0 on, found {evenness_weight!r}")
        if not clip > 0:
            raise ZooError(f"clip: expected a positive bound of a discriminator's weights, found {clip!r}")
        self.width, self.components, self.base = width, components, base
        self.evenness_weight, self.clip, self.objective = evenness_weight, clip, OBJECTIVES[base]
        self.mixture = Mixture(components, dtype="float32", name="mixture")
        self.judges = Mixture(components, dtype="float32", name="judges")
        latents, images = keras.Input((latent_dim,)), keras.Input(self.image_shape)
        noise, choice = latents[:, :-1], latents[:, -1:]
        made = [member(noise) for member in self.members(self.new_generator)]
        scores = [member(images) for member in self.members(self.new_discriminator)]
        self.add_networks(
            generator=keras.Model(latents, self.mixture(made, choice=choice), name="generator"),
            discriminator=keras.Model(images, self.judges(scores), name="discriminator"),
        )
        self.all_generators = keras.Model(latents, self.mixture(made), name="all_generators")

    # What is mixed

    def new_generator(self) -> keras.Model:
        """Noise (batch, latent_dim - 1) to images."""
        return networks.generator(self.image_shape, self.latent_dim - 1, self.width)

    def new_discriminator(self) -> keras.Model:
        """Images to a score (batch, 1)."""
        return networks.discriminator(self.image_shape, self.width)

    def members(self, new) -> list[keras.Model]:
        """Make `components` networks, each with first weights and a name of its own."""
        found = [new() for _ in range(self.components)]
        for i, member in enumerate(found):
            member.name = f"{member.name}_{i}"
        return found

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """The code's: Adam 1e-4, beta_1 0.5."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on (0, 1)^latent_dim."""
        return draws.uniform(n, self.latent_dim)

    # The game

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The weighted sum over pairs, and R(v)."""
        fakes = self.all_generators(self.sample_latents(tf.shape(real)[0]), training=True)
        adversarial = self.weighted(self.objective.discriminator, self.discriminate(real), self.judge(fakes))
        return {"adversarial": adversarial, "unevenness": self.evenness_weight * self.judges.unevenness()}

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """The weighted sum over pairs, and R(w)."""
        fakes = self.all_generators(self.sample_latents(tf.shape(real)[0]), training=True)
        adversarial = self.weighted(self.objective.generator, None, self.judge(fakes))
        return {"adversarial": adversarial, "unevenness": self.evenness_weight * self.mixture.unevenness()}

    def judge(self, fakes: tf.Tensor) -> tf.Tensor:
        """Scores (batch, T, T, 1) of samples (batch, T, *image_shape): the second axis is G's, the third D's.

        All samples go through each D_j at once, or where it has batch normalization the samples of one G_i at a time:
        its statistics are not those of the mixture.
        """
        if any(isinstance(layer, keras.layers.BatchNormalization) for layer in self.discriminator._flatten_layers()):
            return tf.stack([self.discriminate(fake) for fake in tf.unstack(fakes, axis=1)], axis=1)
        scores = self.discriminate(tf.reshape(fakes, (-1, *self.image_shape)))
        return tf.reshape(scores, (-1, self.components, self.components, 1))

    def weighted(self, loss, real: tf.Tensor | None, fake: tf.Tensor) -> tf.Tensor:
        """Return sum_ij w_i v_j loss(real_j, fake_ij) of scores (batch, T, 1) and (batch, T, T, 1)."""
        count = range(self.components)
        pair = lambda i, j: loss(None if real is None else real[:, j], fake[:, i, j])
        losses = tf.stack([tf.stack([pair(i, j) for j in count]) for i in count])
        return tf.reduce_sum(self.mixture.shares()[:, None] * self.judges.shares() * losses)

    def after_step(self, logs: Terms) -> Terms:
        """Log the smallest weights."""
        return {
            "generator/smallest_weight": tf.reduce_min(self.mixture.shares()),
            "discriminator/smallest_weight": tf.reduce_min(self.judges.shares()),
        }

    def move(self, player: str, gradients: list[tf.Tensor]) -> None:
        """As every game; then, with "wasserstein", clip the discriminators, on each replica alike."""
        super().move(player, gradients)
        if player == "discriminator" and self.base == "wasserstein":
            for weight in self.weights_of(player):
                if weight is not self.judges.logits:
                    weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
