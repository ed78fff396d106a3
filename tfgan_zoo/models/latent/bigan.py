"""BiGAN: an encoder that learns to invert the generator (Donahue, Krähenbühl and Darrell, 2016, arXiv:1605.09782)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, networks
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.models.latent.ali import ALI
from tfgan_zoo.registry import register


@register("bigan")
class BiGAN(ALI):
    """ALI's game on pairs with a deterministic encoder: D judges (x, E(x)) and (G(z), z).

    With the scores a of the encoder's pairs and b of the generator's, s the logistic function,
        D minimizes -E[log s(a)] - E[log(1 - s(b))] + decay,
        encoder and generator together minimize -E[log(1 - s(a))] - E[log s(b)] + decay
    (eq. 3 with the labels exchanged, section 3.4), decay = weight_decay / 2 times the sum of the squares of all kernels
    that move. A perfect D cannot tell only if G(E(x)) = x and E(G(z)) = z almost everywhere (theorem 2), although
    nothing asks for either. Both players move at once, from the same weights. Latents are uniform on [-1, 1], codes
    unbounded. The networks are the perceptrons for permutation-invariant MNIST, for points and images of less than 16
    pixels a side ALI's smaller ones. After half of the training the authors let the rates
    fall exponentially to 1 %, here a Keras schedule given to `compile`.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a code.
        width: units of a hidden layer.
        weight_decay: of the kernels.

    Raises:
        ZooError: a negative weight decay.
    """

    def __init__(self, image_shape=(28, 28, 1), latent_dim=50, width=1024, weight_decay=2.5e-5, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, width=width, **kwargs)
        if not weight_decay >= 0:
            raise ZooError(f"weight_decay: expected a number from 0 on, found {weight_decay!r}")
        self.weight_decay = weight_decay

    def new_networks(self, numbers: int) -> dict[str, keras.Model]:
        """The permutation-invariant perceptrons; ALI's smaller ones for points and tiny images."""
        if networks.is_small(self.image_shape):
            return super().new_networks(self.latent_dim)
        sizes = self.image_shape, self.latent_dim, self.width
        return {
            "generator": networks.bidirectional_generator(*sizes),
            "encoder": networks.bidirectional_encoder(*sizes),
            "discriminator": networks.bidirectional_discriminator(*sizes),
        }

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 2e-4, beta_1 0.5."""
        return {player: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on [-1, 1]."""
        return draws.uniform(n, self.latent_dim, low=-1.0)

    def infer(self, images: tf.Tensor) -> tf.Tensor:
        """The encoder in training mode: (batch, latent_dim)."""
        return self.encoder(images, training=True)

    def codes(self, images: tf.Tensor) -> tf.Tensor:
        """Images to codes."""
        return self.deployed("encoder")(images)

    def discriminator_loss(self, images: tf.Tensor) -> Terms:
        """The objective on both kinds of pairs, and the decay of D's kernels."""
        return {**super().discriminator_loss(images), "weight_decay": self.decay("discriminator")}

    def autoencoder_loss(self, images: tf.Tensor) -> Terms:
        """The same with the labels exchanged, and the decay of the encoder's and the generator's kernels."""
        return {**super().autoencoder_loss(images), "weight_decay": self.decay("autoencoder")}

    def decay(self, player: str) -> tf.Tensor:
        """Weighted sum of the squares of the player's kernels."""
        kernels = [w for w in self.weights_of(player) if len(w.shape) > 1]
        return self.weight_decay * tf.add_n([tf.nn.l2_loss(tf.cast(w.value, tf.float32)) for w in kernels])
