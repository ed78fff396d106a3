"""EBGAN: the discriminator is an energy, an auto-encoder's error (Zhao, Mathieu, LeCun, 2017, arXiv:1609.03126)."""

import keras
import tensorflow as tf

from tfgan_zoo import networks, objectives, penalties
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.game import Terms
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register


@register("ebgan")
class EBGAN(GAN):
    """Low energy for data, energy of at least a margin for samples; energy is what an auto-encoder cannot reconstruct.

    With E(v) the error of decoder(encoder(v)) against v, D = (encoder, decoder) minimizes
    E[E(x)] + E[max(0, margin - E(G(z)))] and G minimizes E[E(G(z))] + pull_away_weight * PT (section 2.3), where PT is
    the mean of cos^2 between the codes encoder(G(z)) of two different samples (EBGAN-PT, section 2.4). The gradient of
    G's loss passes through encoder and decoder.

    PT is a statistic of the batch: each replica, and with accumulation each micro-batch, pairs its own samples. So two
    replicas do not equal one unless `pull_away_weight` is 0.

    Images: convolutions of stride 2 down to 7 to 13 pixels a side and back in D, DCGAN's generator with kernels of
    4x4, batch normalization but at the ends. Perceptrons: one hidden layer on either side of a code of ReLU units as
    long as z, and a generator of two.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector; in perceptrons of a code, too.
        width: channels of G's last hidden map and of the encoder's first; units of a hidden layer of a perceptron.
        energy: "mse", the mean over pixels of the squared error, "norm", its Euclidean norm as the paper writes, or
            "sum", the sum over pixels.
        margin: m, on the scale of the energy. It should be a few times the energy of data that the auto-encoder
            reaches alone: if it is larger D is easily content, if it is less D never looks at samples.
        pull_away_weight: of PT; 0 leaves it out.
        perceptron: use perceptrons; points and images of fewer than 16 pixels a side always do.

    Raises:
        ZooError: an unknown energy, a margin that is not positive, or a negative weight.
    """

    players = {"discriminator": ["encoder", "decoder"], "generator": ["generator"]}

    def __init__(
        self,
        image_shape=(64, 64, 3),
        latent_dim=100,
        width=64,
        energy="mse",
        margin=1.0,
        pull_away_weight=0.1,
        perceptron=False,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if energy not in objectives.ENERGIES:
            raise unknown("energy", energy, objectives.ENERGIES)
        if not margin > 0 or not pull_away_weight >= 0:
            raise ZooError(
                "expected a positive margin and a pull_away_weight from 0 on, "
                f"found margin={margin!r}, pull_away_weight={pull_away_weight!r}"
            )
        self.width, self.energy, self.margin = width, energy, margin
        self.pull_away_weight, self.perceptron = pull_away_weight, perceptron
        self.objective = objectives.energy_margin(margin)
        if perceptron or networks.is_small(self.image_shape):
            encoder = networks.mlp_encoder(self.image_shape, latent_dim, width, code_activation="relu")
            decoder = networks.mlp_decoder(self.image_shape, latent_dim, width)
            generator = networks.mlp_generator(
                self.image_shape, latent_dim, width, normalize=len(self.image_shape) == 3
            )
        else:
            halvings = len(networks.code_sides(self.image_shape)) - 1
            encoder = networks.strided_encoder(self.image_shape, width, halvings)
            decoder = networks.strided_decoder(self.image_shape, width, halvings)
            generator = networks.dcgan_generator(self.image_shape, latent_dim, width, kernel=4)
        self.add_networks(encoder=encoder, decoder=decoder, generator=generator)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Adam 1e-3, beta_1 0.5."""
        return {player: keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def discriminate(self, images: tf.Tensor) -> tf.Tensor:
        """Energies (batch, 1), small for real."""
        return self._energies_and_codes(images)[0]

    def generator_loss(self, real: tf.Tensor) -> Terms:
        """The energy of fresh fakes, and the pull-away term of their codes."""
        fake = self.generate(self.sample_latents(tf.shape(real)[0]))
        energies, codes = self._energies_and_codes(fake)
        terms = {"adversarial": self.objective.generator(None, energies)}
        if self.pull_away_weight:
            terms["pull_away"] = self.pull_away_weight * penalties.pull_away(codes)
        return terms

    def reconstruct(self, images: tf.Tensor) -> tf.Tensor:
        """Images to what D makes of them."""
        return self.decoder(self.encoder(images))

    def _energies_and_codes(self, images):
        codes = self.encoder(images, training=True)
        return objectives.ENERGIES[self.energy](images, self.decoder(codes, training=True)), codes
