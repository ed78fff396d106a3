"""Variational auto-encoder (Kingma and Welling, 2013, arXiv:1312.6114): a game with one player."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, signatures
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input
from tfgan_zoo.objectives import likelihoods
from tfgan_zoo.registry import register


@register("vae")
class VAE(Encoding, Game):
    """Encoder and decoder together minimize minus the evidence lower bound E[-log p(x | z)] + KL(q(z | x) || p(z)).

    q(z | x) = N(mu(x), diag sigma(x)^2), z = mu + sigma * epsilon with epsilon standard normal (section 2.4), p(z) the
    standard normal. Both terms are sums over pixels and latents, means over the batch. p(x | z) is a product of
    Bernoulli distributions of the pixels (x + 1) / 2, or with `variance` > 0 Gaussians of that variance. One hidden
    layer of tanh units on either side (appendix C), or DCGAN's convolutions.

    Args:
        image_shape: (height, width, channels).
        latent_dim: length of a latent vector.
        width: units in the hidden layers; channels of the largest map of convolutions.
        variance: of a pixel given z; 0 chooses the Bernoulli decoder.
        hidden: hidden layers on either side, of perceptrons.
        convolutional: use DCGAN's networks, with batch normalization; then side s * 2^k, s from 4 to 7.
    """

    players = {"autoencoder": ["encoder", "decoder"]}

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=20,
        width=500,
        variance=0.0,
        hidden=1,
        convolutional=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.image_shape, self.latent_dim, self.width = tuple(image_shape), latent_dim, width
        self.variance, self.hidden, self.convolutional = variance, hidden, convolutional
        if convolutional:
            encoder = networks.feature_network(self.image_shape, width, 2 * latent_dim)
            decoder = networks.dcgan_generator(self.image_shape, latent_dim, width, activation="linear")
        else:
            layers = lambda: [L.Dense(width, "tanh") for _ in range(hidden)]
            float32 = lambda: L.Activation("linear", dtype="float32")
            encoder = [keras.Input(self.image_shape), L.Flatten(), *layers(), L.Dense(2 * latent_dim), float32()]
            decoder = [keras.Input((latent_dim,)), *layers(), L.Dense(math.prod(self.image_shape))]
            encoder = keras.Sequential(encoder, name="encoder")
            decoder = keras.Sequential([*decoder, L.Reshape(self.image_shape), float32()], name="decoder")
        self.add_networks(encoder=encoder, decoder=decoder)

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images."""
        return (Images(self.image_shape),)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam instead of the paper's Adagrad."""
        return {"autoencoder": keras.optimizers.Adam(1e-3)}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the prior of latents: the standard normal."""
        return draws.normal(n, self.latent_dim)

    def call(self, latents):
        """Latents (batch, latent_dim) to mean images, in [-1, 1] with the Bernoulli decoder, else near it."""
        output = self.decoder(latents)
        return output if self.variance else 2.0 * tf.sigmoid(output) - 1.0

    def posterior(self, images: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Images to mu and log sigma^2 of q(z | x), each (batch, latent_dim)."""
        return tf.split(self.encoder(images, training=training), 2, axis=1)

    def autoencoder_loss(self, images: tf.Tensor) -> Terms:
        """Reconstruction and divergence, with one draw of z per image."""
        mean, log_variance = self.posterior(images, training=True)
        latents = mean + tf.exp(0.5 * log_variance) * draws.normal(tf.shape(images)[0], self.latent_dim)
        output = self.decoder(latents, training=True)
        if self.variance:
            reconstruction = likelihoods.gaussian_nll(images, output, self.variance)
        else:
            reconstruction = likelihoods.bernoulli_nll(images, output)
        return {
            "reconstruction": tf.reduce_mean(reconstruction),
            "divergence": tf.reduce_mean(likelihoods.gaussian_kl(mean, log_variance)),
        }

    # Deployment

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to posterior means (batch, latent_dim)."""
        return self.posterior(images)[0]

    def sample(self, n: int, seed: int = 0, **conditions: Any) -> tf.Tensor:
        """Return `n` mean images of prior draws, float32; the same for the same seed.

        Raises:
            ZooError: a condition is given; this model takes none.
        """
        self.refuse(conditions)
        with draws.seeded((seed, 0)):
            latents = self.sample_latents(n)
        return tf.clip_by_value(signatures.in_chunks(self.call, latents), -1.0, 1.0)

    def serving_signatures(self):
        """`serving_default`: latents to images; `encode`, `reconstruct`; `generate`, `generate_png`: (seed, count)."""

        def generate(seed, count):
            with draws.seeded((seed, 0)):
                return self.call(self.sample_latents(count))

        latents = tf.TensorSpec((None, self.latent_dim), tf.float32, "latents")
        return {
            "serving_default": signatures.function(self.call, latents),
            **self.encoding_signatures(),
            **signatures.generators(generate, signatures.SEED, signatures.COUNT),
        }
