"""Gradient descent-ascent: each player follows its own gradient (analysed e.g. in arXiv:1705.10461)."""

import tensorflow as tf

from tfgan_zoo import feeding
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Solver, Terms, flag, register


@register
class GDA(Solver):
    """Simultaneous: w <- w - rate xi(w), both gradients at the same point; alternating: one player, then the other.

    On the bilinear game f = xy with rate e the simultaneous norm grows by sqrt(1 + e^2) a step; the alternating map
    [[1, -e], [e, 1 - e^2]] has determinant 1 and circles.

    Args:
        simultaneous: move both players from the same point, on the same batch. Otherwise the first player of the game
            (a GAN's discriminator) moves first, once for each batch that the model's step takes (`n_critic`), then the
            second one against its new weights, on the last batch.
    """

    def __init__(self, simultaneous: bool = True):
        flag(simultaneous=simultaneous)
        self.simultaneous = simultaneous

    @property
    def one_batch(self) -> bool:
        """Several critic moves are no simultaneous ones."""
        return self.simultaneous

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        if self.simultaneous:
            seen = field.look(game, *batch)
            field.settle(game, seen)
            field.move(game, seen.xi)
            return seen.terms
        logs, (first, second) = {}, game.players
        for part in feeding.split(batch, game.batches_per_step):
            logs |= game.minimize(first, *part)
        return logs | game.minimize(second, *part)
