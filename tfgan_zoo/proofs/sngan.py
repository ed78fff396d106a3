"""Proof of `sngan`: spectral normalization makes every layer, and so the discriminator, 1-Lipschitz; what that does.

The baseline is the same model with `normalize=False`.

(i) `ring8`: perceptrons with two hidden layers of 64, latents of 16, batch 128, five discriminator moves for one of the
generator, Adam 1e-3 (0, 0.9), 4,000 steps, each example seen once. Measured are the modes that 2,500 samples cover, the
true largest singular value of every normalized kernel (one power iteration in each discriminator move has to keep it
near one), and the largest |D(a) - D(b)| / |a - b| over 10,000 pairs of points uniform on [-3, 3]^2.

(ii) Fashion-MNIST, 32x32: the convolutional networks at width 16, batch 32, one discriminator move, Adam (0.5, 0.999),
400 steps at each of three learning rates. Measured is the Frechet distance on the features of the shipped classifier,
2,000 samples against 2,000 test images: the worst of the three, as a method that needs no tuning must not fail at any
(section 4.1).
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.data import grid, open_source, to_uint8, toys
from tfgan_zoo.layers import SpectralNormalization
from tfgan_zoo.metrics import FashionClassifier, evaluate, mode_coverage
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, endless, train

CLAIM = (
    "With spectral normalization every layer's norm is one and the discriminator is 1-Lipschitz, and the generator "
    "finds all modes at a learning rate at which it loses most of them against the unnormalized discriminator."
)

CRITERIA = (
    Criterion("modes", ">=", 8, "of eight, covered on ring8"),
    Criterion("modes unnormalized", "<=", 4, "of eight, covered by the twin: it loses modes"),
    Criterion("smallest norm of a layer", ">=", 0.95, "largest singular value of a normalized kernel, on ring8"),
    Criterion("largest norm of a layer", "<=", 1.05, "largest singular value of a normalized kernel, on ring8"),
    Criterion("steepest", "<=", 1.1, "largest |D(a) - D(b)| / |a - b| on ring8"),
    Criterion("steepest unnormalized", ">", 1.1, "the twin's: it is not 1-Lipschitz"),
    Criterion("worst distance ratio", "<=", 0.7, "worst Frechet distance over the learning rates, by the twin's worst"),
)

RATES = (1e-4, 2e-4, 1e-3)
WIDTH, BATCH, STEPS = 16, 32, 400


def run(seed, report):
    """Train the models with and without normalization."""
    values = {}
    for normalize in (True, False):
        model = ring(seed, normalize)
        name = "" if normalize else " unnormalized"
        points = model.sample(2500, seed=1).numpy()
        values["modes" + name] = mode_coverage(points, *toys.modes("ring8")).modes
        values["steepest" + name] = steepest(model.discriminator, seed)
        values |= {"_points" + name: points, "_scores" + name: scores(model.discriminator)}
        if normalize:
            norms = layer_norms(model.discriminator)
            values |= {"smallest norm of a layer": min(norms), "largest norm of a layer": max(norms)}
    report(f"ring8: {values['modes']} modes, norms {np.round(norms, 3)}, slope {values['steepest']:.2f}")
    values |= images(seed, report)
    distances = np.array([[values[f"distance{name} at {rate:g}"] for rate in RATES] for name in ("", " unnormalized")])
    values["worst distance ratio"] = distances[0].max() / distances[1].max()
    return values | {f"distance ratio at {rate:g}": a / b for rate, a, b in zip(RATES, *distances)}


# (i) Points


def ring(seed, normalize, steps=4000, batch_size=128):
    """Return the model trained on ring8."""
    model = zoo.create(
        "sngan",
        image_shape=(2,),
        latent_dim=16,
        width=64,
        n_critic=5,
        normalize=normalize,
        ema_decay=0.0,
        seed=seed,
    )
    count = steps * model.batches_per_step
    points = toys.draw("ring8", count * batch_size, seed=seed)[0].reshape(count, batch_size, 2)
    optimizers = {player: adam(1e-3, beta_1=0.0, beta_2=0.9) for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(points), steps, optimizers=optimizers, steps_per_execution=50)
    return model


def layer_norms(discriminator):
    """The largest singular value of every normalized kernel as a matrix, by singular value decomposition."""
    layers = [layer for layer in discriminator.layers if isinstance(layer, SpectralNormalization)]
    kernels = [(layer.layer.kernel.numpy() / float(layer.sigma())) for layer in layers]
    return [float(np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2)) for kernel in kernels]


def steepest(discriminator, seed, pairs=10_000):
    """Largest |D(a) - D(b)| / |a - b| over random pairs."""
    a, b = np.random.default_rng([seed, 1]).uniform(-3, 3, (2, pairs, 2)).astype("float32")
    change = np.abs(discriminator(a) - discriminator(b))[:, 0]
    return float((change / np.linalg.norm(a - b, axis=1)).max())


def scores(discriminator, side=81):
    """D on a square grid over [-3, 3]^2."""
    axis = np.linspace(-3, 3, side, dtype="float32")
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return discriminator(points).numpy().reshape(side, side)


# (ii) Images


def images(seed, report):
    """Return the distances, and samples, at each learning rate with and without normalization."""
    pixels = open_source("fashion_mnist", 32).images.astype("float32") / 127.5 - 1.0
    test = open_source("fashion_mnist", 32, split="test")
    extractor, values = FashionClassifier(), {}
    for rate in RATES:
        for normalize in (True, False):
            model = zoo.create(
                "sngan",
                image_shape=(32, 32, 1),
                width=WIDTH,
                n_critic=1,
                normalize=normalize,
                ema_decay=0.0,
                seed=seed,
            )
            optimizers = {player: adam(rate) for player in model.players}
            train(model, endless(pixels, batch_size=BATCH, seed=seed), STEPS, optimizers=optimizers, jit_compile=False)
            samples = model.sample(2000, seed=1).numpy()
            name = f"{'' if normalize else ' unnormalized'} at {rate:g}"
            score = evaluate(samples, test, metrics="fid", samples=2000, extractor=extractor)["fid[fashion]"]
            values |= {f"distance{name}": score, f"_images{name}": samples[:9]}
            report(f"distance{name}: {score:.1f}")
    return values


def draw(runs, path):
    """Above: the ring with the scores of both discriminators, and the distances. Below: samples of the first seed."""
    figure = plt.figure(figsize=(11, 5.6), constrained_layout=True)
    spec = figure.add_gridspec(2, 4)
    first = runs[0]
    for column, (name, title) in enumerate((("", "normalized"), (" unnormalized", "unnormalized"))):
        ax = figure.add_subplot(spec[0, column])
        shown = ax.imshow(first["_scores" + name], extent=(-3, 3, -3, 3), origin="lower", cmap="RdBu", alpha=0.8)
        figure.colorbar(shown, ax=ax, shrink=0.8, label="D")
        ax.scatter(*first["_points" + name][:1000].T, s=2, color="k", lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + name])) for r in runs)
        slopes = ", ".join(format(r["steepest" + name], ".2f") for r in runs)
        ax.set_title(f"{title}, modes: {modes}\nsteepest slope of D: {slopes}", fontsize=10)
    ax = figure.add_subplot(spec[0, 2:])
    for name, color, label in (("", "tab:blue", "normalized"), (" unnormalized", "tab:orange", "unnormalized")):
        for k, run_ in enumerate(runs):
            distances = [run_[f"distance{name} at {rate:g}"] for rate in RATES]
            ax.plot(RATES, distances, "o-", color=color, lw=1, ms=4, label=label if k == 0 else None)
    ax.set(xscale="log", xlabel="learning rate", ylabel="fid[fashion]", ylim=(0, None))
    ax.set_title(f"Fashion-MNIST, {STEPS:,} steps, three seeds", fontsize=10)
    ax.legend(fontsize=8)
    panels = [(name, rate) for rate in (RATES[0], RATES[-1]) for name in ("", " unnormalized")]
    for column, (name, rate) in enumerate(panels):
        ax = figure.add_subplot(spec[1, column])
        picture = grid(to_uint8(first[f"_images{name} at {rate:g}"][:9]), columns=3)[..., 0]
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        ax.set_title(f"{'unnormalized' if name else 'normalized'}, rate {rate:g}", fontsize=10)
        ax.axis("off")
    figure.savefig(path, dpi=70, format="png")
    plt.close(figure)
