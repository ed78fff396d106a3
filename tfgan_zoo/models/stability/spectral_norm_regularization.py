"""Spectral norm regularization: large singular values cost (Yoshida and Miyato, 2017, arXiv:1705.10941)."""

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import networks, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Game, Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.inputs import Images, Input, Labels, shape_of
from tfgan_zoo.penalties import SpectralNorms
from tfgan_zoo.registry import register


@register("spectral_norm_regularization")
class SpectralNormRegularization(GAN):
    """The original game with a discriminator that pays for what its layers amplify most.

    D minimizes -E[log D(x)] - E[log(1 - D(G(z)))] + penalty_weight / 2 * sum over D's layers of sigma(W)^2, sigma the
    largest singular value of the kernel as a matrix (eq. 5); G minimizes -E[log D(G(z))]. One power iteration in each
    move of D, from the vectors of the move before, gives sigma; the gradient is penalty_weight * sigma * v u'
    (algorithm 1). A soft constraint, where `sngan` divides by sigma. Biases and batch normalization cost nothing.

    The paper regularizes classifiers: that is `SpectrallyRegularizedClassifier`.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        penalty_weight: lambda.

    Raises:
        ZooError: a negative weight.
    """

    players = {"discriminator": ["discriminator", "norms"], "generator": ["generator"]}

    def __init__(self, image_shape=(32, 32, 3), latent_dim=100, width=64, penalty_weight=0.01, **kwargs):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        self.width, self.penalty_weight = width, checked(penalty_weight)
        discriminator = networks.discriminator(self.image_shape, width)
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=discriminator,
            norms=SpectralNorms(discriminator),
        )

    def discriminator_terms(self, real, fake, latents):
        """The regularizer."""
        return {"spectral_norm": self.penalty_weight * self.norms.penalty(self.discriminator)}


class SpectrallyRegularizedClassifier(Game):
    """The paper's own use: a game of one player, a classifier that pays for what its layers amplify most.

    It minimizes the cross-entropy + penalty_weight / 2 * sum over layers of sigma(W)^2 (eq. 5), so that a small change
    of the image changes the answer little. Two 5x5 convolutions with pooling and a dense layer, ReLU.

    Args:
        image_shape: (height, width, channels), sides multiples of 4.
        classes: number of classes.
        width: channels of the first convolution; the second has twice as many, the dense layer four times.
        penalty_weight: lambda.

    Raises:
        ZooError: a negative weight.
    """

    players = {"classifier": ["classifier", "norms"]}

    def __init__(self, image_shape=(28, 28, 1), classes=10, width=32, penalty_weight=0.01, **kwargs):
        super().__init__(**kwargs)
        self.image_shape, self.classes, self.width = shape_of(image_shape), classes, width
        self.penalty_weight = checked(penalty_weight)
        steps = [keras.Input(self.image_shape)]
        for channels in (width, 2 * width):
            steps += [L.Conv2D(channels, 5, padding="same", activation="relu"), L.MaxPooling2D()]
        steps += [L.Flatten(), L.Dense(4 * width, "relu"), L.Dense(classes), L.Activation("linear", dtype="float32")]
        classifier = keras.Sequential(steps, name="classifier")
        self.add_networks(classifier=classifier, norms=SpectralNorms(classifier))

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Images and labels."""
        return (Images(self.image_shape), Labels(self.classes))

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Gradient descent with Nesterov's momentum of 0.9."""
        return {"classifier": keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)}

    def call(self, images):
        """Images (batch, height, width, channels) to logits (batch, classes)."""
        return self.classifier(images)

    def classifier_loss(self, images: tf.Tensor, labels: tf.Tensor) -> Terms:
        """Cross-entropy in nats, and the regularizer."""
        logits = self.classifier(images, training=True)
        nll = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return {"cross_entropy": tf.reduce_mean(nll), **self.regularizer()}

    def regularizer(self) -> Terms:
        """What the weights themselves cost."""
        return {"spectral_norm": self.penalty_weight * self.norms.penalty(self.classifier)}

    def serving_signatures(self):
        """`serving_default`: float images in [-1, 1] to logits."""
        return {"serving_default": signatures.function(self.call, self.inputs_of_batch()[0].spec, output="logits")}


def checked(penalty_weight: float) -> float:
    """Return the weight; raise ZooError if it is negative."""
    if not penalty_weight >= 0:
        raise ZooError(f"penalty_weight: expected a number from 0 on, found {penalty_weight!r}")
    return penalty_weight
