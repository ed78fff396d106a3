"""GAN: one generator, one discriminator; the form that most variants fill in."""

from typing import Any

import tensorflow as tf

from tfgan_zoo import draws, feeding, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input, shape_of
from tfgan_zoo.objectives import Objective, non_saturating


class GAN(Game):
    """`n_critic` discriminator moves, each on examples of its own, then one generator move.

    A variant makes `self.generator` and `self.discriminator` in its constructor with `add_networks`. The rest it
    overrides as its paper demands: `objective`, `sample_latents`, `discriminator_terms` (penalties), `generator_terms`.
    Conditions (labels) follow the images in the batch and reach both networks as further inputs.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        n_critic: discriminator moves in a round.
        ema_decay: of the deployed generator's moving average; 0 deploys the generator itself.

    Raises:
        ZooError: an impossible n_critic.
    """

    players = {"discriminator": ["discriminator"], "generator": ["generator"]}
    averaged = ("generator",)
    alternates = True  # False for a game whose players all move once a round: it has no n_critic
    objective: Objective = non_saturating

    def __init__(self, image_shape=(32, 32, 1), latent_dim=100, n_critic=1, ema_decay=0.999, **kwargs):
        super().__init__(ema_decay=ema_decay, **kwargs)
        self.image_shape, self.latent_dim, self.n_critic = shape_of(image_shape), latent_dim, n_critic
        if not isinstance(n_critic, int) or n_critic < 1:
            raise ZooError(f"n_critic: expected a number of moves from 1 on, found {n_critic!r}")
        if n_critic > 1 and not self.alternates:
            raise ZooError(
                f"n_critic: every player of {self.name} moves once a round, found {n_critic!r}; leave it out"
            )

    @property
    def batches_per_step(self) -> int:
        """One batch for every discriminator move."""
        return self.n_critic

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images."""
        return (Images(self.image_shape),)

    def call(self, latents):
        """Latents (batch, latent_dim) to images."""
        return self.deployed("generator")(latents)

    # The game

    def play(self, *batch: tf.Tensor) -> Terms:
        """`n_critic` discriminator moves, each on its part of the batch, then the generator's on the last part."""
        logs = {}
        for part in feeding.split(batch, self.n_critic):
            logs |= self.minimize("discriminator", *part)
        return logs | self.minimize("generator", *part)

    def discriminator_loss(self, real: tf.Tensor, *condition: tf.Tensor) -> Terms:
        """The objective on real images and fresh fakes, and `discriminator_terms`."""
        latents = self.sample_latents(tf.shape(real)[0])
        fake = self.generate(latents, *condition)  # only D's weights are watched; a solver also asks how G's matter
        real_scores, fake_scores = self.discriminate(real, *condition), self.discriminate(fake, *condition)
        adversarial = self.objective.discriminator(real_scores, fake_scores)
        return {"adversarial": adversarial, **self.discriminator_terms(real, fake, latents, *condition)}

    def generator_loss(self, real: tf.Tensor, *condition: tf.Tensor) -> Terms:
        """The objective on fresh fakes, and `generator_terms`."""
        latents = self.sample_latents(tf.shape(real)[0])
        fake = self.generate(latents, *condition)
        fake_scores = self.discriminate(fake, *condition)
        adversarial = self.objective.generator(lambda: self.discriminate(real, *condition), fake_scores)
        return {"adversarial": adversarial, **self.generator_terms(real, fake, latents, *condition)}

    # What a variant may change

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the prior of latents: the standard normal."""
        return draws.normal(n, self.latent_dim)

    def generate(self, latents: tf.Tensor, *condition: tf.Tensor) -> tf.Tensor:
        """The generator in training mode."""
        return self.generator([latents, *condition] if condition else latents, training=True)

    def discriminate(self, images: tf.Tensor, *condition: tf.Tensor) -> tf.Tensor:
        """The discriminator in training mode: scores (batch, 1), large for real."""
        return self.discriminator([images, *condition] if condition else images, training=True)

    def discriminator_terms(self, real, fake, latents, *condition) -> Terms:
        """Penalties and auxiliary losses beside the adversarial one."""
        return {}

    def generator_terms(self, real, fake, latents, *condition) -> Terms:
        """Auxiliary losses beside the adversarial one."""
        return {}

    # Deployment

    def sample(self, n: int, seed: int = 0, **conditions: Any) -> tf.Tensor:
        """Return `n` images, float32 in [-1, 1]; the same for the same seed.

        Raises:
            ZooError: a condition is given; this model takes none.
        """
        self.refuse(conditions)
        with draws.seeded((seed, 0)):
            latents = self.sample_latents(n)
        return signatures.in_chunks(self.call, latents)

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """`serving_default`: latents to images; `generate`, `generate_png`: (seed, count) to bytes."""
        with draws.seeded((0, 0)):
            latents = self.sample_latents(1)

        def generate(seed, count):
            with draws.seeded((seed, 0)):
                return self.call(self.sample_latents(count))

        call = signatures.function(self.call, signatures.batch_of(latents, "latents"))
        return {"serving_default": call, **signatures.generators(generate, signatures.SEED, signatures.COUNT)}
