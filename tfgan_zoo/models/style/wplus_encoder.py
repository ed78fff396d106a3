"""An encoder of images into the W+ of a frozen StyleGAN2: a variational auto-encoder whose decoder is given.

Its prior is the generator's own distribution of w. Relatives: pSp (Richardson et al., 2020, arXiv:2008.00951), whose
scales and heads it has, and in-domain inversion (Zhu et al., 2020, arXiv:2004.00049), whose judge it may have.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from tfgan_zoo import draws, penalties
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input, shape_of
from tfgan_zoo.latent.projection import style_statistics
from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.style_mapping import StyleMapping
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator, StyleGAN2Synthesis
from tfgan_zoo.networks.wplus import wplus_network
from tfgan_zoo.objectives import likelihoods, non_saturating
from tfgan_zoo.registry import register
from tfgan_zoo.style_generator import StyleGenerator

GENERATOR = ("image_shape", "latent_dim", "style_dim", "depth", "classes", "channel_base", "channel_max")
GENERATOR += ("generator_architecture",)  # what the generator adopted must have in common with this model
START = -4.0  # log of the posterior's variance over the prior's before training: images are hardly blurred by it


@register("wplus_encoder")
class WPlusEncoder(Encoding, StyleGenerator, Game):
    """Images x to codes (L, style_dim), a style for each of the L layers, that the frozen g turns back into x.

    The encoder gives mu and sigma; w = w_mean + mu + sigma * epsilon, epsilon standard normal. It minimizes

        pixel_weight E(x - g(w))^2 + perceptual_weight d(x, g(w)) + kl_weight KL(N(mu, sigma^2) || N(0, S))
        + adversarial_weight E[-log s(D(g(w)))] + code_weight E(w' - w_mean - mu')^2,

    the first and the last E over all numbers, the KL summed over the L layers' coordinates; w_mean and S, diagonal, are
    the mean and the variance of f(z) over 10,000 z. Primes are of images that g made from w' = f(z): with `code_weight`
    as many of these as real images join the batch, in all terms. D, if there is one, minimizes
    -E[log s(D(x))] - E[log(1 - s(D(g(w))))] + gamma / 2 E[|grad D(x)|^2], on real images alone. Noise is constant.

    A perceptual distance d is not part of the package: LPIPS's weights have to be brought. So its weight is 0, where
    0.8 is usual; with another weight give d to `perceive` first.

    First `adopt` a StyleGAN2: the frozen copies of its deployed networks are saved with the model. Codes are
    w_mean + mu: `encode` returns them, `reconstruct` g of them, and `sample` images of random z.

    Args:
        image_shape: (side, side, channels) of the generator, and so on until `generator_architecture`.
        latent_dim: length of z.
        style_dim: length of w.
        depth: layers of f.
        classes: of the labels that f is told; random ones wherever z is drawn in training.
        channel_base: feature maps times side.
        channel_max: the most feature maps.
        generator_architecture: "orig", "skip" or "resnet".
        width: channels of the encoder at the full side, doubled with every halving.
        width_max: the most of them.
        deterministic: no sigma: w = w_mean + mu, and instead of the KL the sum of mu^2 / S.
        pixel_weight: of the squared difference.
        perceptual_weight: of d.
        kl_weight: of the divergence.
        adversarial_weight: of D's opinion; 0 makes no D.
        code_weight: of the known codes.
        gamma: of D's penalty (R1).
        random_generator: train for the generator of random weights that is there before `adopt`; for experiments.

    Raises:
        ZooError: a negative weight.
    """

    players = {"encoder": ["encoder"]}
    averaged = ("encoder",)
    mixing = 0.0

    def __init__(
        self,
        image_shape=(256, 256, 3),
        latent_dim=512,
        style_dim=512,
        depth=8,
        classes=0,
        channel_base=32768,
        channel_max=512,
        generator_architecture="skip",
        width=32,
        width_max=512,
        deterministic=False,
        pixel_weight=1.0,
        perceptual_weight=0.0,
        kl_weight=1e-4,
        adversarial_weight=0.0,
        code_weight=0.0,
        gamma=10.0,
        random_generator=False,
        **kwargs,
    ):
        weights = {"pixel": pixel_weight, "perceptual": perceptual_weight, "kl": kl_weight}
        weights |= {"adversarial": adversarial_weight, "code": code_weight}
        if wrong := [name for name, weight in weights.items() if not weight >= 0]:
            raise ZooError(f"{wrong[0]}_weight: expected a number from 0 on, found {weights[wrong[0]]!r}")
        if adversarial_weight:
            self.players = {**type(self).players, "discriminator": ["discriminator"]}
        super().__init__(**kwargs)
        self.image_shape, self.latent_dim, self.style_dim = shape_of(image_shape), latent_dim, style_dim
        self.depth, self.classes, self.generator_architecture = depth, classes, generator_architecture
        self.channel_base, self.channel_max = channel_base, channel_max
        self.width, self.width_max, self.deterministic = width, width_max, deterministic
        self.pixel_weight, self.perceptual_weight, self.kl_weight = pixel_weight, perceptual_weight, kl_weight
        self.adversarial_weight, self.code_weight, self.gamma = adversarial_weight, code_weight, gamma
        self.random_generator, self.distance = random_generator, None
        sizes = (channel_base, channel_max)
        mapping = StyleMapping(latent_dim, style_dim, depth, classes)
        synthesis = StyleGAN2Synthesis(self.image_shape, style_dim, *sizes, generator_architecture)
        mapping.trainable = synthesis.trainable = False
        layers, outputs = synthesis.layers_of_style, style_dim if deterministic else 2 * style_dim
        encoder = wplus_network(self.image_shape, layers, outputs, width, width_max, style_dim)
        self.add_networks(mapping=mapping, synthesis=synthesis, encoder=encoder)
        if adversarial_weight:
            # Groups of images would see each other across real and own ones.
            self.add_networks(discriminator=StyleGAN2Discriminator(self.image_shape, *sizes, group_size=1))
        fixed = {"trainable": False, "aggregation": "only_first_replica", "dtype": "float32"}
        self.w_mean = self.add_weight(name="w_mean", shape=(style_dim,), initializer="zeros", **fixed)
        self.w_variance = self.add_weight(name="w_variance", shape=(style_dim,), initializer="ones", **fixed)
        self.adopted = self.scalar("adopted")
        if random_generator:
            self._measure()

    # The generator

    def adopt(self, model: StyleGAN2) -> None:
        """Copy the deployed mapping and synthesis networks of `model`, and measure what its w are like.

        Raises:
            ZooError: no StyleGAN2, or one of other sizes.
        """
        if not isinstance(model, StyleGAN2):
            raise ZooError(f"{self.name} adopts a stylegan2 model, found {getattr(model, 'name', model)!r}")
        if other := [name for name in GENERATOR if getattr(model, name) != getattr(self, name)]:
            has, wants = ({name: getattr(of, name) for name in other} for of in (model, self))
            raise ZooError(f"{self.name} is made for a generator with {wants}, found {has}; make it with the latter")
        for name in ("mapping", "synthesis"):
            getattr(self, name).set_weights(model.deployed(name).get_weights())
        self._measure()
        self.adopted.assign(1.0)

    def perceive(self, distance: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]) -> None:
        """Set the perceptual distance, before training. It is not saved with the model.

        Args:
            distance: a differentiable function of two batches of images in [-1, 1], which may leave it a little, to
                (batch,): `metrics.LPIPS(...).distance`, or the squared difference of a classifier's features.

        Raises:
            ZooError: the model is made without `perceptual_weight`.
        """
        if not self.perceptual_weight:
            raise ZooError(f"{self.name} has perceptual_weight 0; make it with another, 0.8 is usual with LPIPS")
        self.distance = distance

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw z from the standard normal."""
        return draws.normal(n, self.latent_dim)

    def _measure(self):
        statistics = style_statistics(self)
        self.w_mean.assign(statistics.mean)
        self.w_variance.assign(statistics.variance.clip(1e-8))  # a coordinate that never moves has no logarithm

    # The game

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images, without labels."""
        return (Images(self.image_shape),)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4 (0.9, 0.999)."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.9, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def fit(self, *args, **kwargs):
        """As `Game.fit`.

        Raises:
            ZooError: there is no generator or no perceptual distance yet, or the data do not fit the model.
        """
        if not self.random_generator and not float(self.adopted):
            raise ZooError(
                f"{self.name} has no trained generator yet; call adopt(model) with a stylegan2 model first, or make it "
                "with random_generator=True"
            )
        if self.perceptual_weight and self.distance is None:
            raise ZooError(
                f"{self.name} has perceptual_weight {self.perceptual_weight} but no distance; call "
                "perceive(distance), e.g. with LPIPS(...).distance, or set the weight to 0"
            )
        return super().fit(*args, **kwargs)

    def posterior(self, images: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Images to mu and log sigma^2 (None if deterministic), each (batch, L, style_dim)."""
        variance = tf.convert_to_tensor(self.w_variance)
        network = self.encoder if training else self.deployed("encoder")
        # The network answers in units of the prior, so that it need not learn the scale of w.
        parts = tf.split(network(images, training=training), 1 if self.deterministic else 2, axis=-1)
        mean = tf.sqrt(variance) * parts[0]
        return mean, None if self.deterministic else tf.math.log(variance) + parts[1] + START

    def divergence(self, mean: tf.Tensor, log_variance: tf.Tensor | None) -> tf.Tensor:
        """KL(N(mean, exp(log_variance)) || N(0, S)) of every image, (batch,); without variance sum mean^2 / S.

        The former is 1/2 sum ln S - ln sigma^2 + (sigma^2 + mu^2) / S - 1 over layers and coordinates.
        """
        variance = tf.convert_to_tensor(self.w_variance)
        if log_variance is None:
            return tf.reduce_sum(tf.square(mean) / variance, axis=(1, 2))
        kl = likelihoods.gaussian_kl(mean * tf.math.rsqrt(variance), log_variance - tf.math.log(variance))
        return tf.reduce_sum(kl, axis=1)

    def encoder_loss(self, images: tf.Tensor) -> Terms:
        """All terms with their weights, with one draw of w per image."""
        n = tf.shape(images)[0]
        if self.code_weight:
            labels = (draws.integers(n, below=self.classes),) if self.classes else ()
            known = self.map([self.sample_latents(n), *labels] if labels else self.sample_latents(n))
            images = tf.concat([images, self.synthesize(known)], axis=0)
        mean, log_variance = self.posterior(images, training=True)
        fake = self._made(mean, log_variance, parts=2 if self.code_weight else 1)
        terms = {
            "pixel": self.pixel_weight * tf.reduce_mean(tf.square(images - fake)),
            "divergence": self.kl_weight * tf.reduce_mean(self.divergence(mean, log_variance)),
        }
        if self.perceptual_weight:
            terms["perceptual"] = self.perceptual_weight * tf.reduce_mean(self.distance(images, fake))
        if self.adversarial_weight:
            scores = self.discriminator(fake, training=True)
            terms["adversarial"] = self.adversarial_weight * non_saturating.generator(None, scores)
        if self.code_weight:
            missed = tf.convert_to_tensor(self.w_mean) + mean[n:] - known[:, None]
            terms["code"] = self.code_weight * tf.reduce_mean(tf.square(missed))
        return terms

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The objective on real images and their reconstructions, and R1."""
        critic = lambda images: self.discriminator(images, training=True)
        fake = self._made(*self.posterior(real, training=True))
        terms = {"adversarial": non_saturating.discriminator(critic(real), critic(fake))}
        return terms | ({"r1": self.gamma * penalties.r1(critic, real)} if self.gamma else {})

    def _made(self, mean, log_variance, parts=1):
        """Images of w drawn from the posterior, as they come: one cut off would no longer be moved."""
        styles = tf.convert_to_tensor(self.w_mean) + mean
        if log_variance is not None:
            # Each part of the batch is one that replicas share.
            epsilon = [draws.normal(tf.shape(mean)[0] // parts, *mean.shape[1:]) for _ in range(parts)]
            styles += tf.exp(0.5 * log_variance) * tf.concat(epsilon, axis=0)
        return self.synthesis(styles, noise="constant")

    # Deployment

    @property
    def code_shape(self) -> tuple[int, int]:
        """(L, style_dim), the shape of a code."""
        return (self.synthesis.layers_of_style, self.style_dim)

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to W+ codes w_mean + mu (batch, L, style_dim), a pure function in inference mode."""
        return tf.convert_to_tensor(self.w_mean) + self.posterior(images)[0]

    def decode(self, codes: tf.Tensor) -> tf.Tensor:
        """W+ codes (batch, L, style_dim), or w (batch, style_dim), to images in [-1, 1]."""
        return self.synthesize(codes)
