"""ProGAN: networks that grow from 4x4 pixels upward while they train (Karras et al., 2018, arXiv:1710.10196)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, objectives, penalties, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.growing import Growing
from tfgan_zoo.networks import progressive
from tfgan_zoo.registry import register


@register("progan")
class ProGAN(Growing, GAN):
    """WGAN-GP on small images first; layers for twice the resolution are faded in again and again.

    At each level D minimizes E[D(G(z))] - E[D(x)] + w / t^2 E[(|grad D(x_hat)| - t)^2] + drift_weight E[D(x)^2], x_hat
    uniform on segments from a generated to a real image, and G minimizes -E[D(G(z))] (appendix A.1). x is the data
    reduced to the level's side; while a level is faded in, x, G(z) and what D sees are blends with the level before
    (figure 2). Gradients are those with respect to the level's own images; the reference enlarges images to full size
    before D reduces them again, so that norms are 2^lod times smaller at the same target. D sees the spread of a group
    of samples (`MinibatchStddev`): of the examples of one replica, and with accumulation of one micro-batch.

    Growth follows the number of real images shown, `images_seen`, which is part of the saved state: `stabilize_images`
    at a level, then `transition_images` to fade in the next (section 2; appendix A.1: 800,000 each, the code's later
    presets: 600,000). `lod` is the level of detail, from the number of doublings to come down to 0; it is logged. All
    weights exist from the start and one graph serves all levels, of which a step computes only its own. `fit` takes
    images of full size throughout, and batches of one size: the reference's smaller batches of larger images (64 at 32
    pixels to 3 at 1024) save memory, for which `accumulation_steps` is there. The reference looks at the schedule at
    every fourth step, this at each.

    Weights of levels to come have gradients of zero; Adam with beta_1 = 0 leaves such weights, and its moments of them,
    at rest. When a level enters and when it is complete the optimizers' moments and step counts start anew, as in the
    reference; otherwise Adam with beta_2 = 0.99 would make the first steps of new weights ten times too long. A
    schedule of the learning rate that counts the optimizer's steps starts anew with them.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 4 to 7; s is the side of the first level.
        latent_dim: length of a latent vector.
        width: feature maps up to 32 pixels, halved with every doubling from there on.
        initial_side: side at which training starts; None is s.
        stabilize_images: images that each level is trained for before the next one enters.
        transition_images: images over which it is faded in.
        group_size: examples over which D measures the spread; a replica's batch must be a multiple; 1 leaves it out.
        penalty_weight: w.
        gradient_target: t, the gradient norm that costs nothing (appendix A.1: 750 for CIFAR-10).
        drift_weight: holds D's scores near zero.

    Raises:
        ZooError: a side that is no level's, a schedule without images, a target that is not positive or a group size
            below one.
    """

    objective = objectives.wasserstein

    def __init__(
        self,
        image_shape=(128, 128, 3),
        latent_dim=512,
        width=512,
        initial_side=None,
        stabilize_images=600_000,
        transition_images=600_000,
        group_size=4,
        penalty_weight=10.0,
        gradient_target=1.0,
        drift_weight=0.001,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.grow(initial_side, stabilize_images, transition_images)
        if not gradient_target > 0:
            raise ZooError(f"gradient_target: expected a positive norm, found {gradient_target!r}")
        if not isinstance(group_size, int) or group_size < 1:
            raise ZooError(f"group_size: expected a number of examples from 1 on, found {group_size!r}")
        self.width, self.initial_side, self.group_size = width, initial_side, group_size
        self.penalty_weight, self.gradient_target, self.drift_weight = penalty_weight, gradient_target, drift_weight
        self.add_networks(
            generator=networks.ProgressiveGenerator(self.image_shape, latent_dim, width, initial_side),
            discriminator=networks.ProgressiveDiscriminator(self.image_shape, width, group_size, initial_side),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-3 without momentum (the reference: 1.5e-3 at 1024 pixels)."""
        return {player: keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8) for player in self.players}

    # The game

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The critic's loss, its gradient penalty and the drift of its scores, at the level in use."""
        latents, position = self.sample_latents(tf.shape(real)[0]), draws.uniform(tf.shape(real)[0])

        def terms(level, fade):
            critic = lambda images: self.discriminator(images, level=level, fade=fade, training=True)
            seen = progressive.as_seen(real, self.sides[-1] // self.sides[level], fade)
            fake = self.generator(latents, level=level, fade=fade, training=True)
            # A branch is differentiated with respect to all that it uses; only solvers ask how G matters to D.
            fake = fake if getattr(self, "solver", None) else tf.stop_gradient(fake)
            scores = critic(seen)
            norms = penalties.gradient_norms(critic, penalties.interpolate(seen, fake, position))
            weight = self.penalty_weight / self.gradient_target**2
            return {
                "adversarial": self.objective.discriminator(scores, critic(fake)),
                "gradient_penalty": weight * penalties.gradient_penalty(norms, self.gradient_target),
                "drift": self.drift_weight * tf.reduce_mean(tf.square(scores)),
            }

        return progressive.at_level(self.lod, len(self.sides), terms)

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """-E[D(G(z))] at the level in use."""
        latents = self.sample_latents(tf.shape(real)[0])

        def terms(level, fade):
            fake = self.generator(latents, level=level, fade=fade, training=True)
            scores = self.discriminator(fake, level=level, fade=fade, training=True)
            return {"adversarial": self.objective.generator(None, scores)}

        return progressive.at_level(self.lod, len(self.sides), terms)

    # Deployment

    def call(self, latents, lod=None):
        """Latents (batch, latent_dim) to images of full size, those of a lower level enlarged, clipped to [-1, 1].

        Args:
            latents: of any scale; they are normalized.
            lod: level of detail; None is that of training now.
        """
        generator = self.deployed("generator")

        def images(level, fade):
            found = generator(latents, level=level, fade=fade)
            return tf.clip_by_value(progressive.enlarged(found, self.sides[-1] // self.sides[level]), -1.0, 1.0)

        return progressive.at_level(self.lod_or_now(lod), len(self.sides), images)

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """As of any GAN, at the level of detail of now: what is exported does not grow."""
        lod = float(self.lod)
        with draws.seeded((0, 0)):
            latents = self.sample_latents(1)

        def generate(seed, count):
            with draws.seeded((seed, 0)):
                return self.call(self.sample_latents(count), lod)

        call = signatures.function(lambda z: self.call(z, lod), signatures.batch_of(latents, "latents"))
        return {"serving_default": call, **signatures.generators(generate, signatures.SEED, signatures.COUNT)}
