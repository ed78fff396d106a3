"""Proof of `local_symplectic_surgery`: its attractors are local Nash equilibria; those of descent-ascent need not be.

The paper's toy (`Surgery`, three equilibria, and a point at (-1.317, -1.224) that attracts by rotation although one
player's curvature has the wrong sign there), from 12 starts around that point (standard deviation 0.3), rates 4e-3 and,
of the auxiliary vector, 5e-3, 20,000 steps. The baseline is simultaneous descent-ascent of the same rate.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers.games import Surgery, play, restart, trajectory

CLAIM = (
    "From starts around a point that attracts gradient descent-ascent without being an equilibrium, local symplectic "
    "surgery goes to local Nash equilibria."
)
CRITERIA = (
    Criterion("at a Nash equilibrium", ">=", 12, "of 12 starts: near one, with |xi| <= 1e-3"),
    Criterion("gda at the other point", ">=", 8, "of 12 starts"),
    Criterion("largest field", "<=", 1e-3, "|xi| where surgery ends"),
)
NASH = np.array([(-12.477, -8.678), (-11.427, 8.004), (12.395, -6.373)])
NOT_NASH, STARTS, STEPS, RATE = np.array((-1.317, -1.224)), 12, 20_000, 4e-3


def run(seed, report):
    """Play from all starts with both."""
    starts = NOT_NASH + 0.3 * np.random.default_rng(seed).normal(size=(STARTS, 2))
    ends = {}
    for solver in ("local_symplectic_surgery", "gda"):
        game, ways = Surgery(), []
        play(game, solver, STEPS, rate=RATE)
        for x, y in starts:
            restart(game, [x], [y])
            ways.append(trajectory(game, STEPS))
        ends[solver] = np.array(ways)
        report(f"{solver}: ends {np.round(ends[solver][:, -1], 2).tolist()}")
    surgery, descent = ends["local_symplectic_surgery"][:, -1], ends["gda"][:, -1]
    fields = [field(point) for point in surgery]
    near = np.linalg.norm(surgery[:, None] - NASH, axis=-1).min(axis=1) < 1e-2
    return {
        "at a Nash equilibrium": int((near & (np.array(fields) <= 1e-3)).sum()),
        "largest field": max(fields),
        "gda at the other point": int((np.linalg.norm(descent - NOT_NASH, axis=1) < 1e-2).sum()),
        "_surgery": ends["local_symplectic_surgery"][:, ::4],
        "_descent": ends["gda"][:, ::4],
    }


def field(point):
    """|xi| at a point."""
    x, y = (tf.constant([v], tf.float64) for v in point)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        value = Surgery().value(x, y)
    return float(tf.linalg.global_norm(tape.gradient(value, [x, y])))


def draw(runs, path):
    """All trajectories of the first seed."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(10, 5), layout="constrained")
    for axes, name, title in zip(figure.subplots(1, 2), ("_descent", "_surgery"), ("descent-ascent", "surgery")):
        pictures.paths(axes, Surgery(), {f"one of {STARTS} starts": runs[0][name][0]}, limit=15)
        for way in runs[0][name][1:]:
            axes.plot(*way.T, color="tab:blue", lw=0.6)
        axes.plot(*NASH.T, "*", color="tab:green", ms=11, label="local Nash equilibrium")
        axes.plot(*NOT_NASH, "s", color="tab:red", ms=6, label="attracts by rotation alone")
        axes.legend(fontsize=7, loc="upper right")
        key = "gda at the other point" if name == "_descent" else "at a Nash equilibrium"
        where = "at the square" if name == "_descent" else "at a star"
        axes.set_title(f"{title}: {', '.join(str(int(r[key])) for r in runs)} of {STARTS} end {where}", fontsize=10)
    figure.savefig(path, dpi=100, format="png")
