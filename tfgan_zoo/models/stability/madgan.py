"""MAD-GAN: several generators, told apart by the discriminator (Ghosh et al., 2018, arXiv:1704.02906)."""

from typing import Any

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.identification import identification_discriminator, identification_generator
from tfgan_zoo.registry import register


@register("madgan")
class MADGAN(GAN):
    """k generators against one classifier that must say of a fake which of them made it, and so drives them apart.

    D has k + 1 classes, 0 for real. It minimizes -E[log D_c] over a batch of data and k batches of fakes, c the true
    class; the generators minimize the mean of -E[log D_0(G_i(z))] (section 3, in the non-saturating form of the
    authors' code). None of them is asked to be recognized as itself. In the zero-sum form the generators' best is
    that the mean of their distributions is the data's, with the value k log k - (k + 1) log(k + 1) (theorem 1).

    Generators share all layers but the last and get the same z; they are one network whose last layer has k times the
    channels. D sees all fakes of a batch in one call. A sample is that of a generator chosen at random: a latent vector
    is z followed by the choice, one-hot. Perceptrons, for points and tiny images, have ELU in the generators, as the
    authors' toy networks.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of z.
        generators: k.
        width: channels of the generators' last hidden map and of D's first; units of a hidden layer for points.

    Raises:
        ZooError: no generator.
    """

    def __init__(self, image_shape=(64, 64, 3), latent_dim=100, generators=4, width=64, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not isinstance(generators, int) or generators < 1:
            raise ZooError(f"generators: expected a number from 1 on, found {generators!r}")
        self.generators, self.width = generators, width
        side_by_side = (*self.image_shape[:-1], generators * self.image_shape[-1])
        if networks.is_small(self.image_shape):
            generator = networks.mlp_decoder(
                side_by_side, latent_dim, width, hidden=2, activation="elu", name="generator"
            )
        else:
            generator = networks.dcgan_generator(side_by_side, latent_dim, width)
        self.add_networks(
            generator=generator,
            discriminator=networks.feature_network(self.image_shape, width, generators + 1),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, beta_1 0.5: the authors' code's."""
        return {player: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    # The game

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """Cross-entropy of the true classes."""
        fake = self.classify_fakes(tf.shape(real)[0])
        return {"adversarial": identification_discriminator(self.discriminate(real), fake)}

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """How far all fakes are from passing for real."""
        return {"adversarial": identification_generator(self.classify_fakes(tf.shape(real)[0]))}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw z from the standard normal and, one-hot behind it, a generator: (n, latent_dim + k)."""
        which = draws.integers(n, below=self.generators)
        return tf.concat([draws.normal(n, self.latent_dim), tf.one_hot(which, self.generators)], axis=1)

    def generate(self, latents: tf.Tensor) -> tf.Tensor:
        """All generators in training mode, whichever the latents choose: images (batch, k, *image_shape)."""
        return self.apart(self.generator(latents[:, : self.latent_dim], training=True))

    def classify_fakes(self, n: tf.Tensor) -> tf.Tensor:
        """Return D's logits (n, k, k + 1) of every generator's image of n fresh latents."""
        fakes = tf.reshape(self.generate(self.sample_latents(n)), (-1, *self.image_shape))
        return tf.reshape(self.discriminate(fakes), (-1, self.generators, self.generators + 1))

    def apart(self, images: tf.Tensor) -> tf.Tensor:
        """The network's output (batch, ..., k channels) to (batch, k, *image_shape)."""
        images = tf.reshape(images, (-1, *self.image_shape[:-1], self.generators, self.image_shape[-1]))
        rank = images.shape.rank
        return tf.transpose(images, (0, rank - 2, *range(1, rank - 2), rank - 1))

    # Deployment

    def call(self, latents):
        """Latents as `sample_latents` draws them, (batch, latent_dim + k), to images of the generators they choose."""
        z, choice = tf.split(latents, [self.latent_dim, self.generators], axis=1)
        return tf.einsum("bk...,bk->b...", self.apart(self.deployed("generator")(z)), choice)

    def sample(self, n: int, seed: int = 0, generators: Any = None) -> tf.Tensor:
        """Return `n` images, float32 in [-1, 1], of the generators of the given ids, from 0 on, or chosen at random.

        Raises:
            ZooError: ids of the wrong number or out of range.
        """
        if generators is None:
            return super().sample(n, seed)
        ids = tf.convert_to_tensor(generators)
        if ids.shape != (n,) or not ids.dtype.is_integer:
            raise ZooError(f"expected {n} ids of generators, found shape {tuple(ids.shape)} of {ids.dtype.name}")
        if n and not 0 <= min(ids.numpy()) <= max(ids.numpy()) < self.generators:
            raise ZooError(f"expected ids of generators 0..{self.generators - 1}, found {ids.numpy().tolist()}")
        with draws.seeded((seed, 0)):
            z = self.sample_latents(n)[:, : self.latent_dim]
        return signatures.in_chunks(self.call, tf.concat([z, tf.one_hot(ids, self.generators)], axis=1))
