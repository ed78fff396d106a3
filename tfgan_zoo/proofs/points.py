"""What proofs on mixtures of points share: training on fresh points, samples on modes, and their picture."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.data import toys
from tfgan_zoo.game import Game
from tfgan_zoo.metrics.modes import ModeCoverage, mode_coverage

_Mixture = str | tuple[np.ndarray, float]  # a toy's name, or means (k, 2) and the standard deviation


def fit(
    model: Game,
    mixture: _Mixture,
    steps: int,
    seed: int,
    optimizers: dict[str, keras.optimizers.Optimizer],
    solver: object = None,
    batch_size: int = 128,
    chunk: int = 50,
) -> dict[str, np.ndarray]:
    """Compile with XLA and train on points that are each seen once; return the terms' means over `chunk` steps each."""
    model.compile(optimizers, solver=solver, steps_per_execution=chunk, jit_compile=True)
    batches = steps * model.batches_per_step * getattr(model.solver, "batches", 1)
    means, sigma = toys.modes(mixture) if isinstance(mixture, str) else mixture
    generator = np.random.default_rng([seed, 7])
    chosen = means[generator.integers(len(means), size=batches * batch_size)]
    points = (chosen + sigma * generator.normal(size=chosen.shape)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices(points.reshape(batches, batch_size, -1))
    found = model.fit(data.repeat(), epochs=steps // chunk, steps_per_epoch=chunk, verbose=0).history
    return {name: np.array(values) for name, values in found.items()}


def modes_of(model: Game, mixture: _Mixture) -> tuple[np.ndarray, ModeCoverage]:
    """Return 2,500 samples and how they sit on the mixture's modes."""
    points = model.sample(2500, seed=1).numpy()
    means, sigma = toys.modes(mixture) if isinstance(mixture, str) else mixture
    return points, mode_coverage(points, means, sigma)


def scatter(axes, mixture: _Mixture, points: np.ndarray, title: str) -> None:
    """Draw samples and, as circles, the modes."""
    means, _ = toys.modes(mixture) if isinstance(mixture, str) else mixture
    limit = 1.4 * np.abs(means).max()
    axes.scatter(*means.T, s=120, facecolors="none", edgecolors="tab:red", lw=1)
    axes.scatter(*points[:1500].T, s=2, color="tab:blue", alpha=0.5)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[], aspect="equal")
    axes.set_title(title, fontsize=10)
