"""Proof of `label_smoothing_gan`: a discriminator with smoothed labels does not become sure; random labels do the same.

G (latents of 16, two hidden layers of 64) is frozen at its first weights, the last kernel times 0.15, so that its
samples lie in the middle of `ring8`, apart from the data: a discriminator can tell all examples. Only D moves (batch
128, 4,000 steps, each example seen once, Adam from 1e-3 to 0 by a cosine, beta_1 0.5) with three kinds of targets of
real examples: 0.9, uniform on [0.8, 1.0], and, the baseline, 1. With supports apart the best D gives the real examples
the mean of their targets, and the loss is its entropy: -0.9 log 0.9 - 0.1 log 0.1 = 0.325 for 0.9, 0 for 1.

Measured on 4,096 fresh examples of each kind: the mean of D, the mean |logit|, and the value of D's loss with the mean
target.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.models.stability.label_smoothing_gan import LabelSmoothingGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "A discriminator that can tell all examples gives real ones the mean of their smoothed targets and stays unsure, "
    "where the one trained with 1 becomes ever surer; constant and random labels lead to the same discriminator."
)

CRITERIA = (
    Criterion("D(real), constant", ">=", 0.88, "mean D of real examples, targets 0.9"),
    Criterion("D(real), constant", "<=", 0.92, "mean D of real examples, targets 0.9"),
    Criterion("D(real), random", ">=", 0.88, "mean D of real examples, targets uniform on [0.8, 1]"),
    Criterion("D(real), random", "<=", 0.92, "mean D of real examples, targets uniform on [0.8, 1]"),
    Criterion("|D(real)| difference", "<=", 0.01, "between constant and random labels"),
    Criterion("|logit|, constant", "<=", 3.0, "mean on real examples: it stays unsure"),
    Criterion("|logit|, random", "<=", 3.0, "mean on real examples: it stays unsure"),
    Criterion("D(real), unsmoothed", ">", 0.995, "mean D of real examples, targets 1"),
    Criterion("|logit|, unsmoothed", ">", 6.0, "mean on real examples: it becomes sure"),
)

KINDS = {
    "unsmoothed": {"label": 1.0},
    "constant": {"labels": "constant"},
    "random": {"labels": "random"},
}
CHUNKS, CHUNK, BATCH = 40, 100, 128


class FrozenGenerator(LabelSmoothingGAN):
    """The game with a generator that never moves."""

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


def run(seed, report):
    """Train the discriminator with each kind of targets."""
    values = {}
    for kind, labels in KINDS.items():
        steps, real_curve, fake_curve, real = trained(seed, labels)
        values[f"D(real), {kind}"] = float(np.mean(1.0 / (1.0 + np.exp(-real))))
        values[f"|logit|, {kind}"] = float(np.mean(np.abs(real)))
        values[f"loss, {kind}"] = loss(real_curve[-1], fake_curve[-1], labels.get("label", 0.9))
        values |= {f"_real, {kind}": mean(real_curve), f"_fake, {kind}": mean(fake_curve), f"_scores, {kind}": real}
        report(f"{kind}: D(real) {values[f'D(real), {kind}']:.4f}, |logit| {values[f'|logit|, {kind}']:.2f}")
    values["|D(real)| difference"] = abs(values["D(real), constant"] - values["D(real), random"])
    return values | {"_steps": steps}


def trained(seed, labels):
    """Train D; return steps, the scores of real and of fake examples after each, and the real ones' at the end."""
    with construction(seed):
        model = FrozenGenerator(image_shape=(2,), latent_dim=16, width=64, ema_decay=0.0, seed=seed, **labels)
    last_kernel = model.generator.trainable_variables[-2]
    last_kernel.assign(0.15 * last_kernel.value)
    real, fake = toys.draw("ring8", 4096, seed=seed + 1000)[0], model.sample(4096, seed=1)
    score = lambda x: model.discriminator(x, training=False).numpy()[:, 0].astype("float64")
    curves = [(score(real), score(fake))]
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: curves.append((score(real), score(fake))))
    rate = keras.optimizers.schedules.CosineDecay(1e-3, CHUNKS * CHUNK)
    model.compile({"discriminator": adam(rate)}, steps_per_execution=50)
    points = toys.draw("ring8", CHUNKS * CHUNK * BATCH, seed=seed)[0].reshape(-1, BATCH, 2)
    data = tf.data.Dataset.from_tensor_slices(points)
    model.fit(data, epochs=CHUNKS, steps_per_epoch=CHUNK, verbose=0, callbacks=[keep])
    real_curve, fake_curve = (np.array(curve) for curve in zip(*curves))
    return CHUNK * np.arange(CHUNKS + 1), real_curve, fake_curve, real_curve[-1]


def mean(scores):
    """The mean of D at every step."""
    return (1.0 / (1.0 + np.exp(-scores))).mean(axis=1)


def loss(real, fake, target):
    """D's loss with a constant target of real examples."""
    cross_entropy = lambda s, t: t * np.logaddexp(0, -s) + (1 - t) * np.logaddexp(0, s)
    return float(np.mean(cross_entropy(real, target)) + np.mean(cross_entropy(fake, 0.0)))


def draw(runs, path):
    """Left: the mean of D on real and fake examples while it trains. Right: scores of real ones at the end."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), constrained_layout=True)
    colors = {"unsmoothed": "tab:orange", "constant": "tab:blue", "random": "tab:green"}
    titles = {"unsmoothed": "target 1", "constant": "target 0.9", "random": "targets in [0.8, 1]"}
    for kind, color in colors.items():
        wide = 4.0 if kind == "constant" else 1.2  # what lies over it hides it else
        for k, run_ in enumerate(runs):
            label = titles[kind] if k == 0 else None
            left.plot(run_["_steps"], run_[f"_real, {kind}"], color=color, lw=wide, label=label)
            left.plot(run_["_steps"], run_[f"_fake, {kind}"], color=color, lw=wide, ls=":")
            scores, bins = run_[f"_scores, {kind}"], np.linspace(0, 16, 129)
            share = np.full(len(scores), 1 / len(scores))
            right.hist(np.clip(scores, 0, 16), bins, weights=share, histtype="step", color=color, lw=wide)
    left.axhline(0.9, color="k", lw=0.8, ls="--")
    left.set(
        ylim=(-0.02, 1.04), xlabel="steps of D, G frozen", ylabel="mean of D", title="Real (lines) and fake (dots)"
    )
    left.legend(fontsize=8, loc="center right")
    right.axvline(np.log(9.0), color="k", lw=0.8, ls="--")
    right.text(np.log(9.0) + 0.2, 0.93, "logit of 0.9", transform=right.get_xaxis_transform(), fontsize=8)
    right.set(xlabel="score (logit) of a real example after 4,000 steps", ylabel="share", title="How sure D is")
    found = "\n".join(
        f"{titles[kind]}: {', '.join(format(r[f'D(real), {kind}'], '.4f') for r in runs)}" for kind in titles
    )
    right.text(0.97, 0.6, f"mean D(real), three seeds\n{found}", transform=right.transAxes, fontsize=8, ha="right")
    figure.savefig(path, dpi=100, format="png")
    plt.close(figure)
