"""Symplectic gradient adjustment (Balduzzi et al., 2018, arXiv:1802.05642)."""

import tensorflow as tf

from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Solver, Terms, at_least, flag, register, solver_name


@register
class SGA(Solver):
    """Bend the rotation of the field inward, without changing its progress; simultaneous.

    J = S + A, A = (J - J') / 2 its antisymmetric part; v = xi + lambda A' xi, where A' xi is orthogonal to xi.
    lambda = weight sign(<xi, J' xi> <A' xi, J' xi> / n + epsilon): towards stable points and away from unstable ones
    (section 3.3); n is the number of weight tensors, as in the authors' code (the paper divides by the dimension).
    v goes to the players' optimizers (the paper's: RMSprop of rate 1e-4).

    Args:
        weight: size of lambda; 0 is simultaneous gradient descent.
        align: choose the sign; otherwise it is +.
        epsilon: pulls the sign to + where the alignment says little.
    """

    whole_batch = True

    def __init__(self, weight: float = 1.0, align: bool = True, epsilon: float = 0.1):
        at_least(0.0, weight=weight, epsilon=epsilon)
        flag(align=align)
        self.weight, self.align, self.epsilon = weight, align, epsilon

    def build(self, game):
        """Check the game; prepare the derivatives."""
        self.jacobian = field.Jacobian(game, solver_name(self))
        return super().build(game)

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        seen = field.look(game, *batch)
        xi, pull = seen.xi, self.jacobian.transposed(seen.xi, *batch)
        push = self.jacobian.forward(xi, *batch)
        adjustment = [(p - q) / 2.0 for p, q in zip(pull, push)]
        sign = tf.ones((), xi[0].dtype)
        if self.align:
            sign = tf.sign(field.dot(xi, pull) * field.dot(adjustment, pull) / len(xi) + self.epsilon)
        field.settle(game, seen)
        field.move(game, field.plus(xi, self.weight * sign, adjustment))
        return {**seen.terms, "solver/sign": sign, "solver/field_norm": tf.sqrt(field.dot(xi, xi))}
