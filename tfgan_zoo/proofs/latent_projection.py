"""Projection: a generator's own images are found again in W, those of the data set are not, and W+ comes nearer.

The shipped StyleGAN2 of Fashion-MNIST (32x32 grey, w of 64 numbers, 8 layers of style); 16 of its own samples and 16
test images, 500 steps, the mean squared difference of pixels as distance. The baseline of the generator's own samples
is the distance of 1,000 samples' mean image.
"""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.latent.projection import project
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.registry import create

CLAIM = (
    "Gradient descent in W finds a generator's own images again but not others, which tells them apart; a style for "
    "each layer, W+, comes nearer to images of the data."
)
CRITERIA = (
    Criterion("own_mse_ratio", "<=", 0.05, "error of 16 own samples in W over that of the mean image"),
    Criterion("nearer_in_w_plus", ">=", 16, "of 16 test images, how many W+ comes nearer to than W"),
    Criterion("own_over_real", "<", 0.5, "mean distance in W of own samples over that of test images"),
)
COUNT, STEPS = 16, 500


def run(seed, report):
    """Project own samples in W, test images in W and W+."""
    model = create("stylegan2", weights="fashion_mnist")
    own = model.sample(COUNT, seed=seed).numpy()
    mean = model.sample(1000, seed=seed + 100).numpy().mean(axis=0)
    images = data.open_source("fashion_mnist", 32, split="test").images
    chosen = np.random.default_rng(seed).permutation(len(images))[:COUNT]
    real = images[chosen].astype(np.float32) / 127.5 - 1
    both = project(model, np.concatenate([own, real]), "w", steps=STEPS, seed=seed)
    report(f"W: own {both.distances[:COUNT].mean():.5f}, test images {both.distances[COUNT:].mean():.5f}")
    plus = project(model, real, "w+", steps=STEPS, seed=seed)
    of_own, of_real = both.distances[:COUNT], both.distances[COUNT:]
    baseline = ((own - mean) ** 2).mean(axis=(1, 2, 3))
    return {
        "own_mse_ratio": float(of_own.mean() / baseline.mean()),
        "largest_own_mse_ratio": float((of_own / baseline).max()),
        "own_mse": float(of_own.mean()),
        "real_mse": float(of_real.mean()),
        "real_mse_w_plus": float(plus.distances.mean()),
        "nearer_in_w_plus": float((plus.distances < of_real).sum()),
        "own_over_real": float(of_own.mean() / of_real.mean()),
        "_own": np.stack([own, both.images[:COUNT]]),
        "_real": np.stack([real, both.images[COUNT:], plus.images]),
        "_distances": np.stack([of_own, of_real, plus.distances]),
    }


def draw(runs, path):
    """Own samples and test images of the first seed above their projections; all distances."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.4), dpi=90, layout="constrained")
    pictures, chart = figure.subfigures(1, 2, width_ratios=(2.1, 1))
    own, real = pictures.subplots(2, 1, height_ratios=(2, 3))
    words = {own: ("_own", ["sample", "in W"]), real: ("_real", ["test image", "in W", "in W+"])}
    for panel, (key, names) in words.items():
        rows = runs[0][key]
        picture = np.concatenate([np.concatenate(list(row[..., 0]), axis=1) for row in rows])
        panel.imshow(picture, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        panel.set_yticks(32 * np.arange(len(names)) + 16, names, fontsize=10)
        panel.set_xticks([])
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
    panel = chart.subplots()
    for i, run_ in enumerate(runs):
        for k, (distances, name) in enumerate(
            zip(run_["_distances"], ("samples, W", "test images, W", "test images, W+"))
        ):
            at = 3 * k + 0.7 * i + np.linspace(-0.2, 0.2, COUNT)
            panel.plot(at, np.sort(distances), ".", color=f"C{k}", label=None if i else name)
    panel.set(yscale="log", ylabel="mean squared error", xticks=[])
    panel.set_title("own / test images in W: " + ", ".join(f"{r['own_over_real']:.2f}" for r in runs), fontsize=10)
    panel.legend(fontsize=8, loc="lower right")
    panel.grid(alpha=0.3, axis="y")
    figure.savefig(path)
