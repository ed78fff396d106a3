"""StyleGAN2: styles that scale kernels, a regularized generator, no growth (Karras et al., 2020, arXiv:1912.04958)."""

import keras
import tensorflow as tf

from tfgan_zoo import augmentations, penalties
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms, replicas
from tfgan_zoo.gan import GAN
from tfgan_zoo.networks.style_mapping import StyleMapping
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator, StyleGAN2Synthesis
from tfgan_zoo.registry import register
from tfgan_zoo.style_generator import StyleGenerator

AUGMENTATIONS = ("none", "ada", "diff")


@register("stylegan2")
class StyleGAN2(StyleGenerator, GAN):
    """A mapping network f turns latents z into styles w, which scale the kernels of a synthesis network g.

    With s the logistic function, D's scores logits, and G(z) = g(f(z)),
        D minimizes -E[log s(D(x))] - E[log(1 - s(D(G(z))))], and on every `r1_interval`-th step besides
            r1_interval * gamma / 2 * E[|grad D(x)|^2];
        G minimizes -E[log s(D(G(z)))], and on every `path_interval`-th step besides
            path_interval * path_weight * E[(|J_w^T y| - a)^2] on half a batch (eq. 4, section 3.1).
    The regularizers make moves of their own with the same optimizers, whose rates allow for it: where k + 1 moves stand
    for k, the learning rate is multiplied by c = k / (k + 1) and beta_2 raised to the c (appendix B).

    With probability `mixing` a batch takes the styles of two latents, those of the second from a random layer on. In
    training noise is drawn for every image; deployed is the network's own noise, so that an image follows from w.

    For small data sets all that D sees is augmented (Karras et al., 2020, arXiv:2006.06676; Zhao et al., 2020,
    arXiv:2006.10738): "diff" always; "ada" with a probability that rises while D is sure of more than 0.6 of the real
    images, and falls otherwise.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7.
        latent_dim: length of z.
        style_dim: length of w.
        depth: layers of f.
        classes: of the labels that f and D are told; 0 for data without labels.
        channel_base: feature maps times side: 16,384 in configuration E, 32,768 in F.
        channel_max: the most feature maps.
        generator_architecture: "orig", "skip" or "resnet".
        discriminator_architecture: "orig" or "resnet".
        gamma: 100 in configuration E, 10 in F.
        r1_interval: 1 regularizes on each step.
        path_weight: 2 in configurations D to F.
        path_interval: as r1_interval.
        mixing: probability of two latents.
        group_size: over which D sees the spread of samples; a replica's batch must be a multiple.
        augment: "none", "ada" or "diff".

    Raises:
        ZooError: an interval below one, a negative weight, a probability out of [0, 1], or an unknown name.
    """

    players = {"discriminator": ["discriminator"], "generator": ["mapping", "synthesis", "path_length"]}
    averaged = ("mapping", "synthesis")
    judges_pairs = True  # with classes D is told the label too

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
        discriminator_architecture="resnet",
        gamma=10.0,
        r1_interval=16,
        path_weight=2.0,
        path_interval=4,
        mixing=0.9,
        group_size=4,
        augment="none",
        ema_decay=0.997784,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, ema_decay=ema_decay, **kwargs)
        for argument, value in (("r1_interval", r1_interval), ("path_interval", path_interval)):
            if not isinstance(value, int) or value < 1:
                raise ZooError(f"{argument}: expected a number of steps from 1 on, found {value!r}")
        if not (gamma >= 0 and path_weight >= 0 and 0 <= mixing <= 1):
            raise ZooError(
                "expected gamma and path_weight from 0 on and mixing in [0, 1], "
                f"found {gamma!r}, {path_weight!r} and {mixing!r}"
            )
        if augment not in AUGMENTATIONS:
            raise unknown("augmentation", augment, AUGMENTATIONS)
        self.style_dim, self.depth, self.classes = style_dim, depth, classes
        self.channel_base, self.channel_max, self.group_size = channel_base, channel_max, group_size
        self.generator_architecture = generator_architecture
        self.discriminator_architecture = discriminator_architecture
        self.gamma, self.r1_interval = gamma, r1_interval
        self.path_weight, self.path_interval = path_weight, path_interval
        self.mixing, self.augment = mixing, augment
        sizes = (channel_base, channel_max)
        self.add_networks(
            mapping=StyleMapping(latent_dim, style_dim, depth, classes),
            synthesis=StyleGAN2Synthesis(self.image_shape, style_dim, *sizes, generator_architecture),
            discriminator=StyleGAN2Discriminator(
                self.image_shape, *sizes, discriminator_architecture, classes if self.judges_pairs else 0, group_size
            ),
            path_length=penalties.PathLength(),
        )
        self.p = self.scalar("augmentation_probability")

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 0.002 (0, 0.99), corrected for the regularizers' moves."""
        intervals = {
            "discriminator": self.r1_interval if self.gamma else 0,
            "generator": self.path_interval if self.path_weight else 0,
        }
        return {player: lazy_adam(interval) for player, interval in intervals.items()}

    # The game

    def play(self, *batch: tf.Tensor) -> Terms:
        """D and its regularizer, G and its."""
        logs = self.minimize("discriminator", *batch)
        if self.augment == "ada":
            images = batch[0].shape[0] * replicas()
            self.p.assign(augmentations.adjusted(self.p.value, logs["discriminator/sign_of_real"], images))
        if self.gamma:
            logs |= self.regularize("discriminator", self.r1_interval, *batch)
        logs |= self.minimize("generator", *batch)
        if self.path_weight:
            logs |= self.regularize("generator", self.path_interval, *batch)
        return logs

    def discriminator_loss(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The objective, see `adversarial_terms`."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]), *labels)
        return self.adversarial_terms(self.discriminate(real, *labels), self.discriminate(fake, *labels))

    def adversarial_terms(self, scores: tf.Tensor, fake_scores: tf.Tensor) -> Terms:
        """D's objective; for "ada" besides the mean sign of real scores, a number that moves nothing."""
        terms = {"adversarial": self.objective.discriminator(scores, fake_scores)}
        if self.augment == "ada":
            terms["sign_of_real"] = tf.stop_gradient(tf.reduce_mean(tf.sign(scores)))
        return terms

    def discriminator_regularizer(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """R1."""
        return {"r1": self.gamma * penalties.r1(lambda x: self.discriminate(x, *labels), real)}

    def generator_regularizer(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The penalty on path lengths, of half a batch."""
        n = max(1, real.shape[0] // 2)
        # Every second label: the first half of a replica's batch is not part of the first half of all.
        styles = self.styles(self.sample_latents(n), *(part[: 2 * n : 2] for part in labels))
        return {"path_length": self.path_weight * self.path_length.penalty(self.synthesis, styles)}

    def generate(self, latents: tf.Tensor, *labels: tf.Tensor) -> tf.Tensor:
        """Latents to images in training mode: mixed styles, fresh noise."""
        return self.synthesis(self.styles(latents, *labels))

    def discriminate(self, images: tf.Tensor, *labels: tf.Tensor) -> tf.Tensor:
        """D's scores of augmented images."""
        return super().discriminate(self.augmented(images), *labels)

    def augmented(self, images: tf.Tensor) -> tf.Tensor:
        """Images as D sees them in training."""
        if self.augment == "ada":
            return augmentations.augment(images, self.p.value)
        return augmentations.diff_augment(images) if self.augment == "diff" else images


def lazy_adam(interval: int, rate: float = 0.002, beta_2: float = 0.99) -> keras.optimizers.Adam:
    """Adam for k + 1 moves in k = `interval` steps: rate * c and beta_2^c, c = k / (k + 1); c = 1 for no interval."""
    c = interval / (interval + 1) if interval else 1.0
    return keras.optimizers.Adam(rate * c, beta_1=0.0, beta_2=beta_2**c, epsilon=1e-8)
