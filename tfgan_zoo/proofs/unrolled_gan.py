"""Proof of `unrolled_gan`: a generator that foresees the discriminator's answer covers modes that it loses otherwise.

(i) The scalar game f(a, b) = a b - b^2 / 2 (G minimizes in a, D ascends in b by steps of 0.3): the gradient through
four unrolled steps from a = 1.7, b = -0.2 is known exactly, b_K + (a - b_K) (1 - r) = 1.59047 with r = 0.7^4 and
b_K = (1 - r) a + r b = 1.24381, which is also what a gradient that holds b_K fixed would be.

(ii) The setting of the authors' demo, smaller: eight Gaussians (deviation 0.01) on a circle of radius 1, latents of 16,
two hidden tanh layers of 64, orthogonal first weights of gain 1.4, Adam (0.5, 0.999) 1e-4 for D and 1e-3 for G, batch
128; the modes are counted after 6,000 steps and, as the samples are still spread along the circle then, after 12,000.

(iii) A setting that collapses: `ring8` (radius 2, deviation 0.02), latents of 4, two hidden LeakyReLU layers of 64, the
same rates, 4,000 steps.

In both the baseline is the same model from the same first weights on the same data without unrolling, which is the
original zero-sum game; against it K = 5, by Adam with D's moments at the rate 1e-4 (ii) and 1e-3 (iii). In (iii) also,
for the reader, K = 5 with the unrolled weights held fixed: only a better discriminator. Measured are the modes that
2,500 samples cover.
"""

import matplotlib

matplotlib.use("Agg")
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.proofs.points import modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam
from tfgan_zoo.unrolling import Descent, unroll

CLAIM = (
    "The gradient through unrolled updates of the discriminator is the exact one, and with it the generator covers "
    "modes that the same game without unrolling loses."
)

CRITERIA = (
    Criterion("scalar game error", "<=", 1e-5, "|gradient through four steps - 1.59047|"),
    Criterion("modes, demo, K = 5", ">=", 8, "of eight, covered in the demo's setting after 6,000 steps"),
    Criterion("modes, demo, K = 5, at 12000", ">=", 8, "of eight, covered there after 12,000 steps"),
    Criterion("modes gained, collapsing", ">=", 2, "covered with K = 5 more than without, where the game collapses"),
)

RING = toys.modes("ring8")[0] / 2, 0.01
RING8 = toys.modes("ring8")
DEMO = {"mixture": RING, "latent_dim": 16, "activation": "tanh", "inner_rate": 1e-4}
HARD = {"mixture": RING8, "latent_dim": 4, "activation": "leaky_relu", "inner_rate": 1e-3}
RUNS = {
    "demo, K = 0": {**DEMO, "unrolling_steps": 0},
    "demo, K = 5": DEMO,
    "collapsing, K = 0": {**HARD, "unrolling_steps": 0},
    "collapsing, K = 5": HARD,
    "collapsing, K = 5 held fixed": {**HARD, "held": True},
}
LOOK, BATCH, CHUNK = 1000, 128, 50


