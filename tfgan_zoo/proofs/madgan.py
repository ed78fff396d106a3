"""Proof of `madgan`: a discriminator that names the generators drives them to different modes.

`ring8` with a deviation of 0.05 (eight modes), eight generators, latents of 16, perceptrons with two hidden layers of
64, batch 128 (and 128 fakes of each generator), Adam (0.5, 0.999) with 1e-3 for D and 2e-4 for the generators, 4,000
steps, each example seen once. (With 1e-3 for both the generators overlap: in a pilot of two seeds, eight modes, five
distinct ones, 0.44 and 0.49 of the fakes named.) The baseline is eight independent GANs of the same sizes on the same
data, each generator with a trunk and a discriminator of its own. Eight independent choices among eight modes would find
5.25 of them on average, so of the baseline is demanded that it misses two.

Measured are the modes that 2,500 samples of all generators cover, the number of different modes among those that are
each generator's most frequent one in 500 samples, and the share of these samples of which D, asked for the most
probable generator, names the right one.

Measured too, without a demand: the same generators against one discriminator with a single class for all fakes. The
best discriminators of the two games give the generators the same gradient, as D_0 = p / (p + sum_j q_j) in both.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers as L

from tfgan_zoo import objectives
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.models.stability.madgan import MADGAN
from tfgan_zoo.proofs.points import fit, modes_of
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "Eight generators share out the modes of a ring against one discriminator that has to say which of them made a "
    "fake; each of eight independent GANs spreads over several modes, and between them."
)

CRITERIA = (
    Criterion("modes", ">=", 7, "of eight, covered by all generators together"),
    Criterion("distinct modes", ">=", 6, "different modes among the generators' most frequent ones"),
    Criterion("identified", ">=", 0.6, "share of fakes whose generator D names; by chance 0.125"),
    Criterion("distinct modes of independent gans", "<=", 6, "they do not know of each other"),
)

K, STEPS, SIGMA, WIDTH = 8, 4000, 0.05, 64
MEANS = toys.modes("ring8")[0]


class Anonymous(MADGAN):
    """The same generators against a discriminator that need only tell data from fakes."""

    def discriminator_loss(self, real):
        """Cross-entropy of two classes: 0 for data, 1 for all fakes."""
        fake = tf.nn.log_softmax(self.classify_fakes(tf.shape(real)[0]), axis=-1)[..., 1]
        data = tf.nn.log_softmax(self.discriminate(real), axis=-1)[:, 0]
        return {"adversarial": -(tf.reduce_mean(data) + K * tf.reduce_mean(fake)) / (K + 1)}


class Independent(MADGAN):
    """Eight GANs in one: the i-th generator has its own layers, and plays against the i-th discriminator alone."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        z, points = keras.Input((self.latent_dim,)), keras.Input((K, 2))
        fakes = [perceptron(z, "elu", 2) for _ in range(K)]
        scores = [perceptron(points[:, i], "leaky_relu", 1) for i in range(K)]
        self.add_networks(
            generator=keras.Model(z, L.Concatenate()(fakes), name="generator"),
            discriminator=keras.Model(points, L.Concatenate()(scores), name="discriminator"),
        )

    def discriminator_loss(self, real):
        """The sum of eight games' losses."""
        fake = self.discriminate(self.generate(self.sample_latents(tf.shape(real)[0])))
        data = self.discriminate(tf.repeat(real[:, None], K, axis=1))
        return {"adversarial": K * objectives.non_saturating.discriminator(data, fake)}

    def generator_loss(self, real):
        """The sum of eight games' losses."""
        fake = self.discriminate(self.generate(self.sample_latents(tf.shape(real)[0])))
        return {"adversarial": K * objectives.non_saturating.generator(None, fake)}


def perceptron(x, activation, units):
    """Two hidden layers."""
    return L.Dense(units)(L.Dense(WIDTH, activation)(L.Dense(WIDTH, activation)(x)))


KINDS = {"": MADGAN, " of independent gans": Independent, " without names": Anonymous}


def run(seed, report):
    """Train the three."""
    values = {}
    for suffix, kind in KINDS.items():
        with construction(seed):
            model = kind(image_shape=(2,), latent_dim=16, generators=K, width=WIDTH, ema_decay=0.0, seed=seed)
        optimizers = {"discriminator": adam(1e-3), "generator": adam(2e-4)}
        fit(model, (MEANS, SIGMA), STEPS, seed, optimizers)
        _, found = modes_of(model, (MEANS, SIGMA))
        fakes = np.stack([model.sample(500, seed=2, generators=np.full(500, i)).numpy() for i in range(K)])
        closest = np.linalg.norm(fakes[:, :, None] - MEANS, axis=-1).argmin(axis=-1)
        distinct = len({np.bincount(row, minlength=len(MEANS)).argmax() for row in closest})
        values |= {f"modes{suffix}": found.modes, f"near share{suffix}": found.near}
        values |= {f"distinct modes{suffix}": distinct, f"_fakes{suffix}": fakes}
        if kind is MADGAN:
            named = model.discriminator(fakes.reshape(-1, 2)).numpy()[:, 1:].argmax(axis=1)
            values["identified"] = np.mean(named == np.repeat(np.arange(K), 500))
        report(f"{kind.__name__}: {found.modes} modes, {distinct} distinct, near share {found.near:.2f}")
    return values


def draw(runs, path):
    """A row for each seed: data, then the generators' samples in a color each, of the three."""
    real = MEANS[np.arange(400) % 8] + SIGMA * np.random.default_rng(0).standard_normal((400, 2))
    figure, axes = plt.subplots(3, 4, figsize=(11, 9), constrained_layout=True)
    titles = ("MAD-GAN", "independent GANs", "one class for all fakes")
    for k, (row, run_) in enumerate(zip(axes, runs)):
        row[0].scatter(*real.T, s=4, lw=0, color="tab:gray")
        row[0].set_title(f"data, seed {k}\na color for each of eight generators", fontsize=10)
        for ax, suffix, title in zip(row[1:], KINDS, titles):
            for i, points in enumerate(run_["_fakes" + suffix]):
                ax.scatter(*points[:150].T, s=4, lw=0, color=plt.cm.Set1(i) if i != 5 else "k")
            text = f"modes {run_['modes' + suffix]:.0f}, distinct {run_['distinct modes' + suffix]:.0f}"
            named = f", named {run_['identified']:.2f}" if not suffix else ""
            ax.set_title(f"{title}\n{text}{named}", fontsize=10)
        for ax in row:
            ax.scatter(*MEANS.T, s=160, facecolors="none", edgecolors="0.7", lw=0.8, zorder=0)
            ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(), yticks=())
    figure.savefig(path, dpi=70, format="png")
    plt.close(figure)
