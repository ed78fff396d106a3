"""Proof of `relativistic_gan`: as fakes improve, the real looks less real; all modes, in fewer discriminator moves.

All on `ring8`, perceptrons with two hidden layers of 64, latents of 16, batch 128, Adam 1e-3 (0.5, 0.999) for both
players unless said otherwise, each example seen once.

(i) The missing property (section 3.1 of the paper). The discriminator of RaSGAN moves alone for 1,000 steps, then it is
frozen and G moves alone for 500. Measured on 2,560 fixed real points and fresh samples is the mean of
sigmoid(D(x) - mean D(G)), how real the real looks beside the fakes; the baseline is sigmoid(D(x)), the standard GAN's,
which cannot move.

(ii) RaSGAN for 4,000 steps: modes that 2,500 samples cover, and their share near a mode. The original GAN for
comparison.

(iii) The discriminator moves until all eight modes are covered for the first time, looked at after every 250 of 5,000
(5,250 stands for never): RaSGAN-GP with one move a round against the baseline, WGAN-GP with five. Both have penalty
weight 0.1 and Adam 1e-3 with the decays of their own codes, (0.5, 0.999) and (0.5, 0.9).
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.data import toys
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.models.objectives.relativistic_gan import RelativisticGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "A better generator lowers how real the real looks to a relativistic discriminator, which a standard one cannot; "
    "the game covers all modes, with a gradient penalty in fewer discriminator moves than WGAN-GP."
)

CRITERIA = (
    Criterion("real beside fakes before", ">=", 0.95, "mean sigmoid(D(x) - mean D(G)) with D trained alone"),
    Criterion("real beside fakes after", "<=", 0.6, "the same after 500 moves of G against the frozen D"),
    Criterion("modes", ">=", 8, "of eight, covered by RaSGAN after 4,000 steps"),
    Criterion("near share", ">=", 0.85, "share of RaSGAN's samples near a mode after 4,000 steps"),
    Criterion("moves ratio", "<", 1.0, "discriminator moves until eight modes, RaSGAN-GP's over WGAN-GP's"),
)

BATCH = 128
SIZES = {"image_shape": (2,), "latent_dim": 16, "width": 64, "ema_decay": 0.0}
MOVES, LOOK = 5000, 250


class Alone(RelativisticGAN):
    """The game in which one player moves alone."""

    mover = "discriminator"

    def play(self, *batch):
        """The mover's move, on the second half of the batch."""
        return self.minimize(self.mover, *(part[1::2] for part in batch))


def run(seed, report):
    """Measure the property, train on the ring, count the moves."""
    values = missing_property(seed)
    report(f"real beside fakes {values['real beside fakes before']:.3f}, then {values['real beside fakes after']:.3f}")
    rates = lambda: adam(1e-3)
    for suffix, model in (
        ("", zoo.create("relativistic_gan", seed=seed, **SIZES)),
        (" of gan", zoo.create("gan", seed=seed, **SIZES)),
    ):
        fit(model, 4000, seed, rates)
        points = model.sample(2500, seed=1).numpy()
        found = mode_coverage(points, *toys.modes("ring8"))
        values |= {"modes" + suffix: found.modes, "near share" + suffix: found.near, "_points" + suffix: points}
    report(f"RaSGAN: {values['modes']} modes, {values['near share']:.2f} near one")
    for suffix, name, decay in ((" of rasgan_gp", "relativistic_gan", 0.999), (" of wgan_gp", "wgan_gp", 0.9)):
        model = zoo.create(name, penalty_weight=0.1, seed=seed, **SIZES)
        values["_modes" + suffix] = covered = modes_by_moves(model, decay, seed)
        full = np.flatnonzero(covered >= 8)
        values["moves" + suffix] = LOOK * (full[0] + 1) if len(full) else MOVES + LOOK
    values["moves ratio"] = values["moves of rasgan_gp"] / values["moves of wgan_gp"]
    return values


