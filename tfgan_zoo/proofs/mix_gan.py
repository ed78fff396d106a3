"""Proof of `mix_gan`: a mixture of generators reaches what no single one of them can, and is sampled as it is weighted.

The data are four Gaussians (deviation 0.3) on a circle of radius 2. A generator is an affine map of a standard normal z
of two numbers: it makes a single Gaussian, so that no equilibrium of one pair has the data's four modes. Discriminators
have two hidden layers of 64. Batch 128, Adam 1e-3 (0.5, 0.999) for both players, the zero-sum objective,
evenness weight 0.1, 4,000 steps. The baseline is the same model with one generator and one discriminator.

Measured are the modes that 2,500 samples cover, the mixture's smallest weight, and how the deployed function chooses:
the chi-square statistic of the generators chosen for 20,000 seeded latents against the weights, as its p-value.

What it does not show: that each generator takes a mode. Generators start with equal means, and nothing but chance parts
them; some end as a wide Gaussian, or as a long one through two modes, and most samples lie between the modes. In first
runs (seed 0) with the non-saturating objective the four covered four modes on one order of the data and a single one on
another, so that the zero-sum objective, the theory's, was taken; and when biases started from N(0, 1), three generators
sat on three modes with 0.84 to 0.93 of the samples near one, and the fourth mode was missed.
"""

import matplotlib

matplotlib.use("Agg")
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy import stats

from tfgan_zoo import draws
from tfgan_zoo.construction import construction
from tfgan_zoo.models.stability.mix_gan import MixGAN
from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam

CLAIM = (
    "A mixture of four affine generators against four discriminators covers four Gaussians, which one affine generator "
    "cannot; no weight vanishes, and generators are drawn as often as they weigh."
)

CRITERIA = (
    Criterion("modes, T = 4", ">=", 4, "of four, covered by the mixture"),
    Criterion("smallest weight", ">=", 0.02, "of a generator in the mixture"),
    Criterion("modes, T = 1", "<=", 2, "covered by one generator"),
    Criterion("p-value of the draws", ">=", 1e-3, "that the generators drawn are as frequent as their weights"),
)

ANGLES = np.pi / 2 * np.arange(4)
MEANS, SIGMA = (2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)).astype("float32"), 0.3
STEPS = 4000


class Affine(MixGAN):
    """Generators that are affine maps of a normal z."""

    def new_generator(self):
        """One dense layer."""
        return keras.Sequential([keras.Input((self.latent_dim - 1,)), keras.layers.Dense(2)], name="generator")

    def sample_latents(self, n):
        """Standard normal numbers, and the uniform choice."""
        return tf.concat([draws.normal(n, self.latent_dim - 1), draws.uniform(n, 1)], axis=1)


def run(seed, report):
    """Train four against four, and one against one."""
    values = {}
    for components in (4, 1):
        with construction(seed):
            model = Affine((2,), latent_dim=3, width=64, components=components, ema_decay=0.0, seed=seed, name="affine")
        fit(model, (MEANS, SIGMA), STEPS, seed, {player: adam(1e-3) for player in model.players})
        points, found = modes_of(model, (MEANS, SIGMA))
        name = f"T = {components}"
        report(f"{name}: {found.modes} modes, {found.near:.2f} near a mode")
        values |= {f"modes, {name}": found.modes, f"near share, {name}": found.near, f"_points, {name}": points}
        if components > 1:
            weights = model.mixture.shares().numpy().astype("float64")
            weights, chosen = weights / weights.sum(), choices(model)
            values |= {"smallest weight": weights.min(), "largest weight": weights.max()}
            values["p-value of the draws"] = stats.chisquare(chosen, weights * chosen.sum()).pvalue
            values |= {"_weights": weights, "_maps": maps(model)}
    return values


def choices(model, count=20_000):
    """Return how often each generator was drawn, read off the deployed function's outputs."""
    with draws.seeded((11, 0)):
        latents = model.sample_latents(count)
    every, drawn = model.all_generators(latents).numpy(), model(latents).numpy()
    return np.bincount(np.abs(every - drawn[:, None]).sum(axis=2).argmin(axis=1), minlength=model.components)


def maps(model):
    """Return the images of 0 and of the unit circle under each generator, (T, 65, 2)."""
    angle = np.linspace(0, 2 * np.pi, 64)
    z = np.concatenate([np.zeros((1, 2)), np.stack([np.cos(angle), np.sin(angle)], axis=1)])
    latents = np.concatenate([z, np.zeros((65, 1))], axis=1).astype("float32")
    return model.all_generators(latents).numpy().transpose(1, 0, 2)


def draw(runs, path):
    """Real examples, samples of one generator and of the mixture of the first seed, and all seeds' weights."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.6), constrained_layout=True)
    generator = np.random.default_rng(0)
    real = MEANS[generator.integers(4, size=2500)] + SIGMA * generator.normal(size=(2500, 2))
    scatter(axes[0], (MEANS, SIGMA), real, "data")
    for ax, name, title in ((axes[1], "T = 1", "one generator"), (axes[2], "T = 4", "mixture of four")):
        modes = ", ".join(str(int(r[f"modes, {name}"])) for r in runs)
        near = ", ".join(f"{r[f'near share, {name}']:.2f}" for r in runs)
        text = f"{title}\nmodes: {modes} of 4\nnear a mode: {near}"
        scatter(ax, (MEANS, SIGMA), runs[0][f"_points, {name}"], "")
        ax.set_title(text, fontsize=9)
    for k, ellipse in enumerate(runs[0]["_maps"]):
        axes[2].plot(*ellipse[1:].T, color=f"C{k + 1}", lw=1.5)
    axes[0].set_title("data", fontsize=9)
    for k, run_ in enumerate(runs):
        axes[3].bar(np.arange(4) + 0.25 * (k - 1), np.sort(run_["_weights"])[::-1], 0.22, label=f"seed {k}")
    axes[3].axhline(0.25, color="k", lw=0.8, ls=":")
    axes[3].set(xticks=range(4), xticklabels=["1st", "2nd", "3rd", "4th"], ylim=(0, 1))
    p = ", ".join(f"{r['p-value of the draws']:.2f}" for r in runs)
    axes[3].set_title(f"weights of the generators, sorted\ndraws fit the weights: p = {p}", fontsize=9)
    axes[3].legend(fontsize=8)
    figure.savefig(path, dpi=80, format="png")
    plt.close(figure)
