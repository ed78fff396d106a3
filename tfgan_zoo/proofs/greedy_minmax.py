"""Proof of `greedy_minmax`: greedy second-order equilibria are found where descent-ascent runs away or cycles.

F1 = -3 x^2 - y^2 + 4 x y, F3 (both of arXiv:2006.12376, section 6) and sin(x + y), which has no local saddle, each
from a start of the seed's in [-3, 3]^2, 150 steps, 1e-7 demanded of a proposal. Where it ends: the slope and the
curvature of f in y, and by how much the best of 200 Gaussian proposals of size 0.5 lowers the value after the greedy
response. The baseline is simultaneous descent-ascent, 4,000 steps of rate 0.05; on F1, where it has no bound, distances
above 1e6 count as 1e6.
"""

import numpy as np
import tensorflow as tf

from tfgan_zoo.proofs.result import Criterion
from tfgan_zoo.solvers import GreedyMinMax
from tfgan_zoo.solvers.games import F1, F3, Sine, play
from tfgan_zoo.solvers.paths import gradient, greedy_path, hessian_product

CLAIM = (
    "The greedy min-max algorithm ends at points where the response has neither slope nor curvature to climb and no "
    "proposal does better, on functions where descent-ascent runs away, cycles, or has nothing to find."
)
CRITERIA = (
    Criterion("F1 distance", "<=", 0.002, "of x and y from the minimum of max_y F1 = x^2"),
    Criterion("F1 gda distance", ">=", 20.0, "descent-ascent runs away"),
    Criterion("F3 distance", "<=", 0.05, "from the origin"),
    Criterion("F3 gda spread", ">=", 0.5, "standard deviation of x over descent-ascent's last 2,000 steps: it cycles"),
    Criterion("sine gap", "<=", 1e-4, "1 - sin(x + y)"),
    Criterion("slope", "<=", 1e-3, "|grad_y f|, the largest of the three"),
    Criterion("curvature", "<=", 1e-3**0.5, "of f in y, the largest of the three"),
    Criterion("best proposal", "<=", 1e-3, "by which one of 200 lowers the value"),
    Criterion("rise of the value", "<=", 1e-6, "largest step upward: none"),
)


def run(seed, report):
    """Play the three functions."""
    generator, values, largest = np.random.default_rng(seed), {}, []
    for name, cls in (("F1", F1), ("F3", F3), ("sine", Sine)):
        x, y = generator.uniform(-3, 3, 2)
        game = cls(x=(x,), y=(y,))
        way = play(game, GreedyMinMax(decrease=1e-7), 150)
        descent = play(cls(x=(x,), y=(y,)), "gda", 4000, rate=0.05)
        heights = np.array([height(game, point) for point in way[1:]])
        largest.append([*rest(game, way[-1], generator), float(np.diff(heights).max())])
        values |= {f"_{name}": way, f"_{name}_descent": descent, f"_{name}_heights": heights}
        report(f"{name}: from ({x:.2f}, {y:.2f}) to {np.round(way[-1], 4).tolist()}, f = {heights[-1]:.5f}")
    measured = dict(zip(("slope", "curvature", "best proposal", "rise of the value"), np.max(largest, axis=0)))
    descent = np.nan_to_num(np.abs(values["_F1_descent"]), nan=np.inf).max()
    return values | measured | {
        "F1 distance": np.abs(values["_F1"][-1]).max(),
        "F1 gda distance": min(descent, 1e6),
        "F3 distance": np.abs(values["_F3"][-1]).max(),
        "F3 gda spread": values["_F3_descent"][-2000:, 0].std(),
        "sine gap": 1 - values["_sine_heights"][-1],
    }  # fmt: skip


def height(game, point):
    """F at a point."""
    return float(game.value(*(tf.constant([v], tf.float64) for v in point)))


def rest(game, point, generator):
    """|grad_y f|, the curvature in y, and by how much the best of 200 proposals lowers f after its response."""
    x, y = (tf.constant([v], tf.float64) for v in point)
    one = tf.ones_like(y)
    slope = abs(float(gradient(lambda y: game.value(x, y), y)[0]))
    curvature = float(hessian_product(lambda y: game.value(x, y), y, one)[0])

    @tf.function(autograph=False)
    def respond(x):
        return game.value(x, greedy_path(lambda y: game.value(x, y), y, one, 1e-3, 0.02, 5000))

    found = [float(respond(x + 0.5 * zeta)) for zeta in generator.normal(size=(200, 1))]
    return slope, max(curvature, 0.0), max(float(game.value(x, y)) - min(found), 0.0)


def draw(runs, path):
    """Both ways on each function, the first seed's; below, values on all seeds."""
    from matplotlib.figure import Figure

    from tfgan_zoo.solvers import pictures

    figure = Figure(figsize=(11, 6.6), layout="constrained")
    axes = figure.subplots(2, 3, height_ratios=(2, 1))
    for (above, below), name, cls in zip(axes.T, ("F1", "F3", "sine"), (F1, F3, Sine)):
        descent = runs[0][f"_{name}_descent"]
        descent = descent[: np.argmax(np.abs(descent).max(axis=1) > 8) or None]
        pictures.paths(above, cls(), {"descent-ascent": descent, "greedy": runs[0][f"_{name}"]}, limit=6)
        above.set_title(name)
        for i, found in enumerate(runs):
            below.plot(found[f"_{name}_heights"][:12], ".-", lw=1, label=f"seed {i}")
        below.set(xlabel="steps", ylabel="f after the response", ylim=(-0.05, 2))
        below.legend(fontsize=7)
    figure.savefig(path, dpi=100, format="png")
