"""MAGAN: an energy-based GAN whose margin follows the data's energy down (Wang et al., 2017, arXiv:1704.03817)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("magan")
class MAGAN(GAN):
    """`ebgan` without its pull-away term, and with a margin that is the expected energy of data, only ever lowered.

    With E(v) the sum over pixels of (v - decoder(encoder(v)))^2, D = (encoder, decoder) minimizes
    E[E(x)] + E[max(0, m - E(G(z)))] and G minimizes E[E(G(z))]. First D alone learns to reconstruct data, for
    `pretraining_epochs`, with m = 0; m is then the mean energy of data over the last of these epochs. At the end of
    each later epoch t, with R and F the mean energies of data and of samples over the epoch's steps (algorithm 1),
        m <- R(t)  if  F(t) > F(t - 1)  and  R(t) < F(t)  and  R(t) < m:
    if samples got worse, D has become too strong for them, and data no longer need so wide a margin.

    An epoch is `epoch_steps` train steps of the model's life, counted in its state along with the sums of energies (of
    the global batch). So the rule needs no callback, does not depend on how `fit` is called, and a run that is stopped
    within an epoch resumes exactly. Set `epoch_steps` to the number of examples over the batch size. m is logged as
    "margin".

    In the authors' code D stands still in the third pass, which measures the first margin; here it goes on learning
    then, as it does in every epoch that is measured later. In pretraining G's gradients are replaced by zeros.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector; 50 for MNIST, 320 for CIFAR-10, 350 for faces.
        width: channels of G's last hidden map and of the encoder's first; a quarter of a perceptron's hidden units.
        epoch_steps: train steps of an epoch; by default those of 60,000 images in batches of 64.
        pretraining_epochs: epochs in which only D moves. With 0 both players move from the start, in the first epoch
            with m = 0.
        perceptron: let D be the paper's MNIST network, two hidden layers in all. Else D has convolutions of stride 2
            down to 4 to 7 pixels a side and back. Points and images of fewer than 16 pixels a side have it always.

    Raises:
        ZooError: a number of steps or epochs that is none.
    """

    players = {"discriminator": ["encoder", "decoder"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=50,
        width=64,
        epoch_steps=937,
        pretraining_epochs=3,
        perceptron=True,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if not isinstance(epoch_steps, int) or epoch_steps < 1:
            raise ZooError(f"epoch_steps: expected a number of train steps from 1 on, found {epoch_steps!r}")
        if not isinstance(pretraining_epochs, int) or pretraining_epochs < 0:
            raise ZooError(f"pretraining_epochs: expected a number from 0 on, found {pretraining_epochs!r}")
        self.width, self.perceptron = width, perceptron
        self.epoch_steps, self.pretraining_epochs = epoch_steps, pretraining_epochs
        if networks.is_small(self.image_shape):
            generator = networks.generator(self.image_shape, latent_dim, width, normalize=False)
        else:
            generator = networks.dcgan_generator(self.image_shape, latent_dim, width, normalize=False, kernel=4)
        if perceptron or networks.is_small(self.image_shape):
            units = 4 * width
            encoder = networks.mlp_encoder(self.image_shape, units, units, code_activation="relu")
            decoder = networks.mlp_decoder(self.image_shape, units, units, hidden=0)
        else:
            halvings = len(networks.feature_sides(self.image_shape)) - 1
            encoder = networks.strided_encoder(self.image_shape, width, halvings, normalize=False)
            decoder = networks.strided_decoder(self.image_shape, width, halvings, normalize=False)
        self.add_networks(encoder=encoder, decoder=decoder, generator=generator)
        self.margin = self.scalar("margin")
        self.real_sum, self.fake_sum = self.scalar("real_sum"), self.scalar("fake_sum")
        self.previous_fake = self.scalar("previous_fake")  # F of the epoch before; 0 if there was none

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adamax 5e-4, beta_1 0.5."""
        return {player: keras.optimizers.Adamax(5e-4, beta_1=0.5, epsilon=1e-8) for player in self.players}

    def discriminate(self, images: tf.Tensor) -> tf.Tensor:
        """Energies (batch, 1), small for real."""
        reconstructed = self.decoder(self.encoder(images, training=True), training=True)
        return objectives.ENERGIES["sum"](images, reconstructed)

    def discriminator_loss(self, real: tf.Tensor) -> Terms:
        """The two parts of the margin game, the first of which is the energy of data."""
        fake = tf.stop_gradient(self.generate(self.sample_latents(tf.shape(real)[0])))
        return {
            "real": tf.reduce_mean(self.discriminate(real)),
            "fake": tf.reduce_mean(tf.nn.relu(self.margin.value - self.discriminate(fake))),
        }

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """The energy of fresh fakes."""
        return {"fake": tf.reduce_mean(self.discriminate(self.generate(self.sample_latents(tf.shape(real)[0]))))}

    def move(self, player: str, gradients: list[tf.Tensor]) -> None:
        """As every game; but the generator stays where it is while the auto-encoder is pretrained."""
        if player == "generator":
            playing = self.step.value >= self._first_step
            gradients = [tf.where(playing, g, tf.zeros_like(g)) for g in gradients]
        super().move(player, gradients)

    def after_step(self, logs: Terms) -> Terms:
        """Add up the energies of the global batch; at the end of an epoch, choose the margin."""
        done = self.step.value + 1
        played, ends = done > self._first_step, done % self.epoch_steps == 0
        real_sum = self.real_sum.value + logs["discriminator/real"]
        fake_sum = self.fake_sum.value + tf.where(played, logs["generator/fake"], 0.0)
        real, fake = real_sum / self.epoch_steps, fake_sum / self.epoch_steps
        margin = self.margin.value
        unset = (margin == 0.0) & (done >= self._first_step)
        chosen = tf.where(unset, real, lowered_margin(margin, real, fake, self.previous_fake.value))
        self.margin.assign(tf.where(ends, chosen, margin))
        self.previous_fake.assign(tf.where(ends, fake, self.previous_fake.value))
        self.real_sum.assign(tf.where(ends, 0.0, real_sum))
        self.fake_sum.assign(tf.where(ends, 0.0, fake_sum))
        return {"margin": self.margin.value}

    def reconstruct(self, images: tf.Tensor) -> tf.Tensor:
        """Images to what D makes of them."""
        return self.decoder(self.encoder(images))

    @property
    def _first_step(self):
        """Train steps before the generator's first move."""
        return self.pretraining_epochs * self.epoch_steps


def lowered_margin(margin: tf.Tensor, real: tf.Tensor, fake: tf.Tensor, previous_fake: tf.Tensor) -> tf.Tensor:
    """The margin after an epoch of these mean energies: R if F grew, R < F and R < m, else m.

    Args:
        margin: m.
        real: R, the mean energy of data over the epoch.
        fake: F, that of samples.
        previous_fake: F of the epoch before; 0 if there was none, then m stays.
    """
    compared = previous_fake > 0.0
    return tf.where(compared & (fake > previous_fake) & (real < fake) & (real < margin), real, margin)
