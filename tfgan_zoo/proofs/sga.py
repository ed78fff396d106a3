"""Proof of `sga`: the adjustment bends rotation inward, and a GAN learns all modes of a grid.

(i) The bilinear game f = xy from (1, 1), rate 0.1: the norm falls by sqrt((1 - rate)^2 + rate^2) a step. (ii) The
paper's mixture of 16 Gaussians (section 4.2: grid of -1.5, -0.5, 0.5, 1.5, standard deviation 0.02), the original GAN's
non-saturating losses, three hidden layers of 128 ReLU units on either side (the paper's six of 384), 64 latents, batch
64 (256), RMSprop of rate 1e-3 (1e-4), 5,000 steps (10,000), weight 1 with alignment. The baseline is simultaneous
descent-ascent with the same optimizer.
"""

import keras
import numpy as np
from keras import layers as L

from tfgan_zoo.construction import construction
from tfgan_zoo.gan import GAN
from tfgan_zoo.proofs.points import fit, modes_of, scatter
from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers.games import Bilinear, play

CLAIM = (
    "The symplectic adjustment turns the bilinear game's rotation into convergence, and with it a GAN covers a grid of "
    "16 Gaussians on which RMSprop alone cycles through modes."
)
CRITERIA = (
    Criterion("factor error", "<=", 1e-6, "largest difference of a step's factor from sqrt((1 - rate)^2 + rate^2)"),
    Criterion("bilinear norm", "<=", 1e-40, "after 1,000 steps from (1, 1)"),
    Criterion("modes", ">=", 14, "of 16, with the adjustment"),
    Criterion("modes of RMSprop", "<=", 10, "of 16, without"),
)
LINE = np.array([-1.5, -0.5, 0.5, 1.5])
GRID = (np.stack(np.meshgrid(LINE, LINE), axis=-1).reshape(-1, 2), 0.02)
STEPS = 5000


class ToyGAN(GAN):
    """The proof's networks."""

    def __init__(self, **kwargs):
        super().__init__(image_shape=(2,), latent_dim=64, ema_decay=0.0, **kwargs)
        hidden = lambda: [L.Dense(128, activation="relu") for _ in range(3)]
        network = lambda inputs, outputs: keras.Sequential([keras.Input((inputs,)), *hidden(), L.Dense(outputs)])
        self.add_networks(generator=network(64, 2), discriminator=network(2, 1))


def run(seed, report):
    """Play the game; train both."""
    way, rate = play(Bilinear(), "sga", 1000), float(np.float32(0.1))
    norms = np.linalg.norm(way, axis=1)
    values = {
        "factor error": np.abs(norms[1:] / norms[:-1] - np.sqrt((1 - rate) ** 2 + rate**2)).max(),
        "bilinear norm": norms[-1],
        "_sga": way,
        "_gda": play(Bilinear(), "gda", 1000),
    }
    for solver, suffix in (("sga", ""), ("gda", " of RMSprop")):
        with construction(seed):
            model = ToyGAN(seed=seed)
        optimizers = {p: keras.optimizers.RMSprop(1e-3, rho=0.9, epsilon=1e-10) for p in model.players}
        fit(model, GRID, STEPS, seed, optimizers, solver, batch_size=64)
        points, found = modes_of(model, GRID)
        values |= {f"modes{suffix}": found.modes, f"near share{suffix}": found.near, f"_points{suffix}": points}
        report(f"{solver}: {found.modes} modes, {found.near:.2f} near")
    return values


def draw(runs, path):
    """The bilinear game, and both samples of every seed."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(12, 6), layout="constrained")
    rows = figure.subplots(2, 1 + len(runs))
    ways = {"descent-ascent": runs[0]["_gda"][:200], "adjusted": runs[0]["_sga"][:200]}
    pictures.paths(rows[0, 0], Bilinear(), ways)
    rows[0, 0].set_title("f = xy, 200 steps", fontsize=10)
    pictures.distances(rows[1, 0], {"descent-ascent": runs[0]["_gda"], "adjusted": runs[0]["_sga"]})
    for axes, suffix, name in ((rows[0], " of RMSprop", "RMSprop"), (rows[1], "", "adjusted")):
        for panel, run_ in zip(axes[1:], runs):
            scatter(panel, GRID, run_[f"_points{suffix}"], f"{name}: {int(run_[f'modes{suffix}'])} of 16 modes")
    figure.savefig(path, dpi=100, format="png")
