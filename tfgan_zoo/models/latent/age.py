"""AGE: encoder and generator play against each other, without a discriminator (Ulyanov et al., 2017)."""

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, feeding, networks
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.objectives.moments import moment_kl
from tfgan_zoo.registry import register


@register("age")
class AGE(Encoding, GAN):
    """The encoder makes codes of data look like the prior and codes of fakes unlike it; the generator mends the latter.

    With KL(Q) the divergence of a *batch* of codes from the standard normal by its means and deviations,
        E minimizes KL(E(x)) - KL(E(G(z))) + image_weight * mean |x - G(E(x))|,
        G minimizes KL(E(G(z))) + latent_weight * E[1 - cos(z, E(G(z)))]
    (arXiv:1704.02304, eq. 5 to 10). Latents and codes lie on the unit sphere, where the divergence is least for
    the uniform distribution. After each move of E, G makes `generator_moves`, each with fresh latents. Data and fakes
    go through E one after the other, so that their batch statistics do not mix; E keeps those of data. The authors'
    code uses the variance where the deviation belongs, and tells latent_weight times latent_dim.

    The moments are of each replica's part of the batch, or with `cross_replica` of all of it (then without XLA where
    there are several replicas); with gradient accumulation of the micro-batch.

    Args:
        image_shape: (side, side, channels), or (d,) for points; points and tiny images have perceptrons without batch
            normalization.
        latent_dim: length of a code; less than the batch.
        width: channels of E's first convolution, a half of G's last; units of a hidden layer for points.
        generator_moves: of a round; the paper's 2 for CIFAR-10, 3 for CelebA.
        image_weight: of the error of images.
        latent_weight: of the cosine distance of codes.
        cross_replica: take moments over all replicas.

    Raises:
        ZooError: no move of the generator, or a negative weight.
    """

    players = {"encoder": ["encoder"], "generator": ["generator"]}
    averaged = ("encoder", "generator")

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=128,
        width=64,
        generator_moves=2,
        image_weight=10.0,
        latent_weight=7.8,
        cross_replica=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not isinstance(generator_moves, int) or generator_moves < 1:
            raise ZooError(f"generator_moves: expected a number from 1 on, found {generator_moves!r}")
        if not (image_weight >= 0 and latent_weight >= 0):
            raise ZooError(f"weights: expected numbers from 0 on, found {image_weight!r} and {latent_weight!r}")
        self.width, self.generator_moves = width, generator_moves
        self.image_weight, self.latent_weight = image_weight, latent_weight
        self.cross_replica = self.synchronized = cross_replica  # the core keeps what is synchronized out of XLA
        make = perceptrons if networks.is_small(self.image_shape) else convolutions
        self.add_networks(**make(self.image_shape, latent_dim, width))

    def call(self, latents):
        """Latents (batch, latent_dim), of which the direction matters alone, to images."""
        return super().call(tf.math.l2_normalize(latents, axis=1))

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw uniformly from the unit sphere."""
        return tf.math.l2_normalize(draws.normal(n, self.latent_dim), axis=1)

    def play(self, *batch: tf.Tensor) -> Terms:
        """The encoder's move (or `n_critic`, each on its part of the batch), then the generator's."""
        logs = {}
        for part in feeding.split(batch, self.n_critic):
            logs |= self.minimize("encoder", *part)
        for _ in range(self.generator_moves):
            logs |= self.minimize("generator", *part)
        return logs

    def encoder_loss(self, real: tf.Tensor) -> Terms:
        """Codes of data towards the prior, codes of fakes away from it, and the error of images."""
        with keras.StatelessScope():  # what the fakes do to E's moving statistics is dropped
            fake_codes = self.encoder(self.generate(self.sample_latents(tf.shape(real)[0])), training=True)
        codes = self.encoder(real, training=True)
        return {
            "real": moment_kl(codes, self.cross_replica),
            "fake": -moment_kl(fake_codes, self.cross_replica),
            "image": self.image_weight * tf.reduce_mean(tf.abs(real - self.generate(codes))),
        }

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """Codes of fakes towards the prior, and each to the latent that it came from."""
        latents = self.sample_latents(tf.shape(real)[0])
        codes = self.encoder(self.generate(latents), training=True)
        distance = 1.0 - tf.reduce_mean(tf.reduce_sum(latents * codes, axis=1))  # both are of length 1
        return {"fake": moment_kl(codes, self.cross_replica), "latent": self.latent_weight * distance}


def perceptrons(image_shape: tuple[int, ...], latent_dim: int, width: int) -> dict[str, keras.Model]:
    """Two hidden layers of `width` units on either side, codes of length 1."""
    features = networks.feature_network(image_shape, width, latent_dim)
    return {
        "encoder": keras.Sequential([features, L.UnitNormalization(dtype="float32")], name="encoder"),
        "generator": networks.mlp_generator(image_shape, latent_dim, width),
    }


def convolutions(image_shape: tuple[int, int, int], latent_dim: int, width: int) -> dict[str, keras.Model]:
    """4x4 convolutions of stride 2: E's with w, 2 w, 4 w, ..., at last `latent_dim` channels, whose mean is the code.

    LeakyReLU(0.2) in E, ReLU in G, batch normalization in all but the first and last; G ends in a 1x1 convolution.
    """
    sides = networks.feature_sides(image_shape)
    options = {"use_bias": False, "kernel_initializer": normal(0.02)}
    widths = [width * 2**i for i in range(len(sides) - 1)]
    encoder = [keras.Input(image_shape)]
    for i, channels in enumerate(widths):
        encoder += [L.Conv2D(channels, 4, 2, "same", **options), *([batch_norm()] if i else []), L.LeakyReLU(0.2)]
    encoder += [L.Conv2D(latent_dim, 4, 2, "same", kernel_initializer=normal(0.02)), L.GlobalAveragePooling2D()]
    generator = [keras.Input((latent_dim,)), L.Dense(sides[-1] ** 2 * 2 * widths[-1], **options)]
    generator += [L.Reshape((sides[-1], sides[-1], 2 * widths[-1])), batch_norm(), L.ReLU()]
    for channels in reversed([widths[0], *widths[:-1]]):
        generator += [L.Conv2DTranspose(2 * channels, 4, 2, "same", **options), batch_norm(), L.ReLU()]
    generator += [L.Conv2D(image_shape[-1], 1, kernel_initializer=normal(0.02)), L.Activation("tanh", dtype="float32")]
    return {
        "encoder": keras.Sequential([*encoder, L.UnitNormalization(dtype="float32")], name="encoder"),
        "generator": keras.Sequential(generator, name="generator"),
    }
