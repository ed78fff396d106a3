"""SeFa: the directions it finds in a generator's weights change images more than others, the last ones less.

Small StyleGAN2 generators of 32x32 pixels (w of 64 numbers, 80 feature maps, 640 stacked rows): of random weights; of
random weights whose modulations read w with strengths that fall like 0.94^i along a random basis; and the shipped one,
trained on Fashion-MNIST. The change is the root mean square difference of pixels, not cut to [-1, 1], that a step of
length 1 in w makes, over 64 codes; of the five first directions, the five last ones and 20 random ones.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.latent.factors import sefa, style_maps
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.registry import create

CLAIM = (
    "Eigenvectors of the first affine maps' weights, found without data, training or sampling, are the directions that "
    "change images most; those of the least eigenvalues change them least."
)
CRITERIA = (
    Criterion(
        "untrained_first", ">=", 1.1, "change by the 5 first directions over that by random ones, random weights"
    ),
    Criterion("untrained_last", "<=", 0.9, "the same of the 5 last directions"),
    Criterion("structured_first", ">=", 1.5, "5 first directions, random weights of a falling spectrum"),
    Criterion("structured_last", "<=", 0.4, "5 last directions, random weights of a falling spectrum"),
    Criterion("trained_first", ">=", 1.5, "5 first directions, shipped generator"),
    Criterion("trained_last", "<=", 0.4, "5 last directions, shipped generator"),
    Criterion("sum_error", "<=", 1e-6, "largest |sum of eigenvalues / rows - 1|"),
)
SIZES = {"image_shape": (32, 32, 1), "latent_dim": 64, "style_dim": 64, "depth": 4}
SIZES |= {"channel_base": 2560, "channel_max": 80}
CODES, RANDOM, ENDS, DECAY = 64, 20, 5, 0.94


def run(seed, report):
    """Factorize three generators, measure what every direction changes."""
    generator = np.random.default_rng(seed)
    untrained, structured = (create("stylegan2", **SIZES, ema_decay=0.0, seed=seed) for _ in range(2))
    basis, _ = np.linalg.qr(generator.normal(size=(64, 64)))
    layers = [*structured.synthesis.convolutions, *structured.synthesis.images]  # images of all sides read w
    for affine in (layer.convolution.affine for layer in layers):
        kernel = affine.kernel.numpy()
        affine.kernel.assign(basis @ (DECAY ** np.arange(64)[:, None] * (basis.T @ kernel)))
    models = {"untrained": untrained, "structured": structured}
    models["trained"] = create("stylegan2", weights="fashion_mnist")
    others = generator.normal(size=(RANDOM, 64))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    values, errors = {}, []
    for name, model in models.items():
        found = sefa(model, k=64)
        eigenvalues = found.arrays["eigenvalues"]
        rows = sum(affine.units for affine in style_maps(model.deployed("synthesis")))
        errors.append(abs(eigenvalues.sum() / rows - 1))
        all_changes, random = changes(model, found.directions, seed), changes(model, others, seed).mean()
        values[f"{name}_first"] = float(all_changes[:ENDS].mean() / random)
        values[f"{name}_last"] = float(all_changes[-ENDS:].mean() / random)
        values[f"_{name}"] = np.stack([eigenvalues / rows * len(eigenvalues), all_changes / random])
        report(f"{name}: {values[f'{name}_first']:.2f} and {values[f'{name}_last']:.2f} of random directions' change")
    return {**values, "sum_error": float(max(errors))}


def changes(model, directions, seed):
    """Root mean square difference of images that a step of length 1 makes, for each direction."""
    synthesis = model.deployed("synthesis")
    images = lambda w: synthesis(model.of_layers(w), noise="constant").numpy()
    with draws.seeded((seed, 1)):
        w = model.map(model.sample_latents(CODES))
    before = images(w)
    return np.array([np.sqrt(np.mean((images(w + tf.constant(n, tf.float32)) - before) ** 2)) for n in directions])


def draw(runs, path):
    """Eigenvalues, and the change by every direction, for all three generators."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.6), dpi=90, layout="constrained")
    titles = {"untrained": "random weights", "structured": "random, falling spectrum", "trained": "shipped generator"}
    for panel, (name, title) in zip(figure.subplots(1, 3), titles.items()):
        for run_ in runs:
            eigenvalues, changed = run_[f"_{name}"]
            number = np.arange(1, len(changed) + 1)
            panel.plot(number, changed, ".", color="tab:blue", ms=4, label="change of the image / by random directions")
            panel.plot(number, np.sqrt(eigenvalues), color="tab:orange", lw=1, label="root of eigenvalue / mean one")
        panel.axhline(1, color="gray", lw=0.8)
        ends = "; ".join(f"{r[f'{name}_first']:.2f}, {r[f'{name}_last']:.2f}" for r in runs)
        panel.set_title(f"{title}\nfirst five, last five: {ends}", fontsize=8)
        panel.set(xlabel="direction", ylim=(0, None))
        panel.grid(alpha=0.3)
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles[:2], labels[:2], loc="outside lower center", ncols=2, fontsize=9)
    figure.savefig(path)
