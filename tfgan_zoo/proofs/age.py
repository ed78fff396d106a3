"""Proof of AGE: an encoder and a generator that play against each other alone give codes, reconstructions and samples.

Digits (8x8, 1,400 training and 397 test images), codes of 8 numbers on the unit sphere, perceptrons with two hidden
layers of 256 units and no batch normalization, 3,000 rounds of Adam(2e-4, 0.5) with batches of 64; the moving averages
(decay 0.999) are judged. The baseline is an untrained encoder's and generator's pair, and errors are told against those
of shuffled pairs.
"""

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import draw_reconstructions, reconstruction_pictures, reconstruction_scores
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "Without any discriminator, an encoder and a generator that disagree on the codes of generated images learn to "
    "reconstruct unseen images, to bring latents back, and to draw every class from the prior."
)
CRITERIA = (
    Criterion("mse_ratio", "<=", 0.4, "error of reconstructions over that against other images"),
    Criterion("cosine", ">=", 0.4, "between latents and the codes of the images made of them"),
    Criterion("least_class", ">=", 0.02, "smallest share of a class among 1,000 decoded prior draws"),
)
LATENT_DIM, STEPS = 8, 3000


def run(seed, report):
    """Train on digits; judge reconstructions, codes and samples."""
    options = {"image_shape": (8, 8, 1), "latent_dim": LATENT_DIM, "width": 256, "seed": seed}
    untrained, model = create("age", **options), create("age", **options)
    terms = train(model, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
    report(", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
    baseline = {f"untrained_{name}": value for name, value in scores(untrained, seed).items()}
    return scores(model, seed) | baseline | reconstruction_pictures(model, seed)


def scores(model, seed):
    """Scores of reconstruction; of vectors of length 1 the squared distance is twice 1 - cosine."""
    found = reconstruction_scores(model, seed)
    return found | {"cosine": 1.0 - found["code_mse"] * LATENT_DIM / 2}


def draw(runs, path):
    """Reconstructions, prior draws and walks."""
    cosines = ", ".join(f"{r['cosine']:.2f}" for r in runs)
    draw_reconstructions(runs, path, f"AGE (cosine of latents and their images' codes: {cosines})")
