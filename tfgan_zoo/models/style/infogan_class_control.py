"""Class control of a style generator by a classifier on D's trunk.

An adaptation of StyleGAN2 with the codes of InfoGAN (Chen et al., 2016, arXiv:1606.03657) and the losses of ss-InfoGAN
(Spurr et al., 2017, arXiv:1707.04487) or AC-GAN (Odena et al., 2016, arXiv:1610.09585).
"""

import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.class_conditional import Classifying
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.inputs import Images, Input
from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.stylegan2_classifier import StyleGAN2Classifier
from tfgan_zoo.objectives.codes import categorical_nll
from tfgan_zoo.registry import register

# mode -> whether the classifier learns from real and from generated images
MODES = {"supervised": (True, False), "infogan": (False, True), "acgan": (True, True)}


@register("infogan_class_control")
class InfoGANClassControl(Classifying, StyleGAN2):
    """StyleGAN2 whose f is told a class c, and whose D is not: a second head C on D's trunk names c instead.

    To the losses of StyleGAN2, of an unconditional D, are added, with H the mean cross-entropy,
        for D and C: class_weight H(C(x), y), but in mode "infogan", and class_weight H(C(G(z, c)), c), but in mode
        "supervised";
        for G: class_weight H(C(G(z, c)), c).
    In "supervised" (ss-InfoGAN's split) only real images teach C, so that it cannot agree with G on something else than
    the classes; in "acgan" both kinds do; in "infogan" only fakes: the batch has no labels, c is drawn uniformly, and
    what a c comes to mean is found in training (both raise a lower bound of the information between c and the image).
    With labels c is the batch's: it has the data's frequencies.

    D and C share all variables but the two last dense layers, and images pass through the trunk once for both. C is
    read off features without the minibatch standard deviation, by which it could tell the classes of the other
    examples; R1 is of D's score alone. Embedded c and z are each normalized before f joins them, and the two latents
    whose styles are mixed have the same c.

    Args:
        classes: number of classes, or of values of the code.
        mode: "supervised", "infogan" or "acgan".
        class_weight: lambda_c; with 0 the losses are StyleGAN2's.
        **kwargs: as `StyleGAN2`.

    Raises:
        ZooError: fewer than two classes, a negative weight, an unknown mode, or as `StyleGAN2`.
    """

    players = {**StyleGAN2.players, "discriminator": ["discriminator", "classifier"]}
    judges_pairs = False

    def __init__(self, classes=10, mode="supervised", class_weight=1.0, **kwargs):
        if not isinstance(classes, int) or classes < 2:
            raise ZooError(f"classes: expected a number from 2 on, found {classes!r}")
        if mode not in MODES:
            raise unknown("mode", mode, MODES)
        if not class_weight >= 0:
            raise ZooError(f"class_weight: expected a number from 0 on, found {class_weight!r}")
        super().__init__(classes=classes, **kwargs)
        self.mode, self.class_weight = mode, class_weight
        self.add_networks(classifier=StyleGAN2Classifier(self.discriminator, classes))

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images, and labels but in mode "infogan"."""
        return (Images(self.image_shape),) if self.mode == "infogan" else super().inputs_of_batch()

    # The game

    def discriminator_loss(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The objective and the class of those images that teach it, from one look at each."""
        fake, asked = self.fakes(tf.shape(real)[0], *labels)
        (scores, logits), (fake_scores, fake_logits) = self.judge(real), self.judge(fake)
        terms, (of_real, of_fake) = self.adversarial_terms(scores, fake_scores), MODES[self.mode]
        if of_real:
            terms["class_of_real"] = self.class_term(*labels, logits)
        if of_fake:
            terms["class_of_fake"] = self.class_term(asked, fake_logits)
        return terms

    def generator_loss(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The objective and the class of fakes, from one look at them."""
        fake, asked = self.fakes(tf.shape(real)[0], *labels)
        scores, logits = self.judge(fake)
        return {
            "adversarial": self.objective.generator(lambda: self.discriminate(real), scores),
            "class_of_fake": self.class_term(asked, logits),
        }

    def generator_regularizer(self, real: tf.Tensor, *labels: tf.Tensor) -> Terms:
        """The penalty on path lengths, of half a batch."""
        return super().generator_regularizer(real, *(labels or (self.uniform_classes(tf.shape(real)[0]),)))

    def fakes(self, n: tf.Tensor, *labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return `n` images in training mode and their classes: `labels`, or drawn without them."""
        latents = self.sample_latents(n)
        asked = labels[0] if labels else self.uniform_classes(n)
        return self.generate(latents, asked), asked

    def uniform_classes(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw `n` classes of equal probability."""
        return draws.integers(n, below=self.classes)

    def discriminate(self, images: tf.Tensor, *labels: tf.Tensor) -> tf.Tensor:
        """D's scores of augmented images, whatever their labels."""
        return super().discriminate(images)

    def judge(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """D's scores (batch, 1) and C's logits (batch, classes) of augmented images, by one pass through the trunk."""
        return self.classifier(self.augmented(images), scores=True)

    def class_term(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """class_weight times the mean cross-entropy of labels (batch,) and logits (batch, classes)."""
        return self.class_weight * categorical_nll(tf.one_hot(labels, self.classes), logits)
