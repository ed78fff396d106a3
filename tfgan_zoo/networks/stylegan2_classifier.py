"""A classifier that shares the layers of StyleGAN2's discriminator."""

import keras

from tfgan_zoo.layers import EqualizedDense
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator


class StyleGAN2Classifier(keras.Model):
    """Images to float32 logits (batch, classes), by all layers of a discriminator but the last, and a head of its own.

    It sees no minibatch standard deviation, by which examples would tell the classes of each other: see
    `StyleGAN2Discriminator.summary`.

    Args:
        discriminator: whose layers it shares; without classes.
        classes: number of classes.
    """

    def __init__(self, discriminator: StyleGAN2Discriminator, classes: int, **kwargs):
        super().__init__(**{"name": "classifier", "autocast": False, **kwargs})
        self.discriminator = discriminator
        self.head = EqualizedDense(classes, gain=1.0, dtype="float32", name="head")
        self.head.build((None, discriminator.dense.units))
        self.built = True

    def call(self, images, scores=False):
        """(batch, side, side, channels) to logits; with `scores` to (the discriminator's scores (batch, 1), logits).

        Images pass through the trunk once for both.
        """
        maps = self.discriminator.trunk(images)
        logits = self.head(self.discriminator.summary(maps, compare=False))
        return (self.discriminator.score(self.discriminator.summary(maps)), logits) if scores else logits
