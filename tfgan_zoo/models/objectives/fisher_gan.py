"""Fisher GAN: a critic with a bounded second moment (Mroueh and Sercu, 2017, arXiv:1705.09675)."""

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import networks, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms, all_sum, replicas
from tfgan_zoo.gan import GAN
from tfgan_zoo.layers import batch_norm
from tfgan_zoo.layers.initializers import normal
from tfgan_zoo.registry import register


@register("fisher_gan")
class FisherGAN(GAN):
    """The critic f = <v, Phi(x)> maximizes E = E[f(x)] - E[f(G(z))] under Omega = 1/2 E[f(x)^2] + 1/2 E[f(G(z))^2] = 1.

    D minimizes -[E + multiplier (1 - Omega) - rho / 2 (1 - Omega)^2], G minimizes -E[f(G(z))] (eq. 9). With each move
    of D goes multiplier += rho (Omega - 1), Omega that of the scores the move was made from, over the global batch
    (algorithm 1): it grows where the bound is broken. At the best v, E / sqrt(Omega) is the Mahalanobis distance of the
    mean features; at the best f it is the root of a chi^2 distance of data and model by (data + model) / 2. No weight
    of D is constrained, and batch normalization stays. Omega and the multiplier are in the logs as
    `discriminator/second_moment` and `discriminator/multiplier`.

    In the violation's square, the only term that is no mean of terms of single examples, Omega is each replica's own,
    or with `cross_replica` that of all (then without XLA where there are several replicas).

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        n_critic: critic moves in a round.
        rho: step of the multiplier and weight of the violation; 1e-6 for images, 1e-2 for toys.
        extra_layers: 3x3 convolutions of stride 1 on the largest hidden maps of both networks, for images.
        feature_decay: of the squares of Phi's weights.
        head_decay: of the squares of v.
        cross_replica: take Omega over all replicas in the loss.

    Raises:
        ZooError: rho is not positive.
    """

    objective = objectives.wasserstein  # of G; D's has a multiplier

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=100,
        width=64,
        n_critic=2,
        rho=1e-6,
        extra_layers=2,
        feature_decay=1e-6,
        head_decay=1e-3,
        cross_replica=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        if not rho > 0:
            raise ZooError(f"rho: expected a positive number, found {rho!r}")
        self.width, self.rho, self.extra_layers = width, rho, extra_layers
        self.feature_decay, self.head_decay = feature_decay, head_decay
        self.cross_replica = self.synchronized = cross_replica  # the core keeps what is synchronized out of XLA
        self.multiplier = self.scalar("multiplier")
        make = networks.mlp_generator if networks.is_small(self.image_shape) else convolutional_generator
        options = {} if networks.is_small(self.image_shape) else {"extra_layers": extra_layers}
        self.add_networks(
            generator=make(self.image_shape, latent_dim, width, **options),
            discriminator=networks.feature_network(self.image_shape, width, features=1, extra_layers=extra_layers),
        )

    def discriminator_loss(self, real: tf.Tensor) -> tuple[Terms, tf.Tensor]:
        """The augmented Lagrangian and weight decay; second moments of examples for `gradients`."""
        fake = tf.stop_gradient(self.generate(self.sample_latents(tf.shape(real)[0])))
        scores = self.discriminate(real), self.discriminate(fake)
        terms = objectives.augmented_lagrangian(*scores, self.multiplier.value, self.rho, self.cross_replica)
        *features, head = (tf.nn.l2_loss(tf.cast(w.value, tf.float32)) for w in self.weights_of("discriminator"))
        decay = self.feature_decay * tf.add_n(features or [0.0]) + self.head_decay * head
        return {**terms, "weight_decay": decay}, objectives.second_moments(*scores)

    def gradients(self, player: str, *batch: tf.Tensor):
        """As every game; for D also move the multiplier and log it."""
        terms, gradients, aux = super().gradients(player, *batch)
        if player == "discriminator":
            moment = tf.reduce_mean(aux)
            moment = all_sum(moment) / replicas() if replicas() > 1 else moment
            finite = tf.math.is_finite(moment)  # else float16 overflowed, and the optimizer skips the move too
            self.multiplier.assign_add(tf.where(finite, self.rho * (moment - 1.0), 0.0))
            terms |= {"discriminator/second_moment": moment, "discriminator/multiplier": self.multiplier.value}
        return terms, gradients, aux


def convolutional_generator(
    image_shape: tuple[int, int, int], latent_dim: int, width: int, extra_layers: int
) -> keras.Model:
    """Latents to images: 4x4 transposed convolutions of stride 2, `extra_layers` 3x3 ones before the last."""
    sides = networks.feature_sides(image_shape)
    widths = [width * 2**i for i in reversed(range(len(sides) - 1))]
    options = {"use_bias": False, "kernel_initializer": normal(0.02)}
    steps = [keras.Input((latent_dim,)), L.Dense(sides[-1] ** 2 * widths[0], **options)]
    steps += [L.Reshape((sides[-1], sides[-1], widths[0])), batch_norm(), L.ReLU()]
    for channels in widths[1:]:
        steps += [L.Conv2DTranspose(channels, 4, 2, "same", **options), batch_norm(), L.ReLU()]
    for _ in range(extra_layers):
        steps += [L.Conv2D(width, 3, 1, "same", **options), batch_norm(), L.ReLU()]
    steps += [L.Conv2DTranspose(image_shape[-1], 4, 2, "same", **options), L.Activation("tanh", dtype="float32")]
    return keras.Sequential(steps, name="generator")
