"""Proof of `minmax_first_order`: values fall, and four Gaussians are learned more often than by descent-ascent.

(i) F1 = -3 x^2 - y^2 + 4 x y from a start of the seed's: 40 responses, rate 0.05, proposals with Gaussian noise of
standard deviation 4, 400 steps. h(x) = x^2 falls in every step that is kept; simultaneous descent-ascent runs away.
(ii) The authors' mixture of four Gaussians: two hidden layers of 128 ReLU units, 256 latents, orthogonal weights of
gain 0.8, batch 128 (theirs 512), six responses, Adam of rates 1e-4 (D) and 1e-3 (G), beta_1 0.5, 1,500 steps, the
cross-entropy zero-sum game; every fourth point is kept as it is, as in their script. The baseline is alternating
descent-ascent with the same six moves of the discriminator: the solver with every point kept.
"""

import keras
import numpy as np
from keras import layers as L

from tfgan_zoo import objectives
from tfgan_zoo.construction import construction
from tfgan_zoo.gan import GAN
from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.proofs.training import adam
from tfgan_zoo.solvers import MinMaxFirstOrder
from tfgan_zoo.solvers.games import F1, play

CLAIM = (
    "Keeping a generator's step only if the value after the discriminator's response fell makes the value fall on F1, "
    "where descent-ascent runs away, and covers four Gaussians better than descent-ascent with as many responses."
)
CRITERIA = (
    Criterion("rise of the value", "<=", 1e-6, "largest step upward on F1: none"),
    Criterion("F1 distance", "<=", 0.1, "of x from 0 at the end"),
    Criterion("F1 gda distance", ">=", 20.0, "descent-ascent runs away"),
    Criterion("modes", ">=", 3, "of 4"),
    Criterion("advantage", ">=", 1, "modes more than those of descent-ascent"),
)
MIXTURE = (np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]), 0.1)
STEPS, RESPONSES = 1500, 6


class FourGAN(GAN):
    """The authors' networks and game."""

    objective = objectives.minimax

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=256, ema_decay=0.0, **kwargs)
        dense = lambda units, **options: L.Dense(
            units, kernel_initializer=keras.initializers.Orthogonal(0.8), **options
        )
        network = lambda inputs, outputs: keras.Sequential(
            [keras.Input((inputs,)), *(dense(128, activation="relu") for _ in range(2)), dense(outputs)]
        )
        self.add_networks(generator=network(256, 2), discriminator=network(2, 1))


def run(seed, report):
    """Play the function; train both."""
    x, y = np.random.default_rng(seed).uniform(-3, 3, 2)
    game = lambda: F1(x=(x,), y=(y,))
    way = play(game(), MinMaxFirstOrder(responses=40, noise=4.0), 400, rate=0.05)
    descent = np.abs(play(game(), "gda", 4000, rate=0.05)).max()
    heights = -3 * way[1:, 0] ** 2 - way[1:, 1] ** 2 + 4 * way[1:, 0] * way[1:, 1]
    values = {
        "rise of the value": np.diff(heights).max(),
        "F1 distance": abs(way[-1, 0]),
        "F1 gda distance": min(np.nan_to_num(descent, nan=1e6), 1e6),
        "_way": way,
        "_heights": heights,
    }
    for period, suffix in ((4, ""), (1, " of descent-ascent")):
        with construction(seed):
            model = FourGAN(seed=seed)
        optimizers = {"discriminator": adam(1e-4), "generator": adam(1e-3)}
        solver = MinMaxFirstOrder(responses=RESPONSES, period=period)
        kept = fit(model, MIXTURE, STEPS, seed, optimizers, solver)["solver/kept"]
        points, found = modes_of(model, MIXTURE)
        values |= {f"modes{suffix}": found.modes, f"near share{suffix}": found.near, f"_points{suffix}": points}
        values |= {f"kept{suffix}": kept.mean()}
        report(f"period {period}: {found.modes} modes, {found.near:.2f} near, {kept.mean():.2f} kept")
    return values | {"advantage": values["modes"] - values["modes of descent-ascent"]}


def draw(runs, path):
    """F1, and both samples of every seed."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(12, 6), layout="constrained")
    rows = figure.subplots(2, 1 + len(runs))
    pictures.paths(rows[0, 0], F1(), {f"seed {i}": run["_way"] for i, run in enumerate(runs)}, limit=6)
    rows[0, 0].set_title("F1", fontsize=10)
    for i, run_ in enumerate(runs):
        rows[1, 0].semilogy(np.maximum(run_["_heights"], 1e-12), lw=1, label=f"seed {i}")
    rows[1, 0].set(xlabel="steps", ylabel="f after the responses")
    names = ((rows[0], " of descent-ascent", "descent-ascent"), (rows[1], "", "first-order"))
    for axes, suffix, name in names:
        for panel, run_ in zip(axes[1:], runs):
            scatter(panel, MIXTURE, run_[f"_points{suffix}"], f"{name}: {int(run_[f'modes{suffix}'])} of 4 modes")
    figure.savefig(path, dpi=100, format="png")
