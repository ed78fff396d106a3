"""Conditional GAN: both players see the label (Mirza and Osindero, 2014, arXiv:1411.1784)."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.gan import GAN
from tfgan_zoo.inputs import Images, Input, Labels
from tfgan_zoo.registry import register


@register("cgan")
class CGAN(GAN):
    """The game is played on pairs: D judges (x, y), G draws from p(x | y).

    D minimizes -E[log D(x, y)] - E[log(1 - D(G(z, y), y))], G minimizes -E[log D(G(z, y), y)] (eq. 2, G in the
    non-saturating form). A fake is judged with the label it was made with; labels of fakes follow the data's labels,
    since they are those of the batch. G takes the label as an embedding beside z, D as a further image channel.

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        classes: number of classes.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for tiny images.
        embedding_dim: length of the label's embedding in G.
    """

    def __init__(self, image_shape=(32, 32, 3), latent_dim=100, classes=10, width=64, embedding_dim=50, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.classes, self.width, self.embedding_dim = classes, width, embedding_dim
        if len(self.image_shape) != 3:
            raise ZooError(f"image_shape: cgan makes images (side, side, channels), found {self.image_shape}")
        side, _, channels = self.image_shape
        latents, images, labels = (
            keras.Input((latent_dim,)),
            keras.Input(self.image_shape),
            keras.Input((), dtype="int32"),
        )

        pair = L.Concatenate()([latents, L.Embedding(classes, embedding_dim)(labels)])
        fake = networks.generator(self.image_shape, latent_dim + embedding_dim, width)(pair)
        map_of_label = L.Reshape((side, side, 1))(L.Embedding(classes, side * side)(labels))
        pair = L.Concatenate()([images, map_of_label])
        score = networks.discriminator((side, side, channels + 1), width)(pair)
        self.add_networks(
            generator=keras.Model([latents, labels], fake, name="generator"),
            discriminator=keras.Model([images, labels], score, name="discriminator"),
        )

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images and labels."""
        return (Images(self.image_shape), Labels(self.classes))

    def call(self, inputs):
        """Latents (batch, latent_dim) and labels (batch,) to images."""
        latents, labels = inputs
        return self.deployed("generator")([latents, labels])

    def sample(self, n: int, seed: int = 0, labels: Any = None) -> tf.Tensor:
        """Return `n` images, float32 in [-1, 1], of the given classes, or of all classes in turn.

        Raises:
            ZooError: labels of the wrong number or out of range.
        """
        labels = tf.range(n) % self.classes if labels is None else tf.convert_to_tensor(labels)
        if labels.shape != (n,) or not labels.dtype.is_integer:
            raise ZooError(f"expected {n} integer labels, found shape {tuple(labels.shape)} of {labels.dtype.name}")
        if n:
            Labels(self.classes).check(labels.numpy())
        with draws.seeded((seed, 0)):
            latents = self.sample_latents(n)
        return signatures.in_chunks(lambda *pair: self.call(pair), latents, tf.cast(labels, tf.int32))

    def serving_signatures(self):
        """`serving_default`: latents and labels to images; `generate`, `generate_png`: (seed, labels) to bytes."""

        def generate(seed, labels):
            with draws.seeded((seed, 0)):
                return self.call((self.sample_latents(tf.shape(labels)[0]), labels))

        latents = tf.TensorSpec((None, self.latent_dim), tf.float32, "latents")
        call = signatures.function(lambda *pair: self.call(pair), latents, signatures.LABELS)
        return {"serving_default": call, **signatures.generators(generate, signatures.SEED, signatures.LABELS)}
