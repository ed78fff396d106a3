"""Games on labelled images: the generator is told the class."""

from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.gan import GAN
from tfgan_zoo.inputs import Images, Input, Labels


class ClassConditional:
    """A mixin, first among the bases of a game whose `call` takes latents and labels: `sample` and signatures."""

    def sample(self, n: int, seed: int = 0, labels: Any = None) -> tf.Tensor:
        """Return `n` images, float32 in [-1, 1], of the given classes, or of all classes in turn.

        Raises:
            ZooError: labels of the wrong number or type, or out of range.
        """
        labels = checked_labels(labels, n, self.classes)
        with draws.seeded((seed, 0)):
            latents = self.sample_latents(n)
        return signatures.in_chunks(lambda *pair: self.call(pair), latents, labels)

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """`serving_default`: latents and labels to images; `generate`, `generate_png`: (seed, labels) to bytes."""

        def generate(seed, labels):
            with draws.seeded((seed, 0)):
                return self.call((self.sample_latents(tf.shape(labels)[0]), labels))

        latents = tf.TensorSpec((None, self.latent_dim), tf.float32, "latents")
        call = signatures.function(lambda *pair: self.call(pair), latents, signatures.LABELS)
        return {"serving_default": call, **signatures.generators(generate, signatures.SEED, signatures.LABELS)}


class ClassConditionalGAN(ClassConditional, GAN):
    """A GAN on batches of images and labels, whose generator takes latents and labels.

    A variant makes networks of pairs: the generator of [latents (batch, latent_dim), labels (batch,)]; its
    discriminator takes [images, labels], unless it overrides `discriminate`. Labels of fakes are those of the batch:
    they follow the data's.

    Args:
        image_shape: (height, width, channels).
        latent_dim: length of a latent vector.
        classes: number of classes.

    Raises:
        ZooError: no image shape, or fewer than two classes.
    """

    def __init__(self, image_shape=(32, 32, 3), latent_dim=100, classes=10, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.classes = classes
        if len(self.image_shape) != 3:
            raise ZooError(f"image_shape: {self.name} makes images (side, side, channels), found {self.image_shape}")
        if not isinstance(classes, int) or classes < 2:
            raise ZooError(f"classes: expected a number from 2 on, found {classes!r}")

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images and labels."""
        return (Images(self.image_shape), Labels(self.classes))

    def call(self, inputs):
        """Latents (batch, latent_dim) and labels (batch,) to images."""
        latents, labels = inputs
        return self.deployed("generator")([latents, labels])


class Classifying:
    """A mixin, first among the bases of a game on labelled images whose network `classifier` names their class."""

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """Images in [-1, 1] to the logits of their classes (batch, classes)."""
        return self.classifier(images)

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """Those of the model, and `classify`: images to logits."""
        images = self.inputs_of_batch()[0].spec
        return {**super().serving_signatures(), "classify": signatures.function(self.classify, images, output="logits")}


def checked_labels(labels: Any, n: int, classes: int) -> tf.Tensor:
    """Return `n` class ids as an int32 tensor (n,); all classes in turn for None.

    Raises:
        ZooError: labels of the wrong number or type, or out of range.
    """
    labels = np.arange(n) % classes if labels is None else np.asarray(labels)
    if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
        raise ZooError(f"labels: expected {n} integers, found shape {labels.shape} of {labels.dtype}")
    if n:
        Labels(classes).check(labels)
    return tf.constant(labels, tf.int32)
