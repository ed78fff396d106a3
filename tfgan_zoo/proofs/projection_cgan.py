"""Proof of the projection discriminator: one inner product is all that makes the images show the class asked for.

Digits (8x8, 1,400 training and 397 test images), perceptrons with two hidden layers of 256 units, 3,000 rounds of the
paper's five moves of D and one of G, Adam(2e-4, 0, 0.9), batches of 64; the generator's moving average (decay 0.999) is
judged. The baseline is the same game without the inner product: G still has the class in its normalization, but D never
sees it.
"""

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import ASKED, SAMPLES, conditional_scores, draw_classes
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "Conditioning the discriminator by the inner product of its features with a vector of the class makes the "
    "generator draw from each class's own distribution; without that term the class asked for is ignored."
)
CRITERIA = (
    Criterion("gan_test", ">=", 0.90, "judge's agreement with the labels asked for, 2,000 samples of equal classes"),
    Criterion("gan_train", ">=", 0.80, "real test accuracy of a classifier that was taught by these samples alone"),
    Criterion("baseline_gan_test", "<=", 0.2, "agreement without the inner product; 0.10 is chance"),
)
STEPS = 3000


def run(seed, report):
    """Train with and without the projection; judge both."""
    values = {}
    for prefix, projection in (("", True), ("baseline_", False)):
        model = create("projection_cgan", image_shape=(8, 8, 1), width=256, projection=projection, seed=seed)
        pairs = data.load("digits", labels=True, repeat=True, seed=seed)
        terms = train(model, pairs, STEPS, steps_per_execution=20)
        report(f"{prefix or 'with_'}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        samples = model.sample(SAMPLES, seed=seed, labels=ASKED).numpy()
        values |= {f"{prefix}{name}": value for name, value in conditional_scores(samples, seed).items()}
        values |= {f"_{prefix}samples": samples[:80]}
    return values


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first baseline's."""
    title = lambda i, r: f"seed {i}: GAN-test {r['gan_test']:.3f}, -train {r['gan_train']:.3f}"
    columns = [(title(i, r), r["_samples"]) for i, r in enumerate(runs)]
    columns.append((f"no inner product: GAN-test {runs[0]['baseline_gan_test']:.3f}", runs[0]["_baseline_samples"]))
    draw_classes(runs, path, columns)
