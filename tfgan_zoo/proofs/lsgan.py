"""Proof of `lsgan`: a fake far on the real side of the boundary still gets gradient; the game covers all modes.

(i) Figure 1 of the paper, in one dimension. A linear discriminator w x + b is trained on real examples N(1, 1) and
fakes N(-1, 1) that do not move (Adam 1e-2, batch 128, 2,000 steps, each example seen once): by least squares, and, the
baseline, by the original GAN's loss. The gradient that each generator loss gives to a single fake is then taken at
points at a distance from that discriminator's boundary, and compared with the formulas |w (w x + b - 1)| and
|w| sigmoid(-(w x + b)).

(ii) `ring8`: latents of 16, two hidden layers of 64, batch 128, Adam 1e-3 (0.5, 0.999) for both players, 4,000 steps,
each example seen once, with both codings. The non-saturating GAN with the same networks is trained for comparison: at
equal rates it is no bad baseline.
"""

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.data import toys
from tfgan_zoo.gan import GAN
from tfgan_zoo.metrics import mode_coverage
from tfgan_zoo.objectives import least_squares_codes, non_saturating
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, train

CLAIM = (
    "Least squares move fakes that lie on the real side of the boundary but far from the data, "
    "to which the original GAN's loss gives no gradient; and the game covers the modes of a ring."
)

CRITERIA = (
    Criterion("gradient ratio", ">=", 100.0, "|gradient| of a fake 6 beyond the boundary, LSGAN's over GAN's"),
    Criterion("gradient error", "<=", 1e-4, "largest relative difference of a gradient from its formula"),
    Criterion("modes", ">=", 7, 'of eight, covered on ring8 with coding "01"'),
    Criterion("within 3 sigma", ">=", 0.4, 'share of samples within 3 sigma of a mode, coding "01"'),
)

DISTANCES = np.linspace(-4.0, 8.0, 121)


class Line(GAN):
    """A linear discriminator between N(1, 1) and fakes N(-1, 1) that never move."""

    def __init__(self, objective, **kwargs):
        super().__init__(image_shape=(1,), latent_dim=1, ema_decay=0.0, **kwargs)
        self.objective = objective
        network = lambda: keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        self.add_networks(generator=network(), discriminator=network())

    def generate(self, latents):
        """The fixed fakes, from normal latents."""
        return latents - 1.0

    def play(self, real):
        """D's move."""
        return self.minimize("discriminator", real)


def run(seed, report):
    """Measure gradients of far fakes, then train on the ring."""
    values = {}
    for name, objective, middle, slope in (
        ("lsgan", least_squares_codes(0.0, 1.0, 1.0), 0.5, lambda score: score - 1.0),
        ("gan", non_saturating, 0.0, lambda score: -1.0 / (1.0 + np.exp(score))),
    ):
        found, expected = far_gradients(seed, objective, middle, slope)
        values |= {f"gradient of {name}": found[DISTANCES == 6.0][0], f"_gradients of {name}": found}
        values["gradient error"] = max(np.max(np.abs(found / expected - 1.0)), values.get("gradient error", 0.0))
    values["gradient ratio"] = values["gradient of lsgan"] / values["gradient of gan"]
    report(f"6 beyond the boundary the gradients are in the ratio {values['gradient ratio']:.3g}")
    options = {"image_shape": (2,), "latent_dim": 16, "width": 64, "ema_decay": 0.0, "seed": seed}
    for suffix, model in (
        ("", zoo.create("lsgan", **options)),
        (" pearson", zoo.create("lsgan", coding="pearson", **options)),
        (" of gan", zoo.create("gan", **options)),
    ):
        points, found = ring(model, seed)
        values |= {"modes" + suffix: found.modes, "within 3 sigma" + suffix: found.high_quality}
        values |= {"near share" + suffix: found.near, "_points" + suffix: points}
    return values


def far_gradients(seed, objective, middle, slope, steps=2000, batch_size=128):
    """Return |dL_G / dx| of one fake at DISTANCES beyond the boundary, and the same by the formula.

    Args:
        seed: of the data and the first weights.
        objective: what the two minimize.
        middle: the score at the boundary.
        slope: dL_G / dscore of one example.
        steps: of the discriminator.
        batch_size: of a step.
    """
    model = Line(objective, seed=seed)
    data = 1.0 + np.random.default_rng([seed, 1]).standard_normal((steps, batch_size, 1)).astype("float32")
    rates = {"discriminator": adam(1e-2)}
    train(model, tf.data.Dataset.from_tensor_slices(data), steps, optimizers=rates, steps_per_execution=50)
    w, b = (float(v.numpy().squeeze()) for v in model.weights_of("discriminator"))
    x = (middle - b) / w + DISTANCES
    fakes = tf.constant(x[:, None], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        loss = objective.generator(None, model.discriminate(fakes))
    found = len(x) * np.abs(tape.gradient(loss, fakes).numpy()[:, 0].astype("float64"))
    return found, np.abs(w * slope(w * np.float32(x) + b))


def ring(model, seed, steps=4000, batch_size=128):
    """Train on ring8; return 2,500 samples and how they sit on its modes."""
    data = toys.draw("ring8", steps * batch_size, seed=seed)[0].reshape(steps, batch_size, 2)
    rates = {player: adam(1e-3) for player in model.players}
    train(model, tf.data.Dataset.from_tensor_slices(data), steps, optimizers=rates, steps_per_execution=50)
    points = model.sample(2500, seed=1).numpy()
    return points, mode_coverage(points, *toys.modes("ring8"))


def draw(runs, path):
    """Left: gradients by distance from the boundary, all seeds. Right: samples of the first seed, counts of all."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.9), constrained_layout=True, width_ratios=(1.4, 1, 1, 1))
    for name, color, title in (("lsgan", "tab:green", "least squares"), ("gan", "tab:purple", "-E[log D(G(z))]")):
        for k, run_ in enumerate(runs):
            label = title if k == 0 else None
            axes[0].plot(DISTANCES, run_[f"_gradients of {name}"], color=color, lw=1, label=label)
    axes[0].axvline(0.0, color="k", lw=0.8, ls=":")
    axes[0].text(0.1, 0.02, "boundary", rotation=90, transform=axes[0].get_xaxis_transform(), fontsize=8)
    target = runs[0]["_gradients of lsgan"].argmin()
    axes[0].annotate("D = 1", (DISTANCES[target], 1e-3), (DISTANCES[target] - 0.6, 1e-4), fontsize=8)
    axes[0].set(yscale="log", xlabel="distance of a fake beyond the boundary", ylabel="|gradient of the fake|")
    axes[0].set_title("Far fakes on the real side", fontsize=10)
    axes[0].legend(fontsize=8)
    means, _ = toys.modes("ring8")
    for ax, title, suffix in (
        (axes[1], 'LSGAN, coding "01"', ""),
        (axes[2], 'LSGAN, coding "pearson"', " pearson"),
        (axes[3], "GAN", " of gan"),
    ):
        ax.scatter(*means.T, s=160, facecolors="none", edgecolors="tab:red", lw=1)
        ax.scatter(*runs[0]["_points" + suffix][:1500].T, s=3, color="tab:blue", alpha=0.5, lw=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        modes = ", ".join(str(int(r["modes" + suffix])) for r in runs)
        share = ", ".join(f"{r['within 3 sigma' + suffix]:.2f}" for r in runs)
        ax.set_title(f"{title}\nmodes: {modes} of 8\nwithin 3 sigma: {share}", fontsize=9)
    figure.savefig(path, dpi=85, format="png")
    plt.close(figure)
