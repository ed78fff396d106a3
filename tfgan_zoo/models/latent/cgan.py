"""Conditional GAN: both players see the label (Mirza and Osindero, 2014, arXiv:1411.1784)."""

import keras
from keras import layers as L

from tfgan_zoo import networks
from tfgan_zoo.class_conditional import ClassConditionalGAN
from tfgan_zoo.registry import register


@register("cgan")
class CGAN(ClassConditionalGAN):
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
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, classes=classes, **kwargs)
        self.width, self.embedding_dim = width, embedding_dim
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
