"""Proof of ALI: codes of unseen images bring back their class; on a grid of Gaussians, the mode they came from.

(i) Digits (8x8, 1,400 training and 397 test images), codes of 8 numbers, perceptrons with two hidden layers of 256
units, 3,000 steps of Adam(2e-4, 0.5) with batches of 64; the moving averages (decay 0.999) are judged. The baseline is
an untrained encoder's and generator's pair, and errors are told against those of shuffled pairs.

(ii) `grid25` in the paper's units (means at -4, -2, ..., 4, deviation 0.05): latents of 2, two hidden layers of 256,
batch 128, 10,000 steps of Adam(1e-3, 0.5), the rate of the authors' mixture. A mode is hit by at least 20 of 5,000
samples within four deviations. `same_mode` is the share of 5,000 unseen points whose reconstruction is closest to the
mode that the point is closest to: 0.04 for unrelated pairs.
"""

import matplotlib

matplotlib.use("Agg")
import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data import toys
from tfgan_zoo.proofs.digits import draw_reconstructions, reconstruction_pictures, reconstruction_scores
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train
from tfgan_zoo.registry import create

CLAIM = (
    "Matching pairs of image and code trains an encoder that inverts the generator: reconstructions keep their class "
    "and their mode, although nothing ever asked for reconstruction."
)
CRITERIA = (
    Criterion("mse_ratio", "<=", 0.6, "error of reconstructions over that against other images"),
    Criterion("class_kept", ">=", 0.45, "share of test images whose reconstruction is judged of their class"),
    Criterion("modes", ">=", 25, "of 25, hit by at least 20 of 5,000 samples within four deviations"),
    Criterion("same_mode", ">=", 0.8, "share of unseen points reconstructed at their own mode"),
)
STEPS, GRID_STEPS = 3000, 10_000
UNIT = 2.828  # of the grid: `toys` divides by it


def run(seed, report):
    """Train on digits, then on the grid."""
    options = {"image_shape": (8, 8, 1), "latent_dim": 8, "width": 256, "seed": seed}
    untrained, model = create("ali", **options), create("ali", **options)
    terms = train(
        model,
        data.load("digits", repeat=True, seed=seed),
        STEPS,
        optimizers={player: adam(2e-4) for player in model.players},
        steps_per_execution=20,
    )
    report("digits: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
    values = reconstruction_scores(model, seed) | reconstruction_pictures(model, seed)
    baseline = {f"untrained_{name}": value for name, value in reconstruction_scores(untrained, seed).items()}
    return values | baseline | grid(seed, report)


def grid(seed, report):
    """Modes hit by samples, and points reconstructed at their own mode."""
    model = create("ali", image_shape=(2,), latent_dim=2, width=256, seed=seed)
    points = UNIT * toys.draw("grid25", GRID_STEPS * 128, seed=seed)[0].reshape(GRID_STEPS, 128, 2)
    rates = {player: adam(1e-3) for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(points), GRID_STEPS, optimizers=rates, steps_per_execution=50)
    means, deviation = (UNIT * found for found in toys.modes("grid25"))
    distances = lambda x: np.linalg.norm(x[:, None] - means, axis=-1)
    samples = model.sample(5000, seed=seed).numpy()
    close = distances(samples).min(axis=1) <= 4 * deviation
    hits = np.bincount(distances(samples).argmin(axis=1)[close], minlength=25)
    held_out = UNIT * toys.draw("grid25", 5000, seed=seed + 1000)[0]
    again = model.reconstruct(held_out).numpy()
    kept = float(np.mean(distances(again).argmin(axis=1) == distances(held_out).argmin(axis=1)))
    report(f"grid: {int((hits >= 20).sum())} modes, {kept:.2f} kept")
    return {"modes": float((hits >= 20).sum()), "near": float(close.mean()), "same_mode": kept}


def draw(runs, path):
    """Reconstructions, prior draws and walks."""
    modes, kept = (", ".join(f"{r[key]:.2g}" for r in runs) for key in ("modes", "same_mode"))
    draw_reconstructions(runs, path, f"ALI (grid25: {modes} modes, {kept} kept)")
