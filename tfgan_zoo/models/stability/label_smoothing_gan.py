"""One-sided label smoothing: a discriminator that must not be sure (Salimans et al., 2016, arXiv:1606.03498)."""

import tensorflow as tf

from tfgan_zoo import draws, networks, objectives
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.gan import GAN
from tfgan_zoo.registry import register

LABELS = ("constant", "random")


@register("label_smoothing_gan")
class LabelSmoothingGAN(GAN):
    """The discriminator's target of real examples is below 1, that of fakes stays 0 (section 3.4).

    D minimizes -E[t log D(x) + (1 - t) log(1 - D(x))] - E[log(1 - D(G(z)))], t = 0.9 or uniform on [0.8, 1.0]; G
    minimizes -E[log D(G(z))], never smoothed. The best D is t p / (p + q): it never gives more than t, and where p = q
    it gives t / 2. The loss is linear in t, so both kinds of labels have the same expected gradient.

    The authors' ImageNet code differs: real targets of 0.75, and G aims at D = 0.375.

    Args:
        image_shape: (side, side, channels), or (d,) for points.
        latent_dim: length of a latent vector.
        width: channels of G's last hidden map and of D's first; units of a hidden layer for points.
        labels: "constant": every t is `label`, the paper's; "random": t is drawn for each example of each move.
        label: the mean of t.
        spread: random labels are uniform on [label - spread, label + spread].
        fake_label: the target of fakes. Above 0 it is two-sided smoothing, which the paper advises against.
        flip: probability with which an example of D's move takes the target of the other kind; 0 in the paper.

    Raises:
        ZooError: an unknown kind of labels, or targets outside [0, 1].
    """

    def __init__(
        self,
        image_shape=(32, 32, 3),
        latent_dim=100,
        width=64,
        labels="constant",
        label=0.9,
        spread=0.1,
        fake_label=0.0,
        flip=0.0,
        **kwargs,
    ):
        super().__init__(image_shape=image_shape, latent_dim=latent_dim, **kwargs)
        if labels not in LABELS:
            raise unknown("kind of labels", labels, LABELS)
        reach = spread if labels == "random" else 0.0
        if not (0 <= label - reach and label + reach <= 1 + 1e-9 and 0 <= fake_label <= 1 and 0 <= flip <= 1):
            raise ZooError(
                f"label, fake_label and flip are in [0, 1], and so is label +- spread for random labels; found "
                f"label={label!r}, spread={spread!r}, fake_label={fake_label!r}, flip={flip!r}"
            )
        self.width, self.labels, self.label, self.spread = width, labels, label, spread
        self.fake_label, self.flip = fake_label, flip
        self.objective = objectives.smoothed(self.targets)
        self.add_networks(
            generator=networks.generator(self.image_shape, latent_dim, width),
            discriminator=networks.discriminator(self.image_shape, width),
        )

    def targets(self, n: int | tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return what D should give to `n` real and to `n` fake examples, each (n, 1)."""
        real, fake = tf.fill((n, 1), float(self.label)), tf.fill((n, 1), float(self.fake_label))
        if self.labels == "random":
            real += draws.uniform(n, 1, low=-self.spread, high=self.spread)
        if not self.flip:
            return real, fake
        real_flips, fake_flips = draws.uniform(n, 1) < self.flip, draws.uniform(n, 1) < self.flip
        return tf.where(real_flips, fake, real), tf.where(fake_flips, real, fake)
