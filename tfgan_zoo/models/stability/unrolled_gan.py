"""Unrolled GAN: the generator foresees the discriminator's answer (Metz et al., 2017, arXiv:1611.02163)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms, all_sum, replicas
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register
from tfgan_zoo.unrolling import Adam, Descent, unroll

RULES = ("adam", "sgd")


@register("unrolled_gan")
class UnrolledGAN(GAN):
    """G descends the zero-sum loss as it will be after K updates of D, and sees how it bends those updates itself.

    With f(G, d) = -E[log D(x)] - E[log(1 - D(G(z)))] at D's weights d,
        D minimizes f(G, d),
        G minimizes -f(G, d_K(G)), d_0 = d, d_{k+1} = d_k - inner_rate * U(grad_d f(G, d_k)) (eq. 7 to 10),
    U the gradient ("sgd"), or Adam's direction, which goes on from the moments that D's own optimizer has at that time
    ("adam", as in the authors' demo; from zero moments if that optimizer is none). G's gradient is the whole one: also
    through the fakes that the K updates are made on. All K updates and the last f are on the same minibatch; D's stored
    weights, moments and statistics stay as they are. Without unrolling (K = 0) it is `gan` with `saturating`. A
    move of G judges fakes and real examples K + 1 times, and has to remember all of it for the gradient.

    The updates are made on each replica's part of the batch, or with `cross_replica` on all of it (then without XLA
    where there are several replicas); with gradient accumulation on the micro-batch. In a round D moves before G.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        unrolling_steps: K; the paper has 1 to 10.
        inner: "adam" or "sgd".
        inner_rate: of the K updates; the paper's is D's learning rate.
        cross_replica: unroll on the global batch.

    Raises:
        ZooError: K is no number of steps, an unknown rule, or a rate that is not positive.
    """

    objective = objectives.minimax

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=256,
        width=64,
        unrolling_steps=5,
        inner="adam",
        inner_rate=1e-4,
        cross_replica=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not isinstance(unrolling_steps, int) or unrolling_steps < 0:
            raise ZooError(f"unrolling_steps: expected a number of updates from 0 on, found {unrolling_steps!r}")
        if inner not in RULES:
            raise unknown("inner update", inner, RULES)
        if not inner_rate > 0:
            raise ZooError(f"inner_rate: expected a positive number, found {inner_rate!r}")
        self.width, self.unrolling_steps, self.inner, self.inner_rate = width, unrolling_steps, inner, inner_rate
        self.cross_replica = self.synchronized = cross_replica  # the core keeps what is synchronized out of XLA
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """The demo's: Adam 1e-4 for D, 1e-3 for G, beta_1 0.5."""
        adam = lambda rate: keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
        return {"discriminator": adam(1e-4), "generator": adam(1e-3)}

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """-f at the discriminator that K updates on this minibatch lead to."""
        if not self.unrolling_steps:
            return super().generator_loss(real)
        fake = self.generate(self.sample_latents(tf.shape(real)[0]))

        def value(weights):
            with keras.StatelessScope(list(zip(self.weights_of("discriminator"), weights))):
                return self.objective.discriminator(self.discriminate(real), self.discriminate(fake))

        return {"adversarial": -value(self.unrolled(value))}

    def unrolled(self, value) -> list[tf.Tensor]:
        """Return d_K for a function `value` of D's weights, a list of tensors."""

        def gradient(weights):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(weights)
                f = value(weights)
            gradients = tape.gradient(f, weights)
            if self.cross_replica and replicas() > 1:
                gradients = all_sum([g / replicas() for g in gradients])
            return gradients

        weights = [tf.convert_to_tensor(w.value) for w in self.weights_of("discriminator")]
        rule = (
            Descent(self.inner_rate)
            if self.inner == "sgd"
            else Adam.of(self.optimizers["discriminator"], weights, self.inner_rate)
        )
        return unroll(gradient, weights, self.unrolling_steps, rule)
