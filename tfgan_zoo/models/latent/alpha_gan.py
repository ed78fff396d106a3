"""alpha-GAN: an auto-encoder with discriminators for its divergences (Rosca et al., 2017, arXiv:1706.04987)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("alpha_gan")
class AlphaGAN(Encoding, GAN):
    """The bound of a VAE, with ratios of densities where it has none: D judges images, C codes.

    With scores that are logits, a code e = E(x), and |.| the mean over pixels,
        E minimizes reconstruction_weight * E|x - G(e)| - code_weight * E[C(e)],
        G minimizes reconstruction_weight * E|x - G(e)| - E[D(G(e))] - E[D(G(z))],
        D minimizes -E[log s(D(x))] - E[log(1 - s(D(G(e))))] - E[log(1 - s(D(G(z))))],
        C minimizes -E[log s(C(z))] - E[log(1 - s(C(e)))]
    in this order, s the logistic function (algorithm 1, where R(p) = -log p + log(1 - p) is minus the logit). C says
    1 for the prior; the first version of the paper prints its terms exchanged. At best -E[C(e)] is the
    divergence of the codes from the standard normal prior. E is deterministic, and hears nothing from D.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a code.
        width: channels of D's and E's first convolution and of G's last hidden map; units of a hidden layer for points.
        code_width: units in the three layers of C.
        reconstruction_weight: of the absolute error of a pixel.
        code_weight: of C's word in E's loss; 0 leaves codes without a prior.

    Raises:
        ZooError: a negative weight.
    """

    players = {name: [name] for name in ("encoder", "generator", "discriminator", "code_discriminator")}
    averaged = ("encoder", "generator")
    alternates = False
    objective = objectives.log_ratio

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=128,
        width=64,
        code_width=750,
        reconstruction_weight=20.0,
        code_weight=1.0,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not (reconstruction_weight >= 0 and code_weight >= 0):
            raise ZooError(f"weights: expected numbers from 0 on, found {reconstruction_weight!r} and {code_weight!r}")
        self.width, self.code_width = width, code_width
        self.reconstruction_weight, self.code_weight = reconstruction_weight, code_weight
        self.add_networks(
            encoder=networks.feature_network(self.image_shape, width, latent_dim),
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
            code_discriminator=networks.mlp_discriminator((latent_dim,), code_width, hidden=3),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 2e-4, beta_1 0.5, beta_2 0.9."""
        return {player: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8) for player in self.players}

    # The game

    def play(self, images: tf.Tensor) -> Terms:
        """Each player in turn."""
        return Game.play(self, images)

    def encoder_loss(self, images: tf.Tensor) -> Terms:
        """The error of reconstructions, and C's word on codes."""
        codes = self.infer(images)
        code = self.objective.generator(None, self.code_discriminator(codes, training=True))
        return {"reconstruction": self.error(images, self.generate(codes)), "code": self.code_weight * code}

    def generator_loss(self, images: tf.Tensor) -> Terms:
        """The error of reconstructions, and D's word on them and on samples."""
        reconstructed, sampled = self.fakes(images)
        told = lambda fake: self.objective.generator(lambda: self.discriminate(images), self.discriminate(fake))
        terms = {"reconstruction": self.error(images, reconstructed)}
        return {**terms, "reconstructed": told(reconstructed), "sampled": told(sampled)}

    def discriminator_loss(self, images: tf.Tensor) -> Terms:
        """Images against both kinds of fakes."""
        reconstructed, sampled = (tf.nn.softplus(self.discriminate(fake)) for fake in self.fakes(images))
        real = tf.nn.softplus(-self.discriminate(images))
        return {"adversarial": tf.reduce_mean(real + reconstructed + sampled)}

    def code_discriminator_loss(self, images: tf.Tensor) -> Terms:
        """Draws from the prior against codes."""
        prior, codes = self.sample_latents(tf.shape(images)[0]), self.infer(images)
        scores = (self.code_discriminator(z, training=True) for z in (prior, codes))
        return {"adversarial": self.objective.discriminator(*scores)}

    def infer(self, images: tf.Tensor) -> tf.Tensor:
        """The encoder in training mode: (batch, latent_dim)."""
        return self.encoder(images, training=True)

    def fakes(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Reconstructions and samples."""
        return self.generate(self.infer(images)), self.generate(self.sample_latents(tf.shape(images)[0]))

    def error(self, images: tf.Tensor, reconstructed: tf.Tensor) -> tf.Tensor:
        """Weighted mean absolute error of a pixel."""
        return self.reconstruction_weight * tf.reduce_mean(tf.abs(images - reconstructed))
