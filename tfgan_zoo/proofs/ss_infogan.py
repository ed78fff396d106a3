"""Proof of ss-InfoGAN: ten labels of each class suffice to ask for a class by its name.

Digits (8x8, 1,400 training images, of which 100 have a label, and 397 test images), 2 continuous codes beside 62 of
noise, perceptrons with two hidden layers of 192 units, 3,000 steps at the paper's rates (Adam 1e-4 for D and its heads,
1e-3 for G) with batches of 64; the generator's moving average (decay 0.999) is judged. The baseline is InfoGAN on the
same images: its ten categories are kinds of digits too, but nothing tells which is which.
"""

import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment

from tfgan_zoo import data, draws
from tfgan_zoo.proofs.digits import ASKED, CLASSES, SAMPLES, draw_classes, everything, judged
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "With labels of a few examples the code of the class gets that class's name: what is asked for is what is shown, "
    "without matching codes and classes afterwards."
)
CRITERIA = (
    Criterion("identity", ">=", 0.85, "judge's agreement with the class asked for, 2,000 samples of equal classes"),
    Criterion("baseline_identity", "<=", 0.4, "the same of InfoGAN's categories: chance, 0.10, give or take luck"),
)
STEPS, PER_CLASS = 3000, 10


def run(seed, report):
    """Train ss-InfoGAN with 100 labels, InfoGAN without; ask both for all classes."""
    sizes = {"image_shape": (8, 8, 1), "width": 192, "seed": seed}
    few = data.load("digits", labels=True, labelled=PER_CLASS, repeat=True, seed=seed)
    model = create("ss_infogan", labelled=PER_CLASS * CLASSES / 1400, **sizes)
    terms = train(model, few, STEPS, steps_per_execution=20)
    report(", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
    samples = model.sample(SAMPLES, seed=seed, labels=ASKED).numpy()
    images, labels = everything("test")
    classified = model.classify(images).numpy().argmax(axis=1)
    values = agreement(samples) | {"classified": float(np.mean(classified == labels)), "_samples": samples[:80]}

    infogan = create("infogan", continuous_weight=0.1, **sizes)
    train(infogan, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
    with draws.seeded((seed, 1)):
        noise, _, codes = tf.split(infogan.sample_latents(SAMPLES), [infogan.noise_dim, CLASSES, infogan.codes], axis=1)
    samples = infogan(tf.concat([noise, tf.one_hot(ASKED, CLASSES), codes], axis=1)).numpy()
    values |= {f"baseline_{name}": value for name, value in agreement(samples).items()}
    return values | {"_baseline_samples": samples[:80]}


def agreement(samples):
    """Share of samples judged to be what was asked for, by identity and after the best matching of codes to classes."""
    counts = np.histogram2d(ASKED, judged(samples), bins=CLASSES, range=((0, CLASSES), (0, CLASSES)))[0]
    matched = counts[linear_sum_assignment(counts, maximize=True)].sum()
    return {"identity": float(np.trace(counts) / SAMPLES), "matched": float(matched / SAMPLES)}


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first baseline's."""
    title = lambda i, r: f"seed {i}, 100 labels: {r['identity']:.1%} as asked for"
    columns = [(title(i, r), r["_samples"]) for i, r in enumerate(runs)]
    first = runs[0]
    columns.append((f"InfoGAN: {first['baseline_identity']:.1%} as asked for", first["_baseline_samples"]))
    draw_classes(runs, path, columns)
