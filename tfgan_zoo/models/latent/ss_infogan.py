"""ss-InfoGAN: a few labels give the code of the class its meaning (Spurr, Aksan and Hilliges, 2017, 1707.04487)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks
from tfgan_zoo.class_conditional import ClassConditionalGAN, Classifying
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.inputs import Images, Input, Labels
from tfgan_zoo.objectives.codes import categorical_nll, partial_nll, squared_error
from tfgan_zoo.registry import register


@register("ss_infogan")
class SSInfoGAN(Classifying, ClassConditionalGAN):
    """The class is a code that is read back like InfoGAN's, by a head that learns its names from the labelled images.

    The latent is (class y', codes c, noise). Two heads on D's trunk read images: Q_ss names the class, Q_us the codes.
        D, Q_ss, Q_us minimize L_D - label_weight E_labelled[log Q_ss(y | x)] + code_weight L_us,
        G minimizes L_G - label_weight E[log Q_ss(y' | G(y', c, z))] + code_weight L_us,
    with the non-saturating losses L_D and L_G and L_us = E[-log Q_us(category) + sum_j (c_j - m_j)^2] on fakes. Q_ss is
    taught by real images only: taught by fakes it would drift with G, and the class lose its name.

    The paper tosses a coin in each step: with probability p the real batch is an unlabelled one, otherwise a labelled
    one; p grows from 0 by 0.1 an epoch until it is the share of unlabelled examples, so that the few labels are
    emphasized at first and not worn out later. Here every batch is drawn from all data, label -1 marks an unlabelled
    example, and in a batch of n the labelled examples' losses are summed and multiplied by (1 - p) / (n labelled),
    `labelled` the share of examples with a label: the same expected loss in each step, with static shapes. At the end
    the factor is 1 / n. Fakes are drawn afresh in G's move, the paper's code uses those of D's again.

    Args:
        image_shape: (side, side, channels), side a multiple of 4, or less than 16 for perceptrons.
        noise_dim: length of the part of the latent that is not read back.
        classes: number of classes.
        categories: values of a categorical code; 0 has none.
        codes: number of continuous codes, uniform on [-1, 1].
        width: channels of the first convolution; units of a hidden layer for tiny images.
        labelled: share of examples in the data that have a label, in (0, 1].
        label_weight: lambda_ss, of the class.
        code_weight: lambda_us, of the codes.
        epoch_steps: train steps after which p grows by 0.1; 100 in the paper.

    Raises:
        ZooError: sizes that do not fit, no codes, no labelled examples.
    """

    players = {"discriminator": ["discriminator", "classifier", "recognizer"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(28, 28, 1),
        noise_dim=62,
        classes=10,
        categories=0,
        codes=2,
        width=64,
        labelled=0.01,
        label_weight=2.0,
        code_weight=0.8,
        epoch_steps=100,
        **kwargs,
    ):
        latent_dim = categories + codes + noise_dim
        if kwargs.pop("latent_dim", latent_dim) != latent_dim:
            raise ZooError(f"latent_dim: it is categories + codes + noise_dim = {latent_dim}; set these instead")
        if categories + codes < 1:
            raise ZooError("ss_infogan reads codes beside the class; give `codes` or `categories`, or choose acgan")
        if not 0 < labelled <= 1:
            raise ZooError(
                f"labelled: expected a share of examples in (0, 1], found {labelled!r}; without any: infogan"
            )
        if not isinstance(epoch_steps, int) or epoch_steps < 1:
            raise ZooError(f"epoch_steps: expected a number of train steps from 1 on, found {epoch_steps!r}")
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, classes=classes, **kwargs)
        self.noise_dim, self.categories, self.codes, self.width = noise_dim, categories, codes, width
        self.labelled, self.epoch_steps = labelled, epoch_steps
        self.label_weight, self.code_weight = label_weight, code_weight
        latents, images = keras.Input((latent_dim,)), keras.Input(self.image_shape)
        labels = keras.Input((), dtype="int32")
        whole = keras.layers.Concatenate()([keras.ops.one_hot(labels, classes), latents])
        fake = networks.trunk_generator(self.image_shape, classes + latent_dim, width)(whole)
        features = networks.trunk(self.image_shape, width)(images)
        score, logits = networks.head(features, 1), networks.head(features, classes)
        code = networks.head(features, categories + codes, hidden=2 * width)
        self.add_networks(
            generator=keras.Model([latents, labels], fake, name="generator"),
            discriminator=keras.Model(images, score, name="discriminator"),
            classifier=keras.Model(images, logits, name="classifier"),
            recognizer=keras.Model(images, code, name="recognizer"),
        )
        # Several heads in one pass through the trunk; the codes' own statistics are of fakes only.
        self.judge_of_real = keras.Model(images, [score, logits], name="judge_of_real")
        self.judge_of_fake = keras.Model(images, [score, logits, code], name="judge_of_fake")

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images, and labels of some."""
        return (Images(self.image_shape), Labels(self.classes, partial=True))

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """The MNIST rates: the generator's is ten times the discriminator's."""
        adam = lambda rate: keras.optimizers.Adam(rate, beta_1=0.5, epsilon=1e-8)
        return {"discriminator": adam(1e-4), "generator": adam(1e-3)}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw a one-hot category, continuous codes and normal noise, side by side; the class is apart."""
        continuous, noise = draws.uniform(n, self.codes, low=-1.0), draws.normal(n, self.noise_dim)
        parts = [continuous, noise]
        if self.categories:
            parts.insert(0, tf.one_hot(draws.integers(n, below=self.categories), self.categories))
        return tf.concat(parts, axis=1)

    # The game

    def discriminator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """The objective, the class of labelled real images, the codes of fakes."""
        fake, latents, _ = self.fakes(tf.shape(real)[0])
        real_scores, logits = self.judge_of_real(real, training=True)
        fake_scores, _, code = self.judge_of_fake(fake, training=True)
        return {
            "adversarial": self.objective.discriminator(real_scores, fake_scores),
            "class_of_real": self.label_weight * self.emphasis() * partial_nll(labels, logits),
            **self.code_terms(latents, code),
        }

    def generator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """The objective, the class and the codes of fakes."""
        fake, latents, asked = self.fakes(tf.shape(real)[0])
        scores, logits, code = self.judge_of_fake(fake, training=True)
        return {
            "adversarial": self.objective.generator(lambda: self.discriminate(real), scores),
            "class_of_fake": self.label_weight * categorical_nll(tf.one_hot(asked, self.classes), logits),
            **self.code_terms(latents, code),
        }

    def fakes(self, n: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return `n` images of uniformly drawn classes, their latents and these classes."""
        latents, asked = self.sample_latents(n), draws.integers(n, below=self.classes)
        return self.generate(latents, asked), latents, asked

    def emphasis(self) -> tf.Tensor:
        """(1 - p) / labelled of the current train step: from 1 / labelled down to 1, in ten epochs at most."""
        epoch = tf.cast(self.step.value // self.epoch_steps, tf.float32)
        return tf.maximum(1.0 - 0.1 * epoch, self.labelled) / self.labelled

    def code_terms(self, latents: tf.Tensor, code: tf.Tensor) -> Terms:
        """The weighted parts of L_us.

        Args:
            latents: (batch, categories + codes + noise_dim).
            code: the recognizer's output (batch, categories + codes).
        """
        category, continuous, _ = tf.split(latents, [self.categories, self.codes, self.noise_dim], axis=1)
        logits, mean = tf.split(code, [self.categories, self.codes], axis=1)
        terms = {}
        if self.categories:
            terms["category"] = self.code_weight * categorical_nll(category, logits)
        if self.codes:
            terms["continuous"] = self.code_weight * squared_error(continuous, mean)
        return terms

    def recognize(self, images: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Images to the category's logits (batch, categories) and the continuous codes' means (batch, codes)."""
        return tf.split(self.recognizer(images, training=training), [self.categories, self.codes], axis=1)

    def after_step(self, logs: Terms) -> Terms:
        """Log the emphasis of labels."""
        return {"emphasis": self.emphasis()}
