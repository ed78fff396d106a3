"""Local symplectic surgery (Mazumdar, Jordan and Sastry, 2019, arXiv:1901.00838)."""

import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Memory, Solver, Terms, at_least, register, solver_name


@register
class LocalSymplecticSurgery(Solver):
    """Two time scales whose only attractors are local Nash equilibria of a zero-sum game; simultaneous.

    w <- w - U(xi + exp(-c2 |J' v|^2) J' v)
    v <- v - rate (J' (J v) + c1 (1 - exp(-|xi|^2)) v - J' xi),  v_0 = 0
    both from the old (w, v); U is the players' optimizers' step (SGD in theory). At rest v = (J' J + ..)^-1 J' xi, so
    near an equilibrium the field is that of J + J', whose blocks are each player's own curvature and whose cross terms
    cancel: points that attract only by rotation attract no more.

    Args:
        c1: regularizer of v's system, for singular J.
        c2: of the exponential, which keeps far-away stationary points from appearing.
        rate: of v.
    """

    whole_batch = True

    def __init__(self, c1: float = 1e-4, c2: float = 1e-4, rate: float = 5e-3):
        at_least(0.0, c1=c1, c2=c2, rate=rate)
        self.c1, self.c2, self.rate = c1, c2, rate

    def check(self, game) -> None:
        """Raise ZooError unless the game has two players that look at one batch, and an objective of sum zero."""
        super().check(game)
        objective = getattr(game, "objective", None)
        if objective is not None and not is_zero_sum(objective):
            raise ZooError(
                f"solver {solver_name(self)!r} is for zero-sum games, but {game.name}'s generator does not minimize "
                "what its discriminator maximizes; use a zero-sum objective (gan with saturating=True)"
            )

    def build(self, game):
        """Check the game; prepare the derivatives."""
        self.jacobian = field.Jacobian(game, solver_name(self))
        return super().build(game)

    def remember(self, game) -> Memory:
        """The vector v."""
        memory = Memory()
        self.v = memory.like(field.weights(game), "v")
        return memory

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        seen, v = field.look(game, *batch), [tf.identity(part.value) for part in self.v]
        xi, pull = seen.xi, self.jacobian.transposed(v, *batch)
        residual = field.plus(self.jacobian.forward(v, *batch), -1.0, xi)
        slope = self.jacobian.transposed(residual, *batch)  # J'(J v - xi)
        damping = self.c1 * (1.0 - tf.exp(-field.dot(xi, xi)))
        field.settle(game, seen)
        field.move(game, field.plus(xi, tf.exp(-self.c2 * field.dot(pull, pull)), pull))
        for part, new in zip(self.v, field.plus(v, -self.rate, field.plus(slope, damping, v))):
            part.assign(new)
        norms = {"field_norm": field.dot(xi, xi), "surgery_norm": field.dot(pull, pull)}
        return seen.terms | {f"solver/{name}": tf.sqrt(square) for name, square in norms.items()}


def is_zero_sum(objective) -> bool:
    """Whether the sum of both losses does not change with the fake scores, so that the players' cross terms cancel."""
    real, fake = tf.constant([[0.5], [-1.5], [3.0]]), tf.constant([[-2.0], [0.3], [1.7]])
    with tf.GradientTape() as tape:
        tape.watch(fake)
        total = objective.discriminator(real, fake) + objective.generator(lambda: real, fake)
    slope = tape.gradient(total, fake)
    return slope is None or bool(tf.reduce_max(tf.abs(slope)) < 1e-6)
