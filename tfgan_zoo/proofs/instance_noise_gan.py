"""Proof of `instance_noise_gan`: noise on both inputs of D keeps the zero-sum generator's gradient alive.

(i) Gradient. G (latents of 16, two hidden layers of 64) is frozen at its first weights, the last kernel times 0.15, so
that its samples lie in the middle of `ring8`, apart from the data. Only D moves (batch 128, Adam 1e-3, beta_1 0.5,
4,000 steps, each example seen once), with noise of deviation 0.5 that is not annealed, and, the baseline, without
noise. The norm of the gradient that the zero-sum loss gives to G is measured on 2,048 latents from before the first
step of D on: without noise D becomes sure and the gradient vanishes (Arjovsky and Bottou, 2017, arXiv:1701.04862,
figure 2).

(ii) Training. The zero-sum game on `ring8` (the same networks, batch 128, Adam 1e-3, beta_1 0.5, for both players,
2,000 rounds of five moves of D and one of G) with noise of 0.5 annealed to 0 over the first 1,600 rounds, and, the
baseline, without noise. Counted are the modes that 2,500 samples of the noiseless generator cover. The five moves make
D good enough to saturate the loss, which is the case in question: with one move the game without noise covers all eight
modes as well (seeds 0, 1, 2, 4,000 steps).
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
from tfgan_zoo.models.stability.instance_noise_gan import InstanceNoiseGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "With noise on the discriminator's inputs the zero-sum generator keeps its gradient against a trained "
    "discriminator, and with noise that is annealed the zero-sum game covers the modes that it loses without."
)

CRITERIA = (
    Criterion("gradient left", ">=", 0.3, "|gradient| after 4,000 steps of D over before, noise 0.5"),
    Criterion("gradient left without noise", "<=", 0.01, "the same without noise: it vanishes"),
    Criterion("modes", ">=", 7, "of eight, covered by the zero-sum game with annealed noise"),
    Criterion("modes without noise", "<=", 3, "of eight, covered by the zero-sum game without noise"),
)

NOISE, BATCH = 0.5, 128
STEPS, CHUNK = 4000, 100  # of D alone
ROUNDS, MOVES = 2000, 5
KINDS = {"": NOISE, " without noise": 0.0}


class FrozenGenerator(InstanceNoiseGAN):
    """The game with a generator that never moves."""

    def play(self, *batch):
        """D's move."""
        return self.minimize("discriminator", *batch)


def run(seed, report):
    """Measure the gradient, then train, with and without noise."""
    values = {}
    for suffix, noise in KINDS.items():
        steps, norms = saturation(seed, noise)
        values |= {"gradient left" + suffix: norms[-1] / norms[0], "_steps": steps, "_norms" + suffix: norms}
        report(f"noise {noise}: |gradient| from {norms[0]:.3g} to {norms[-1]:.3g}")
    for suffix, noise in KINDS.items():
        points, found = ring(seed, noise)
        values |= {"modes" + suffix: found.modes, "within 3 sigma" + suffix: found.high_quality}
        values |= {"near share" + suffix: found.near, "_points" + suffix: points}
        report(f"noise {noise}: {found.modes} modes")
    return values


def saturation(seed, noise):
    """Return steps of D, and the norms of the zero-sum generator's gradient after these steps."""
    options = {"image_shape": (2,), "latent_dim": 16, "width": 64, "ema_decay": 0.0, "saturating": True}
    with construction(seed):
        model = FrozenGenerator(noise=noise, anneal_steps=10**9, seed=seed, **options)
    last_kernel = model.generator.trainable_variables[-2]
    last_kernel.assign(0.15 * last_kernel.value)

    @tf.function
    def gradient():
        weights = [w.value for w in model.generator.trainable_variables]
        with tf.GradientTape() as tape, draws.seeded((seed, 1)):
            fakes = model.generate(model.sample_latents(2048))
            loss = model.objective.generator(None, model.discriminate(fakes))
        return tf.linalg.global_norm(tape.gradient(loss, weights))

    norms = [float(gradient())]
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: norms.append(float(gradient())))
    model.compile({"discriminator": adam(1e-3)}, steps_per_execution=50)
    model.fit(ring_data(seed, STEPS), epochs=STEPS // CHUNK, steps_per_epoch=CHUNK, verbose=0, callbacks=[keep])
    return CHUNK * np.arange(len(norms)), np.array(norms)


def ring(seed, noise):
    """Train both players on ring8; return 2,500 samples and how they sit on its modes."""
    model = zoo.create(
        "instance_noise_gan",
        image_shape=(2,),
        latent_dim=16,
        width=64,
        noise=noise,
        anneal_steps=ROUNDS * 4 // 5,
        saturating=True,
        n_critic=MOVES,
        ema_decay=0.0,
        seed=seed,
    )
    rates = {player: adam(1e-3) for player in model.players}
    train(model, ring_data(seed, ROUNDS * MOVES), ROUNDS, optimizers=rates, steps_per_execution=50)
    points = model.sample(2500, seed=1).numpy()
    return points, mode_coverage(points, *toys.modes("ring8"))


def ring_data(seed, count):
    """Batches of fresh points."""
    return tf.data.Dataset.from_tensor_slices(toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2))


def draw(runs, path):
    """Left: the gradient while D trains, all seeds. Right: samples of the first seed, counts of all."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), constrained_layout=True, width_ratios=(1.4, 1, 1))
    for suffix, color, title in (("", "tab:blue", f"noise {NOISE}"), (" without noise", "tab:orange", "without noise")):
        for k, run_ in enumerate(runs):
            label = title if k == 0 else None
            axes[0].plot(run_["_steps"], run_["_norms" + suffix], color=color, lw=1.2, label=label)
    axes[0].set(yscale="log", xlabel="steps of D, G frozen", ylabel="|gradient with respect to G|")
    axes[0].set_title("E[log(1 - D(G(z)))] against a trained D", fontsize=10)
    axes[0].legend(fontsize=8)
    means, _ = toys.modes("ring8")
    for ax, suffix, title in ((axes[1], "", f"noise {NOISE} to 0"), (axes[2], " without noise", "without noise")):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0]["_points" + suffix][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + suffix])) for r in runs)
        share = ", ".join(f"{r['within 3 sigma' + suffix]:.2f}" for r in runs)
        ax.set_title(f"zero-sum game, {title}\nmodes: {modes} of 8\nwithin 3 sigma: {share}", fontsize=9)
    figure.savefig(path, dpi=90, format="png")
    plt.close(figure)
