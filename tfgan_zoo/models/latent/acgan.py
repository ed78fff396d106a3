"""AC-GAN: a discriminator that also names the class (Odena, Olah and Shlens, 2016, arXiv:1610.09585)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks
from tfgan_zoo.class_conditional import ClassConditionalGAN, Classifying
from tfgan_zoo.game import Terms
from tfgan_zoo.objectives.codes import categorical_nll
from tfgan_zoo.registry import register


@register("acgan")
class ACGAN(Classifying, ClassConditionalGAN):
    """D judges images without seeing labels, and a classifier C that shares its trunk names the class of all of them.

    With L_S = -E[log D(x)] - E[log(1 - D(G(z, c)))] and L_C = -E[log C(c | x)] - E[log C(c | G(z, c))],
        D and C minimize L_S + class_weight L_C,
        G minimizes -E[log D(G(z, c))] - class_weight E[log C(c | G(z, c))] (section 3, G in the non-saturating form):
    *both* want the class of a fake to be recognized. That favours images whose class is beyond doubt over those that
    the data have between classes. G takes the class as a one-hot vector beside z.

    Args:
        image_shape: (side, side, channels), side a multiple of 4, or less than 16 for perceptrons.
        latent_dim: length of a latent vector.
        classes: number of classes.
        width: channels of the first convolution; units of a hidden layer for tiny images.
        class_weight: of the classifier's terms; 1 in the paper.
    """

    players = {"discriminator": ["discriminator", "classifier"], "generator": ["generator"]}

    def __init__(self, image_shape=(32, 32, 3), latent_dim=100, classes=10, width=64, class_weight=1.0, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, classes=classes, **kwargs)
        self.width, self.class_weight = width, class_weight
        latents, images = keras.Input((latent_dim,)), keras.Input(self.image_shape)
        labels = keras.Input((), dtype="int32")
        pair = keras.layers.Concatenate()([latents, keras.ops.one_hot(labels, classes)])
        fake = networks.trunk_generator(self.image_shape, latent_dim + classes, width)(pair)
        features = networks.trunk(self.image_shape, width)(images)
        score, logits = networks.head(features, 1), networks.head(features, classes)
        self.add_networks(
            generator=keras.Model([latents, labels], fake, name="generator"),
            discriminator=keras.Model(images, score, name="discriminator"),
            classifier=keras.Model(images, logits, name="classifier"),
        )
        self.judge = keras.Model(images, [score, logits], name="judge")  # both in one pass through the trunk

    def discriminator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """The objective and the class of real and fake images, from one look at each."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]), labels)
        real_scores, real_logits = self.judge(real, training=True)
        fake_scores, fake_logits = self.judge(fake, training=True)
        return {
            "adversarial": self.objective.discriminator(real_scores, fake_scores),
            "class_of_real": self.class_term(labels, real_logits),
            "class_of_fake": self.class_term(labels, fake_logits),
        }

    def generator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """The objective and the class of fakes, from one look at them."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]), labels)
        scores, logits = self.judge(fake, training=True)
        return {
            "adversarial": self.objective.generator(lambda: self.judge(real, training=True)[0], scores),
            "class_of_fake": self.class_term(labels, logits),
        }

    def class_term(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """class_weight times the mean cross-entropy of labels (batch,) and logits (batch, classes)."""
        return self.class_weight * categorical_nll(tf.one_hot(labels, self.classes), logits)
