"""Proof of BiGAN: codes of unseen images bring back their class, and codes of its own images are those they came from.

Digits (8x8, 1,400 training and 397 test images), codes of 8 numbers, perceptrons with two hidden layers of 256 units,
3,000 steps of Adam(2e-4, 0.5) with batches of 64; the moving averages (decay 0.999) are judged. The baseline is an
untrained encoder's and generator's pair, and errors are told against those of shuffled pairs.
"""

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import draw_reconstructions, reconstruction_pictures, reconstruction_scores
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train
from tfgan_zoo.registry import create

CLAIM = (
    "Telling pairs of image and code apart trains a deterministic encoder that inverts the generator: reconstructions "
    "of unseen images keep their class, although nothing ever asked for reconstruction."
)
CRITERIA = (
    Criterion("mse_ratio", "<=", 0.6, "error of reconstructions over that against other images"),
    Criterion("class_kept", ">=", 0.55, "share of test images whose reconstruction is judged of their class"),
)
STEPS = 3000


def run(seed, report):
    """Train on digits; judge reconstructions and codes."""
    options = {"image_shape": (8, 8, 1), "latent_dim": 8, "width": 256, "seed": seed}
    untrained, model = create("bigan", **options), create("bigan", **options)
    digits, rates = data.load("digits", repeat=True, seed=seed), {player: adam(2e-4) for player in model.players}
    terms = train(model, digits, STEPS, optimizers=rates, steps_per_execution=20)
    report(", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
    baseline = {f"untrained_{name}": value for name, value in reconstruction_scores(untrained, seed).items()}
    return reconstruction_scores(model, seed) | baseline | reconstruction_pictures(model, seed)


def draw(runs, path):
    """Reconstructions, prior draws and walks."""
    errors = ", ".join(f"{r['code_mse']:.2f}" for r in runs)
    shuffled = runs[0]["shuffled_code_mse"]
    draw_reconstructions(runs, path, f"BiGAN (error of codes of its own images: {errors}; of others: {shuffled:.2f})")
