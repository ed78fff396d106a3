"""StyleGAN: styles that set the statistics of feature maps, in a generator that grows (Karras et al., 2019)."""

from typing import Any

import keras
import tensorflow as tf

from tfgan_zoo import penalties
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.growing import Growing
from tfgan_zoo.networks import progressive
from tfgan_zoo.networks.style_mapping import StyleGANMapping
from tfgan_zoo.networks.stylegan import StyleGANDiscriminator, StyleGANSynthesis
from tfgan_zoo.registry import register
from tfgan_zoo.style_generator import StyleGenerator


@register("stylegan")
class StyleGAN(Growing, StyleGenerator, GAN):
    """A mapping network f turns latents z into styles w, which set mean and deviation of every feature map of g.

    With s the logistic function, D's scores logits, and G(z) = g(f(z)),
        D minimizes -E[log s(D(x))] - E[log(1 - s(D(G(z))))] + gamma / 2 * E[|grad D(x)|^2];
        G minimizes -E[log s(D(G(z)))] (arXiv:1812.04948, appendix C).
    g starts from a learned constant; noise, drawn anew for every image in training, is added to all layers. With
    probability `mixing` a batch takes the styles of two latents, those of the second from a random one of the layers in
    use on (section 3.1). Deployed is the network's own noise, so that an image follows from w.

    Networks grow as in ProGAN, see there: real images seen set the level of detail `lod`, data have full size
    throughout, optimizers start anew where a level enters and where it is complete. D's gradient is that with respect
    to the level's images enlarged to full size, as in the reference: per pixel of the level 1 / 4^floor(lod) of it.
    The reference takes the rate 0.0015 at 128 pixels, 0.002 at 256 and 0.003 from 512 on, and smaller batches of larger
    images; here rate and batch stay.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7; s is the constant's side.
        latent_dim: length of z.
        style_dim: length of w.
        depth: layers of f.
        classes: of the labels that f and D are told; 0 for data without labels.
        channel_base: feature maps times side.
        channel_max: the most feature maps.
        initial_side: side at which training starts; None is 2 s, the reference's 8.
        stabilize_images: images that each level is trained for before the next one enters.
        transition_images: images over which it is faded in.
        gamma: weight of the gradient penalty R1.
        mixing: probability of two latents.
        truncated_layers: how many layers truncation reaches, from the first (appendix B).
        group_size: over which D sees the spread of samples; a replica's batch must be a multiple.

    Raises:
        ZooError: a side that is no level's, a schedule without images, a negative weight, a probability out of [0, 1],
            or a number of layers, classes or examples that is none.
    """

    players = {"discriminator": ["discriminator"], "generator": ["mapping", "synthesis"]}
    averaged = ("mapping", "synthesis")

    def __init__(
        self,
        image_shape=(256, 256, 3),
        latent_dim=512,
        style_dim=512,
        depth=8,
        classes=0,
        channel_base=16384,
        channel_max=512,
        initial_side=None,
        stabilize_images=600_000,
        transition_images=600_000,
        gamma=10.0,
        mixing=0.9,
        truncated_layers=8,
        group_size=4,
        ema_decay=0.997784,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, ema_decay=ema_decay, **kwargs)
        if not (gamma >= 0 and 0 <= mixing <= 1):
            raise ZooError(f"expected gamma from 0 on and mixing in [0, 1], found {gamma!r} and {mixing!r}")
        for argument, value in (("truncated_layers", truncated_layers), ("classes", classes)):
            if not isinstance(value, int) or value < 0:
                raise ZooError(f"{argument}: expected a number from 0 on, found {value!r}")
        if not isinstance(group_size, int) or group_size < 1:
            raise ZooError(f"group_size: expected a number of examples from 1 on, found {group_size!r}")
        start = initial_side or 2 * progressive.growing_sides(self.image_shape)[0]
        self.grow(start, stabilize_images, transition_images)
        self.initial_side = initial_side
        self.style_dim, self.depth, self.classes = style_dim, depth, classes
        self.channel_base, self.channel_max, self.group_size = channel_base, channel_max, group_size
        self.gamma, self.mixing, self.truncated_layers = gamma, mixing, truncated_layers
        sizes = (channel_base, channel_max)
        self.add_networks(
            mapping=StyleGANMapping(latent_dim, style_dim, depth, classes),
            synthesis=StyleGANSynthesis(self.image_shape, style_dim, *sizes, start),
            discriminator=StyleGANDiscriminator(self.image_shape, *sizes, classes, group_size, start),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 0.001 (0, 0.99)."""
        return {player: keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8) for player in self.players}

    # The game

    def layers_in_use(self) -> tf.Tensor:
        """Those of the level of now: L - 2 floor(lod)."""
        return self.synthesis.layers_of_style - 2 * tf.cast(tf.floor(self.lod), tf.int32)

    def discriminator_loss(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The objective and R1, at the level in use."""
        styles = self.styles(self.sample_latents(tf.shape(real)[0]), *labels)

        def terms(level, fade):
            times = self.sides[-1] // self.sides[level]
            critic = lambda x: self.discriminator([x, *labels] if labels else x, level=level, fade=fade, training=True)
            seen = progressive.as_seen(real, times, fade)
            fake = self.synthesis(styles, level=level, fade=fade)
            # A branch is differentiated with respect to all that it uses; only solvers ask how G matters to D.
            fake = fake if getattr(self, "solver", None) else tf.stop_gradient(fake)
            found = {"adversarial": self.objective.discriminator(critic(seen), critic(fake))}
            if self.gamma:
                found["r1"] = self.gamma / times**2 * penalties.r1(critic, seen)
            return found

        return progressive.at_level(self.lod, len(self.sides), terms)

    def generator_loss(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The objective at the level in use."""
        styles = self.styles(self.sample_latents(tf.shape(real)[0]), *labels)

        def terms(level, fade):
            fake = self.synthesis(styles, level=level, fade=fade)
            inputs = [fake, *labels] if labels else fake
            scores = self.discriminator(inputs, level=level, fade=fade, training=True)
            return {"adversarial": self.objective.generator(None, scores)}

        return progressive.at_level(self.lod, len(self.sides), terms)

    # Deployment

    def call(self, inputs, psi=1.0, lod=None):
        """Latents (batch, latent_dim), or these and labels (batch,), to images of full size.

        Args:
            inputs: latents, or [latents, labels].
            psi: of the truncation.
            lod: level of detail; None is that of training now.
        """
        return self.synthesize(self.truncate(self.map(inputs), psi), lod)

    def synthesize(self, styles: tf.Tensor, lod: float | tf.Tensor | None = None) -> tf.Tensor:
        """w (batch, style_dim), or styles (batch, L, style_dim), to images of full size, cut to [-1, 1].

        Noise is constant. Images of a level that is not the last are enlarged.

        Args:
            styles: w, or styles.
            lod: level of detail; None is that of training now.
        """
        styles, synthesis = self.of_layers(styles), self.deployed("synthesis")

        def images(level, fade):
            found = synthesis(styles, noise="constant", level=level, fade=fade)
            return tf.clip_by_value(progressive.enlarged(found, self.sides[-1] // self.sides[level]), -1.0, 1.0)

        return progressive.at_level(self.lod_or_now(lod), len(self.sides), images)

    def serving_signatures(self) -> dict[str, Any]:
        """As of any style generator, at the level of detail of now: what is exported does not grow."""
        return self.style_signatures(lod=float(self.lod))
