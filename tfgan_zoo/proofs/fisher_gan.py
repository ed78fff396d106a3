"""Proof of `fisher_gan`: a linear critic finds the exact distance and multiplier; the game keeps the modes of a ring.

(i) Known answer. Data and samples are fixed Gaussians in R^4 with means and covariances of their own; the critic is
linear without bias. Only it moves (rho 0.05, Adam 1e-2, batch 512, fresh examples, 4,000 steps). At the saddle point E
/ sqrt(Omega) is F = sqrt(d' S^-1 d), d the difference of the means and S the mean of the two matrices of uncentred
second moments; Omega = 1, and the multiplier is F / 2. Compared are means over the last 500 steps.

(ii) `ring8`: latents of 16, two hidden layers of 64, batch 128, rho 0.01, two critic moves, Adam 1e-3 (0.5, 0.999);
modes of 2,500 samples after every 100 of 1,200 steps. The game does not rest at its best, so that is what counts. The
baseline is the original GAN where it collapses: latents of 4, LeakyReLU in G as well, Adam 1e-4 for D and 1e-3 for G,
modes after 4,000 steps (its best is recorded beside them).
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.models.objectives.fisher_gan import FisherGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam
from tfgan_zoo.proofs.wgan_gp import CollapsingGAN

CLAIM = (
    "A critic trained with the multiplier reaches the Mahalanobis distance of the means, second moment one and the "
    "predicted multiplier; without any constraint on weights the game covers a ring where the original GAN collapses."
)

CRITERIA = (
    Criterion("distance error", "<=", 0.02, "|E / sqrt(Omega) - F| / F"),
    Criterion("moment error", "<=", 0.01, "|Omega - 1|"),
    Criterion("multiplier error", "<=", 0.02, "|multiplier - F / 2| / (F / 2)"),
    Criterion("modes", ">=", 7, "of eight, covered at best within 1,200 steps"),
    Criterion("modes of gan", "<=", 4, "covered by the original GAN after 4,000 steps: it collapses"),
)

BATCH = 128


class LinearCritic(FisherGAN):
    """f(x) = <v, x> between fixed Gaussians in R^4; only it moves."""

    def __init__(self, mixing, **kwargs):
        decays = {"feature_decay": 0.0, "head_decay": 0.0}
        super().__init__(image_shape=(4,), latent_dim=4, n_critic=1, rho=0.05, ema_decay=0.0, **decays, **kwargs)
        self._mixing = tf.constant(mixing, tf.float32)
        layers = [keras.Input((4,)), keras.layers.Dense(1, use_bias=False)]
        self.add_networks(discriminator=keras.Sequential(layers))

    def generate(self, latents):
        """Gaussians of mean 0."""
        return latents @ self._mixing

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


def run(seed, report):
    """The linear critic, then the ring."""
    values = known_answer(seed)
    report(f"distance {values['distance']:.4f} ({values['exact distance']:.4f}), multiplier {values['multiplier']:.4f}")
    options = {"image_shape": (2,), "latent_dim": 16, "width": 64, "ema_decay": 0.0, "seed": seed}
    fisher = zoo.create("fisher_gan", rho=1e-2, **options)
    with construction(seed):
        gan = CollapsingGAN(seed=seed)
    points, modes = ring(fisher, seed, 1200, {"discriminator": adam(1e-3), "generator": adam(1e-3)})
    values |= {"modes": max(modes), "modes at the end": modes[-1], "_modes": modes, "_points": points}
    report(f"modes after every 100 steps: {modes}")
    points, modes = ring(gan, seed, 4000, {"discriminator": adam(1e-4), "generator": adam(1e-3)})
    return values | {"modes of gan": modes[-1], "best modes of gan": max(modes), "_gan_points": points}


def known_answer(seed, steps=4000, last=500, batch_size=512):
    """Train the linear critic; return what it found over the `last` steps and the exact answer."""
    generator = np.random.default_rng([seed, 4])
    means = np.stack([generator.standard_normal(4) * 0.6, np.zeros(4)])
    mixings = np.eye(4) + 0.4 * generator.standard_normal((2, 4, 4))
    d = means[0] - means[1]
    s = np.mean([m.T @ m + np.outer(mean, mean) for m, mean in zip(mixings, means)], axis=0)
    exact = np.sqrt(d @ np.linalg.solve(s, d))
    with construction(seed):
        model = LinearCritic(mixings[1], seed=seed)
    real = generator.standard_normal((steps, batch_size, 4)) @ mixings[0] + means[0]
    data = tf.data.Dataset.from_tensor_slices(real.astype("float32"))
    model.compile({"discriminator": adam(1e-2)}, steps_per_execution=50)
    found = model.fit(data, epochs=steps // last, steps_per_epoch=last, verbose=0).history
    e, omega, multiplier = (
        found[f"discriminator/{name}"] for name in ("mean_difference", "second_moment", "multiplier")
    )
    distance = -e[-1] / np.sqrt(omega[-1])
    return {
        "distance": distance,
        "exact distance": exact,
        "second moment": omega[-1],
        "multiplier": multiplier[-1],
        "distance error": abs(distance / exact - 1),
        "moment error": abs(omega[-1] - 1),
        "multiplier error": abs(multiplier[-1] / (exact / 2) - 1),
        "_steps": last * (np.arange(steps // last) + 0.5),
        "_ratio": -np.array(e) / np.sqrt(omega) / exact,
        "_omega": omega,
        "_multiplier": np.array(multiplier) / (exact / 2),
    }


def ring(model, seed, steps, optimizers, every=100):
    """Train on ring8; return 2,500 samples of the best moment, and the modes covered after every 100 steps."""
    count = steps * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2)
    modes, kept = [], []

    def look(epoch, logs):
        samples = model.sample(2500, seed=1).numpy()
        found = mode_coverage(samples, *toys.modes("ring8"))
        if not modes or found.modes > max(modes):
            kept[:] = [samples]
        modes.append(found.modes)

    model.compile(optimizers, steps_per_execution=50)
    keep = keras.callbacks.LambdaCallback(on_epoch_end=look)
    data = tf.data.Dataset.from_tensor_slices(points)
    model.fit(data, epochs=steps // every, steps_per_epoch=every, verbose=0, callbacks=[keep])
    return kept[0], modes


def draw(runs, path):
    """Left: distance, moment and multiplier over their exact values. Then modes over time and samples."""
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.4), constrained_layout=True, width_ratios=(1.3, 1.2, 1, 1))
    for key, color, title in (
        ("_ratio", "tab:blue", "E / sqrt(Omega) over F"),
        ("_omega", "tab:orange", "Omega"),
        ("_multiplier", "tab:green", "multiplier over F / 2"),
    ):
        for k, run_ in enumerate(runs):
            axes[0].plot(run_["_steps"], run_[key], color=color, lw=1.2, label=title if k == 0 else None)
    axes[0].axhline(1.0, color="k", ls=":", lw=1)
    axes[0].set(xlabel="steps of the linear critic", ylim=(0, None), title="Known answer: all tend to 1")
    axes[0].legend(fontsize=8)
    for k, run_ in enumerate(runs):
        axes[1].plot(100 * (1 + np.arange(len(run_["_modes"]))), run_["_modes"], "o-", ms=3, lw=1, label=f"seed {k}")
    axes[1].set(xlabel="steps", ylabel="modes of eight", ylim=(0, 8.4), title="Fisher GAN on ring8")
    axes[1].legend(fontsize=8)
    means, _ = toys.modes("ring8")
    for ax, points, title, modes in (
        (axes[2], "_points", "Fisher GAN, best", "modes"),
        (axes[3], "_gan_points", "GAN, best", "best modes of gan"),
    ):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0][points][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        ax.set_title(f"{title}\nmodes: {', '.join(str(int(r[modes])) for r in runs)} of 8", fontsize=10)
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)
