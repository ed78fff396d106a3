"""Proof of InfoGAN: without labels its categorical code comes to name the kind of digit, and can be read back.

Digits (8x8, 1,400 training images), a code of 10 categories and 2 numbers beside 62 of noise, perceptrons with two
hidden layers of 192 units, 3,000 steps at the paper's MNIST rates (Adam 2e-4 for D and Q, 1e-3 for G) with batches of
64; weight 0.1 on the continuous codes; the generator's moving average (decay 0.999) is judged. The baseline is the same
GAN with weight 0 on both parts of the information: the code is mere noise to it.
"""

import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment

from tfgan_zoo import data
from tfgan_zoo.metrics import DigitsClassifier
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "Raising a lower bound of the mutual information between code and image makes the code name the kind of digit, "
    "although no label was ever seen; without that term the generator ignores the code."
)
CRITERIA = (
    Criterion("information", ">=", 1.2, "nats between the categorical code and the judge's class, of log 10 = 2.303"),
    Criterion("recognized", ">=", 0.95, "share of fakes whose category the recognizer reads back"),
    Criterion("baseline_information", "<", 0.05, "the same without the information terms"),
)
CATEGORIES, CODES, NOISE_DIM, STEPS, SAMPLES = 10, 2, 62, 3000, 10_000
TRAVERSED = np.linspace(-1, 1, 7)


def run(seed, report):
    """Train InfoGAN and its baseline; compare codes with the judge's classes and the recognizer's readings."""
    judge, values = DigitsClassifier(), {}
    for prefix, weights in (("", (1.0, 0.1)), ("baseline_", (0.0, 0.0))):
        model = create(
            "infogan",
            image_shape=(8, 8, 1),
            noise_dim=NOISE_DIM,
            categories=CATEGORIES,
            codes=CODES,
            width=192,
            information_weight=weights[0],
            continuous_weight=weights[1],
            seed=seed,
        )
        terms = train(model, data.load("digits", repeat=True, seed=seed), STEPS, steps_per_execution=20)
        report(f"{prefix}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        latents, category, continuous = draw_latents(np.random.default_rng(seed))
        images = model(latents)
        shown = judge(images)["logits"].argmax(axis=1)
        logits, mean = model.recognize(images)
        counts = np.histogram2d(category, shown, bins=(CATEGORIES, 10), range=((0, CATEGORIES), (0, 10)))[0]
        _, category_of = matching = linear_sum_assignment(counts.T, maximize=True)  # the Hungarian method
        values |= {
            f"{prefix}information": mutual_information(counts),
            f"{prefix}recognized": float(np.mean(np.argmax(logits, axis=1) == category)),
            f"{prefix}matched_accuracy": float(counts.T[matching].sum() / SAMPLES),
            f"{prefix}classes": float((counts.sum(axis=0) >= 0.02 * SAMPLES).sum()),
            f"_{prefix}traversals": traversals(model, seed)[category_of],
        }
        if not prefix:
            values["continuous_r2"] = float(1 - np.mean((mean - continuous) ** 2) / np.var(continuous))
    return values


def draw_latents(generator):
    """Latents as the model draws them, with the categories and the continuous codes in them."""
    category = generator.integers(0, CATEGORIES, SAMPLES)
    noise = generator.uniform(-1, 1, (SAMPLES, NOISE_DIM))
    continuous = generator.uniform(-1, 1, (SAMPLES, CODES))
    latents = np.concatenate([noise, np.eye(CATEGORIES)[category], continuous], axis=1)
    return tf.constant(latents, tf.float32), category, continuous


def mutual_information(counts):
    """Mutual information in nats of the joint distribution of counts (its bias here is about 81 / 2 / 10,000)."""
    joint = counts / counts.sum()
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return float((joint[some] * np.log(joint[some] / independent[some])).sum())


def traversals(model, seed):
    """Images (categories, codes * steps, 8, 8, 1): one noise vector, every category, each code from -1 to 1."""
    noise = np.random.default_rng(seed).uniform(-1, 1, NOISE_DIM)
    rows = []
    for category in np.eye(CATEGORIES):
        for code in np.eye(CODES):
            rows += [np.concatenate([noise, category, code * value]) for value in TRAVERSED]
    images = model(tf.constant(rows, tf.float32)).numpy()
    return images.reshape(CATEGORIES, -1, *images.shape[1:])


def draw(runs, path):
    """A row for each category, in the order of the matched digits; the first continuous code's steps, the second's."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * (len(runs) + 1), 3.5), layout="constrained")
    figure.get_layout_engine().set(wspace=0.05)
    panels = figure.subplots(1, len(runs) + 1)
    pictures = [
        (f"seed {i}: {run['information']:.2f} nats, {run['matched_accuracy']:.0%} as matched", run["_traversals"])
        for i, run in enumerate(runs)
    ]
    first = runs[0]
    without = f"no information term: {first['baseline_information']:.2f} nats, {first['baseline_matched_accuracy']:.0%}"
    for panel, (title, images) in zip(panels, [*pictures, (without, first["_baseline_traversals"])]):
        parts = [
            data.grid(part.reshape(-1, *images.shape[2:]), columns=len(TRAVERSED))
            for part in np.split(images, CODES, axis=1)
        ]
        height, width, _ = parts[0].shape
        gap = np.full((height, 6, 1), 255, np.uint8)
        picture = np.concatenate([parts[0], gap, parts[1]], axis=1)[..., 0]
        panel.imshow(picture, cmap="gray", interpolation="nearest", vmin=0, vmax=255)
        panel.set_title(title, fontsize=10)
        panel.set_yticks([10 * k + 3.5 for k in range(CATEGORIES)], range(CATEGORIES), fontsize=8)
        panel.set_xticks([width / 2, 1.5 * width + 6], ["code 1 from -1 to 1", "code 2 from -1 to 1"], fontsize=9)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
    panels[0].set_ylabel("category, by matched digit")
    figure.savefig(path, dpi=100)
