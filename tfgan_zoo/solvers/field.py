"""The vector field of a game, products with its Jacobian, and the algebra of vectors that are lists of tensors.

xi(w) = (gradient of the first player's loss by its weights, gradient of the second's by its own), w both players'
weights, first player first; J = d xi / d w. A vector is a list of tensors of the weights' shapes. All are means over
the global batch, equal on every replica: xi is summed over replicas before it is multiplied by J, so that |xi|^2 is
that of the mean, not a mean of every replica's.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from tfgan_zoo.errors import ZooError

Vector = list[tf.Tensor]


class Look(NamedTuple):
    """What both players see at one point on one batch; nothing is written yet."""

    terms: dict[str, tf.Tensor]
    xi: Vector
    states: dict[str, list[tf.Tensor]]


def look(game, *batch: tf.Tensor) -> Look:
    """Return both players' terms, gradients and new state. The draws stay the same until `settle`."""
    terms, xi, states = {}, [], {}
    for player in game.players:
        found, gradients, states[player], _ = game.differentiate(player, *batch)
        terms |= found
        xi += gradients
    return Look(terms, xi, states)


def settle(game, seen: Look) -> None:
    """Write the state that a look found (batch statistics); the next look draws anew."""
    for player, state in seen.states.items():
        game.settle(player, state)


def move(game, vector: Vector) -> None:
    """Give each player's part of `vector` to its optimizer in place of its gradient."""
    for player, part in parts(game, vector).items():
        game.move(player, part)


def weights(game) -> list[keras.Variable]:
    """Both players' weights.

    Raises:
        ZooError: the players share some.
    """
    found = [w for player in game.players for w in game.weights_of(player)]
    if len({id(w) for w in found}) < len(found):
        raise ZooError(f"{game.name}: its players share weights; a solver needs each player's own")
    return found


def parts(game, vector: Vector) -> dict[str, Vector]:
    """Player -> its part of the vector."""
    found, start = {}, 0
    for player in game.players:
        end = start + len(game.weights_of(player))
        found[player], start = vector[start:end], end
    return found


def snapshot(game) -> Vector:
    """Both players' weights as they are now."""
    return [tf.identity(w.value) for w in weights(game)]


def assign(game, vector: Vector) -> None:
    """Put both players at a point."""
    for w, value in zip(weights(game), vector):
        w.assign(value)


def plus(a: Vector, scale: float | tf.Tensor, b: Vector) -> Vector:
    """A + scale * b."""
    times = lambda y: (tf.cast(scale, y.dtype) if isinstance(scale, tf.Tensor) else scale) * y
    return [x + times(y) for x, y in zip(a, b)]


def dot(a: Vector, b: Vector) -> tf.Tensor:
    """The inner product."""
    return tf.add_n([tf.reduce_sum(x * y) for x, y in zip(a, b)])


class Jacobian:
    """Products of vectors with the Jacobian J of a game's field, at the weights, the batch and the draws of a look.

    The functions that XLA compiles are pure: the same `terms_and_gradients` that a move differentiates.
    """

    def __init__(self, game, solver: str):
        self.game, self.solver = game, solver
        self._transposed, self._forward = game.traced(self._transposed_share), game.traced(self._forward_share)

    def transposed(self, vector: Vector, *batch: tf.Tensor) -> Vector:
        """J' v, the gradient of <xi, v> with v held fixed.

        Raises:
            ZooError: while tracing, before anything has moved: a loss has no second derivatives.
        """
        return self.game.total(self._transposed(self._seeds(), vector, *batch))

    def forward(self, vector: Vector, *batch: tf.Tensor) -> Vector:
        """J v, the change of xi along v, by forward accumulation.

        Raises:
            ZooError: while tracing, before anything has moved: a loss has no second derivatives.
        """
        return self.game.total(self._forward(self._seeds(), vector, *batch))

    def _seeds(self):
        return {player: self.game.seed_of(player, self.game.moves[player].value) for player in self.game.players}

    def _transposed_share(self, seeds, vector, *batch):
        game, everything = self.game, [w.value for w in weights(self.game)]
        owner = [player for player in game.players for _ in game.weights_of(player)]
        total = [tf.zeros_like(w) for w in everything]
        for player, part in parts(game, vector).items():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(everything)
                gradients = self._gradients(player, seeds, batch)
                product = dot(gradients, part)
            products = self._named(tape.gradient, product, everything)
            others = [p for p, who in zip(products, owner) if who != player]
            if all(p is None for p in others):
                self._refuse(f"the gradient of {player!r} does not depend on the other player's weights")
            total = [t if p is None else t + tf.convert_to_tensor(p) for t, p in zip(total, products)]
        return total

    def _forward_share(self, seeds, vector, *batch):
        game, everything = self.game, [w.value for w in weights(self.game)]
        with tf.autodiff.ForwardAccumulator(everything, vector) as accumulator:
            xi = [g for player in game.players for g in self._named(self._gradients, player, seeds, batch)]
        return [accumulator.jvp(g, unconnected_gradients="zero") for g in xi]

    def _gradients(self, player, seeds, batch):
        return self.game.terms_and_gradients(player, seeds[player], *batch)[1]

    def _named(self, differentiate, *arguments):
        try:
            return differentiate(*arguments)
        except LookupError as error:
            reason = str(error).strip().splitlines()[0]
            self._refuse(f"an operation of its losses has none ({reason})", error)

    def _refuse(self, reason, cause=None):
        raise ZooError(
            f"{self.game.name}: solver {self.solver!r} needs second derivatives, but {reason}; "
            "use gda, omd or extragradient"
        ) from cause
