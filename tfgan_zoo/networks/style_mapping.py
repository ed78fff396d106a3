"""The mapping networks of style generators: latents z to styles w (Karras et al., 2019, arXiv:1812.04948)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers import EqualizedDense, PixelNorm

ROOT_2 = 2**0.5


def activated(x: tf.Tensor) -> tf.Tensor:
    """sqrt(2) LeakyReLU(0.2): what goes in with unit variance comes out with nearly that."""
    return tf.nn.leaky_relu(x, 0.2) * ROOT_2


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleMapping(keras.Model):
    """Latents, or [latents, labels], to w: normalization, then dense layers that learn at `lr_multiplier` the rate.

    StyleGAN2's: z and, where there are classes, an embedding of the label are each brought to a mean square of 1 and
    laid side by side; each layer is sqrt(2) LeakyReLU(0.2) of weights and bias. `average` follows the mean of w in
    training (rate 0.005); truncation goes towards it.

    Args:
        latent_dim: length of z.
        style_dim: length of w.
        depth: dense layers.
        classes: number of classes; 0 for none.
        lr_multiplier: of weights and biases.
    """

    gain = 1.0  # of the dense layers' weights
    activated = staticmethod(activated)

    def __init__(self, latent_dim=512, style_dim=512, depth=8, classes=0, lr_multiplier=0.01, **kwargs):
        super().__init__(**{"name": "mapping", "autocast": False, **kwargs})
        self.latent_dim, self.style_dim, self.depth = latent_dim, style_dim, depth
        self.classes, self.lr_multiplier = classes, lr_multiplier
        self.normalize = PixelNorm()
        inputs = latent_dim
        if classes:
            self.embed = self.embedding()
            self.embed.build((None, classes))
            inputs += self.embed.units
        self.dense = []
        for i in range(depth):
            layer = EqualizedDense(style_dim, gain=self.gain, lr_multiplier=lr_multiplier, name=f"dense_{i}")
            layer.build((None, inputs if i == 0 else style_dim))
            self.dense.append(layer)
        self.average = self.add_weight(name="average", shape=(style_dim,), initializer="zeros", trainable=False)
        self.built = True

    def embedding(self) -> EqualizedDense:
        """The layer that embeds labels, of one-hot vectors."""
        return EqualizedDense(self.style_dim, gain=1.0, name="embed")

    def joined(self, latents: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        """Latents and embedded labels to what the dense layers take."""
        return tf.concat([self.normalize(latents), self.normalize(embedded)], axis=1)

    def call(self, inputs, training=False):
        """(batch, latent_dim), or that and int32 (batch,), to (batch, style_dim)."""
        if self.classes:
            latents, labels = inputs
            x = self.joined(latents, self.embed(tf.one_hot(labels, self.classes)))
        else:
            x = self.normalize(inputs)
        for layer in self.dense:
            x = self.activated(layer(x))
        if training:
            mean = tf.reduce_mean(tf.cast(x, tf.float32), axis=0)
            self.average.assign(self.average + 0.005 * (mean - self.average))
        return x

    def get_config(self):
        """Return the constructor's arguments."""
        own = {"latent_dim": self.latent_dim, "style_dim": self.style_dim, "depth": self.depth}
        return {**super().get_config(), **own, "classes": self.classes, "lr_multiplier": self.lr_multiplier}


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGANMapping(StyleMapping):
    """StyleGAN's mapping: the label's embedding joins z before one normalization of both, and biases are not scaled.

    Layers are LeakyReLU(0.2) of weights with gain sqrt(2) and a bias: StyleGAN2's function, if its biases are
    1 / sqrt(2) as large. Rows of the embedding are as long as z and drawn from N(0, 1); it has no bias.
    """

    gain = ROOT_2
    activated = staticmethod(lambda x: tf.nn.leaky_relu(x, 0.2))

    def embedding(self) -> EqualizedDense:
        """Weights that are used as they are: a one-hot vector's fan-in is one, whatever its length."""
        return EqualizedDense(self.latent_dim, gain=self.classes**0.5, use_bias=False, name="embed")

    def joined(self, latents: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        """Latents and embedded labels to what the dense layers take."""
        return self.normalize(tf.concat([latents, tf.cast(embedded, latents.dtype)], axis=1))


def truncated(w: tf.Tensor, average: tf.Tensor, psi: float | tf.Tensor, layers: int | None = None) -> tf.Tensor:
    """w' = average + psi (w - average): less variety, fewer failures (section B of the StyleGAN paper).

    Args:
        w: (batch, d), or a style for every layer (batch, L, d).
        average: (d,).
        psi: 1 changes nothing, 0 gives the average.
        layers: of the L, how many are truncated, from the first; None is all.
    """
    moved = average + psi * (w - average)
    return moved if layers is None else tf.concat([moved[:, :layers], w[:, layers:]], axis=1)
