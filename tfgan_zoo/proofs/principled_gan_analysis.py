"""Proof of `principled_gan_analysis`: a better discriminator gives the minimax generator a smaller gradient.

Points: `ring8` against a frozen perceptron (latents of 8, two layers of 64) as it was initialized, its output scaled by
0.15, so that it misses the data. The discriminator (two layers of 64) moves 4,000 times, Adam 1e-3 (0.5), batch 128. At
0, 100, 500, 1,000, 2,000 and 4,000 moves the gradients of both losses of the generator are measured on 512 latents, and
at the end the accuracy on 10,000 examples a side. The same again with Gaussian noise of standard deviation 0.5 on all
that the discriminator sees.

Images (figures 2 and 3 of the paper): a DCGAN of width 16 on Fashion-MNIST at 32x32, batch 64; its generator is frozen
after 50 and 300 steps, and against each a fresh discriminator without normalization moves 200 times.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import data
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.metrics.images import to_unit
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import endless, train
from tfgan_zoo.theory.principled_gan_analysis import GradientProbe, probe

CLAIM = (
    "As a discriminator gets better against a frozen generator, the gradient of log(1 - D) vanishes, that of -log D "
    "does not; noise on the discriminator's input keeps the first alive."
)

CRITERIA = (
    Criterion("minimax fall", ">=", 100, "times smaller after 4,000 moves than at first, points"),
    Criterion("non-saturating ratio", ">=", 1, "last by first gradient, points: it does not fall"),
    Criterion("accuracy", ">", 0.999, "of the discriminator after 4,000 moves, points: perfect"),
    Criterion("minimax ratio with noise", ">=", 0.3, "last by first gradient, points with noise: it stays"),
    Criterion("minimax fall at 50 steps", ">=", 100, "times smaller after 200 moves, images, generator of 50 steps"),
    Criterion("non-saturating ratio at 50 steps", ">=", 1, "last by first gradient, images, generator of 50 steps"),
)

POINTS_AT = (0, 100, 500, 1000, 2000, 4000)
IMAGES_AT = (0, 25, 50, 100, 200)
SNAPSHOTS = (50, 300)


def run(seed, report):
    """Probe all three."""
    values = {}
    for noise, suffix in ((0.0, ""), (0.5, " with noise")):
        with construction(seed):
            model = GradientProbe(output_scale=0.15, noise=noise, seed=seed)
        model.compile(steps_per_execution=50)
        points = toys.draw("ring8", POINTS_AT[-1] * 128, seed=seed)[0].reshape(-1, 128, 2)
        found = probe(model, tf.data.Dataset.from_tensor_slices(points), POINTS_AT)
        values |= ratios(found, suffix) | {f"_points{suffix}": table(found)}
        values[f"accuracy{suffix}"] = model.accuracy(toys.draw("ring8", 10_000, seed=seed + 100)[0])
        report(f"points{suffix}: {found[0]} to {found[-1]}, accuracy {values[f'accuracy{suffix}']:.4f}")
    images = to_unit(data.open_source("fashion_mnist", image_size=32).images)
    gan, done = zoo.create("dcgan", image_shape=(32, 32, 1), width=16, seed=seed), 0
    for steps in SNAPSHOTS:
        train(gan, endless(images, batch_size=64, seed=seed + steps), steps - done)
        done = steps
        with construction(seed + steps):
            model = GradientProbe((32, 32, 1), gan.latent_dim, 16, seed=seed)
        for theirs, ours in zip(gan.generator.weights, model.generator.weights):
            ours.assign(theirs)
        found = probe(model, endless(images, batch_size=64, seed=seed), IMAGES_AT)
        values |= ratios(found, f" at {steps} steps") | {f"_images at {steps}": table(found)}
        report(f"generator of {steps} steps: {found[0]} to {found[-1]}")
    return values


def ratios(found, suffix):
    """How both gradients changed from the first to the last measurement."""
    first, last = found[0], found[-1]
    return {
        f"minimax fall{suffix}": first["minimax"] / max(last["minimax"], 1e-30),
        f"minimax ratio{suffix}": last["minimax"] / first["minimax"],
        f"non-saturating ratio{suffix}": last["non_saturating"] / first["non_saturating"],
    }


def table(found):
    """Steps, minimax and non-saturating gradients."""
    return np.array([[entry[key] for entry in found] for key in ("step", "minimax", "non_saturating")])


def draw(runs, path):
    """Both gradients against the discriminator's moves: points, points with noise, two generators of images."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.6), constrained_layout=True)
    panels = [("_points", "points"), ("_points with noise", "points, noise 0.5")]
    panels += [(f"_images at {steps}", f"Fashion-MNIST,\ngenerator of {steps} steps") for steps in SNAPSHOTS]
    for ax, (key, title) in zip(axes, panels):
        for run_ in runs:
            steps, minimax, other = run_[key]
            ax.plot(steps, minimax, "o-", color="tab:blue", ms=3, lw=1, label="log(1 - D)")
            ax.plot(steps, other, "s-", color="tab:orange", ms=3, lw=1, label="-log D")
        ax.set(yscale="log", title=title, xlabel="moves of the discriminator")
        ax.grid(alpha=0.3)
    axes[0].set_ylabel("norm of the generator's gradient")
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].legend(handles[:2], labels[:2], fontsize=9)
    figure.savefig(path, dpi=85, format="png")
    plt.close(figure)
