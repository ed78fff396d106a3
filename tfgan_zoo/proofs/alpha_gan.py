"""Proof of alpha-GAN: a code discriminator alone makes the codes of an auto-encoder a prior that can be drawn from.

Digits (8x8, 1,400 training and 397 test images), codes of 8 numbers, perceptrons with two hidden layers of 256 units
(C: three), 3,000 rounds of Adam(2e-4, 0.5, 0.9) with batches of 64; the moving averages (decay 0.999) are judged. The
baseline is the same game with `code_weight` 0: the encoder does not hear C. Moments of codes are those of test images;
`code_variance` is the mean over the 8 numbers, `code_mean` the largest absolute value; `code_divergence` is that of the
normal distribution with a code's mean and variance from the prior, mean over the 8 numbers, in nats.
"""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import draw_reconstructions, everything, reconstruction_pictures, reconstruction_scores
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "An auto-encoder whose divergences are told by two discriminators reconstructs unseen images, fills the prior with "
    "their codes and draws every class from it; without the code discriminator codes are several times as far from it."
)
CRITERIA = (
    Criterion("mse_ratio", "<=", 0.3, "error of reconstructions over that against other images"),
    Criterion("code_mean", "<=", 0.9, "largest absolute mean of a code's number"),
    Criterion("code_variance", ">=", 0.25, "mean variance of a code's number; the prior's is 1"),
    Criterion("code_variance", "<=", 1.8, "nor do codes leave the prior"),
    Criterion("least_class", ">=", 0.02, "smallest share of a class among 1,000 decoded prior draws"),
    Criterion("divergence_ratio", ">=", 5, "divergence of codes from the prior without C, over that with C"),
    Criterion("baseline_outside", ">=", 1, "1 if the baseline's code variance is outside [0.25, 1.8]"),
)
STEPS = 3000


def run(seed, report):
    """Train on digits with and without the code discriminator; judge reconstructions, codes and samples."""
    values = {}
    for prefix, weight in (("baseline_", 0.0), ("", 1.0)):
        options = {"image_shape": (8, 8, 1), "latent_dim": 8, "width": 256, "code_width": 256, "code_weight": weight}
        model = create("alpha_gan", **options, seed=seed)
        terms = train(model, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
        report(f"{prefix or 'alpha_gan_'}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        values |= {f"{prefix}{name}": value for name, value in scores(model, seed).items()}
    variance = values["baseline_code_variance"]
    values["divergence_ratio"] = values["baseline_code_divergence"] / values["code_divergence"]
    values["baseline_outside"] = float(not 0.25 <= variance <= 1.8)
    return values | reconstruction_pictures(model, seed)


def scores(model, seed):
    """Scores of reconstruction, and moments of the test images' codes."""
    codes = model.encode(everything("test")[0]).numpy()
    mean, variance = codes.mean(axis=0), codes.var(axis=0)
    moments = {
        "code_mean": np.abs(mean).max(),
        "code_variance": variance.mean(),
        "code_divergence": 0.5 * np.mean(mean**2 + variance - 1.0 - np.log(variance)),
    }
    return reconstruction_scores(model, seed) | {name: float(value) for name, value in moments.items()}


def draw(runs, path):
    """Reconstructions, prior draws and walks."""
    variances = ", ".join(f"{r['code_variance']:.2f}" for r in runs)
    without = ", ".join(f"{r['baseline_code_variance']:.2f}" for r in runs)
    draw_reconstructions(runs, path, f"alpha-GAN (variance of codes {variances}; without C {without})")
