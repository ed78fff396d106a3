"""Games in closed form, min over x of max over y of f(x, y), on which solvers meet what is known of them."""

import functools
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.game import Game, Terms
from tfgan_zoo.inputs import Images, Input


class ClosedForm(Game):
    """X minimizes f(x, y), y maximizes it; the batch is ignored. Computed in float64.

    y is the first player, as a GAN's discriminator is: in alternating moves it moves first.

    Args:
        x: where x starts.
        y: where y starts.
    """

    players = {"y": ["second"], "x": ["first"]}

    def __init__(self, x: tuple[float, ...] = (1.0,), y: tuple[float, ...] = (1.0,), **kwargs):
        super().__init__(**kwargs)
        self.x, self.y = tuple(x), tuple(y)
        self.first, self.second = Point(self.x), Point(self.y)

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """Numbers that do not matter."""
        return (Images((1,), "nothing"),)

    def value(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """F(x, y), of two vectors."""
        raise NotImplementedError

    def x_loss(self, nothing: tf.Tensor) -> Terms:
        """F."""
        return {"value": self.value(self.first.at.value, self.second.at.value)}

    def y_loss(self, nothing: tf.Tensor) -> Terms:
        """Minus f."""
        return {"negative": -self.value(self.first.at.value, self.second.at.value)}

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Gradient descent of rate 0.1."""
        return {player: keras.optimizers.SGD(0.1) for player in self.players}


class Point(keras.layers.Layer):
    """A vector that is trained."""

    def __init__(self, start: tuple[float, ...]):
        super().__init__(dtype="float64")
        value = lambda shape, dtype=None: tf.constant(start, dtype)
        self.at = self.add_weight(name="at", shape=(len(start),), dtype="float64", initializer=value)
        self.built = True


class Bilinear(ClosedForm):
    """F = <x, y>: pure rotation."""

    def value(self, x, y):
        """F."""
        return tf.reduce_sum(x * y)


class Quadratic(ClosedForm):
    """F = stretch / 2 |x|^2 + rotation <x, y> - stretch / 2 |y|^2; xi has eigenvalues stretch +- i rotation.

    Args:
        stretch: of both players; negative ones repel.
        rotation: between them.
        **kwargs: of `ClosedForm`.
    """

    def __init__(self, stretch: float = 1.0, rotation: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.stretch, self.rotation = stretch, rotation

    @property
    def jacobian(self) -> np.ndarray:
        """J of one coordinate pair (x, y), (2, 2)."""
        return np.array([[self.stretch, self.rotation], [-self.rotation, self.stretch]])

    def value(self, x, y):
        """F."""
        return 0.5 * self.stretch * tf.reduce_sum(x**2 - y**2) + self.rotation * tf.reduce_sum(x * y)


class Worst(ClosedForm):
    """F = |y|^2 - |x|^2: the origin is stationary, and the worst point for both players."""

    def value(self, x, y):
        """F."""
        nothing = 0.0 * tf.reduce_sum(x * y)  # second-order solvers refuse players that do not see each other
        return tf.reduce_sum(y**2) - tf.reduce_sum(x**2) + nothing


class Surgery(ClosedForm):
    """F = -exp(-0.01 (x^2 + y^2)) ((0.3 x^2 + y)^2 + (0.5 y^2 + x)^2) (arXiv:1901.00838, section 5).

    It has three local Nash equilibria, and at (-1.317, -1.224) a point that attracts gradient descent-ascent by
    rotation alone and is no equilibrium.
    """

    def value(self, x, y):
        """F."""
        hills = (0.3 * x**2 + y) ** 2 + (0.5 * y**2 + x) ** 2
        return -tf.reduce_sum(tf.exp(-0.01 * (x**2 + y**2)) * hills)


class F1(ClosedForm):
    """F = -3 x^2 - y^2 + 4 x y (arXiv:2006.12376): max over y is x^2, at y = 2 x, but descent-ascent runs away."""

    def value(self, x, y):
        """F."""
        return tf.reduce_sum(-3.0 * x**2 - y**2 + 4.0 * x * y)


class F3(ClosedForm):
    """F = (4 x^2 - (y - 3 x + 0.05 x^3)^2 - 0.1 y^4) exp(-0.01 (x^2 + y^2)) (arXiv:2006.12376).

    Descent-ascent cycles.
    """

    def value(self, x, y):
        """F."""
        ridge = (y - 3.0 * x + 0.05 * x**3) ** 2
        return tf.reduce_sum((4.0 * x**2 - ridge - 0.1 * y**4) * tf.exp(-0.01 * (x**2 + y**2)))


class Sine(ClosedForm):
    """F = sin(x + y): no local saddle exists (arXiv:2006.12363)."""

    def value(self, x, y):
        """F."""
        return tf.reduce_sum(tf.sin(x + y))


def trajectory(game: ClosedForm, steps: int, rows: int = 1) -> np.ndarray:
    """Make `steps` train steps of a compiled game; return where it was before the first and after each.

    All steps are one function that XLA compiles: for one replica.

    Args:
        game: compiled.
        steps: their number.
        rows: of the batch, which is ignored: as many as the solver divides it into.

    Returns:
        float64 (steps + 1, dimensions of x and y), x first.
    """
    return np.concatenate([_position(game).numpy()[None], _loop(game, game.solver, steps, rows)().numpy()])


def restart(game: ClosedForm, x: Sequence[float], y: Sequence[float]) -> None:
    """Put the players of a game, and what its solver remembers, where a new trajectory starts."""
    game.first.at.assign(x)
    game.second.at.assign(y)
    for variable in game.solver_state.variables if game.solver_state else []:
        variable.assign(tf.zeros_like(variable.value))


def _position(game):
    return tf.concat([game.first.at.value, game.second.at.value], axis=0)


@functools.lru_cache(maxsize=4)
def _loop(game, solver, steps, rows):
    """The compiled function that makes the steps; kept, for another trajectory from elsewhere."""
    batch = tf.zeros((rows, 1))

    def step(i, path):
        game.train_step(batch)
        return i + 1, path.write(i, _position(game))

    @tf.function(jit_compile=True, autograph=False)
    def run():
        path = tf.TensorArray(tf.float64, steps, element_shape=_position(game).shape)
        loop = (tf.constant(0), path)
        return tf.while_loop(lambda i, _: i < steps, step, loop, maximum_iterations=steps)[1].stack()

    return run


def play(
    game: ClosedForm,
    solver: Callable | str | None,
    steps: int,
    rate: float = 0.1,
    optimizer: Callable[[float], keras.optimizers.Optimizer] = keras.optimizers.SGD,
) -> np.ndarray:
    """Compile a game with a solver, and both players' optimizers of one rate; return its trajectory."""
    game.compile({player: optimizer(rate) for player in game.players}, solver=solver)
    return trajectory(game, steps, getattr(game.solver, "batches", 1))


def iterate(matrix: np.ndarray, start: Sequence[float], steps: int) -> np.ndarray:
    """Return start, matrix @ start, ...: (steps + 1, dimensions)."""
    path = [np.asarray(start, "float64")]
    for _ in range(steps):
        path.append(matrix @ path[-1])
    return np.array(path)
