"""Proof of `ttur`: two time scales settle where one fluctuates; one critic move in place of five serves better.

(i) The paper's saddle f(x, y) = (1 + x^2) (100 - y^2): x minimizes, y maximizes, gradients with noise N(0, 1), from
(0.5, -0.4), 5,000 steps of gradient descent, first x, then y; 32 plays, each with noise of its own. Measured is the
distance from the saddle point (0, 0), a mean over plays and the last 1,000 steps, with equal rates of 0.01, with x
slowed down to 0.0001 (two time scales), and, for the reader, with equal rates of 0.001, which in this example do even
better: the authors say that small equal rates help here, but need not in general.

(ii) Fashion-MNIST, 32x32, width 8, batch 32, plain execution: TTUR (one critic move, rates 3e-4 and 1e-4) against
WGAN-GP as the paper's code runs it (five critic moves, both rates 5e-4), and with WGAN-GP's own rates of 1e-4. All get
the same computing time. Seconds are not comparable on a shared machine, so time is counted in gradient evaluations: a
critic's move costs COST times a generator's (processor time, measured on the machine of the committed result; the cost
found in a run is among its values). Measured is the Frechet distance on the features of the shipped classifier, 2,000
samples against 2,000 test images.
"""

import time

import keras
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.construction import construction
from tfgan_zoo.data import grid, open_source, to_uint8
from tfgan_zoo.game import Game
from tfgan_zoo.inputs import Images
from tfgan_zoo.metrics import FashionClassifier, evaluate
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam, endless, train

CLAIM = (
    "On the paper's saddle two time scales come near the saddle point where one fluctuates, and in the same computing "
    "time one critic move with a rate of its own serves WGAN-GP at least as well as five."
)

CRITERIA = (
    Criterion("distance, two time scales", "<=", 0.1, "from the saddle point, mean of the last 1,000 steps"),
    Criterion("distance ratio", "<=", 0.25, "of that to the distance at equal rates"),
    Criterion("fid ratio", "<=", 1.0, "fid[fashion] over that of five critic moves, as the paper's code runs them"),
)

RATES = {"equal rates": (1e-2, 1e-2), "two time scales": (1e-4, 1e-2), "equal small rates": (1e-3, 1e-3)}
STEPS, CHUNK, PLAYS = 5000, 50, 32
COST, ROUNDS, BATCH, WIDTH = 1.8, 240, 32, 8
TIME = ROUNDS * (5 * COST + 1)  # in generator moves
GAMES = {
    "ttur": ("ttur", None),
    "five": ("wgan_gp", 5e-4),
    "five, 1e-4": ("wgan_gp", 1e-4),
}


class Saddle(Game):
    """X minimizes and y maximizes (1 + x^2) (100 - y^2), many times beside each other.

    The batch holds the noise of both gradients, a row for each play.
    """

    players = {"x": ["x"], "y": ["y"]}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        numbers = lambda: keras.Sequential([keras.Input((PLAYS,)), keras.layers.Dense(1, use_bias=False)])
        self.add_networks(x=numbers(), y=numbers())
        self.x.set_weights([np.full((PLAYS, 1), 0.5)])
        self.y.set_weights([np.full((PLAYS, 1), -0.4)])

    def inputs_of_batch(self):
        """The noise of both gradients."""
        return (Images((2,), "noise"),)

    def points(self):
        """X and y of every play, (PLAYS, 1) each."""
        return self.x(tf.eye(PLAYS)), self.y(tf.eye(PLAYS))

    def x_loss(self, noise):
        """F, with noise in its gradient; a sum, so that every play moves as if it were alone."""
        x, y = self.points()
        return {"f": tf.reduce_sum((1 + x**2) * (100 - y**2) + noise[:, :1] * x)}

    def y_loss(self, noise):
        """-F, with noise in its gradient."""
        x, y = self.points()
        return {"f": tf.reduce_sum(-(1 + x**2) * (100 - y**2) + noise[:, 1:] * y)}

    def after_step(self, logs):
        """Log the distance from the saddle point, a mean over the plays."""
        return {"distance": tf.reduce_mean(tf.norm(tf.concat(self.points(), axis=1), axis=1))}


