"""InfoGAN: latent codes that can be read back from the image (Chen et al., 2016, arXiv:1606.03657)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.codes import categorical_nll, unit_gaussian_nll
from tfgan_zoo.registry import register


@register("infogan")
class InfoGAN(GAN):
    """Part of the latent is a code c that a recognizer Q, sharing D's trunk, reads back from G(z, c).

    D and Q minimize the non-saturating D loss - information_weight * E[log Q(c | G(z, c))], G its own loss with the
    same second term (eq. 3, 5): both raise a lower bound of the mutual information I(c; G(z, c)), up to the constant
    H(c). The code is one category and `codes` numbers uniform on [-1, 1], whose Q is a Gaussian of unit variance. The
    bound never sees real images. Noise is uniform on [-1, 1].

    Args:
        image_shape: (side, side, channels), side a multiple of 4, or less than 16 for perceptrons.
        noise_dim: length of the part of the latent that is not read back.
        categories: values of the categorical code.
        codes: number of continuous codes.
        width: channels of the first convolution; units of a hidden layer for tiny images.
        information_weight: of the categorical code.
        continuous_weight: of the continuous codes; choose it so that their term has the size of the adversarial ones.
    """

    players = {"discriminator": ["discriminator", "recognizer"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(28, 28, 1),
        noise_dim=62,
        categories=10,
        codes=2,
        width=64,
        information_weight=1.0,
        continuous_weight=1.0,
        **kwargs,
    ):
        latent_dim = noise_dim + categories + codes
        if kwargs.pop("latent_dim", latent_dim) != latent_dim:
            raise ZooError(f"latent_dim: it is noise_dim + categories + codes = {latent_dim}; set these instead")
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.noise_dim, self.categories, self.codes, self.width = noise_dim, categories, codes, width
        self.information_weight, self.continuous_weight = information_weight, continuous_weight
        generator = networks.trunk_generator(self.image_shape, self.latent_dim, width)
        images = keras.Input(self.image_shape)
        features = networks.trunk(self.image_shape, width)(images)
        score, code = networks.head(features, 1), networks.head(features, categories + codes, hidden=2 * width)
        self.add_networks(
            generator=generator,
            discriminator=keras.Model(images, score, name="discriminator"),
            recognizer=keras.Model(images, code, name="recognizer"),
        )
        self.judge = keras.Model(images, [score, code], name="judge")  # both in one pass through the trunk

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """The MNIST rates: the generator's is five times the discriminator's."""
        adam = lambda rate: keras.optimizers.Adam(rate, beta_1=0.5, epsilon=1e-8)
        return {"discriminator": adam(2e-4), "generator": adam(1e-3)}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw noise, a one-hot category and continuous codes, side by side."""
        category = tf.one_hot(draws.integers(n, below=self.categories), self.categories)
        noise, continuous = draws.uniform(n, self.noise_dim, low=-1.0), draws.uniform(n, self.codes, low=-1.0)
        return tf.concat([noise, category, continuous], axis=1)

    def recognize(self, images: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Images to the category's logits (batch, categories) and the continuous codes' means (batch, codes)."""
        return tf.split(self.recognizer(images, training=training), [self.categories, self.codes], axis=1)

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The objective and minus the bound, from one look at the fakes."""
        latents = self.sample_latents(tf.shape(real)[0])
        score, code = self.judge(tf.stop_gradient(self.generate(latents)), training=True)
        adversarial = self.objective.discriminator(self.discriminate(real), score)
        return {"adversarial": adversarial, **self.information_terms(latents, code)}

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """The objective and minus the bound, from one look at the fakes."""
        latents = self.sample_latents(tf.shape(real)[0])
        score, code = self.judge(self.generate(latents), training=True)
        adversarial = self.objective.generator(lambda: self.discriminate(real), score)
        return {"adversarial": adversarial, **self.information_terms(latents, code)}

    def information_terms(self, latents: tf.Tensor, code: tf.Tensor) -> Terms:
        """Minus the two parts of the bound on the mutual information, up to the code's entropy.

        Args:
            latents: (batch, noise_dim + categories + codes).
            code: the recognizer's output (batch, categories + codes).
        """
        _, category, continuous = tf.split(latents, [self.noise_dim, self.categories, self.codes], axis=1)
        logits, mean = tf.split(code, [self.categories, self.codes], axis=1)
        return {
            "category": self.information_weight * categorical_nll(category, logits),
            "continuous": self.continuous_weight * unit_gaussian_nll(continuous, mean),
        }
