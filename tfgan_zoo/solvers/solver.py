"""Solver: the form of all solvers, what they ask of a game, and what they remember."""

import inspect
import numbers
from typing import Any

import keras
import tensorflow as tf

from tfgan_zoo.errors import ZooError

Terms = dict[str, tf.Tensor]


class Solver:
    """How two players move on one batch. A subclass says `__call__` and, if it remembers anything, `remember`.

    Constructor arguments are numbers and flags, each kept under its own name. The solver of a compiled model is a copy
    of the one given, whose state is saved with the model, as its optimizers' is.
    """

    batches = 1  # batches of the data set that one step takes
    one_batch = True  # all players look at the same batch: no game with several critic moves
    whole_batch = False  # looks at the batch as a whole: no micro-batches

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step; return the players' terms and what else to log."""
        raise NotImplementedError

    def remember(self, game) -> "Memory | None":
        """Make what outlives a step."""
        return None

    def build(self, game) -> "Memory | None":
        """Check the game and prepare for it; called by `compile`.

        Raises:
            ZooError: the game has not two players, moves one of them several times, or computes in micro-batches.
        """
        self.check(game)
        self.memory = self.remember(game)
        return self.memory

    def check(self, game) -> None:
        """Raise ZooError unless the game is one that this solver can play."""
        name = solver_name(self)
        if len(game.players) != 2:
            players = ", ".join(game.players)
            raise ZooError(f"solver {name!r} is for two players, but {game.name} has {len(game.players)}: {players}")
        if self.one_batch and game.batches_per_step > 1:
            raise ZooError(
                f"solver {name!r} shows both players the same batch, but {game.name} makes {game.batches_per_step} "
                "moves of one player in a step; make the model with n_critic=1, or use gda with simultaneous=False"
            )
        if self.whole_batch and game.accumulation_steps > 1:
            raise ZooError(
                f"solver {name!r} looks at a batch as a whole, but accumulation_steps is {game.accumulation_steps}; "
                "use 1"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Solver":
        """Make the solver that `get_config` described."""
        return cls(**config)


class Memory(keras.layers.Layer):
    """What a solver remembers: tensors like the game's weights, and numbers, equal on every replica."""

    def __init__(self):
        super().__init__(name="solver", trainable=False)
        self.built = True

    def like(self, weights: list[keras.Variable], name: str) -> list[keras.Variable]:
        """Make zeros of the shapes and types of `weights`."""
        zeros = {"initializer": "zeros", "trainable": False}
        return [
            self.add_weight(name=f"{name}_{i}", shape=w.shape, dtype=w.dtype, **zeros) for i, w in enumerate(weights)
        ]

    def scalar(self, name: str, value: float = 0.0, dtype: str = "float32") -> keras.Variable:
        """Make a number."""
        start = keras.initializers.Constant(value)
        return self.add_weight(name=name, shape=(), dtype=dtype, initializer=start, trainable=False)


def register(cls: type[Solver]) -> type[Solver]:
    """Decorate a solver: Keras can save models that are compiled with it."""
    return keras.saving.register_keras_serializable("tfgan_zoo")(cls)


def solver_name(solver: Solver) -> str:
    """Return the name that `compile` knows the solver by: that of its file."""
    return type(solver).__module__.rpartition(".")[2]


def at_least(low: float, **values: float) -> None:
    """Raise ZooError unless all values are numbers from `low` on."""
    for name, value in values.items():
        if not isinstance(value, numbers.Real) or isinstance(value, bool) or not low <= value < float("inf"):
            raise ZooError(f"{name}: expected a number from {low:g} on, found {value!r}")


def count(**values: int) -> None:
    """Raise ZooError unless all values are whole numbers from 1 on."""
    for name, value in values.items():
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
            raise ZooError(f"{name}: expected a whole number from 1 on, found {value!r}")


def flag(**values: bool) -> None:
    """Raise ZooError unless all values are True or False."""
    for name, value in values.items():
        if not isinstance(value, bool):
            raise ZooError(f"{name}: expected True or False, found {value!r}")