def run(seed, report):
    """Differentiate the scalar game, then train with and without unrolling."""
    values = {"scalar game error": abs(scalar_game() - 1.59047)}
    for name, setting in RUNS.items():
        last, counted = (12_000, 6000) if name.startswith("demo") else (4000, 4000)
        seen = trained(seed, last, **setting)
        values |= measured(name, *seen[counted // LOOK - 1])
        if last > counted:
            values |= measured(f"{name}, at {last}", *seen[-1])
        values[f"_modes, {name}"] = np.array([found.modes for _, found in seen])
        report(f"{name}: {[found.modes for _, found in seen]} modes, {seen[-1][1].near:.2f} near a mode")
    values["modes gained, collapsing"] = values["modes, collapsing, K = 5"] - values["modes, collapsing, K = 0"]
    return values


def scalar_game():
    """Return the gradient through four steps."""
    a = tf.Variable(1.7)
    with tf.GradientTape() as tape:
        b = unroll(lambda w: [w[0] - a], [tf.constant(-0.2)], 4, Descent(0.3))[0]
        f = a * b - b**2 / 2
    return float(tape.gradient(f, a))


def trained(seed, steps, mixture, latent_dim, activation, inner_rate, unrolling_steps=5, held=False):
    """Train; return samples and how they sit on the modes, after every LOOK steps.

    `held` lets no gradient through the unrolled weights.
    """
    options = {"unrolling_steps": unrolling_steps, "inner_rate": inner_rate, "ema_decay": 0.0, "seed": seed}
    model = zoo.create("unrolled_gan", image_shape=(2,), latent_dim=latent_dim, **options)
    with construction(seed):
        model.add_networks(generator=perceptron(latent_dim, 2, activation), discriminator=perceptron(2, 1, activation))
    if held:
        unrolled = model.unrolled
        model.unrolled = lambda value: [tf.stop_gradient(w) for w in unrolled(value)]
    rates = {"discriminator": adam(1e-4), "generator": adam(1e-3)}
    model.compile(rates, jit_compile=True, steps_per_execution=CHUNK)
    generator, seen = np.random.default_rng([seed, 7]), []
    means, sigma = mixture
    for _ in range(steps // LOOK):
        chosen = means[generator.integers(len(means), size=LOOK * BATCH)]
        points = (chosen + sigma * generator.normal(size=chosen.shape)).astype("float32")
        data = tf.data.Dataset.from_tensor_slices(points.reshape(LOOK, BATCH, 2))
        model.fit(data, epochs=LOOK // CHUNK, steps_per_epoch=CHUNK, verbose=0)
        seen.append(modes_of(model, mixture))
    return seen


def perceptron(inputs, outputs, activation, width=64):
    """Two hidden layers, with tanh from the demo's first weights, with LeakyReLU from Keras' own."""
    start = lambda: keras.initializers.Orthogonal(1.4) if activation == "tanh" else "glorot_uniform"
    hidden = [L.Dense(width, activation, kernel_initializer=start()) for _ in range(2)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, L.Dense(outputs, kernel_initializer=start())])


def measured(name, points, found):
    """Return how samples sit on the modes, under the run's name."""
    return {f"modes, {name}": found.modes, f"near share, {name}": found.near, f"_points, {name}": points}


def draw(runs, path):
    """Modes over the training in the demo's setting, all seeds; samples of the first seed, figures of all."""
    figure, axes = plt.subplots(2, 4, figsize=(12, 6.6), constrained_layout=True)
    for ax, kind, title in ((axes[0, 0], "demo", "demo's setting"), (axes[1, 0], "collapsing", "collapsing setting")):
        for steps, color in ((0, "tab:orange"), (5, "tab:blue")):
            for k, run_ in enumerate(runs):
                curve = run_[f"_modes, {kind}, K = {steps}"]
                moves = LOOK * np.arange(1, 1 + len(curve))
                ax.plot(moves, curve, "o-", ms=3, lw=1, alpha=0.7, color=color, label=None if k else f"K = {steps}")
        ax.set(ylim=(-0.2, 8.4), xlabel="steps", ylabel="modes covered of 8")
        ax.set_title(f"{title}, all seeds", fontsize=9)
        ax.legend(fontsize=8, loc="lower right")
    panels = (
        (axes[0, 2], RING, "demo, K = 0, at 12000", "without unrolling, 12,000 steps"),
        (axes[0, 3], RING, "demo, K = 5, at 12000", "K = 5, 12,000 steps"),
        (axes[1, 1], RING8, "collapsing, K = 0", "without unrolling, 4,000 steps"),
        (axes[1, 2], RING8, "collapsing, K = 5", "K = 5, 4,000 steps"),
        (axes[1, 3], RING8, "collapsing, K = 5 held fixed", "K = 5 held fixed, 4,000 steps"),
    )
    real = np.random.default_rng(0)
    scatter(axes[0, 1], RING, RING[0][real.integers(8, size=1500)] + 0.01 * real.normal(size=(1500, 2)), "")
    axes[0, 1].set_title("data of the demo's setting\n(radius 1; in the lower row 2)", fontsize=9)
    for ax, mixture, name, title in panels:
        scatter(ax, mixture, runs[0][f"_points, {name}"], "")
        modes = ", ".join(str(int(r[f"modes, {name}"])) for r in runs)
        near = ", ".join(f"{r[f'near share, {name}']:.2f}" for r in runs)
        ax.set_title(f"{title}\nmodes: {modes} of 8\nnear a mode: {near}", fontsize=9)
    figure.savefig(path, dpi=80, format="png")
    plt.close(figure)
