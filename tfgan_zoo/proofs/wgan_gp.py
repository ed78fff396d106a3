"""Proof of `wgan_gp`: the gradient penalty keeps all modes, unit gradients and ordinary weights.

All on `ring8`, perceptrons with two hidden layers of 64, batch 128, each example seen once.

- WGAN-GP: latents of 16, penalty weight 0.1, five critic moves, Adam 1e-3 (0.5, 0.9). Modes and the share of 2,500
  samples near a mode, and the median norm of the critic's gradient at 2,560 points x_hat, after 1,500 moves of the
  generator and after 8,000. On a ray of length d the best critic's gradient is 1 + d / (2 penalty_weight): it comes
  near one only as the samples come near the data.
- Baseline of the weights: the critic clipped to [-0.1, 0.1] of WGAN (Arjovsky et al., 2017, arXiv:1701.07875), RMSprop
  5e-4 (0.99), five critic moves, 1,000 moves of the generator. Clipping drives weights to the ends of their interval
  (section 3.1). Compared is the share of kernel entries that reach 0.95 of the bound, for WGAN-GP of the largest
  entry of the same kernel.
- Baseline of the modes: the original GAN where it collapses: latents of 4, LeakyReLU in G as well, Adam 1e-4 for D and
  1e-3 for G (0.5, 0.999), 4,000 steps. It does not collapse from all first weights: of seeds 0 to 12 ten end with at
  most four modes, the others with seven or eight.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo import draws, feeding, networks, objectives, penalties
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.gan import GAN
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "With the gradient penalty a generator finds all eight modes where the original GAN collapses; "
    "the critic's gradient norm is near one and its weights do not pile up at a bound, as those of a clipped critic do."
)

CRITERIA = (
    Criterion("modes", ">=", 8, "of eight, covered after 1,500 moves of the generator"),
    Criterion("near share", ">=", 0.85, "share of samples near a mode after 1,500 moves"),
    Criterion("median gradient norm", ">=", 0.7, "at x_hat after 1,500 moves: near one"),
    Criterion("median gradient norm", "<=", 1.3, "at x_hat after 1,500 moves: near one"),
    Criterion("modes at 8000", ">=", 8, "of eight, covered after 8,000 moves"),
    Criterion("near share at 8000", ">=", 0.85, "share of samples near a mode after 8,000 moves"),
    Criterion("median gradient norm at 8000", ">=", 0.7, "at x_hat after 8,000 moves: near one"),
    Criterion("median gradient norm at 8000", "<=", 1.3, "at x_hat after 8,000 moves: near one"),
    Criterion("weights at their ends", "<=", 0.1, "share of kernel entries of at least 0.95 of the largest"),
    Criterion("clipped weights at their ends", ">=", 0.45, "share of the clipped critic's entries of at least 0.95 c"),
    Criterion("modes of gan", "<=", 4, "covered by the original GAN after 4,000 steps: it collapses"),
)

BATCH = 128
CLIP = 0.1


class ClippedWGAN(GAN):
    """WGAN: after each of its moves the critic's weights are clipped to [-CLIP, CLIP]."""

    objective = objectives.wasserstein

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=16, n_critic=5, ema_decay=0.0, **kwargs)
        self.add_networks(
            generator=networks.mlp_generator((2,), 16, 64), discriminator=networks.mlp_discriminator((2,), 64)
        )

    def play(self, *batch):
        """Five critic moves, each followed by clipping, then the generator's."""
        for part in feeding.split(batch, self.n_critic):
            logs = self.minimize("discriminator", *part)
            for weight in self.weights_of("discriminator"):
                weight.assign(tf.clip_by_value(weight.value, -CLIP, CLIP))
        return logs | self.minimize("generator", *part)


class CollapsingGAN(GAN):
    """The original GAN with a generator of four latents."""

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=4, ema_decay=0.0, **kwargs)
        layers = [L.Dense(64), L.LeakyReLU(0.2), L.Dense(64), L.LeakyReLU(0.2), L.Dense(2)]
        generator = keras.Sequential([keras.Input((4,)), *layers], name="generator")
        self.add_networks(generator=generator, discriminator=networks.mlp_discriminator((2,), 64))


def run(seed, report):
    """Train the three and measure them."""
    values, kernels = penalized(seed, report)
    with construction(seed):
        clipped, gan = ClippedWGAN(seed=seed), CollapsingGAN(seed=seed)
    rmsprop = lambda: keras.optimizers.RMSprop(5e-4, rho=0.99, epsilon=1e-8)
    fit(clipped, 1000, seed, {"discriminator": rmsprop(), "generator": rmsprop()})
    clipped_kernels = [kernel / CLIP for kernel in kernels_of(clipped)]
    report(
        f"clipped: {at_the_ends(clipped_kernels):.2f} of the weights at the ends, penalized {at_the_ends(kernels):.2f}"
    )
    fit(gan, 4000, seed, {"discriminator": adam(1e-4), "generator": adam(1e-3)})
    for name, model in (("clipped", clipped), ("gan", gan)):
        points, found = coverage(model)
        values |= {f"modes of {name}": found.modes, f"near share of {name}": found.near, f"_{name}_points": points}
    return values | {
        "weights at their ends": at_the_ends(kernels),
        "clipped weights at their ends": at_the_ends(clipped_kernels),
        "_weights": np.concatenate([kernel.ravel() for kernel in kernels]),
        "_clipped_weights": np.concatenate([kernel.ravel() for kernel in clipped_kernels]),
    }


