"""Proof of `wgan`: the estimate follows the distance of disjoint supports, which a GAN's value does not; and its price.

(i) Parallel lines (example 1, figure 1 of the paper). Data (0, u), fakes (t, u), u uniform on [0, 1]: their earth mover
distance is t, their Jensen-Shannon divergence log 2 for every t > 0. The fakes come nearer, t = 2, 1.5, 1, 0.5, 0.25,
and one critic follows, 300 moves at each place (two hidden layers of 64, clip 0.1, RMSprop 1e-3 (0.99), batch 128).
Its estimate, minus the loss, is taken there on 10,000 fresh pairs. The baseline is the value
E[log D] + E[log(1 - D)] of a GAN's discriminator with the same network and moves (Adam 1e-2 (0.5, 0.999)).

(ii) The price of clipping (Gulrajani et al., 2017, arXiv:1704.00028, section 3.1). `ring8`, perceptrons with two hidden
layers of 64, latents of 16, batch 128, five critic moves a round, 1,000 rounds, each example seen once: WGAN with clip
0.1 and RMSprop 5e-4, and, for comparison, `wgan_gp` with penalty weight 0.1 and Adam 1e-3 (0.5, 0.9). Measured is the
share of the critic's kernel entries that reach 0.95 of the bound, for `wgan_gp` of the largest entry of their kernel.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.models.objectives.gan import VanillaGAN
from tfgan_zoo.models.objectives.wgan import WGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "Between disjoint supports the critic's estimate falls with their distance while a GAN's value stays at its bound; "
    "the price of clipping is that the critic's weights pile up at the ends of their interval."
)

CRITERIA = (
    Criterion("decreasing", ">=", 1, "whether each step of the lines towards each other lowers the estimate"),
    Criterion("correlation", ">=", 0.98, "of the estimate with the distance t"),
    Criterion("largest |value of gan|", "<=", 0.05, "over t >= 0.25: at its bound 2 JS - 2 log 2 = 0, it cannot tell"),
    Criterion("weights at their ends", ">=", 0.45, "share of the critic's kernel entries of at least 0.95 c"),
    Criterion("weights at their ends of wgan_gp", "<=", 0.1, "share of at least 0.95 of the largest of their kernel"),
)

DISTANCES = (2.0, 1.5, 1.0, 0.5, 0.25)
BATCH = 128


def frozen_line(model_class):
    """The game whose samples are points (t, u) and whose generator never moves."""

    class Line(model_class):
        def __init__(self, **kwargs):
            super().__init__(image_shape=(2,), latent_dim=1, width=64, ema_decay=0.0, **kwargs)
            self.t = self.scalar("t")

        def sample_latents(self, n):
            """Uniform on [0, 1]."""
            return draws.uniform(n, self.latent_dim)

        def generate(self, latents):
            """Points of the line at t."""
            return tf.concat([tf.fill(tf.shape(latents), self.t.value), latents], axis=1)

        def play(self, real):
            """D's move."""
            return self.minimize("discriminator", real)

    return Line


def run(seed, report):
    """Measure the lines, then train on the ring."""
    values = {}
    estimates, of_gan = lines(seed)
    for name, found in (("estimate", estimates), ("value of gan", of_gan)):
        values |= {f"{name} at {t:g}": value for t, value in zip(DISTANCES, found)}
    values |= {"decreasing": int(np.all(np.diff(estimates) < 0)), "largest |value of gan|": np.abs(of_gan).max()}
    values |= {"correlation": np.corrcoef(estimates, DISTANCES)[0, 1], "_estimates": estimates, "_of_gan": of_gan}
    report(f"estimates {np.round(estimates, 3)}, correlation {values['correlation']:.4f}, GAN {np.round(of_gan, 3)}")
    options = {"image_shape": (2,), "latent_dim": 16, "width": 64, "ema_decay": 0.0, "seed": seed}
    for name, model, optimizer in (
        ("", zoo.create("wgan", clip=0.1, **options), rmsprop),
        (" of wgan_gp", zoo.create("wgan_gp", penalty_weight=0.1, **options), lambda: adam(1e-3, beta_2=0.9)),
    ):
        points, weights = ring(model, optimizer, seed)
        values["weights at their ends" + name] = np.mean(np.abs(weights) >= 0.95)
        values["modes" + name] = mode_coverage(points, *toys.modes("ring8")).modes
        values |= {"_weights" + name: weights, "_points" + name: points}
    return values


