"""Proof of VAE/GAN: reconstructions keep their class and are sharper than a VAE's, and the prior can be drawn from.

Digits (8x8, 1,400 training and 397 test images), codes of 8 numbers, perceptrons with hidden layers of 256 units, 3,000
steps of the model's RMSprop with batches of 64, reconstruction weight 0.01; the moving averages (decay 0.999) are
judged. The baseline is the VAE of `vae`'s proof, with Adam(1e-3). Sharpness is the mean absolute value of the five
point Laplacian in an image's interior, relative to that of the test images.
"""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import draw_reconstructions, everything, reconstruction_pictures, reconstruction_scores
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "Measured in a hidden layer of the discriminator, the error of reconstructions no longer asks for blur: they keep "
    "their class, are as sharp as the images, and draws from the prior show every class."
)
CRITERIA = (
    Criterion("class_kept", ">=", 0.8, "share of test images whose reconstruction is judged of their class"),
    Criterion("least_class", ">=", 0.02, "smallest share of a class among 1,000 decoded prior draws"),
    Criterion("sharper", ">=", 1.0, "sharpness of reconstructions over that of the VAE's"),
)
LATENT_DIM, STEPS = 8, 3000


def run(seed, report):
    """Train VAE/GAN and a VAE on digits; judge reconstructions and samples."""
    images, _ = everything("test")
    sizes = {"image_shape": (8, 8, 1), "latent_dim": LATENT_DIM, "width": 256, "seed": seed}
    model = create("vaegan", **sizes, reconstruction_weight=0.01)
    terms = train(model, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
    report(", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
    baseline = create("vae", **sizes, hidden=2, variance=0.1)
    train(baseline, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
    smooth, again = baseline.reconstruct(images).numpy(), model.reconstruct(images).numpy()
    return {
        **reconstruction_scores(model, seed),
        "vae_mse": float(np.mean((smooth - images) ** 2)),
        "sharpness": sharpness(again) / sharpness(images),
        "vae_sharpness": sharpness(smooth) / sharpness(images),
        "sharper": sharpness(again) / sharpness(smooth),
        "_vae": smooth[:16],
        **reconstruction_pictures(model, seed),
    }


def sharpness(images):
    """Mean absolute value of the Laplacian in the interior."""
    neighbors = images[:, 2:, 1:-1] + images[:, :-2, 1:-1] + images[:, 1:-1, 2:] + images[:, 1:-1, :-2]
    return float(np.abs(neighbors - 4 * images[:, 1:-1, 1:-1]).mean())


def draw(runs, path):
    """Reconstructions, the baseline's, prior draws and walks."""
    found = ", ".join(f"{r['sharpness']:.2f}" for r in runs)
    first = runs[0]
    rows = [(f"VAE: error {first['vae_mse']:.3f}", "_vae")]
    name = f"VAE/GAN (sharpness {found} of the images'; VAE {first['vae_sharpness']:.2f})"
    draw_reconstructions(runs, path, name, rows_of_first=rows)
