"""BEGAN: an auto-encoder as critic, held in balance with the generator (Berthelot et al., 2017, arXiv:1703.10717)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("began")
class BEGAN(GAN):
    """Match the errors of an auto-encoder on data and on samples; a controller keeps the two players in balance.

    With L(v) = mean |v - decoder(encoder(v))| over pixels and batch, D = (encoder, decoder) minimizes
    L(x) - k L(G(z_D)) and G minimizes L(G(z_G)). After each round (section 3.4)
        k <- clip(k + control_rate (gamma L(x) - L(G(z_G))), 0, 1), k = 0 at first,
    with both errors means over the global batch, so that E[L(G(z))] is held at gamma E[L(x)]: a small gamma makes D
    care for the data and G for quality, a large one for variety. k and the measure of convergence
    M = L(x) + |gamma L(x) - L(G(z_G))| are logged as "k" and "convergence". z is uniform on [-1, 1]^latent_dim.

    No batch normalization, no dropout, and no tanh: a generator in training may leave [-1, 1]; what `call` returns is
    clipped. The paper's optional skip connections are left out, and the code is as long as z.

    Args:
        image_shape: (side, side, channels), side = s * 2^k with s from 7 to 13, or (d,) for points.
        latent_dim: length of a latent vector and of a code.
        width: n, channels at the image's side; units of a hidden layer of a perceptron.
        gamma: the diversity ratio, in (0, 1].
        control_rate: lambda_k.
        perceptron: give all three networks one hidden layer instead of convolutions; points and images of fewer than
            16 pixels a side always have it.

    Raises:
        ZooError: gamma or the control rate is out of range.
    """

    players = {"discriminator": ["encoder", "decoder"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=64,
        width=128,
        gamma=0.5,
        control_rate=0.001,
        perceptron=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not 0 < gamma <= 1:
            raise ZooError(f"gamma: expected a ratio of errors in (0, 1], found {gamma!r}")
        if not control_rate >= 0:
            raise ZooError(f"control_rate: expected a number from 0 on, found {control_rate!r}")
        self.width, self.gamma, self.control_rate, self.perceptron = width, gamma, control_rate, perceptron
        if perceptron or networks.is_small(self.image_shape):
            encoder = networks.mlp_encoder(self.image_shape, latent_dim, width, activation="elu")
            decoder = lambda name: networks.mlp_decoder(
                self.image_shape, latent_dim, width, activation="elu", bounded=False, name=name
            )
        else:
            encoder = networks.elu_encoder(self.image_shape, latent_dim, width)
            decoder = lambda name: networks.elu_decoder(self.image_shape, latent_dim, width, name=name)
        self.add_networks(encoder=encoder, decoder=decoder("decoder"), generator=decoder("generator"))
        self.k = self.scalar("k")

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-4, halved every 100,000 moves, as a reimplementation does; the paper: whenever M stalls."""
        rate = lambda: keras.optimizers.schedules.ExponentialDecay(1e-4, 100_000, 0.5, staircase=True)
        return {
            player: keras.optimizers.Adam(rate(), beta_1=0.9, beta_2=0.999, epsilon=1e-8) for player in self.players
        }

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on [-1, 1]^latent_dim."""
        return draws.uniform(n, self.latent_dim, low=-1.0)

    def discriminate(self, images: tf.Tensor) -> tf.Tensor:
        """L of each image (batch, 1): the mean absolute error of its reconstruction."""
        error = tf.abs(images - self.decoder(self.encoder(images, training=True), training=True))
        return tf.reduce_mean(tf.reshape(error, (tf.shape(error)[0], -1)), axis=1, keepdims=True)

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """L(x) and -k L(G(z))."""
        fake = tf.stop_gradient(self.generate(self.sample_latents(tf.shape(real)[0])))
        return {
            "real": tf.reduce_mean(self.discriminate(real)),
            "fake": -self.k.value * tf.reduce_mean(self.discriminate(fake)),
        }

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """L(G(z))."""
        return {"fake": tf.reduce_mean(self.discriminate(self.generate(self.sample_latents(tf.shape(real)[0]))))}

    def after_step(self, logs: Terms) -> Terms:
        """The controller, from errors that are means over the global batch already."""
        balance = self.gamma * logs["discriminator/real"] - logs["generator/fake"]
        self.k.assign(tf.clip_by_value(self.k.value + self.control_rate * balance, 0.0, 1.0))
        return {"k": self.k.value, "convergence": logs["discriminator/real"] + tf.abs(balance)}

    # Deployment

    def call(self, latents):
        """Latents (batch, latent_dim) to images, clipped to [-1, 1]; points are not."""
        output = self.deployed("generator")(latents)
        return tf.clip_by_value(output, -1.0, 1.0) if len(self.image_shape) == 3 else output

    def reconstruct(self, images: tf.Tensor) -> tf.Tensor:
        """Images to what the critic makes of them."""
        return self.decoder(self.encoder(images))
