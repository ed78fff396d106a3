"""Consensus optimization (Mescheder, Nowozin and Geiger, 2017, arXiv:1705.10461)."""

import tensorflow as tf

from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Solver, Terms, at_least, register, solver_name


@register
class ConsensusOptimization(Solver):
    """Both players also descend 1/2 |xi|^2, which turns rotation into attraction; simultaneous.

    v = xi + gamma J' xi, J' xi the gradient of 1/2 |xi|^2 by all weights of both players (algorithm 2), given to the
    players' optimizers (the paper's: RMSprop of rate 1e-4). It is attracted by every stationary point, be it the worst
    one for both players.

    Args:
        gamma: weight of the regularizer; 0 is simultaneous gradient descent.
    """

    whole_batch = True

    def __init__(self, gamma: float = 10.0):
        at_least(0.0, gamma=gamma)
        self.gamma = gamma

    def build(self, game):
        """Check the game; prepare the derivatives."""
        self.jacobian = field.Jacobian(game, solver_name(self))
        return super().build(game)

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        seen = field.look(game, *batch)
        pull = self.jacobian.transposed(seen.xi, *batch)
        field.settle(game, seen)
        field.move(game, field.plus(seen.xi, self.gamma, pull))
        return {**seen.terms, "solver/field_norm": tf.sqrt(field.dot(seen.xi, seen.xi))}
