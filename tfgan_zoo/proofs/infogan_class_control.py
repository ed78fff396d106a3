"""Proof of class control by a classifier on D's trunk: G shows the class asked for, with half the weights of two nets.

Digits (8x8, 1,400 training and 397 test images), StyleGAN2's networks with 32 feature maps and a mapping of 4 layers
of 32, 900 steps with batches of 32, R1 weight 1, otherwise the model's defaults; the moving average (decay 0.99) is
judged. So few images are soon overfitted: with more steps the agreement rises, and the variety within classes falls.
Besides, as numbers without a bound: the class that varies least, and mode "infogan" for as many steps, without labels;
its codes are then given to classes one to one, as fits best.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from tfgan_zoo import data
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator
from tfgan_zoo.proofs.digits import (
    ASKED,
    CLASSES,
    SAMPLES,
    class_spreads,
    conditional_scores,
    draw_classes,
    everything,
    judged,
)
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import train
from tfgan_zoo.registry import create

CLAIM = (
    "A classifier that shares all of D but the last layer makes a style generator show the class asked for, in its "
    "variety, with hardly more weights than D has alone."
)
CRITERIA = (
    Criterion("gan_test", ">=", 0.85, "judge's agreement with the labels asked for, 2,000 samples of equal classes"),
    Criterion("class_spread", ">=", 0.5, "pixel deviation within a class, relative to real, mean over classes"),
    Criterion("saving", ">=", 0.40, "share of the weights of D and of a classifier of its own with D's layers"),
)
STEPS, BATCH = 900, 32
SIZES = {"image_shape": (8, 8, 1), "latent_dim": 32, "style_dim": 32, "depth": 4}
SIZES |= {"channel_base": 256, "channel_max": 32, "gamma": 1.0, "ema_decay": 0.99}


def run(seed, report):
    """Train with labels and without; judge both."""
    values = {}
    images, labels = everything("test")
    for mode in ("supervised", "infogan"):
        model = create("infogan_class_control", **SIZES, mode=mode, seed=seed)
        batches = data.load("digits", batch_size=BATCH, labels=mode == "supervised", repeat=True, seed=seed)
        terms = train(model, batches, STEPS, steps_per_execution=20)
        report(f"{mode}: " + ", ".join(f"{name} {value:.3f}" for name, value in terms.items()))
        samples = model.sample(SAMPLES, seed=seed, labels=ASKED).numpy()
        if mode == "supervised":
            values |= {
                **conditional_scores(samples, seed),
                "class_spread": spread(samples),
                "saving": saving(model),
                "_samples": samples[:80],
            }
            values["classified"] = float(np.mean(model.classify(images).numpy().argmax(axis=1) == labels))
        else:
            counts = np.histogram2d(judged(samples), ASKED, bins=CLASSES, range=((0, CLASSES), (0, CLASSES)))[0]
            pairs = classes, codes = linear_sum_assignment(counts, maximize=True)
            recognized = model.classify(samples).numpy().argmax(axis=1)
            values["infogan_matched"] = float(counts[pairs].sum() / SAMPLES)
            values["infogan_recognized"] = float(np.mean(recognized == ASKED))
            values["_infogan_samples"] = model.sample(80, seed=seed, labels=codes[ASKED[:80]]).numpy()
    return values


def spread(samples):
    """Mean over classes of the pixel deviation within a class over that of real images."""
    return float(np.mean(class_spreads(samples, ASKED) / class_spreads(*everything("train"))))


def saving(model):
    """1 - weights of D and both heads / weights of D and of a classifier with layers of its own."""
    count = lambda network: sum(int(np.prod(w.shape)) for w in network.weights)
    d = model.discriminator
    alone = StyleGAN2Discriminator(d.image_shape, d.channel_base, d.channel_max, d.architecture, group_size=1)
    classifier = count(alone) - count(alone.score) + count(model.classifier.head)
    return 1 - (count(d) + count(model.classifier.head)) / (count(d) + classifier)


def draw(runs, path):
    """A column for each class: real images, the samples of every seed, the first unsupervised ones."""
    title = lambda i, r: f"seed {i}: GAN-test {r['gan_test']:.3f}, spread {r['class_spread']:.2f}"
    columns = [(title(i, r), r["_samples"]) for i, r in enumerate(runs)]
    unsupervised = f"without labels, matched: {runs[0]['infogan_matched']:.3f}"
    draw_classes(runs, path, [*columns, (unsupervised, runs[0]["_infogan_samples"])])