def fit(model, rounds, seed, optimizer=None):
    """Train on fresh points of the ring; compile first if an optimizer is given."""
    count = rounds * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2)
    options = {"steps_per_execution": 50} if optimizer else {}
    if optimizer:
        options["optimizers"] = {player: optimizer() for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(points), rounds, **options)


def missing_property(seed, alone=1000, looks=100, chunk=5):
    """Return how real the real looks before, during and after the moves of G against a frozen D."""
    model = Alone(seed=seed, **SIZES)
    fit(model, alone, seed, lambda: adam(1e-3))
    real = tf.constant(toys.draw("ring8", 2560, seed=seed + 500)[0])
    standard, beside = [], []

    def look(*_):
        scores = model.discriminate(real)
        fake = tf.reduce_mean(model.discriminate(model.sample(2560)))
        beside.append(float(tf.reduce_mean(tf.sigmoid(scores - fake))))
        standard.append(float(tf.reduce_mean(tf.sigmoid(scores))))

    look()
    model.mover = "generator"
    model.compile({"generator": adam(1e-3)}, steps_per_execution=chunk)
    count = looks * chunk * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed + 1000)[0].reshape(count, BATCH, 2)
    data = tf.data.Dataset.from_tensor_slices(points)
    callback = keras.callbacks.LambdaCallback(on_epoch_end=look)
    model.fit(data, epochs=looks, steps_per_epoch=chunk, verbose=0, callbacks=[callback])
    values = {"real beside fakes before": beside[0], "real beside fakes after": beside[-1]}
    values |= {"standard before": standard[0], "standard after": standard[-1]}
    return values | {"_moves": chunk * np.arange(looks + 1), "_beside": beside, "_standard": standard}


def modes_by_moves(model, decay, seed):
    """Return the modes covered after every LOOK discriminator moves; `decay` is Adam's beta_2."""
    covered = []
    for k in range(MOVES // LOOK):
        rounds = LOOK // model.n_critic
        fit(model, rounds, seed + 2000 + k, None if k else lambda: adam(1e-3, beta_2=decay))
        covered.append(mode_coverage(model.sample(2500, seed=1).numpy(), *toys.modes("ring8")).modes)
    return np.array(covered)


def draw(runs, path):
    """Left: how real the real looks. Middle: modes by discriminator moves. Right: samples of the first seed."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.9), constrained_layout=True, width_ratios=(1.3, 1.3, 1, 1))
    for k, run_ in enumerate(runs):
        label = lambda text, k=k: text if k == 0 else None
        beside = label("sigmoid(D(x) - mean D(G))")
        axes[0].plot(run_["_moves"], run_["_beside"], lw=1, color="tab:green", label=beside)
        standard = label("sigmoid(D(x)), standard")
        axes[0].plot(run_["_moves"], run_["_standard"], "--", lw=1, color="tab:purple", label=standard)
        moves = LOOK * np.arange(1, 1 + len(run_["_modes of wgan_gp"]))
        for name, color, title in ((" of rasgan_gp", "tab:green", "RaSGAN-GP"), (" of wgan_gp", "tab:blue", "WGAN-GP")):
            axes[1].plot(moves, run_["_modes" + name], "o-", ms=2, lw=1, alpha=0.7, color=color, label=label(title))
    axes[0].set_xscale("symlog", linthresh=10)
    axes[0].set(xlabel="moves of G, D frozen", ylabel="how real the real looks", ylim=(0, 1.03))
    axes[0].legend(fontsize=8)
    axes[1].set(xlabel="moves of D", ylabel="modes covered of 8", ylim=(-0.2, 8.4))
    axes[1].legend(fontsize=8, loc="lower right")
    means, _ = toys.modes("ring8")
    for ax, title, name in ((axes[2], "RaSGAN", ""), (axes[3], "GAN", " of gan")):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0]["_points" + name][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + name])) for r in runs)
        near = ", ".join(f"{r['near share' + name]:.2f}" for r in runs)
        ax.set_title(f"{title}, 4,000 steps\nmodes: {modes} of 8\nnear a mode: {near}", fontsize=9)
    figure.savefig(path, dpi=85, format="png")
    plt.close(figure)
