"""Mode regularized GAN: an encoder lets every example vote for its mode (Che et al., 2017, arXiv:1612.02136)."""

import keras
import tensorflow as tf

from tfgan_zoo import feeding, networks, objectives
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.energies import summed_squares
from tfgan_zoo.registry import register

PLAYERS = {
    "reg": {"discriminator": ["discriminator"], "generator": ["generator"], "encoder": ["encoder"]},
    "md": {
        "manifold_discriminator": ["manifold_discriminator"],
        "autoencoder": ["encoder", "generator"],
        "discriminator": ["discriminator"],
        "generator": ["generator"],
    },
}


@register("mrgan")
class MRGAN(Encoding, GAN):
    """The original game and an encoder E: G(E(x)) must look like x and look real, so no mode of the data is ignored.

    "reg" (Reg-GAN, section 3.1 and 3.2): with the regularizer
        R = E[geometric_weight * ||x - G(E(x))||^2 - mode_weight * log D(G(E(x)))]
    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))], G minimizes -E[log D(G(z))] + R, E minimizes R; they move in this
    order. D never sees G(E(x)) as a fake. The paper prints R with + mode_weight * log D, which would be maximized
    where its text wants it low; the sign here is the text's.

    "md" (MDGAN, section 3.3, algorithm 1): a manifold step, in which a discriminator D1 tells x from G(E(x)) and the
    auto-encoder, G and E together, minimizes R with D1 for D; then a diffusion step, in which D takes G(E(x)) for real
    and G(z) for fake and G minimizes -E[log D(G(z))].

    The squared error is a sum over the elements of an example: its weight for images should fall with their size.
    Batch statistics that G keeps for deployment are those of samples, not of reconstructions.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector and of a code.
        width: channels of G's last hidden map and of the first of D and E; units of a hidden layer for points.
        variant: "reg" or "md".
        geometric_weight: lambda_1, of the squared error.
        mode_weight: lambda_2, of the reconstruction's looking real.

    Raises:
        ZooError: an unknown variant, or a negative weight.
    """

    averaged = ("generator", "encoder")

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=128,
        width=64,
        variant="reg",
        geometric_weight=0.01,
        mode_weight=0.01,
        **kwargs,
    ):
        if variant not in PLAYERS:
            raise unknown("variant of mrgan", variant, PLAYERS)
        if not (geometric_weight >= 0 and mode_weight >= 0):
            raise ZooError(f"expected weights from 0 on, found {geometric_weight=!r} and {mode_weight=!r}")
        self.variant = variant  # says who plays
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.width, self.geometric_weight, self.mode_weight = width, geometric_weight, mode_weight
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
            encoder=networks.feature_network(self.image_shape, width, latent_dim),
        )
        if variant == "md":
            self.add_networks(manifold_discriminator=networks.discriminator(self.image_shape, width))

    @property
    def players(self) -> dict[str, list[str]]:
        """Those of the variant."""
        return PLAYERS[self.variant]

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, the rate of a published re-implementation; the paper names none."""
        return {player: keras.optimizers.Adam(1e-4, epsilon=1e-8) for player in self.players}

    # The game

    def play(self, *batch: tf.Tensor) -> Terms:
        """Reg-GAN: D, G, E. MDGAN: D1, G and E; D, G."""
        *_, last = feeding.split(batch, self.n_critic)
        if self.variant == "reg":
            return super().play(*batch) | self.minimize("encoder", *last)
        logs = self.minimize("manifold_discriminator", *last) | self.minimize("autoencoder", *last)
        return logs | super().play(*batch)

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The objective on real images, in MDGAN on their reconstructions, and fresh fakes."""
        return super().discriminator_loss(self.reconstructed(real) if self.variant == "md" else real)

    def generator_terms(self, real, fake, latents) -> Terms:
        """The regularizer, in Reg-GAN."""
        return self.regularizer(real, self.discriminator) if self.variant == "reg" else {}

    def encoder_loss(self, real: tf.Tensor) -> Terms:
        """The regularizer."""
        return self.regularizer(real, self.discriminator)

    def manifold_discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The objective of D on real images and reconstructions."""
        scores = [self.manifold_discriminator(x, training=True) for x in (real, self.reconstructed(real))]
        return {"adversarial": self.objective.discriminator(*scores)}

    def autoencoder_loss(self, real: tf.Tensor) -> Terms:
        """The regularizer with the discriminator of the manifold step."""
        return self.regularizer(real, self.manifold_discriminator)

    def regularizer(self, real: tf.Tensor, judge: keras.Model) -> Terms:
        """Return the two parts of R: how far reconstructions are from images, and how far from looking real."""
        again = self.reconstructed(real)
        looks = objectives.non_saturating.generator(None, judge(again, training=True))
        return {
            "geometric": self.geometric_weight * tf.reduce_mean(summed_squares(real, again)),
            "mode": self.mode_weight * looks,
        }

    def reconstructed(self, real: tf.Tensor) -> tf.Tensor:
        """G(E(x)) in training mode. Codes are no draws of the prior: what G's layers would note of them is dropped."""
        codes = self.encoder(real, training=True)
        with keras.StatelessScope():
            return self.generate(codes)
