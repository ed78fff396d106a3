"""CycleGAN: unpaired translation held together by going there and back (Zhu et al., 2017, arXiv:1703.10593)."""

from typing import Any

import tensorflow as tf

from tfgan_zoo import draws, networks, objectives, signatures
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input
from tfgan_zoo.layers import ImagePool
from tfgan_zoo.registry import register


@register("cyclegan")
class CycleGAN(Game):
    """Translators G: X -> Y and F: Y -> X against a discriminator for each domain.

    G and F together minimize
        E[(D_Y(G(x)) - 1)^2] + E[(D_X(F(y)) - 1)^2]
        + cycle_weight * (E|F(G(x)) - x| + E|G(F(y)) - y|)
        + identity_weight * cycle_weight * (E|G(y) - y| + E|F(x) - x|)
    and each discriminator 1/2 E[(D(real) - 1)^2] + 1/2 E[D(pool(fake))^2] (sections 3 to 5). Discriminators see fakes
    of the translators before their move, through a pool of older ones.

    Args:
        image_shape: (height, width, channels) of both domains, sides multiples of 4.
        width: channels of the networks' first layers.
        blocks: residual blocks of a translator: 9 for 256 pixels, 6 for 128.
        discriminator_layers: of stride 2 in a discriminator; 3 judges patches of 70x70 pixels.
        normalize: use instance normalization in the discriminators.
        cycle_weight: lambda.
        identity_weight: of the identity terms, relative to lambda.
        pool_size: older fakes kept for each discriminator.
    """

    players = {
        "translators": ["translator_x_to_y", "translator_y_to_x"],
        "discriminators": ["discriminator_x", "discriminator_y"],
    }
    objective = objectives.least_squares

    def __init__(
        self,
        image_shape=(256, 256, 3),
        width=64,
        blocks=9,
        discriminator_layers=3,
        normalize=True,
        cycle_weight=10.0,
        identity_weight=0.5,
        pool_size=50,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.image_shape, self.width, self.blocks = tuple(image_shape), width, blocks
        self.discriminator_layers, self.normalize, self.pool_size = discriminator_layers, normalize, pool_size
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        translator = lambda name: networks.resnet_translator(self.image_shape, width, blocks, name)
        discriminator = lambda name: networks.patch_discriminator(
            self.image_shape, width, discriminator_layers, normalize, name
        )
        self.add_networks(
            translator_x_to_y=translator("translator_x_to_y"),
            translator_y_to_x=translator("translator_y_to_x"),
            discriminator_x=discriminator("discriminator_x"),
            discriminator_y=discriminator("discriminator_y"),
        )
        self.pool_x, self.pool_y = ImagePool(pool_size, self.image_shape), ImagePool(pool_size, self.image_shape)

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images of either domain, unpaired."""
        return (Images(self.image_shape, "images_x"), Images(self.image_shape, "images_y"))

    def call(self, images):
        """Images of X to images of Y."""
        return self.translator_x_to_y(images)

    def play(self, x: tf.Tensor, y: tf.Tensor) -> Terms:
        """The translators move, then the discriminators on a mixture of these and older fakes."""
        logs, (fake_x, fake_y) = self.minimize("translators", x, y, has_aux=True)
        with draws.seeded(self.seed_of("pool", self.step.value)):
            fake_x, fake_y = self.pool_x(fake_x), self.pool_y(fake_y)
        return logs | self.minimize("discriminators", x, y, fake_x, fake_y)

    def translators_loss(self, x: tf.Tensor, y: tf.Tensor):
        """The terms, and the fakes (of X, of Y) for the discriminators."""
        there, back = self.translator_x_to_y, self.translator_y_to_x
        fake_y, fake_x = there(x, training=True), back(y, training=True)
        terms = {
            "adversarial_x": self.objective.generator(None, self.discriminator_x(fake_x, training=True)),
            "adversarial_y": self.objective.generator(None, self.discriminator_y(fake_y, training=True)),
            "cycle_x": self.cycle_weight * distance(back(fake_y, training=True), x),
            "cycle_y": self.cycle_weight * distance(there(fake_x, training=True), y),
        }
        if self.identity_weight:
            weight = self.identity_weight * self.cycle_weight
            terms["identity_x"] = weight * distance(back(x, training=True), x)
            terms["identity_y"] = weight * distance(there(y, training=True), y)
        return terms, (fake_x, fake_y)

    def discriminators_loss(self, x: tf.Tensor, y: tf.Tensor, fake_x=None, fake_y=None) -> Terms:
        """Either domain's least squares on real images and the given fakes, by default fresh translations."""
        fake_x = self.translator_y_to_x(y, training=True) if fake_x is None else fake_x
        fake_y = self.translator_x_to_y(x, training=True) if fake_y is None else fake_y
        return {
            "x": self._judge(self.discriminator_x, x, fake_x),
            "y": self._judge(self.discriminator_y, y, fake_y),
        }

    def _judge(self, discriminator, real, fake):
        fake = discriminator(tf.stop_gradient(fake), training=True)
        return self.objective.discriminator(discriminator(real, training=True), fake)

    # Deployment

    def sample(self, n: int, seed: int = 0, images: Any = None) -> tf.Tensor:
        """Translate `n` images of X to Y, float32 in [-1, 1]: those given, else synthetic ones drawn with the seed."""
        images = self.example_batch(n, seed)[0] if images is None else images[:n]
        return signatures.in_chunks(self.call, tf.cast(images, tf.float32), size=16)

    def serving_signatures(self):
        """`serving_default`: float images to images; `translate_[x_to_y|y_to_x][_png]`: bytes to bytes."""
        images = tf.TensorSpec((None, *self.image_shape), tf.float32, "images")
        return {
            "serving_default": signatures.function(self.call, images),
            **signatures.translators(self.translator_x_to_y, self.image_shape, "_x_to_y"),
            **signatures.translators(self.translator_y_to_x, self.image_shape, "_y_to_x"),
        }


def distance(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """E|a - b|, the mean over pixels and batch."""
    return tf.reduce_mean(tf.abs(a - b))
