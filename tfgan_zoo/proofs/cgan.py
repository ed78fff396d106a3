"""Proof of the conditional GAN: its images show the class that was asked for, and teach a classifier that class.

Digits (8x8, 1,400 training and 397 test images), perceptrons with two hidden layers of 256 units, 3,000 steps of
Adam(2e-4, 0.5) with batches of 64; the generator's moving average (decay 0.999) is judged. The baseline is the same GAN
on the same images, each given a label at random: all that it can learn is the unconditional distribution.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.metrics import DigitsClassifier
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import endless, train
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
CLASSES, STEPS, SAMPLES = 10, 3000, 2000


def run(seed, report):
    """Train the conditional GAN and its baseline; judge both."""
    images, labels = everything("train")
    pairs = data.load("digits", labels=True, repeat=True, seed=seed)
    strangers = data.load("digits", labels=True, repeat=True, seed=seed + 1000).map(lambda _, label: label)
    unlabelled = tf.data.Dataset.zip(data.load("digits", repeat=True, seed=seed), strangers)

    judge, values = DigitsClassifier(), {}
    asked = np.arange(SAMPLES) % CLASSES
    for prefix, dataset in (("", pairs), ("baseline_", unlabelled)):
        model = create("cgan", image_shape=(8, 8, 1), width=256, seed=seed)
        terms = train(model, dataset, STEPS, steps_per_execution=20)
        report(f"{prefix or 'cgan_'}terms: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        samples = model.sample(SAMPLES, seed=seed, labels=asked).numpy()
        values |= {
            f"{prefix}gan_test": float(np.mean(judge(samples)["logits"].argmax(axis=1) == asked)),
            f"{prefix}gan_train": taught(samples, asked, seed),
            f"{prefix}least_class_spread": float(min(class_spreads(samples, asked) / class_spreads(images, labels))),
            f"{prefix}label_sensitivity": label_sensitivity(model, seed),
            f"_{prefix}samples": samples[: 8 * CLASSES],
        }
    real = np.concatenate([images[labels == k][:8, None] for k in range(CLASSES)], axis=1)
    return values | {"real_train": taught(images, labels, seed), "_real": real.reshape(-1, *images.shape[1:])}


def everything(split):
    """All images and labels of a part of the digits."""
    size = {"train": 1400, "test": 397}[split]
    batch = next(iter(data.load("digits", batch_size=size, split=split, labels=True, shuffle=False)))
    return tuple(part.numpy() for part in batch)


def taught(images, labels, seed):
    """Real test accuracy of the judge's network after 1,000 steps on the given images."""
    import keras

    network = DigitsClassifier.build(seed)
    classifier = keras.Model(network.input, network.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"], steps_per_execution=20)
    batches = endless(images, labels, batch_size=64, seed=seed)
    classifier.fit(batches, steps_per_epoch=1000, shuffle=False, verbose=0)
    return classifier.evaluate(*everything("test"), batch_size=397, verbose=0, return_dict=True)["accuracy"]


def class_spreads(images, labels):
    """Standard deviation of a pixel within each class, mean over the pixels."""
    return np.array([images[labels == k].std(axis=0).mean() for k in range(CLASSES)])


def label_sensitivity(model, seed):
    """Mean |D(x, y') - D(x, y)| over real test images, y' being another image's label."""
    images, labels = everything("test")
    others = np.random.default_rng(seed).permutation(labels)
    score = lambda labels: model.discriminator([images, labels], training=False).numpy()
    return float(np.abs(score(others) - score(labels)).mean())


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first baseline's."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.3 * (len(runs) + 2), 3.2), layout="constrained")
    figure.get_layout_engine().set(wspace=0.04)
    panels = figure.subplots(1, len(runs) + 2)
    pictures = [("real training images", runs[0]["_real"])]
    for i, r in enumerate(runs):
        pictures.append((f"seed {i}: GAN-test {r['gan_test']:.3f}, -train {r['gan_train']:.3f}", r["_samples"]))
    pictures.append((f"labels at random: GAN-test {runs[0]['baseline_gan_test']:.3f}", runs[0]["_baseline_samples"]))
    for panel, (title, images) in zip(panels, pictures):
        panel.imshow(data.grid(images, columns=CLASSES)[..., 0], cmap="gray", interpolation="nearest", vmin=0, vmax=255)
        panel.set_title(title, fontsize=10)
        panel.set_xticks([10 * k + 3.5 for k in range(CLASSES)], range(CLASSES), fontsize=8)
        panel.set_yticks([])
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        panel.set_xlabel("label" if images is runs[0]["_real"] else "label asked for", fontsize=9)
    figure.savefig(path, dpi=100)
