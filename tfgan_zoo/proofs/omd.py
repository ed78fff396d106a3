"""Proof of `omd`: the last iterate converges where descent-ascent diverges.

(i) The bilinear game f = xy from (1, 1), rate 0.1, 1,000 steps. (ii) A Wasserstein GAN that learns a mean (section 2 of
the paper): f = <y, mean - x>, x and y in R^4, the critic <y, .>, the generator's samples around x; the mean is the
seed's, both start at 0, rate 0.1, 2,000 steps. The baseline is simultaneous descent-ascent.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers.games import Bilinear, ClosedForm, play

CLAIM = (
    "On the bilinear game, and for a Wasserstein GAN that learns a mean, the last iterate of optimistic mirror descent "
    "converges, while that of gradient descent-ascent runs away."
)
CRITERIA = (
    Criterion("bilinear norm", "<=", 0.05, "after 1,000 steps from (1, 1)"),
    Criterion("bilinear norm of gda", ">=", 100.0, "the baseline's"),
    Criterion("distance to the mean", "<=", 0.05, "of the generator after 2,000 steps"),
    Criterion("distance of gda", ">=", 1.0, "the baseline's"),
)


class Mean(ClosedForm):
    """F = <y, mean - x>."""

    def __init__(self, mean, **kwargs):
        super().__init__(x=(0.0,) * len(mean), y=(0.0,) * len(mean), **kwargs)
        self.mean = tuple(mean)

    def value(self, x, y):
        """F."""
        return tf.reduce_sum(y * (tf.constant(self.mean, x.dtype) - x))


def run(seed, report):
    """Play both games with both solvers."""
    mean = np.random.default_rng(seed).normal(size=4)
    values = {}
    for solver, suffix in (("omd", ""), ("gda", " of gda")):
        bilinear = play(Bilinear(), solver, 1000)
        learned = play(Mean(mean), solver, 2000)
        values |= {
            f"bilinear norm{suffix}": np.linalg.norm(bilinear[-1]),
            ("distance to the mean" if solver == "omd" else "distance of gda"): np.linalg.norm(learned[-1, :4] - mean),
            f"_bilinear_{solver}": bilinear,
            f"_distance_{solver}": np.linalg.norm(learned[:, :4] - mean, axis=1),
        }
    return values


def draw(runs, path):
    """The bilinear game in the plane; the distance to the mean on all seeds."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = {"gda": "simultaneous descent-ascent", "omd": "optimistic"}
    pictures.paths(left, Bilinear(), {names[n]: runs[0][f"_bilinear_{n}"][:200] for n in names})
    left.set_title("f = xy, 200 steps")
    for name, color in (("gda", "tab:red"), ("omd", "tab:blue")):
        for i, found in enumerate(runs):
            right.semilogy(found[f"_distance_{name}"], color=color, lw=1, label=None if i else names[name])
    right.set(xlabel="steps", ylabel="|x - mean|", title="A GAN that learns a mean in R^4, three seeds")
    right.legend(fontsize=8)
    figure.savefig(path, dpi=100, format="png")