def run(seed, report):
    """Play on the saddle, then train on images."""
    values = {}
    for name, rates in RATES.items():
        curve = saddle(seed, *rates)
        values |= {f"distance, {name}": curve[-1000 // CHUNK :].mean(), f"_curve, {name}": curve}
        report(f"{name}: distance {values[f'distance, {name}']:.3f}")
    values["distance ratio"] = values["distance, two time scales"] / values["distance, equal rates"]
    values |= images(seed, report)
    values["fid ratio"] = values["fid, ttur"] / values["fid, five"]
    return values | {"fid ratio, 1e-4": values["fid, ttur"] / values["fid, five, 1e-4"]}


def saddle(seed, x_rate, y_rate):
    """Return the distance from (0, 0), a mean of every 50 steps."""
    with construction(seed):
        game = Saddle(seed=seed)
    game.compile({"x": keras.optimizers.SGD(x_rate), "y": keras.optimizers.SGD(y_rate)}, steps_per_execution=CHUNK)
    noise = np.random.default_rng([seed, 3]).standard_normal((STEPS, PLAYS, 2)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(noise)
    return np.array(game.fit(data, epochs=STEPS // CHUNK, steps_per_epoch=CHUNK, verbose=0).history["distance"])


def images(seed, report):
    """Train each game for the same time; return distances and samples."""
    pixels = open_source("fashion_mnist", 32).images.astype("float32") / 127.5 - 1.0
    test, extractor = open_source("fashion_mnist", 32, split="test"), FashionClassifier()
    values = {}
    for name, (model_name, rate) in GAMES.items():
        model = zoo.create(model_name, image_shape=(32, 32, 1), width=WIDTH, ema_decay=0.0, seed=seed)
        rates = rate and {player: adam(rate, beta_1=0.0, beta_2=0.9) for player in model.players}
        steps = round(TIME / (model.n_critic * COST + 1))
        start = time.process_time()
        data = endless(pixels, batch_size=BATCH, seed=seed)
        train(model, data, steps, optimizers=rates, jit_compile=False)
        values[f"processor seconds, {name}"] = time.process_time() - start
        samples = model.sample(2000, seed=1).numpy()
        score = evaluate(samples, test, metrics="fid", samples=2000, extractor=extractor)["fid[fashion]"]
        values |= {f"fid, {name}": score, f"steps, {name}": steps, f"_images, {name}": samples[:24]}
        report(f"{name}: {steps} steps, fid[fashion] {score:.1f}")
    return values | {"cost of a critic move": cost(model, pixels)}


def cost(model, pixels, count=15):
    """Processor time of a critic's move over that of a generator's."""
    batch, seconds = tf.constant(pixels[:BATCH]), {}
    for player in model.players:
        move = tf.function(lambda x, player=player: model.minimize(player, x), autograph=False)
        move(batch)
        start = time.process_time()
        for _ in range(count):
            move(batch)
        seconds[player] = time.process_time() - start
    return seconds["discriminator"] / seconds["generator"]


def draw(runs, path):
    """Left: distances on the saddle, all seeds. Right: samples of the first seed, distances of all."""
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.7), constrained_layout=True, width_ratios=(1.35, 1, 1, 1))
    steps = CHUNK * np.arange(1, STEPS // CHUNK + 1)
    for name, color in zip(RATES, ("tab:orange", "tab:blue", "tab:gray")):
        for k, run_ in enumerate(runs):
            label = f"{name}: {RATES[name][0]:g}, {RATES[name][1]:g}" if k == 0 else None
            axes[0].plot(steps, run_[f"_curve, {name}"], color=color, lw=1, label=label)
    axes[0].set(yscale="log", xlabel="steps", ylabel="distance from the saddle point")
    axes[0].set_title("(1 + x^2) (100 - y^2), noisy gradients", fontsize=10)
    axes[0].legend(fontsize=8)
    titles = {
        "ttur": "one critic move, 3e-4 and 1e-4",
        "five": "five critic moves, both 5e-4",
        "five, 1e-4": "five critic moves, both 1e-4",
    }
    for ax, (name, title) in zip(axes[1:], titles.items()):
        ax.imshow(grid(to_uint8(runs[0][f"_images, {name}"]), columns=6)[..., 0], cmap="gray", vmin=0, vmax=255)
        scores = ", ".join(f"{r[f'fid, {name}']:.1f}" for r in runs)
        ax.set_title(f"{title}\n{runs[0][f'steps, {name}']} rounds, fid[fashion] {scores}", fontsize=9)
        ax.axis("off")
    figure.savefig(path, dpi=80, format="png")
    plt.close(figure)
