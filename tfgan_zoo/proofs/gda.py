"""Proof of `gda`: on pure rotation simultaneous descent-ascent diverges at a known rate and alternating one circles.

The bilinear game f = xy from a point of the unit circle (the seed's), rate 0.1. Simultaneous: 1,000 steps, norm
(1 + 0.01)^(t/2). Alternating, y first: 100,000 steps; x^2 + y^2 + 0.1 xy is conserved, so norms stay within a factor
sqrt(1.05 / 0.95) = 1.0513 of each other.
"""

import numpy as np

from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers import GDA
from tfgan_zoo.solvers.games import Bilinear, play

CLAIM = (
    "On the bilinear game simultaneous gradient descent-ascent diverges, its norm growing by sqrt(1 + rate^2) a step, "
    "and alternating descent-ascent circles for ever."
)
CRITERIA = (
    Criterion("growth error", "<=", 1e-6, "largest relative difference of the norm from (1 + rate^2)^(t/2)"),
    Criterion("alternating spread", "<=", 1.06, "largest over smallest norm in 100,000 alternating steps"),
    Criterion("alternating spread", ">=", 1.04, "it is an ellipse, not a circle"),
)


def run(seed, report):
    """Play the two."""
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    game = lambda: Bilinear(x=(np.cos(angle),), y=(np.sin(angle),))
    simultaneous = play(game(), "gda", 1000)
    alternating = play(game(), GDA(simultaneous=False), 100_000)
    norms, circling = np.linalg.norm(simultaneous, axis=1), np.linalg.norm(alternating, axis=1)
    expected = (1 + float(np.float32(0.1)) ** 2) ** (np.arange(1001) / 2)
    return {
        "growth error": np.abs(norms / expected - 1).max(),
        "norm after 1,000 steps": norms[-1],
        "alternating spread": circling.max() / circling.min(),
        "_simultaneous": simultaneous,
        "_alternating": alternating[:1001],
    }


def draw(runs, path):
    """The two trajectories of the first seed in the plane; norms of all."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    shown = {name: runs[0][f"_{name}"] for name in ("simultaneous", "alternating")}
    pictures.paths(left, Bilinear(), {name: way[:250] for name, way in shown.items()})
    left.set_title("f = xy, 250 steps")
    pictures.distances(right, {f"{n}, seed {i}": r[f"_{n}"] for i, r in enumerate(runs) for n in shown})
    figure.savefig(path, dpi=100, format="png")
