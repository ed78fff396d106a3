"""ALI: an encoder and a generator whose pairs of image and code cannot be told apart (Dumoulin et al., 2016)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("ali")
class ALI(Encoding, GAN):
    """D judges pairs: (x, z) with z drawn from the encoder's q(z | x), and (G(z), z) with z from the prior.

    With the scores a of the encoder's pairs and b of the generator's, s the logistic function,
        D minimizes -E[log s(a)] - E[log(1 - s(b))],
        encoder and generator together minimize -E[log(1 - s(a))] - E[log s(b)] (arXiv:1606.00704, algorithm 1):
    not minus D's loss, but the opposite labels. Where no D can tell, both joint distributions are one, so that q is
    the posterior of G. Nothing asks for reconstruction in pixels. q(z | x) = N(mu(x), diag sigma(x)^2), of which draws
    are differentiable; `encode` gives mu. Both players move at once, from the same weights. Encoder and generator have
    batch normalization, D has maxout units and none.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a code.
        width: channels of D's and the encoder's first convolution and of G's last hidden map; units for points.
    """

    players = {"discriminator": ["discriminator"], "autoencoder": ["encoder", "generator"]}
    averaged = ("encoder", "generator")
    alternates = False
    objective = objectives.non_saturating

    def __init__(self, image_shape=(32, 32, 3), latent_dim=64, width=64, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.width = width
        self.add_networks(**self.new_networks(2 * latent_dim))

    def new_networks(self, numbers: int) -> dict[str, keras.Model]:
        """Convolutions, or perceptrons for points and tiny images; the encoder gives `numbers`: (mu, log sigma)."""
        make = networks.mlp_generator if networks.is_small(self.image_shape) else networks.dcgan_generator
        return {
            "generator": make(self.image_shape, self.latent_dim, self.width, normalize=True),
            "encoder": networks.feature_network(self.image_shape, self.width, numbers, normalize=True),
            "discriminator": networks.pair_discriminator(self.image_shape, self.latent_dim, self.width),
        }

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, beta_1 0.5."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    # The game

    def play(self, images: tf.Tensor) -> Terms:
        """Both players' gradients at the same weights, then both moves."""
        return self.minimize_together(images)

    def discriminator_loss(self, images: tf.Tensor) -> Terms:
        """The objective on both kinds of pairs."""
        return {"adversarial": self.objective.discriminator(*self.scores(images))}

    def autoencoder_loss(self, images: tf.Tensor) -> Terms:
        """The same with the labels exchanged."""
        return {"adversarial": self.objective.discriminator(*reversed(self.scores(images)))}

    def scores(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Scores of the encoder's and of the generator's pairs, each (batch, 1)."""
        latents = self.sample_latents(tf.shape(images)[0])
        fakes, codes = self.generate(latents), self.infer(images)
        return self.discriminate(images, codes), self.discriminate(fakes, latents)

    def infer(self, images: tf.Tensor) -> tf.Tensor:
        """Draw from q(z | x), in training mode: (batch, latent_dim)."""
        mean, log_sigma = tf.split(self.encoder(images, training=True), 2, axis=1)
        return mean + tf.exp(log_sigma) * draws.normal(tf.shape(images)[0], self.latent_dim)

    # Deployment

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to the means of q(z | x)."""
        return tf.split(self.deployed("encoder")(images), 2, axis=1)[0]
