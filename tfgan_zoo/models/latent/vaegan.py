"""VAE/GAN: a VAE whose likelihood is measured in a hidden layer of a discriminator (Larsen et al., 2016)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.likelihoods import gaussian_kl
from tfgan_zoo.registry import register

EQUILIBRIUM = 0.68  # log 2 but for rounding: what D pays for a kind of image that it cannot tell


@register("vaegan")
class VAEGAN(Encoding, GAN):
    """Reconstructions are to look like the image to the discriminator, and to pass it; so are draws from the prior.

    With r = G(e), e drawn from q(z | x) = N(mu(x), diag sigma(x)^2) by the encoder, f the features in a hidden layer of
    D, s the logistic function, and sums over features and latents, means over the batch (arXiv:1512.09300, algorithm
    1, with the sign that its decoder's line needs):
        E minimizes KL(q(z | x) || N(0, I)) + 1/2 |f(x) - f(r)|^2,
        G minimizes reconstruction_weight / 2 |f(x) - f(r)|^2 + E[log(1 - s(D(r)))] + E[log(1 - s(D(G(z))))],
        D minimizes -E[log s(D(x))] - E[log(1 - s(D(r)))] - E[log(1 - s(D(G(z))))].
    E hears nothing from D's scores, and D's weights do not follow the error of features. All move at once, from the
    same weights; but as in the authors' code D stays where it pays less than 0.68 - margin for the real or for the
    fakes, G where D pays more than 0.68 + margin for either, unless both would stay. To stay is a move with gradient 0:
    exact with RMSprop, while momentum coasts. Real images and fakes go through D as one batch.

    Args:
        image_shape: (side, side, channels), side a multiple of 8, or less than 16 for perceptrons; or (d,) for points.
        latent_dim: length of a code.
        width: channels of E's first convolution; units of a hidden layer for tiny images.
        feature_depth: strided convolutions (perceptrons: hidden layers) of D up to the features, 1 to 3; 0 for pixels.
        reconstruction_weight: in G's loss, of a sum over many features: 1e-6 for the authors' 64x64, 1e-5 for 32x32.
        margin: of the balance between D and G; infinite, both always move.

    Raises:
        ZooError: no such depth, a negative weight or margin.
    """

    players = {"encoder": ["encoder"], "generator": ["generator"], "discriminator": ["discriminator"]}
    averaged = ("encoder", "generator")
    alternates = False
    objective = objectives.minimax

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=128,
        width=64,
        feature_depth=3,
        reconstruction_weight=1e-6,
        margin=0.35,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        for argument, value in (("reconstruction_weight", reconstruction_weight), ("margin", margin)):
            if not value >= 0:
                raise ZooError(f"{argument}: expected a number from 0 on, found {value!r}")
        self.width, self.feature_depth = width, feature_depth
        self.reconstruction_weight, self.margin = reconstruction_weight, margin
        discriminator, self.judge = networks.similarity_judge(self.image_shape, width, feature_depth)
        self.add_networks(
            encoder=networks.similarity_encoder(self.image_shape, 2 * latent_dim, width),
            generator=networks.similarity_decoder(self.image_shape, latent_dim, width),
            discriminator=discriminator,
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """RMSprop 3.9e-4; the authors' code lets it fall by quarters, a Keras schedule."""
        return {player: keras.optimizers.RMSprop(0.025 / 64, rho=0.9, epsilon=1e-8) for player in self.players}

    # The game

    def play(self, images: tf.Tensor) -> Terms:
        """All players' gradients at the same weights, then the moves of those whose turn the balance allows."""
        logs, gradients = {}, {}
        for player in self.players:
            terms, gradients[player], _ = self.gradients(player, images)
            logs |= terms
        moving = {"encoder": 1.0, **self.balance(*(logs[f"discriminator/{kind}"] for kind in ("real", "fake")))}
        for player in self.players:
            self.move(player, [moving[player] * gradient for gradient in gradients[player]])
        return {**logs, "discriminator/moves": moving["discriminator"], "generator/moves": moving["generator"]}

    def balance(self, real: tf.Tensor, fake: tf.Tensor) -> Terms:
        """Return 1 or 0 for discriminator and generator, from what D pays for real images and twice for fakes."""
        costs = tf.stack([real, fake / 2.0])
        discriminator = tf.reduce_all(costs >= EQUILIBRIUM - self.margin)
        generator = tf.reduce_all(costs <= EQUILIBRIUM + self.margin)
        neither = tf.logical_not(discriminator | generator)
        return {
            "discriminator": tf.cast(discriminator | neither, tf.float32),
            "generator": tf.cast(generator | neither, tf.float32),
        }

    def encoder_loss(self, images: tf.Tensor) -> Terms:
        """The divergence of codes from the prior, and the error of features."""
        mean, log_variance = self.posterior(images)
        reconstruction = self.reconstruction_error(images, self.generate(self.draw(mean, log_variance)))
        return {"divergence": tf.reduce_mean(gaussian_kl(mean, log_variance)), "reconstruction": reconstruction}

    def generator_loss(self, images: tf.Tensor) -> Terms:
        """The weighted error of features, and minus what D pays for both kinds of fakes."""
        fakes = self.fakes(images)
        features, scores = self.looks(images, *fakes)
        told = [self.objective.generator(None, score) for score in scores[1:]]
        return {
            "reconstruction": self.reconstruction_weight * feature_error(*features[:2]),
            "adversarial": tf.add_n(told),
        }

    def discriminator_loss(self, images: tf.Tensor) -> Terms:
        """What D pays for real images, and for both kinds of fakes together."""
        _, (real, *fakes) = self.looks(images, *self.fakes(images))
        cost = lambda score: tf.reduce_mean(tf.nn.softplus(score))
        return {"real": cost(-real), "fake": tf.add_n([cost(score) for score in fakes])}

    def fakes(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Reconstructions, and draws from the prior."""
        codes = self.draw(*self.posterior(images))
        return self.generate(codes), self.generate(self.sample_latents(tf.shape(images)[0]))

    def posterior(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Images to mu and log sigma^2 of q(z | x) in training mode, each (batch, latent_dim)."""
        return tf.split(self.encoder(images, training=True), 2, axis=1)

    def draw(self, mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
        """Draw a code for each row."""
        return mean + tf.exp(0.5 * log_variance) * draws.normal(tf.shape(mean)[0], self.latent_dim)

    def looks(self, *kinds: tf.Tensor) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """D in training mode on several kinds of images as one batch: features and scores of each kind."""
        features, scores = self.judge(tf.concat(kinds, axis=0), training=True)
        return tf.split(features, len(kinds)), tf.split(scores, len(kinds))

    def reconstruction_error(self, images: tf.Tensor, reconstructed: tf.Tensor) -> tf.Tensor:
        """Half the squared distance of features, of images and reconstructions in one batch."""
        return feature_error(*self.looks(images, reconstructed)[0])

    # Deployment

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to the means of q(z | x)."""
        return tf.split(self.deployed("encoder")(images), 2, axis=1)[0]


def feature_error(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """1/2 E|a - b|^2 of features (batch, n): -log N(a; b, I) up to its constant."""
    return 0.5 * tf.reduce_mean(tf.reduce_sum((a - b) ** 2, axis=1))
