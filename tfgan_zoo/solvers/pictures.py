"""Trajectories of closed-form games, drawn."""

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from tfgan_zoo.solvers.games import ClosedForm


def paths(axes: Axes, game: ClosedForm, trajectories: dict[str, np.ndarray], limit: float | None = None) -> None:
    """Draw trajectories (steps, 2) in the plane over the levels of f; a dot is a start, a cross an end.

    Args:
        axes: to draw on.
        game: whose value gives the levels.
        trajectories: label -> path.
        limit: the plane shown is [-limit, limit]^2; by default all of the paths.
    """
    everything = np.concatenate(list(trajectories.values()))
    limit = limit or 1.1 * float(np.abs(everything).max()) + 1e-9
    line = np.linspace(-limit, limit, 101)
    height = np.array(
        [[float(game.value(*(tf.constant([v], tf.float64) for v in (x, y)))) for x in line] for y in line]
    )
    axes.contour(line, line, height, levels=14, colors="0.8", linewidths=0.6)
    for (label, path), color in zip(trajectories.items(), _COLORS):
        axes.plot(*path.T, color=color, lw=0.9, label=label)
        axes.plot(*path[0], "o", color=color, ms=4)
        axes.plot(*path[-1], "x", color=color, ms=6)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="x, minimizes", ylabel="y, maximizes")
    axes.set_aspect("equal")
    axes.legend(fontsize=7, loc="upper right")


def distances(axes: Axes, trajectories: dict[str, np.ndarray], center: np.ndarray | float = 0.0) -> None:
    """Draw the distance to `center` over steps, on a logarithmic scale."""
    for (label, path), color in zip(trajectories.items(), _COLORS):
        axes.semilogy(np.maximum(np.linalg.norm(path - center, axis=1), 1e-45), color=color, lw=1, label=label)
    axes.set(xlabel="steps", ylabel="distance to the equilibrium")
    axes.legend(fontsize=7)


_COLORS = ("tab:red", "tab:blue", "tab:green", "tab:purple", "tab:orange", "tab:brown", "tab:cyan")
