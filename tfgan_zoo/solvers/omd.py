"""Optimistic mirror descent and optimistic Adam (Daskalakis, Ilyas, Syrgkanis and Zeng, 2018, arXiv:1711.00141)."""

import keras
import tensorflow as tf

from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Memory, Solver, Terms, register


@register
class OMD(Solver):
    """The last gradient predicts the next one, which cancels rotation; both players move at once.

    With SGD: w <- w - 2 rate g_t + rate g_{t-1}, g_{-1} = 0 (algorithm 1). With any optimizer, d_t being its direction
    of unit rate and a_t its rate: w <- w + 2 a_t d_t - a_t d_{t-1}. With Adam this is optimistic Adam (algorithm 2):
    d_t = -m_t / (sqrt(v_t) + epsilon), a_t = rate sqrt(1 - beta_2^t) / (1 - beta_1^t). As in the authors' code the
    current a_t multiplies both directions.

    It equals extrapolation from the past (`Extragradient(past=True)`), whose look-ahead points these iterates are.
    """

    def remember(self, game) -> Memory:
        """The last direction of every player."""
        memory = Memory()
        self.last = {player: memory.like(game.weights_of(player), f"{player}_last") for player in game.players}
        return memory

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        seen = field.look(game, *batch)
        field.settle(game, seen)
        here = field.parts(game, field.snapshot(game))
        rates = {player: rate(game.optimizers[player]) for player in game.players}
        field.move(game, seen.xi)
        for player in game.players:
            for w, old, last in zip(game.weights_of(player), here[player], self.last[player]):
                a = tf.cast(rates[player], old.dtype)
                step = w.value - old
                w.assign(old + 2.0 * step - a * last.value)
                last.assign(tf.math.divide_no_nan(step, a))
        return seen.terms


def rate(optimizer: keras.optimizers.Optimizer) -> tf.Tensor:
    """The factor of an optimizer's next step: its learning rate, in Adam's case with the corrections of its means."""
    rate = tf.cast(optimizer.learning_rate, tf.float32)
    if isinstance(optimizer, keras.optimizers.Adam):
        step = tf.cast(optimizer.iterations.value + 1, tf.float32)
        rate *= tf.sqrt(1.0 - optimizer.beta_2**step) / (1.0 - optimizer.beta_1**step)
    return rate
