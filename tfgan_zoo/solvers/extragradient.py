"""Extra-SGD, extra-Adam and extrapolation from the past (Gidel et al., 2019, arXiv:1802.10551)."""

import tensorflow as tf

from tfgan_zoo import feeding
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Memory, Solver, Terms, at_least, flag, register


@register
class Extragradient(Solver):
    """Look ahead, read the gradient there, apply it from where you stood; both players at once.

    w' = w - U(xi(w; first batch)),  w <- w - U(xi(w'; second batch)), U the optimizers' step (algorithm 4). Adam's
    moments are updated in both halves, so its step counter grows by two. From the past: w' = w - U(g), g the gradient
    of the previous look-ahead point, zero at the start: one gradient and one batch a step (eq. 15).

    Without `past` a step takes two batches: compare methods by batches, not by steps.

    Args:
        step: length of the look-ahead, in steps of the optimizer; 0 does not look ahead.
        past: extrapolate from the past.
    """

    def __init__(self, step: float = 1.0, past: bool = False):
        at_least(0.0, step=step)
        flag(past=past)
        self.step, self.past = step, past

    @property
    def batches(self) -> int:
        """One for each gradient."""
        return 1 if self.past else 2

    def remember(self, game) -> Memory | None:
        """The last gradient."""
        if not self.past:
            return None
        memory = Memory()
        self.last = memory.like(field.weights(game), "last")
        return memory

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step; the terms are those at the look-ahead point."""
        here = field.snapshot(game)
        if self.past:
            direction = [last.value for last in self.last]
        else:
            batch, second = feeding.split(batch, 2)
            seen = field.look(game, *batch)
            field.settle(game, seen)
            direction, batch = seen.xi, second
        field.move(game, direction)
        if self.step != 1.0:
            ahead = field.snapshot(game)
            field.assign(game, field.plus(here, self.step, field.plus(ahead, -1.0, here)))
        seen = field.look(game, *batch)
        field.settle(game, seen)
        field.assign(game, here)
        field.move(game, seen.xi)
        if self.past:
            for last, g in zip(self.last, seen.xi):
                last.assign(g)
        return seen.terms
