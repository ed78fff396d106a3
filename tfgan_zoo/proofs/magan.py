"""Proof of `magan`: the margin comes down to the data's energy, samples' energy with it; a wide fixed one does worse.

Fashion-MNIST (28x28), the paper's MNIST networks at width 24, batches of 32, Adamax(2e-3, beta_1 0.5). Epochs are
short, 125 steps: three of pretraining, then 12 of the game. The gap is |F - R| / R, R and F the mean energies of data
and of samples over the last epoch. Class scores are Inception Scores of 2,000 samples under the shipped classifier.

The baseline is `ebgan`'s game in the same networks: the margin is fixed at ten times the one that MAGAN starts with,
after the same pretraining and for as many steps.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo import metrics
from tfgan_zoo.construction import construction
from tfgan_zoo.data import grid, open_source
from tfgan_zoo.metrics import FashionClassifier
from tfgan_zoo.models.architectures.magan import MAGAN
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import endless

CLAIM = (
    "The margin only falls, to the energy of data, and samples come to have nearly the data's energy; with a wide "
    "fixed margin the same networks make less recognizable and varied samples in as many steps."
)
CRITERIA = (
    Criterion("decreases", ">=", 1, "epochs at whose end the margin was lowered"),
    Criterion("increases", "<=", 0, "epochs at whose end it was raised"),
    Criterion("gap", "<=", 0.5, "|F - R| / R in the last epoch"),
    Criterion("score over fixed", ">=", 1.0, "Inception Score relative to that with a fixed wide margin"),
)
EPOCH_STEPS, PRETRAINING, EPOCHS, BATCH, WIDTH, RATE = 125, 3, 12, 32, 24, 2e-3


class FixedMargin(MAGAN):
    """The margin is set once, to ten times what the data's energy is then."""

    def after_step(self, logs):
        """Keep a margin that is set."""
        before = tf.identity(self.margin.value)  # the variable itself would be read after it changed
        super().after_step(logs)
        self.margin.assign(tf.where(before > 0.0, before, 10.0 * self.margin.value))
        return {"margin": self.margin.value}


def run(seed, report):
    """Train with the adapted and with the fixed margin."""
    images = open_source("fashion_mnist", 28).images.astype("float32") / 127.5 - 1.0
    judge, values = FashionClassifier(), {}
    real = metrics.extract(judge, open_source("fashion_mnist", 28, split="test").images)["features"]
    for kind, suffix in ((MAGAN, ""), (FixedMargin, " of fixed")):
        model, curves = trained(kind, images, seed)
        samples = np.asarray(model.sample(2000, seed=1))
        outputs = metrics.extract(judge, samples)
        margins, energy = curves["margin"][PRETRAINING - 1 :], curves["discriminator/real"][-1]
        found = {
            "score": metrics.inception_score(outputs["logits"], splits=10, seed=seed).mean,
            "fid[fashion]": metrics.fid(real, outputs["features"]),
            "gap": abs(curves["generator/fake"][-1] - energy) / energy,
            "first margin": margins[0],
            "last margin": margins[-1],
            "decreases": int((np.diff(margins) < 0).sum()),
            "increases": int((np.diff(margins) > 0).sum()),
        }
        report(f"{kind.__name__}: { ({name: round(float(value), 3) for name, value in found.items()}) }")
        values |= {
            name + suffix: value for name, value in (found | {"_curves": curves, "_images": samples[:40]}).items()
        }
    return values | {"score over fixed": values["score"] / values["score of fixed"]}


def trained(kind, images, seed):
    """Return the model, and its terms' means over every epoch with the margin at the end of each."""
    with construction(seed):
        model = kind(width=WIDTH, epoch_steps=EPOCH_STEPS, pretraining_epochs=PRETRAINING, ema_decay=0.0, seed=seed)
    model.compile({player: keras.optimizers.Adamax(RATE, beta_1=0.5, epsilon=1e-8) for player in model.players})
    margins, data = [], endless(images, batch_size=BATCH, seed=seed)
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: margins.append(float(model.margin)))
    options = {"epochs": PRETRAINING + EPOCHS, "steps_per_epoch": EPOCH_STEPS, "verbose": 0, "callbacks": [keep]}
    history = model.fit(data, **options).history
    return model, {name: np.array(values) for name, values in (history | {"margin": margins}).items()}


def draw(runs, path):
    """Above: energies and margin of every seed, adapted and fixed. Below: samples of the first seed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6), constrained_layout=True)
    axes = figure.subplots(2, 2, height_ratios=(1.2, 1))
    epochs = 1 + np.arange(PRETRAINING + EPOCHS)
    parts = (("discriminator/real", "tab:blue", "R, data"), ("generator/fake", "tab:orange", "F, samples"))
    for ax, suffix, title in ((axes[0, 0], "", "MAGAN"), (axes[0, 1], " of fixed", "fixed margin")):
        for i, run_ in enumerate(runs):
            curves = run_["_curves" + suffix]
            for key, color, label in (*parts, ("margin", "k", "margin")):
                values = np.where(
                    epochs > PRETRAINING, curves[key], np.nan if key != "discriminator/real" else curves[key]
                )
                style = "--" if key == "margin" else "-"
                ax.plot(epochs, values, style, color=color, lw=1, label=label if i == 0 else None)
        ax.axvline(PRETRAINING + 0.5, color="gray", lw=0.8, ls=":")
        ax.set(xlabel="epoch of 125 steps; before the line D learns alone", ylim=(0, None))
        ax.set_title(f"{title}: mean energies", fontsize=10)
        ax.legend(fontsize=8)
    for ax, suffix, title in ((axes[1, 0], "", "MAGAN"), (axes[1, 1], " of fixed", "fixed margin")):
        ax.imshow(grid(runs[0]["_images" + suffix], columns=10)[..., 0], cmap="gray", vmin=0, vmax=255)
        scores = ", ".join(f"{run_['score' + suffix]:.2f}" for run_ in runs)
        ax.set_title(f"{title}; Inception Scores[fashion]: {scores}", fontsize=10)
        ax.axis("off")
    figure.savefig(path, dpi=80, format="png")
