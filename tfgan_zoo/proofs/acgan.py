"""Proof of AC-GAN: its images show the class asked for, and it leaves a classifier behind.

Digits (8x8, 1,400 training and 397 test images), perceptrons with two hidden layers of 256 units, 3,000 steps of
Adam(2e-4, 0.5) with batches of 64; the generator's moving average (decay 0.999) is judged. The baseline is the same
game with weight 0 on the classes: D never sees a label, so that G has no reason to heed the one it is given.
"""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import ASKED, SAMPLES, conditional_scores, draw_classes, everything
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "With a classifier that both players want to be right the generator shows the class asked for, and the classifier "
    "serves on real images; without it the class asked for is ignored."
)
CRITERIA = (
    Criterion("gan_test", ">=", 0.90, "judge's agreement with the labels asked for, 2,000 samples of equal classes"),
    Criterion("gan_train", ">=", 0.75, "real test accuracy of a classifier that was taught by these samples alone"),
    Criterion("classified", ">=", 0.90, "accuracy of the model's own classifier on real test images"),
    Criterion("baseline_gan_test", "<=", 0.2, "agreement without the class terms; 0.10 is chance"),
)
STEPS = 3000


def run(seed, report):
    """Train AC-GAN and its baseline on digits; judge both."""
    values = {}
    images, labels = everything("test")
    for prefix, weight in (("", 1.0), ("baseline_", 0.0)):
        model = create("acgan", image_shape=(8, 8, 1), width=256, class_weight=weight, seed=seed)
        pairs = data.load("digits", labels=True, repeat=True, seed=seed)
        terms = train(model, pairs, STEPS, steps_per_execution=20)
        report(f"{prefix or 'acgan_'}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        samples = model.sample(SAMPLES, seed=seed, labels=ASKED).numpy()
        values |= {f"{prefix}{name}": value for name, value in conditional_scores(samples, seed).items()}
        values |= {f"_{prefix}samples": samples[:80]}
        if not prefix:
            values["classified"] = float(np.mean(model.classify(images).numpy().argmax(axis=1) == labels))
    return values


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first baseline's."""
    title = lambda i, r: f"seed {i}: GAN-test {r['gan_test']:.3f}, classifier {r['classified']:.3f}"
    columns = [(title(i, r), r["_samples"]) for i, r in enumerate(runs)]
    columns.append((f"class weight 0: GAN-test {runs[0]['baseline_gan_test']:.3f}", runs[0]["_baseline_samples"]))
    draw_classes(runs, path, columns)
