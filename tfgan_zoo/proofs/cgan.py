"""Proof of the conditional GAN: its images show the class that was asked for, and teach a classifier that class.

Digits (8x8, 1,400 training and 397 test images), perceptrons with two hidden layers of 256 units, 3,000 steps of
Adam(2e-4, 0.5) with batches of 64; the generator's moving average (decay 0.999) is judged. The baseline is the same GAN
on the same images, each given a label at random: all that it can learn is the unconditional distribution.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.proofs.digits import ASKED, SAMPLES, conditional_scores, draw_classes, everything, taught
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "With the label given to both players the generator draws from each class's own distribution; with labels that say "
    "nothing about the images it ignores what is asked for."
)
CRITERIA = (
    Criterion("gan_test", ">=", 0.90, "judge's agreement with the labels asked for, 2,000 samples of equal classes"),
    Criterion("gan_train", ">=", 0.80, "real test accuracy of a classifier that was taught by these samples alone"),
    Criterion("least_class_spread", ">=", 0.6, "pixel deviation within the class that varies least, relative to real"),
    Criterion("baseline_gan_test", ">=", 0.07, "the baseline is at chance, 0.10"),
    Criterion("baseline_gan_test", "<=", 0.13, "the baseline is at chance, 0.10"),
    Criterion("label_sensitivity", ">", 0.0, "mean change of D's logit when real images get another one's label"),
)
STEPS = 3000


def run(seed, report):
    """Train the conditional GAN and its baseline; judge both."""
    pairs = data.load("digits", labels=True, repeat=True, seed=seed)
    strangers = data.load("digits", labels=True, repeat=True, seed=seed + 1000).map(lambda _, label: label)
    unlabelled = tf.data.Dataset.zip(data.load("digits", repeat=True, seed=seed), strangers)
    values = {"real_train": taught(*everything("train"), seed)}
    for prefix, dataset in (("", pairs), ("baseline_", unlabelled)):
        model = create("cgan", image_shape=(8, 8, 1), width=256, seed=seed)
        terms = train(model, dataset, STEPS, steps_per_execution=20)
        report(f"{prefix or 'cgan_'}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        samples = model.sample(SAMPLES, seed=seed, labels=ASKED).numpy()
        values |= {f"{prefix}{name}": value for name, value in conditional_scores(samples, seed).items()}
        values |= {f"{prefix}label_sensitivity": label_sensitivity(model, seed), f"_{prefix}samples": samples[:80]}
    return values


def label_sensitivity(model, seed):
    """Mean |D(x, y') - D(x, y)| over real test images, y' being another image's label."""
    images, labels = everything("test")
    others = np.random.default_rng(seed).permutation(labels)
    score = lambda labels: model.discriminator([images, labels], training=False).numpy()
    return float(np.abs(score(others) - score(labels)).mean())


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first baseline's."""
    title = lambda i, r: f"seed {i}: GAN-test {r['gan_test']:.3f}, -train {r['gan_train']:.3f}"
    columns = [(title(i, r), r["_samples"]) for i, r in enumerate(runs)]
    columns.append((f"labels at random: GAN-test {runs[0]['baseline_gan_test']:.3f}", runs[0]["_baseline_samples"]))
    draw_classes(runs, path, columns)