def penalized(seed, report):
    """Train WGAN-GP; return measured values, and the critic's kernels after 1,500 moves by their largest entries."""
    model = zoo.create(
        "wgan_gp", image_shape=(2,), latent_dim=16, width=64, penalty_weight=0.1, ema_decay=0.0, seed=seed
    )
    optimizers = {"discriminator": adam(1e-3, beta_2=0.9), "generator": adam(1e-3, beta_2=0.9)}
    values = {}
    for part, (moves, suffix) in enumerate(((1500, ""), (8000, " at 8000"))):
        fit(model, moves - int(model.step), seed + 10_000 * part, None if part else optimizers)
        points, found = coverage(model)
        norms = gradient_norms(model, seed)
        report(f"{moves} moves: {found.modes} modes, {found.near:.2f} near one, gradient norm {np.median(norms):.2f}")
        measured = {"modes": found.modes, "near share": found.near, "within 3 sigma": found.high_quality}
        measured |= {"median gradient norm": np.median(norms), "_points": points, "_norms": norms}
        values |= {name + suffix: value for name, value in measured.items()}
        if not part:
            kernels = [kernel / np.abs(kernel).max() for kernel in kernels_of(model)]
    return values, kernels


def fit(model, steps, seed, optimizers):
    """Train on fresh points of the ring; compile first if optimizers are given."""
    count = steps * model.batches_per_step
    points = toys.draw("ring8", count * BATCH, seed=seed)[0].reshape(count, BATCH, 2)
    options = {"optimizers": optimizers, "steps_per_execution": 50} if optimizers else {}
    train(model, tf.data.Dataset.from_tensor_slices(points), steps, **options)


def coverage(model):
    """2,500 samples and how they sit on the ring's modes."""
    points = model.sample(2500, seed=1).numpy()
    return points, mode_coverage(points, *toys.modes("ring8"))


def gradient_norms(model, seed, count=2560):
    """Norms of the critic's gradient at `count` points between fresh data and samples."""
    real = tf.constant(toys.draw("ring8", count, seed=seed + 1000)[0])
    with draws.seeded((seed, 2)):
        position = draws.uniform(count)
    between = penalties.interpolate(real, model.sample(count, seed=2), position)
    return penalties.gradient_norms(model.discriminate, between).numpy()


def kernels_of(model):
    """The critic's kernels."""
    return [w.numpy() for w in model.weights_of("discriminator") if len(w.shape) > 1]


def at_the_ends(kernels):
    """Share of entries of at least 0.95 in absolute value."""
    return float(np.mean(np.concatenate([np.abs(k).ravel() >= 0.95 for k in kernels])))


def draw(runs, path):
    """Samples of the first seed with the counts of all; below, weights of the two critics and gradient norms."""
    figure, axes = plt.subplots(2, 4, figsize=(11.5, 6), constrained_layout=True)
    means, _ = toys.modes("ring8")
    for ax, title, points, modes in (
        (axes[0, 0], "WGAN-GP, 1,500 moves", "_points", "modes"),
        (axes[0, 1], "WGAN-GP, 8,000 moves", "_points at 8000", "modes at 8000"),
        (axes[0, 2], "clipped WGAN, 1,000 moves", "_clipped_points", "modes of clipped"),
        (axes[0, 3], "GAN, 4,000 moves", "_gan_points", "modes of gan"),
    ):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0][points][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        ax.set_title(f"{title}\nmodes: {', '.join(str(int(r[modes])) for r in runs)} of 8", fontsize=10)
    ends, norms = np.linspace(-1, 1, 41), np.linspace(0, 4, 41)
    for ax, key, bins, title in (
        (axes[1, 0], "_norms", norms, "critic's gradient norm\nat x_hat, 1,500 moves"),
        (axes[1, 1], "_norms at 8000", norms, "critic's gradient norm\nat x_hat, 8,000 moves"),
        (axes[1, 2], "_clipped_weights", ends, "clipped critic's\nkernel entries / bound"),
        (axes[1, 3], "_weights", ends, "penalized critic's\nkernel entries / largest"),
    ):
        for run_ in runs:
            values = np.clip(run_[key], bins[0], bins[-1])
            ax.hist(values, bins, histtype="step", weights=np.full(len(values), 1 / len(values)))
        ax.set_title(title, fontsize=10)
    for ax in axes[1, :2]:
        ax.axvspan(0.7, 1.3, color="k", alpha=0.08, lw=0)
    axes[1, 0].set_ylabel("share")
    figure.savefig(path, dpi=85, format="png")
    plt.close(figure)
