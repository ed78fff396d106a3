"""Proof of `hinge_gan`: the best discriminator is the sign of p - q and pays 2 - 2 TV; with a bounded one G finds all.

(i) Known answer. Data and fakes are drawn from two fixed distributions p and q on seven bins (Dirichlet, other ones for
each seed); D is a table, one weight for each bin. Only D moves (Adam from 5e-2 to 0 by a cosine, batch 512, 2,000
steps, each example seen once). Its loss is then computed from p and q exactly.

(ii) `ring8`: perceptrons with two hidden layers of 64, latents of 16, batch 128, five discriminator moves for one of
the generator, Adam 1e-3 (0, 0.9) for both players, 4,000 steps, each example seen once. The baseline is the same game
with a discriminator that has no spectral normalization: the hinge loss itself does not bound its scale.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.data import toys
from tfgan_zoo.gan import GAN
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.objectives import hinge
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "The best discriminator under the hinge loss is the sign of p - q and its loss 2 - 2 TV(p, q); "
    "with spectral normalization the game covers all modes of a ring."
)

CRITERIA = (
    Criterion("loss error", "<=", 0.02, "|L_D - (2 - 2 TV(p, q))| of the tabular discriminator"),
    Criterion("wrong signs", "<=", 0, "bins with |p - q| > 0.02 where the sign of D is not that of p - q"),
    Criterion("modes", ">=", 8, "of eight, covered on ring8 with spectral normalization"),
    Criterion("near share", ">=", 0.5, "share of samples near a mode with spectral normalization"),
)

BINS = 7


class Table(GAN):
    """A discriminator with a weight for each bin against fakes from a fixed distribution q."""

    objective = hinge

    def __init__(self, q, **kwargs):
        super().__init__(image_shape=(BINS,), latent_dim=1, ema_decay=0.0, **kwargs)
        self.q = q
        network = lambda: keras.Sequential([keras.Input((BINS,)), keras.layers.Dense(1, use_bias=False)])
        self.add_networks(generator=network(), discriminator=network())

    def generate(self, latents):
        """Fakes: the bin that a uniform number falls into, one-hot."""
        uniform = draws.uniform(tf.shape(latents)[0])
        chosen = tf.searchsorted(tf.constant(np.cumsum(self.q)[:-1], tf.float32), uniform)
        return tf.one_hot(chosen, BINS)

    def play(self, real):
        """D's move."""
        return self.minimize("discriminator", real)


def run(seed, report):
    """Train the table, then both games on the ring."""
    p, q, table = tabular(seed)
    loss = np.sum(p * np.maximum(0, 1 - table) + q * np.maximum(0, 1 + table))
    best = 2 - np.abs(p - q).sum()
    apart = np.abs(p - q) > 0.02
    values = {"loss": loss, "best loss": best, "loss error": abs(loss - best), "_p": p, "_q": q, "_table": table}
    values["wrong signs"] = int(np.sum(np.sign(table) != np.sign(p - q), where=apart))
    report(f"loss of the table {loss:.4f}, at best {best:.4f}, {values['wrong signs']} wrong signs")
    for spectral in (True, False):
        suffix = "" if spectral else " unnormalized"
        points, found, scale = ring(seed, spectral)
        values |= {"modes" + suffix: found.modes, "near share" + suffix: found.near, "_points" + suffix: points}
        values |= {"within 3 sigma" + suffix: found.high_quality, "mean |D|" + suffix: scale}
    return values


def tabular(seed, steps=2000, batch_size=512):
    """Return p, q and the trained table."""
    rng = np.random.default_rng([seed, 1])
    p, q = rng.dirichlet(np.ones(BINS)), rng.dirichlet(np.ones(BINS))
    model = Table(tuple(q), seed=seed)
    data = np.eye(BINS, dtype="float32")[rng.choice(BINS, (steps, batch_size), p=p)]
    rates = {"discriminator": adam(keras.optimizers.schedules.CosineDecay(5e-2, steps))}
    train(model, tf.data.Dataset.from_tensor_slices(data), steps, optimizers=rates, steps_per_execution=50)
    return p, q, model.weights_of("discriminator")[0].numpy()[:, 0].astype("float64")


def ring(seed, spectral, steps=4000, batch_size=128):
    """Train on ring8; return 2,500 samples, how they sit on the modes, and the mean of |D| on them."""
    model = zoo.create(
        "hinge_gan",
        image_shape=(2,),
        latent_dim=16,
        width=64,
        n_critic=5,
        spectral=spectral,
        ema_decay=0.0,
        seed=seed,
    )
    count = steps * model.batches_per_step
    data = toys.draw("ring8", count * batch_size, seed=seed)[0].reshape(count, batch_size, 2)
    rates = {player: adam(1e-3, beta_1=0.0, beta_2=0.9) for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(data), steps, optimizers=rates, steps_per_execution=50)
    points = model.sample(2500, seed=1)
    scale = float(tf.reduce_mean(tf.abs(model.discriminate(points))))
    return points.numpy(), mode_coverage(points.numpy(), *toys.modes("ring8")), scale


def draw(runs, path):
    """Left: the tables of all seeds over p and q. Right: samples of the first seed, counts of all."""
    figure = plt.figure(figsize=(11, 4.6), constrained_layout=True)
    spec = figure.add_gridspec(3, 3, width_ratios=(1.5, 1, 1))
    bins = np.arange(BINS)
    for row, run_ in enumerate(runs[:3]):
        ax = figure.add_subplot(spec[row, 0])
        ax.bar(bins - 0.2, run_["_p"], 0.35, color="tab:blue", alpha=0.6, label="p, data")
        ax.bar(bins + 0.2, run_["_q"], 0.35, color="tab:orange", alpha=0.6, label="q, fakes")
        ax.plot(bins, run_["_table"], "k.", ms=8, label="D after 2,000 steps")
        ax.plot(bins, np.sign(run_["_p"] - run_["_q"]), "r_", ms=16, mew=1, label="sign(p - q)")
        ax.set(ylim=(-1.2, 1.2), xticks=[], yticks=(-1, 0, 1))
        ax.set_title(f"loss {run_['loss']:.4f}, 2 - 2 TV = {run_['best loss']:.4f}", fontsize=9)
        if row == 0:
            figure.legend(*ax.get_legend_handles_labels(), fontsize=8, ncols=4, loc="outside lower center")
    means, _ = toys.modes("ring8")
    for column, (title, suffix) in enumerate((("spectral normalization", ""), ("no normalization", " unnormalized"))):
        ax = figure.add_subplot(spec[:, column + 1])
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0]["_points" + suffix][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + suffix])) for r in runs)
        near = ", ".join(f"{r['near share' + suffix]:.2f}" for r in runs)
        scale = ", ".join(f"{r['mean |D|' + suffix]:.2g}" for r in runs)
        ax.set_title(f"{title}\nmodes: {modes} of 8\nnear a mode: {near}\nmean |D(G(z))|: {scale}", fontsize=9)
    figure.savefig(path, dpi=90, format="png")
    plt.close(figure)
