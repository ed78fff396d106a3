"""Projection discriminator: the class meets the features in an inner product (Miyato and Koyama, 2018, 1802.05637)."""

import math

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.class_conditional import ClassConditionalGAN
from tfgan_zoo.game import Terms
from tfgan_zoo.layers import ConditionalBatchNorm, SpectralNormalization, batch_norm, iterate_spectral_norms
from tfgan_zoo.networks.residual import down_block, residual_features, up_block
from tfgan_zoo.registry import register


@register("projection_cgan")
class ProjectionCGAN(ClassConditionalGAN):
    """D scores a pair by D(x, y) = psi(h) + <v_y, h>: h features of x, psi linear, v_y a vector learned for class y.

    That is the form of log p(x, y) / q(x, y) where both p(y | x) and q(y | x) are softmax-linear in h (section 3); the
    two terms weigh p(y | x) / q(y | x) and p(x) / q(x). D minimizes E[max(0, 1 - D(x, y))] + E[max(0, 1 + D(G(z, y),
    y))], G minimizes -E[D(G(z, y), y)]. Fakes have classes of their own, uniformly drawn; a move of G has twice as many
    of them as the batch has images, as in the paper's code.

    Every layer of D and the table of v_y are spectrally normalized, by one power iteration in each move of D. h is
    summed over positions, not averaged: with normalized layers the scale matters. G takes the class in conditional
    batch normalization. For the paper's linear decay of rates give Adam a `tfgan_zoo.schedules.LinearDecay`.

    Args:
        image_shape: (side, side, channels): up to 32 the networks of CIFAR-10, above those of ImageNet; below 16
            perceptrons.
        latent_dim: length of a latent vector.
        classes: number of classes.
        width: channels of D, G having twice as many; above 32 pixels (where 64 is the paper's) channels of D's first
            and of G's last maps; units of a hidden layer for tiny images.
        n_critic: discriminator moves in a round.
        projection: use <v_y, h>; without it D does not see the class.
    """

    objective = objectives.hinge

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=128,
        classes=10,
        width=128,
        n_critic=5,
        projection=True,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, classes=classes, n_critic=n_critic, **kwargs)
        self.width, self.projection = width, projection
        small = networks.is_small(self.image_shape)
        make = perceptron_generator if small else residual_generator
        self.add_networks(
            generator=make(self.image_shape, latent_dim, classes, width),
            discriminator=projection_discriminator(self.image_shape, classes, width, projection),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 2e-4 without momentum."""
        return {player: keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8) for player in self.players}

    def discriminator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """The hinge loss on pairs, after a power iteration."""
        iterate_spectral_norms(self.discriminator)
        fakes = self.discriminate(*self.fakes(tf.shape(real)[0]))
        return {"adversarial": self.objective.discriminator(self.discriminate(real, labels), fakes)}

    def generator_loss(self, real: tf.Tensor, labels: tf.Tensor) -> Terms:
        """Minus the mean score of two batches of fakes."""
        fakes = self.discriminate(*self.fakes(2 * tf.shape(real)[0]))
        return {"adversarial": self.objective.generator(lambda: self.discriminate(real, labels), fakes)}

    def fakes(self, n: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return `n` images of random classes, and these classes."""
        labels = draws.integers(n, below=self.classes)
        return self.generate(self.sample_latents(n), labels), labels


def projection_discriminator(
    image_shape: tuple[int, int, int], classes: int, width: int, projection: bool = True
) -> keras.Model:
    """[images, labels] to psi(h) + <v_y, h> (batch, 1), all layers spectrally normalized.

    h (batch, d) is the sum over positions of residual blocks' maps; up to 32 pixels two blocks that halve the side and
    two that keep it, all of `width` channels; above that blocks of `width`, 2 `width`, ... channels halve the side to
    4..7 and one keeps it. Tiny images: two hidden layers of `width` units with LeakyReLU(0.2).

    Args:
        image_shape: (side, side, channels).
        classes: number of classes.
        width: channels of the first maps, or units.
        projection: with <v_y, h>.
    """
    images, labels = keras.Input(image_shape), keras.Input((), dtype="int32")
    if networks.is_small(image_shape):
        features = networks.mlp_features(image_shape, width, wrap=SpectralNormalization)(images)
    else:
        features = _features(images, image_shape, width)
    score = projection_head(features, labels, classes, projection)
    return keras.Model([images, labels], L.Activation("linear", dtype="float32")(score), name="discriminator")


def projection_head(
    features: keras.KerasTensor, labels: keras.KerasTensor, classes: int, projection: bool = True
) -> keras.KerasTensor:
    """Features h (batch, d) and labels (batch,) to psi(h) + <v_y, h> (batch, 1), or to psi(h) alone."""
    score = SpectralNormalization(L.Dense(1, use_bias=False))(features)
    if not projection:
        return score
    vectors = SpectralNormalization(L.Embedding(classes, features.shape[-1], "glorot_uniform"))(labels)
    return L.Add()([score, keras.ops.sum(vectors * features, axis=1, keepdims=True)])


def residual_generator(image_shape: tuple[int, int, int], latent_dim: int, classes: int, width: int) -> keras.Model:
    """[latents, labels] to images: a dense layer, up blocks with conditional batch normalization, batch norm, tanh.

    Up to 32 pixels all maps have 2 `width` channels; above that the first have 2^(k - 1) `width` channels and the last
    `width`, k the number of blocks (table 3 of the appendix: 1024-512-256-128-64).

    Args:
        image_shape: (side, side, channels).
        latent_dim: length of a latent vector.
        classes: number of classes.
        width: see above.
    """
    sides = networks.feature_sides(image_shape)
    channels = [2 * width] * (len(sides) - 1) if sides[0] <= 32 else _growing(sides, width)[::-1]
    latents, labels = keras.Input((latent_dim,)), keras.Input((), dtype="int32")
    maps = L.Dense(sides[-1] ** 2 * channels[0])(latents)
    maps = L.Reshape((sides[-1], sides[-1], channels[0]))(maps)
    for n in channels:
        maps = up_block(maps, n, lambda x: ConditionalBatchNorm(classes)([x, labels]))
    maps = L.Conv2D(image_shape[-1], 3, padding="same")(L.ReLU()(batch_norm()(maps)))
    return keras.Model([latents, labels], L.Activation("tanh", dtype="float32")(maps), name="generator")


def perceptron_generator(image_shape: tuple[int, int, int], latent_dim: int, classes: int, width: int) -> keras.Model:
    """[latents, labels] to images: two hidden layers of `width` ReLU units with conditional batch normalization."""
    latents, labels = keras.Input((latent_dim,)), keras.Input((), dtype="int32")
    units = latents
    for _ in range(2):
        units = L.ReLU()(ConditionalBatchNorm(classes)([L.Dense(width)(units), labels]))
    images = L.Reshape(image_shape)(L.Dense(math.prod(image_shape))(units))
    return keras.Model([latents, labels], L.Activation("tanh", dtype="float32")(images), name="generator")


def _features(images, image_shape, width):
    sides = networks.feature_sides(image_shape)
    if sides[0] <= 32:
        return residual_features(images, width, SpectralNormalization)
    maps, channels = images, _growing(sides, width)
    for i, n in enumerate(channels):
        maps = down_block(maps, n, SpectralNormalization, first=not i)
    maps = down_block(maps, channels[-1], SpectralNormalization, down=False)
    return keras.ops.sum(L.ReLU()(maps), axis=(1, 2))


def _growing(sides, width):
    return [width * 2**i for i in range(len(sides) - 1)]
