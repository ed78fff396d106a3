"""MMD GAN: a two-sample test whose kernel is learned (Li et al., 2017, arXiv:1705.08584)."""

import keras
import tensorflow as tf

from tfgan_zoo import feeding, networks
from tfgan_zoo.batch_statistics import batch_rows
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.objectives.kernels import BANDWIDTHS, discrepancy, rbf_mixture
from tfgan_zoo.registry import register


@register("mmd_gan")
class MMDGAN(GAN):
    """An encoder f makes data and samples differ, by kernels of codes; a decoder h holds it to injectivity.

    With M the maximum mean discrepancy of f(x) and f(G(z)) for a sum of Gaussian kernels, and
    R = mean over features of max(0, -(E[f(x)] - E[f(G(z))])):
        D, that is f and h, minimizes -M + rank_weight R
            + reconstruction_weight (mean (x - h f(x))^2 + mean (G(z) - h f(G(z)))^2),
        G minimizes M - rank_weight R
    (eq. 3 to 5, and the code, whose M is the root of the biased estimate; R keeps the mean codes of data above those of
    samples). After each move of D the encoder's weights, never the decoder's, are clipped to [-clip, clip]
    (algorithm 1). A round takes a real batch for each move of D and one for G's. The authors' code makes 100 moves of
    D in each of the first 25 rounds and every 500th; algorithm 1 does not.

    Pairs of codes are those of each replica's part of the batch, or with `cross_replica` of all of it (then without XLA
    where there are several replicas); with gradient accumulation those of the micro-batch.

    Args:
        image_shape: (side, side, channels), or (d,) for points, whose networks are perceptrons.
        latent_dim: length of a latent vector and of a code; the paper's 10 for MNIST, 128 for CIFAR-10, 64 for CelebA.
        width: channels of G's and h's last hidden map and of f's first; units of a hidden layer for points.
        n_critic: moves of D in a round.
        clip: largest absolute value of an encoder's weight.
        reconstruction_weight: of the decoder's two errors.
        rank_weight: of R.
        bandwidths: of the kernels, in units of distance between codes.
        cross_replica: compare the codes of all replicas.

    Raises:
        ZooError: `clip` or a bandwidth is not positive, or there is no bandwidth.
    """

    players = {"discriminator": ["encoder", "decoder"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=128,
        width=64,
        n_critic=5,
        clip=0.01,
        reconstruction_weight=8.0,
        rank_weight=16.0,
        bandwidths=BANDWIDTHS,
        cross_replica=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, n_critic=n_critic, **kwargs)
        if not clip > 0:
            raise ZooError(f"clip: expected a positive bound of the encoder's weights, found {clip!r}")
        if not bandwidths or not all(s > 0 for s in bandwidths):
            raise ZooError(f"bandwidths: expected positive numbers, found {bandwidths!r}")
        self.width, self.clip, self.bandwidths = width, clip, tuple(map(float, bandwidths))
        self.reconstruction_weight, self.rank_weight = reconstruction_weight, rank_weight
        self.cross_replica = self.synchronized = cross_replica  # the core keeps what is synchronized out of XLA
        self.kernel = rbf_mixture(self.bandwidths)
        self.add_networks(
            generator=decoder(self.image_shape, latent_dim, width),
            encoder=networks.feature_network(self.image_shape, width, latent_dim),
            decoder=decoder(self.image_shape, latent_dim, width),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """RMSprop 5e-5."""
        return {player: keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-8) for player in self.players}

    @property
    def batches_per_step(self) -> int:
        """One batch for every move of D and one for the generator's."""
        return self.n_critic + 1

    def play(self, *batch: tf.Tensor) -> Terms:
        """`n_critic` moves of D, then the generator's, each on a part of the batch of its own."""
        *parts, fresh = feeding.split(batch, self.n_critic + 1)
        logs = {}
        for part in parts:
            logs |= self.minimize("discriminator", *part)
        return logs | self.minimize("generator", *fresh)

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """Minus what separates the codes, and the reconstruction errors."""
        fake = tf.stop_gradient(self.generate(self.sample_latents(tf.shape(real)[0])))
        codes = self.encoder(real, training=True), self.encoder(fake, training=True)
        errors = [tf.reduce_mean((x - self.decoder(c, training=True)) ** 2) for x, c in zip((real, fake), codes)]
        terms = {name: -value for name, value in self.separation(*codes).items()}
        return {**terms, "reconstruction": self.reconstruction_weight * tf.add_n(errors)}

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """What separates the codes."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]))
        return self.separation(self.encoder(real, training=True), self.encoder(fake, training=True))

    def separation(self, real_codes: tf.Tensor, fake_codes: tf.Tensor) -> Terms:
        """Return M and minus the weighted R, of codes (batch, latent_dim)."""
        x, y = batch_rows(real_codes, self.cross_replica), batch_rows(fake_codes, self.cross_replica)
        below = tf.nn.relu(tf.reduce_mean(y, axis=0) - tf.reduce_mean(x, axis=0))
        return {"discrepancy": discrepancy(x, y, self.kernel), "rank": -self.rank_weight * tf.reduce_mean(below)}

    def move(self, player: str, gradients: list[tf.Tensor]) -> None:
        """As every game; then clip the encoder, on each replica alike."""
        super().move(player, gradients)
        if player == "discriminator":
            for weight in self.encoder.trainable_variables:
                weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))


def decoder(image_shape: tuple[int, ...], latent_dim: int, width: int) -> keras.Model:
    """Latents or codes to examples: 4x4 transposed convolutions of stride 2, tanh; for points a perceptron."""
    if networks.is_small(image_shape):
        return networks.mlp_generator(image_shape, latent_dim, width)
    return networks.dcgan_generator(image_shape, latent_dim, width, kernel=4)