def rmsprop(rate=5e-4):
    """RMSprop with the decay of the paper's code."""
    return keras.optimizers.RMSprop(rate, rho=0.99, epsilon=1e-8)


def lines(seed, moves=300, count=10_000):
    """Return WGAN's estimates and the GAN's values at DISTANCES."""
    rng = np.random.default_rng([seed, 1])
    line = lambda *shape: np.stack([np.zeros(shape), rng.random(shape)], axis=-1).astype("float32")
    with construction(seed):
        wgan, gan = frozen_line(WGAN)(clip=0.1, n_critic=1, seed=seed), frozen_line(VanillaGAN)(seed=seed)
    wgan.compile({"discriminator": rmsprop(1e-3)}, steps_per_execution=50)
    gan.compile({"discriminator": adam(1e-2)}, steps_per_execution=50)
    estimates, values = [], []
    for t in DISTANCES:
        for model in (wgan, gan):
            model.t.assign(t)
            train(model, tf.data.Dataset.from_tensor_slices(line(moves, BATCH)), moves)
        real = line(count)
        fake = real + np.array([t, 0.0], "float32")
        score = lambda model, x: model.discriminator(x).numpy().astype("float64")
        estimates.append(np.mean(score(wgan, real)) - np.mean(score(wgan, fake)))
        values.append(-np.logaddexp(0, -score(gan, real)).mean() - np.logaddexp(0, score(gan, fake)).mean())
    return np.array(estimates), np.array(values)


def ring(model, optimizer, seed, rounds=1000):
    """Train on ring8; return 2,500 samples, and the critic's kernel entries by their bound."""
    count = rounds * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2)
    optimizers = {player: optimizer() for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(points), rounds, optimizers=optimizers, steps_per_execution=50)
    kernels = [w.numpy() for w in model.weights_of("discriminator") if len(w.shape) > 1]
    bound = lambda kernel: getattr(model, "clip", np.abs(kernel).max())
    return model.sample(2500, seed=1).numpy(), np.concatenate([(k / bound(k)).ravel() for k in kernels])


def draw(runs, path):
    """Left: estimates and values by distance. Middle: kernel entries of all seeds. Right: samples of the first seed."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.4), constrained_layout=True, width_ratios=(1.3, 1.3, 1, 1))
    axis = axes[0].twinx()
    for k, run_ in enumerate(runs):
        label = lambda text, k=k: text if k == 0 else None
        axes[0].plot(DISTANCES, run_["_estimates"], "o-", ms=3, color="tab:green", lw=1, label=label("WGAN's estimate"))
        axis.plot(DISTANCES, run_["_of_gan"], "s--", ms=3, color="tab:purple", lw=1, label=label("GAN's value (right)"))
    axes[0].set(xlabel="distance t of the lines", ylabel="estimate: K times the distance", ylim=(0, None))
    axis.set(ylim=(-2 * np.log(2), 0.1))
    handles = [h for a in (axes[0], axis) for h in a.get_legend_handles_labels()[0]]
    axes[0].legend(handles=handles, fontsize=8, loc="center right")
    axes[0].set_title("Parallel lines: correlation " + ", ".join(f"{r['correlation']:.4f}" for r in runs), fontsize=9)
    ends = np.linspace(-1, 1, 41)
    for name, color, title in (
        ("", "tab:green", "clipped, of c"),
        (" of wgan_gp", "tab:blue", "wgan_gp, of the largest"),
    ):
        for k, run_ in enumerate(runs):
            weights = run_["_weights" + name]
            share = np.full(len(weights), 1 / len(weights))
            axes[1].hist(weights, ends, weights=share, histtype="step", color=color, label=None if k else title)
    axes[1].set(xlabel="entry of a critic's kernel / bound", ylabel="share")
    axes[1].set_title("Weights after 1,000 rounds", fontsize=9)
    axes[1].legend(fontsize=8)
    means, _ = toys.modes("ring8")
    for ax, title, name in ((axes[2], "WGAN", ""), (axes[3], "WGAN-GP", " of wgan_gp")):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0]["_points" + name][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + name])) for r in runs)
        ax.set_title(f"{title}, 1,000 rounds\nmodes: {modes} of 8", fontsize=9)
    figure.savefig(path, dpi=85, format="png")
    plt.close(figure)
