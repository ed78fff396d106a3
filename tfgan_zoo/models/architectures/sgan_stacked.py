"""Stacked GAN: generators that invert a classifier level by level (Huang et al., 2017, arXiv:1612.04357)."""

from typing import Any

import keras
import tensorflow as tf

from tfgan_zoo import draws, feeding, objectives
from tfgan_zoo.class_conditional import ClassConditional
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input, Labels, shape_of
from tfgan_zoo.networks import stacked
from tfgan_zoo.registry import register

MODES = ("joint", "independent")


@register("sgan_stacked")
class StackedGAN(ClassConditional, Game):
    """A classifier E maps images x to features h = E_0(x) and these to labels y; G_1 and G_0 go the way back.

    With noise z_i uniform on (0, 1), h' = G_1(z_1, y) and x' = G_0(z_0, g), every level i has a discriminator D_i with
    a recognizer Q_i on the same trunk. In each level (section 3.3), of real and fake v, v' = h, h' or x, x',
        D_i and Q_i minimize  1/2 E[-log D_i(v)] + 1/2 E[-log(1 - D_i(v'))] + entropy_weight L_ent,
        G_i minimizes         E[-log D_i(v')] + condition_weight L_cond + entropy_weight L_ent,
    L_ent = mean (Q_i(v') - z_i)^2, a bound on the entropy of v' given its condition: without it G ignores z and
    L_ent is at least 1/12. L_cond asks that E finds the condition in v': cross-entropy of E_1(h') with y, and
    mean (E_0(x') - g)^2. In the paper's first stage, mode "independent", g = h; in the second, "joint", g = h', which
    is a given for G_0's losses: G_1 learns from those of its own level alone. Deployed is the stack of both, always.
    For data harder than MNIST train a model in mode "independent", then one in mode "joint" that loads its weights.

    E is trained on the labels of the data at the beginning of the first `fit`, for `encoder_steps` steps of Adam 1e-3,
    or at will by `pretrain_encoder`; it is frozen ever after, and the saved state tells that it is trained. All its
    layers work alike in training and inference.

    Args:
        image_shape: (side, side, channels), side a multiple of 4 from 16 on.
        noise_dim: length of each level's noise; the latent vector of `call` is z_1 and z_0 side by side.
        classes: number of classes.
        width: channels of D_0's first convolution, which sets all sizes of generators and discriminators.
        encoder_width: channels of E's convolutions; h has eight times as many entries.
        mode: "joint" or "independent".
        condition_weight: of L_cond.
        entropy_weight: of L_ent.
        encoder_steps: train steps of E's pretraining; by default five epochs of 60,000 images in batches of 100.
        ema_decay: of the deployed generators' moving averages; 0 deploys the generators themselves.

    Raises:
        ZooError: a wrong image shape, mode, weight or number of steps.
    """

    players = {
        "discriminators": ["feature_discriminator", "image_discriminator"],
        "generators": ["feature_generator", "image_generator"],
    }
    averaged = ("feature_generator", "image_generator")

    def __init__(
        self,
        image_shape=(28, 28, 1),
        noise_dim=50,
        classes=10,
        width=32,
        encoder_width=32,
        mode="joint",
        condition_weight=1.0,
        entropy_weight=10.0,
        encoder_steps=3000,
        ema_decay=0.999,
        **kwargs,
    ):
        super().__init__(ema_decay=ema_decay, **kwargs)
        if mode not in MODES:
            raise unknown("mode", mode, MODES)
        if not (condition_weight >= 0 and entropy_weight >= 0):
            raise ZooError(f"expected weights from 0 on, found condition {condition_weight}, entropy {entropy_weight}")
        if not isinstance(encoder_steps, int) or encoder_steps < 0:
            raise ZooError(f"encoder_steps: expected a number of train steps from 0 on, found {encoder_steps!r}")
        self.image_shape, self.noise_dim, self.classes, self.width = shape_of(image_shape), noise_dim, classes, width
        self.encoder_width, self.mode, self.encoder_steps = encoder_width, mode, encoder_steps
        self.condition_weight, self.entropy_weight = condition_weight, entropy_weight
        features = 8 * encoder_width
        self.add_networks(
            lower_encoder=stacked.lower_encoder(self.image_shape, encoder_width),
            upper_encoder=stacked.upper_encoder(features, classes),
            feature_generator=stacked.feature_generator(noise_dim, classes, features, width),
            image_generator=stacked.image_generator(self.image_shape, noise_dim, features, width),
            feature_discriminator=stacked.feature_discriminator(features, noise_dim, width),
            image_discriminator=stacked.image_discriminator(self.image_shape, noise_dim, width),
        )
        self.encoder_trained = self.scalar("encoder_trained")  # 1 when it is

    @property
    def latent_dim(self) -> int:
        """Length of both levels' noise together."""
        return 2 * self.noise_dim

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, beta_1 0.5."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, epsilon=1e-8) for player in self.players}

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images and labels."""
        return (Images(self.image_shape), Labels(self.classes))

    # The encoder

    def pretrain_encoder(self, x: Any, y: Any = None, batch_size: int | None = None) -> None:
        """Train E to tell the labels, for `encoder_steps` steps on data as `fit` takes them; it counts as trained."""
        data = feeding.prepare(
            x,
            y,
            inputs=self.inputs_of_batch(),
            model=self.name,
            batch_size=batch_size,
            seed=self.seed,
            replicas=self.distribute_strategy.num_replicas_in_sync,
        )
        with self.distribute_strategy.scope():
            classifier = _Classifier(self, name=self.name, dtype=self.dtype_policy)
        classifier.compile()
        if self.encoder_steps:
            data = data.repeat() if isinstance(data, tf.data.Dataset) else data
            classifier.fit(data, steps_per_epoch=self.encoder_steps, verbose=0)
        self.encoder_trained.assign(1.0)

    def fit(self, x=None, y=None, batch_size=None, *args, **kwargs):
        """As every game; before the first time, `pretrain_encoder` on the same data."""
        if self.compiled and not self.encoder_trained.numpy():
            self.pretrain_encoder(x, y, batch_size)
        return super().fit(x, y, batch_size, *args, **kwargs)

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """E's logits (batch, classes) of images."""
        return self.upper_encoder(self.lower_encoder(images))

    # The game

    def stack(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[dict[str, tuple[tf.Tensor, ...]], tf.Tensor]:
        """Run both generators in training mode.

        Returns:
            "feature" and "image" -> (real, fake, the fake's noise), real features being E's; and g, given to G_0.
        """
        features = self.lower_encoder(images)
        z_1, z_0 = tf.split(self.sample_latents(tf.shape(images)[0]), 2, axis=1)
        fake_features = self.feature_generator([z_1, labels], training=True)
        given = tf.stop_gradient(fake_features) if self.mode == "joint" else features
        fakes = self.image_generator([z_0, given], training=True)
        return {"feature": (features, fake_features, z_1), "image": (images, fakes, z_0)}, given

    def discriminators_loss(self, images: tf.Tensor, labels: tf.Tensor) -> Terms:
        """For each level, half the logistic loss, and the recognizer's error."""
        levels, _ = self.stack(images, labels)
        terms = {}
        for level, (real, fake, noise) in levels.items():
            judge = getattr(self, f"{level}_discriminator")
            (real_scores, _), (fake_scores, code) = judge(real, training=True), judge(fake, training=True)
            terms[level] = 0.5 * objectives.non_saturating.discriminator(real_scores, fake_scores)
            terms[f"{level}_entropy"] = self.entropy_weight * tf.reduce_mean((code - noise) ** 2)
        return terms

    def generators_loss(self, images: tf.Tensor, labels: tf.Tensor) -> Terms:
        """For each level, the non-saturating loss, the recognizer's error and what E misses of the condition."""
        levels, given = self.stack(images, labels)
        terms = {}
        for level, (_, fake, noise) in levels.items():
            scores, code = getattr(self, f"{level}_discriminator")(fake, training=True)
            terms[level] = objectives.non_saturating.generator(None, scores)
            terms[f"{level}_entropy"] = self.entropy_weight * tf.reduce_mean((code - noise) ** 2)
        _, fake_features, _ = levels["feature"]
        _, fakes, _ = levels["image"]
        logits, found = self.upper_encoder(fake_features), self.lower_encoder(fakes)
        terms["feature_condition"] = self.condition_weight * label_loss(labels, logits)
        terms["image_condition"] = self.condition_weight * tf.reduce_mean((found - given) ** 2)
        return terms

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw z_1 and z_0, side by side, from the uniform distribution on (0, 1)."""
        return draws.uniform(n, self.latent_dim)

    # Deployment

    def call(self, inputs):
        """Latents (batch, 2 noise_dim) and labels (batch,) to images."""
        latents, labels = inputs
        z_1, z_0 = tf.split(latents, 2, axis=1)
        features = self.deployed("feature_generator")([z_1, labels])
        return self.deployed("image_generator")([z_0, features])


class _Classifier(Game):
    """The one player who trains E."""

    players = {"encoder": ["lower_encoder", "upper_encoder"]}

    def __init__(self, model: StackedGAN, **kwargs):
        super().__init__(seed=model.seed, **kwargs)
        self.lower_encoder, self.upper_encoder = model.lower_encoder, model.upper_encoder
        self.wanted = model.inputs_of_batch()

    def inputs_of_batch(self):
        return self.wanted

    def default_optimizers(self):
        return {"encoder": keras.optimizers.Adam(1e-3)}

    def encoder_loss(self, images, labels):
        return {"label": label_loss(labels, self.upper_encoder(self.lower_encoder(images)))}


def label_loss(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy of logits (batch, classes) with labels (batch,)."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
