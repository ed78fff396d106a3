"""Proof of `began`: the controller holds the ratio of the two errors at gamma, and gamma trades quality for variety.

Fashion-MNIST (28x28), perceptrons with one hidden layer of 256 ELU units and codes of 32, 3,000 steps of Adam(2e-4)
with batches of 32, control rate 0.02, once for each gamma of 0.3, 0.5 and 0.7. Errors, k and M are means over 100
steps. The ratio is the mean of L(G(z)) over that of L(x) in the last 500 steps; the fall of M compares its mean over
steps 101 to 300 with that over the last 200; distances are Euclidean, between 500 pairs of samples, per pixel.

The baseline is the same game without the controller, k = 0: its ratio depends on no gamma, so it can lie within 0.1 of
at most one of the three.
"""

import numpy as np

import tfgan_zoo as zoo
from tfgan_zoo.data import grid, open_source
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, endless

CLAIM = (
    "Proportional control of k holds the auto-encoder's error on samples at gamma times that on data, for any gamma, "
    "while the measure of convergence falls; a larger gamma gives more varied samples."
)
GAMMAS = (0.3, 0.5, 0.7)
CRITERIA = (
    *(Criterion(f"ratio error at {g}", "<=", 0.1, "|L(G(z)) / L(x) - gamma| in the last 500 steps") for g in GAMMAS),
    *(Criterion(f"k at {g}", ">", 0.0, "at the end: the controller is not at its lower end") for g in GAMMAS),
    *(Criterion(f"k at {g}", "<", 1.0, "nor at its upper end") for g in GAMMAS),
    *(
        Criterion(f"fall of M at {g}", ">=", 0.4, "of the measure of convergence since steps 101 to 300")
        for g in GAMMAS
    ),
    Criterion("distance gain", ">=", 1.1, "mean distance between samples at gamma 0.7 over that at 0.3"),
    Criterion("gammas met without control", "<=", 1, "of the three, within 0.1: the game alone does not find them"),
)
STEPS, CHUNK, BATCH, CONTROL = 3000, 100, 32, 0.02


def run(seed, report):
    """Train a model for each gamma, and one without control."""
    images = open_source("fashion_mnist", 28).images.astype("float32") / 127.5 - 1.0
    values = {}
    for gamma in GAMMAS:
        model, curves = trained(images, seed, gamma=gamma, control_rate=CONTROL)
        ratio, samples = ratio_of(curves), model.sample(1000, seed=1).numpy()
        start, end = curves["convergence"][1:3].mean(), curves["convergence"][-2:].mean()
        values |= {
            f"ratio at {gamma}": ratio,
            f"ratio error at {gamma}": abs(ratio - gamma),
            f"k at {gamma}": float(model.k),
            f"M at {gamma}": end,
            f"fall of M at {gamma}": 1 - end / start,
            f"distance at {gamma}": distance(samples),
            f"_curves at {gamma}": curves,
            f"_images at {gamma}": samples[:24],
        }
        report(f"gamma {gamma}: ratio {ratio:.3f}, k {float(model.k):.3f}, M {start:.3f} to {end:.3f}")
    _, curves = trained(images, seed, control_rate=0.0)
    without = ratio_of(curves)
    return values | {
        "distance gain": values["distance at 0.7"] / values["distance at 0.3"],
        "distance of data": distance(images[:1000]),
        "ratio without control": without,
        "gammas met without control": sum(abs(without - gamma) <= 0.1 for gamma in GAMMAS),
        "_curves without control": curves,
    }


def trained(images, seed, **options):
    """Return the model and its terms' means over every CHUNK steps."""
    model = zoo.create(
        "began", image_shape=(28, 28, 1), latent_dim=32, width=256, perceptron=True, ema_decay=0.0, seed=seed, **options
    )
    model.compile({player: adam(2e-4) for player in model.players}, steps_per_execution=50)
    data = endless(images, batch_size=BATCH, seed=seed)
    history = model.fit(data, epochs=STEPS // CHUNK, steps_per_epoch=CHUNK, verbose=0).history
    return model, {name: np.array(values) for name, values in history.items()}


def ratio_of(curves):
    """Mean of L(G(z)) over mean of L(x), last 500 steps."""
    last = slice(-500 // CHUNK, None)
    return curves["generator/fake"][last].mean() / curves["discriminator/real"][last].mean()


def distance(images):
    """Root mean squared difference of pixels between the first half of the images and the second, mean over pairs."""
    a, b = np.split(images.reshape(len(images), -1), 2)
    return float(np.sqrt(np.mean((a - b) ** 2, axis=1)).mean())


def draw(runs, path):
    """Above: ratio, k and M during training, every seed. Below: samples of the first seed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.2), constrained_layout=True)
    axes = figure.subplots(2, 3, height_ratios=(1.4, 1))
    colors = dict(zip(GAMMAS, ("tab:blue", "tab:orange", "tab:green")))
    steps = CHUNK * (1 + np.arange(STEPS // CHUNK))
    ratio = lambda curves: curves["generator/fake"] / curves["discriminator/real"]
    for gamma, color in colors.items():
        for i, run_ in enumerate(runs):
            curves = run_[f"_curves at {gamma}"]
            for ax, values in zip(axes[0], (ratio(curves), curves["k"], curves["convergence"])):
                ax.plot(steps, values, color=color, lw=1, label=f"gamma {gamma}" if i == 0 else None)
        axes[0, 0].axhline(gamma, color=color, ls=":", lw=1)
    for i, run_ in enumerate(runs):
        label = "without control (k = 0)" if i == 0 else None
        axes[0, 0].plot(steps, ratio(run_["_curves without control"]), color="gray", lw=1, label=label)
    titles = ("L(G(z)) / L(x); dotted: gamma", "k", "M = L(x) + |gamma L(x) - L(G(z))|")
    for ax, title in zip(axes[0], titles):
        ax.set_title(title, fontsize=10)
        ax.set_xlabel("steps")
    axes[0, 0].set_ylim(0, 1.05)
    axes[0, 2].set_ylim(0, None)
    axes[0, 0].legend(fontsize=8)
    for ax, gamma in zip(axes[1], GAMMAS):
        ax.imshow(grid(runs[0][f"_images at {gamma}"], columns=8)[..., 0], cmap="gray", vmin=0, vmax=255)
        distances = ", ".join(f"{run_[f'distance at {gamma}']:.2f}" for run_ in runs)
        ax.set_title(f"samples at gamma {gamma}\nmean distances: {distances}", fontsize=10)
        ax.axis("off")
    figure.savefig(path, dpi=90, format="png")
