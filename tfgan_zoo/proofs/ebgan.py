"""Proof of `ebgan`: energies are low on data and high elsewhere, and the pull-away term keeps samples apart.

Fashion-MNIST (28x28), perceptrons with hidden layers of 256 units and codes of 50, latents of 50, the mean squared
energy with a margin of 0.25, 2,000 steps of Adam(1e-3, beta_1 0.5) with batches of 64; once with the pull-away term,
once without. Energies at the end, by the model with the term: of 2,000 test images, of 1,000 images of uniform noise,
and of 500 samples kept from step 50. The share of 500 samples whose energy is below the margin, and the mean cos^2
between their codes in the model's own encoder, are taken every 50 steps. Where the share is 0 the generator has lost,
where it is 1 the margin is out of reach; it is averaged over the second half.

The baseline is the model without the term. Its generator makes one image only for the first few hundred steps, so
cos^2 is averaged over the first 500; later it recovers, and either may be ahead ("late cos^2 ratio", second half).
The term's weight is 1. With the paper's 0.1 the effect is weaker (seed 0, cos^2 at steps 50, 250 and 450: 0.96, 0.44,
0.34; with weight 1 0.33, 0.28, 0.28; without 1.00, 0.97, 0.42).
"""

import keras
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import penalties
from tfgan_zoo.data import grid, open_source
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import endless

CLAIM = (
    "The auto-encoder's energy is low on unseen data and at least twice as high on noise and on early samples, while "
    "the margin keeps it at work on samples to the end; without the pull-away term the generator starts with a single "
    "image, with it the codes of samples point in many directions from the start."
)
CRITERIA = (
    Criterion("noise over data", ">=", 2.0, "mean energy of uniform noise relative to that of test images"),
    Criterion("early samples over data", ">=", 2.0, "mean energy of samples of step 50 relative to test images"),
    Criterion("share below margin", ">", 0.2, "of samples in the second half: the generator keeps up"),
    Criterion("share below margin", "<", 1.0, "the margin is active: it can be reached"),
    Criterion(
        "cos^2 ratio",
        "<=",
        0.8,
        "mean cos^2 between codes of samples in the first 500 steps, with over without the term",
    ),
)
STEPS, CHUNK, BATCH, MARGIN, WEIGHT = 2000, 50, 64, 0.25, 1.0


def run(seed, report):
    """Train with and without the pull-away term; measure energies and angles."""
    pixels = lambda split: open_source("fashion_mnist", 28, split=split).images.astype("float32") / 127.5 - 1.0
    images, test, values = pixels("train"), pixels("test"), {}
    noise = np.random.default_rng([seed, 1]).uniform(-1, 1, (1000, *images.shape[1:])).astype("float32")
    for weight, suffix in ((WEIGHT, ""), (0.0, " without")):
        model, shares, cosines, early = trained(images, seed, weight)
        samples = model.sample(500, seed=1)
        mean_energy = lambda x, model=model: float(tf.reduce_mean(model.discriminate(tf.constant(x))))
        found = {
            "energy of data": mean_energy(test),
            "energy of noise": mean_energy(noise),
            "energy of early samples": mean_energy(early),
            "energy of samples": mean_energy(samples),
            "share below margin": shares[len(shares) // 2 :].mean(),
            "cos^2": cosines[: 500 // CHUNK].mean(),
            "late cos^2": cosines[len(cosines) // 2 :].mean(),
            "cos^2 of data": float(penalties.pull_away(model.encoder(test[:500]))),
        }
        report(f"weight {weight}: { ({name: round(float(value), 4) for name, value in found.items()}) }")
        found |= {"_shares": shares, "_cosines": cosines, "_images": samples[:32].numpy(), "_early": early[:32].numpy()}
        found |= {"_energies": model.discriminate(samples).numpy(), "_data": model.discriminate(test).numpy()}
        found |= {"_noise": model.discriminate(noise).numpy()}
        values |= {name + suffix: value for name, value in found.items()}
    return values | {
        "noise over data": values["energy of noise"] / values["energy of data"],
        "early samples over data": values["energy of early samples"] / values["energy of data"],
        "cos^2 ratio": values["cos^2"] / values["cos^2 without"],
        "late cos^2 ratio": values["late cos^2"] / values["late cos^2 without"],
    }


def trained(images, seed, weight):
    """Return the model; every CHUNK steps the share of samples below the margin and cos^2; the first such samples."""
    model = zoo.create(
        "ebgan",
        image_shape=(28, 28, 1),
        latent_dim=50,
        width=256,
        margin=MARGIN,
        pull_away_weight=weight,
        perceptron=True,
        ema_decay=0.0,
        seed=seed,
    )
    model.compile(steps_per_execution=50)
    kept, shares, cosines = [], [], []

    def measure(epoch, logs):
        samples = model.sample(500, seed=2)
        kept[:] = kept or [samples]
        shares.append(float(tf.reduce_mean(tf.cast(model.discriminate(samples) < MARGIN, tf.float32))))
        cosines.append(float(penalties.pull_away(model.encoder(samples))))

    callback = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    data = endless(images, batch_size=BATCH, seed=seed)
    model.fit(data, epochs=STEPS // CHUNK, steps_per_epoch=CHUNK, verbose=0, callbacks=[callback])
    return model, np.array(shares), np.array(cosines), kept[0]


def draw(runs, path):
    """Above: energies of the first seed, shares below the margin and angles of every seed. Below: samples."""
    from matplotlib.figure import Figure

    figure, first = Figure(figsize=(11, 5.6), constrained_layout=True), runs[0]
    axes = figure.subplots(2, 3)
    bins = np.linspace(0, 2.5 * MARGIN, 51)
    for key, label in (("_data", "test images"), ("_energies", "samples"), ("_noise", "uniform noise")):
        values = np.clip(first[key].ravel(), 0, bins[-1])
        axes[0, 0].hist(values, bins, weights=np.full(len(values), 1 / len(values)), histtype="step", label=label)
    axes[0, 0].axvline(MARGIN, color="k", ls=":", lw=1, label="margin")
    axes[0, 0].set_title("energies at the end (last bin: and more)", fontsize=10)
    axes[0, 0].legend(fontsize=8)
    steps = CHUNK * (1 + np.arange(STEPS // CHUNK))
    for suffix, color, label in (("", "tab:blue", "with pull-away"), (" without", "tab:orange", "without")):
        for i, run_ in enumerate(runs):
            for ax, key in ((axes[0, 1], "_shares"), (axes[0, 2], "_cosines")):
                ax.plot(steps, run_[key + suffix], color=color, lw=1, label=label if i == 0 else None)
    axes[0, 1].set_title("share of samples below the margin", fontsize=10)
    axes[0, 2].axhline(np.mean([run_["cos^2 of data"] for run_ in runs]), color="k", ls=":", lw=1, label="test images")
    axes[0, 2].set_title("mean cos^2 between codes of samples", fontsize=10)
    for ax in axes[0, 1:]:
        ax.set(xlabel="steps", ylim=(-0.03, 1.03))
        ax.legend(fontsize=8)
    panels = (
        ("_early without", "step 50, without"),
        ("_early", "step 50, with pull-away"),
        ("_images", "the end, with"),
    )
    for ax, (key, title) in zip(axes[1], panels):
        ax.imshow(grid(first[key], columns=8)[..., 0], cmap="gray", vmin=0, vmax=255)
        ax.set_title(title, fontsize=10)
        ax.axis("off")
    figure.savefig(path, dpi=90, format="png")
