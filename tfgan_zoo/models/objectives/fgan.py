"""f-GAN: adversarial training with any f-divergence (Nowozin, Cseke, Tomioka, 2016, arXiv:1606.00709)."""

import keras
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register

GENERATOR_OBJECTIVES = ("practical", "theory")


@register("fgan")
class FGAN(GAN):
    """G minimizes, and the network V maximizes, F = E[g_f(V(x))] - E[f*(g_f(V(G(z))))], a bound of D_f(data || model).

    f* is the conjugate of f and g_f an activation into its domain (eq. 6, table 6; `objectives.f_divergences`). V, here
    the discriminator, is any function to numbers. At the best V, g_f(V) = f'(p / q) and F is the divergence; "gan"
    gives the original game. Both players move at once, each by its gradient at the weights of both (algorithm 1).

    Images: the perceptrons of the MNIST experiments, latents uniform on [-1, 1]^latent_dim. Points: two hidden layers
    of tanh units in V, as in the paper's Gaussian example; normal latents.

    Args:
        image_shape: (height, width, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: units in a hidden layer of G, and for points of V; for images V has a fifth as many.
        divergence: one of `objectives.f_divergences.DIVERGENCES`.
        generator_objective: "theory" lets G minimize F, -E[f*(g_f(V(G(z))))]; "practical" -E[g_f(V(G(z)))], which is
            what the paper trains images with (section 3.2).
        alpha: of the divergence "alpha", neither 0 nor 1.
        pi: of the divergence "js_weighted", in (0, 1).

    Raises:
        ZooError: an unknown divergence or generator objective, alpha or pi out of range.
    """

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=100,
        width=1200,
        divergence="kl",
        generator_objective="practical",
        alpha=0.5,
        pi=0.5,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if generator_objective not in GENERATOR_OBJECTIVES:
            raise unknown("generator_objective", generator_objective, GENERATOR_OBJECTIVES)
        self.width, self.divergence, self.generator_objective = width, divergence, generator_objective
        self.alpha, self.pi = alpha, pi
        f = objectives.divergence(divergence, alpha, pi)
        self.objective = objectives.variational(f, practical=generator_objective == "practical")
        images = len(self.image_shape) == 3
        self.add_networks(
            generator=networks.mlp_generator(self.image_shape, latent_dim, width, normalize=images),
            discriminator=variational_function(self.image_shape, max(width // 5, 1) if images else width),
        )

    def play(self, *batch: tf.Tensor) -> Terms:
        """Both players' gradients at the same weights and on the same batch, then both moves."""
        return self.minimize_together(*batch)

    def sample_latents(self, n: int | tf.Tensor) -> tf.Tensor:
        """Draw from the uniform distribution on [-1, 1]^latent_dim, for points from the standard normal."""
        return draws.uniform(n, self.latent_dim, low=-1.0) if len(self.image_shape) == 3 else super().sample_latents(n)


def variational_function(image_shape: tuple[int, ...], width: int) -> keras.Model:
    """Examples to V (batch, 1): two hidden layers, of exponential linear units for images, of tanh for points."""
    activation = "elu" if len(image_shape) == 3 else "tanh"
    hidden = [L.Dense(width, activation=activation) for _ in range(2)]
    steps = [keras.Input(image_shape), L.Flatten(), *hidden, L.Dense(1), L.Activation("linear", dtype="float32")]
    return keras.Sequential(steps, name="discriminator")
