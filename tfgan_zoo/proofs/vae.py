"""Proof of the VAE: better codes than principal components of the same number, and a prior that can be drawn from.

Digits (8x8, 1,400 training and 397 test images), 8 latents, Gaussian decoder of variance 0.1, perceptrons with two
hidden layers of 256 units, 3,000 steps of Adam(1e-3) with batches of 64. The baseline is a principal component analysis
with 8 components, fitted to the training images; its prior is a normal distribution with the components' variances.

`sure` is the share of the draws from the prior to whose class the judge gives a probability above 0.8. The moments of
single latents are given beside their mean, which is what the criterion is about.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data, draws
from tfgan_zoo.metrics import DigitsClassifier
from tfgan_zoo.objectives import likelihoods
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "An encoder and a decoder trained on the reparameterized evidence lower bound compress unseen images better than "
    "principal components of the same number, and codes drawn from the prior decode to images of the classes."
)
CRITERIA = (
    Criterion("mse_over_pca", "<", 1.0, "test reconstruction error relative to principal component analysis"),
    Criterion("kl", ">=", 4.0, "nats that a code carries: the posterior has not collapsed to the prior"),
    Criterion("kl", "<=", 20.0, "nor does it ignore the prior"),
    Criterion("second_moment", ">=", 0.7, "var mu + mean sigma^2 on test images, mean of the latents: the posteriors"),
    Criterion("second_moment", "<=", 1.3, "together fill the standard normal prior"),
    Criterion("classes", ">=", 8, "of 10 classes seen by the judge in at least 2 % of 1,000 decoded prior draws"),
)
LATENT_DIM, STEPS, DRAWS, SHOWN = 8, 3000, 1000, 16


def run(seed, report):
    """Train one VAE; compare it with principal components on the test images."""
    images = next(iter(data.load("digits", batch_size=1400, shuffle=False)))
    test, test_labels = next(iter(data.load("digits", batch_size=397, split="test", labels=True, shuffle=False)))
    model = create("vae", image_shape=(8, 8, 1), latent_dim=LATENT_DIM, width=256, hidden=2, variance=0.1, seed=seed)
    terms = train(model, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
    report(", ".join(f"{name} {value:.3f}" for name, value in terms.items()))

    judge = DigitsClassifier()
    classify = lambda pictures: judge(pictures)["logits"].argmax(axis=1)
    sure = lambda pictures: float(np.mean(tf.nn.softmax(judge(pictures)["logits"]).numpy().max(axis=1) > 0.8))
    mean, log_variance = model.posterior(test)
    moments = np.var(mean, axis=0) + np.mean(tf.exp(log_variance), axis=0)
    reconstructed, drawn = model.reconstruct(test).numpy(), model.sample(DRAWS, seed=seed).numpy()
    projected, pca_drawn = principal_components(images.numpy(), test.numpy(), seed)
    mse, pca_mse = (float(np.mean((x - test) ** 2)) for x in (reconstructed, projected))
    with draws.seeded((seed, 1)):
        test_terms = model.autoencoder_loss(test)
    return {
        "mse": mse,
        "pca_mse": pca_mse,
        "mse_over_pca": mse / pca_mse,
        "kl": float(tf.reduce_mean(likelihoods.gaussian_kl(mean, log_variance))),
        "test_elbo": -float(sum(test_terms.values())),
        "second_moment": float(moments.mean()),
        "least_second_moment": float(moments.min()),
        "largest_second_moment": float(moments.max()),
        "classes": number_of_classes(classify(drawn)),
        "pca_classes": number_of_classes(classify(pca_drawn)),
        "sure": sure(drawn),
        "pca_sure": sure(pca_drawn),
        "real_sure": sure(test),
        "reconstructed_accuracy": float(np.mean(classify(reconstructed) == test_labels)),
        "pca_reconstructed_accuracy": float(np.mean(classify(projected) == test_labels)),
        "_test": test.numpy()[:SHOWN],
        "_reconstructed": reconstructed[:SHOWN],
        "_projected": projected[:SHOWN],
        "_drawn": drawn[: 4 * SHOWN],
        "_pca_drawn": pca_drawn[: 4 * SHOWN],
    }


def principal_components(images, test, seed):
    """Project the test images on the first components of the training images; draw from the components' prior."""
    flat = images.reshape(len(images), -1)
    center = flat.mean(axis=0)
    _, scales, components = np.linalg.svd(flat - center, full_matrices=False)
    components, deviations = components[:LATENT_DIM], scales[:LATENT_DIM] / np.sqrt(len(images))
    codes = np.random.default_rng(seed).normal(size=(DRAWS, LATENT_DIM)) * deviations
    decode = lambda codes: np.clip(center + codes @ components, -1, 1).reshape(-1, *images.shape[1:])
    return decode((test.reshape(len(test), -1) - center) @ components.T), decode(codes)


def number_of_classes(predicted):
    """Classes that hold at least a fifth of their fair share."""
    return int((np.bincount(predicted, minlength=10) >= 0.2 * len(predicted) / 10).sum())


def draw(runs, path):
    """Test images and their reconstructions above, draws from the priors below; every seed, and the baseline."""
    from matplotlib.figure import Figure

    figure, first = Figure(figsize=(11, 6.4)), runs[0]
    rows = [first["_test"], *(run["_reconstructed"] for run in runs), first["_projected"]]
    errors = [f"VAE, seed {i}: {run['mse']:.3f}" for i, run in enumerate(runs)]
    top = figure.add_axes((0.145, 0.5, 0.845, 0.45))
    _show(top, np.concatenate(rows), "Unseen digits from 8 numbers; beside them the mean squared error", columns=SHOWN)
    top.set_yticks([10 * i + 3.5 for i in range(len(rows))], ["test images", *errors, f"PCA: {first['pca_mse']:.3f}"])
    below = [(f"VAE, seed {i}: {run['sure']:.0%}", run["_drawn"]) for i, run in enumerate(runs)]
    below.append((f"PCA: {first['pca_sure']:.0%} (real: {first['real_sure']:.0%})", first["_pca_drawn"]))
    for i, (title, images) in enumerate(below):
        width = 0.97 / len(below)
        _show(figure.add_axes((0.02 + i * width, 0.02, width - 0.02, 0.38)), images, title)
    figure.text(0.02, 0.445, "Decoded draws from the prior, and the share of 1,000 that the judge is sure of")
    figure.savefig(path, dpi=100)


def _show(panel, images, title, columns=None):
    panel.imshow(data.grid(images, columns)[..., 0], cmap="gray", interpolation="nearest", vmin=0, vmax=255)
    panel.set_title(title, fontsize=10, loc="left")
    panel.set(xticks=[], yticks=[])
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
