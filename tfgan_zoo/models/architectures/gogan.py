"""GoGAN: Wasserstein pairs in stages, each to outrank the last (Juefei-Xu et al., 2017, arXiv:1704.04865)."""

import tensorflow as tf

from tfgan_zoo import objectives
from tfgan_zoo.averages import average_of
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.models.objectives.wgan import WGAN
from tfgan_zoo.registry import register


@register("gogan")
class GoGAN(WGAN):
    """`wgan` with a margin between the scores of data and samples, and stages: D_i, G_i must be better than the last.

    In stage i the critic minimizes, over weights in [-clip, clip],
        E[max(0, D_i(G_i(z)) + m - D_i(x))] + rank_weight * E[max(0, D_j(G_j(z)) + 2m - D_i(x))],  j = i - 1,
    the second term from stage 2 on, with D_j, G_j as they were when their stage ended and the same z in both; x and z
    are paired one to one. G_i minimizes -E[D_i(G_i(z))]. Where every pair violates the margin, the first term is
    `wgan`'s loss plus m. No code of the authors exists: the equations are those of vivkul/MAD-GAN_synthetic,
    `gogan.py`, which however trains the pair of stage 1 on in stage 2; here, as in the paper, it is frozen.

    Stages are counted in the model's state: after every `stage_steps` train steps of its life, until stage `stages`,
    generator and discriminator are copied to `previous_generator` and `previous_discriminator`, and go on from where
    they are, optimizers included: an empty RMSprop slot would make their first steps ten times as long. So the rule
    needs no callback, and a run resumes exactly. The frozen pair infers: batch normalization takes the moving
    statistics. The current stage is logged as "stage".

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        margin: m, epsilon in the paper.
        rank_weight: of the term that compares with the stage before.
        stages: number of stages; the last one has no end.
        stage_steps: train steps of a stage; one is `n_critic` moves of D and one of G.

    Raises:
        ZooError: a margin or weight below zero, or a number of stages or steps that is none.
    """

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=100,
        width=64,
        margin=1.0,
        rank_weight=0.5,
        stages=3,
        stage_steps=50_000,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, width=width, **kwargs)
        for name, value in (("margin", margin), ("rank_weight", rank_weight)):
            if not value >= 0:
                raise ZooError(f"{name}: expected a number from 0 on, found {value!r}")
        for name, value in (("stages", stages), ("stage_steps", stage_steps)):
            if not isinstance(value, int) or value < 1:
                raise ZooError(f"{name}: expected a number from 1 on, found {value!r}")
        self.margin, self.rank_weight, self.stages, self.stage_steps = margin, rank_weight, stages, stage_steps
        self.stage = self.scalar("stage", 1, dtype="int32")
        self.add_networks(
            previous_generator=average_of(self.generator, "previous_generator"),
            previous_discriminator=average_of(self.discriminator, "previous_discriminator"),
        )

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The margin between data and fresh fakes, and from stage 2 on that to the previous stage."""
        latents = self.sample_latents(tf.shape(real)[0])
        real_scores, fake_scores = self.discriminate(real), self.discriminate(self.generate(latents))

        def rank():
            previous = self.previous_discriminator(self.previous_generator(latents))
            return self.rank_weight * objectives.ranking(real_scores, previous, 2.0 * self.margin)

        return {
            "margin": objectives.ranking(real_scores, fake_scores, self.margin),
            "rank": tf.cond(self.stage.value > 1, rank, lambda: tf.zeros(())),
        }

    def after_step(self, logs: Terms) -> Terms:
        """At the end of a stage freeze a copy of the pair, on each replica alike."""
        stage = self.stage.value
        ends = ((self.step.value + 1) % self.stage_steps == 0) & (stage < self.stages)

        def freeze():
            for name in ("generator", "discriminator"):
                for old, new in zip(getattr(self, f"previous_{name}").variables, getattr(self, name).variables):
                    old.assign(new.value)
            return stage + 1

        self.stage.assign(tf.cond(ends, freeze, lambda: stage))
        return {"stage": tf.cast(stage, tf.float32)}
