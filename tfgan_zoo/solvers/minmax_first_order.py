"""The convergent first-order algorithm for GANs (Keswani, Mangoubi, Sachdeva and Vishnoi, 2022, arXiv:2006.12376)."""

import keras
import tensorflow as tf

from tfgan_zoo import draws, feeding
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.solver import Solver, Terms, at_least, count, register


@register
class MinMaxFirstOrder(Solver):
    """The min-player proposes a step, the max-player responds, and the step is kept only if the value fell (alg. 1).

    f = minus the loss of the game's first player (a GAN's discriminator). The second player makes one step of its
    optimizer, then the first one `responses` steps; f after them is compared with f before, on the same batch and the
    same draws. If it fell by `decrease` or more the new point is kept; otherwise both players are put back, batch
    statistics and optimizers' state included. Kept as well are the first point, so that the value before is one after
    a response; worse ones with probability exp(-step / temperature), which vanishes with time; and every `period`-th,
    as in the authors' script: responses that are not complete raise f, which alone would reject everything. Several
    replicas decide alike.

    A step takes `responses` + 1 batches: one for each response, the last of which is also the proposal's, and one that
    no player has moved on for the judgement.

    Args:
        responses: steps of the first player after a proposal.
        decrease: of f that is demanded.
        temperature: steps after which a worse point is kept by chance in 37 % of cases; 0 is never.
        noise: standard deviation of Gaussian noise in the proposal's gradient, for games without random batches.
        period: keep every so many-th point as it is; 1 is alternating gradient descent-ascent, 0 does not.
    """

    whole_batch = True

    def __init__(
        self,
        responses: int = 6,
        decrease: float = 0.0,
        temperature: float = 0.0,
        noise: float = 0.0,
        period: int = 0,
    ):
        count(responses=responses)
        at_least(0.0, decrease=decrease, temperature=temperature, noise=noise, period=period)
        self.responses, self.decrease, self.temperature, self.noise = responses, decrease, temperature, noise
        self.period = period

    @property
    def batches(self) -> int:
        """One for each response, and one for the judgement."""
        return self.responses + 1

    def build(self, game):
        """Check the game; prepare the judgement."""
        self.game, self._value = game, game.traced(self._value_share)
        field.weights(game)
        return super().build(game)

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        first, second = game.players
        *parts, judged = feeding.split(batch, self.batches)
        seeds = [game.seed_of(name, game.step.value) for name in ("judgement", "chance")]
        before = game.total(self._value(seeds[0], *judged))
        variables = _variables(game)
        saved = [tf.identity(v.value) for v in variables]

        logs, gradients, state, _ = game.differentiate(second, *parts[-1])
        game.settle(second, state)
        with draws.seeded(seeds[1]):
            chance = draws.shared() < self._probability()
            if self.noise:
                gradients = [g + self.noise * tf.cast(_normal(g.shape), g.dtype) for g in gradients]
        game.move(second, gradients)
        for part in parts:
            logs |= game.minimize(first, *part)
        after = game.total(self._value(seeds[0], *judged))

        keep = (after <= before - self.decrease) | chance | self._unconditionally()
        for variable, old in zip(variables, saved):
            variable.assign(tf.where(keep, variable.value, old))
        found = {"value": tf.where(keep, after, before), "kept": keep}
        return logs | {f"solver/{name}": tf.cast(value, tf.float32) for name, value in found.items()}

    def _unconditionally(self):
        step = self.game.step.value
        return (step == 0) | (step % self.period == self.period - 1) if self.period else step == 0

    def _probability(self):
        return tf.exp(-tf.cast(self.game.step.value, tf.float32) / self.temperature) if self.temperature else 0.0

    def _value_share(self, seed, *batch):
        """This replica's share of f."""
        with draws.seeded(seed), keras.StatelessScope():
            terms, _ = self.game._loss(next(iter(self.game.players)), *batch)
        total = tf.add_n([tf.cast(term, tf.float32) for term in terms.values()])
        return -total / tf.distribute.get_strategy().num_replicas_in_sync


def _variables(game):
    """All that a move may change, but for the count of moves: a point tried again is tried with other draws."""
    networks = [getattr(game, name) for names in game.players.values() for name in names]
    owners = [*networks, *game.optimizers.values()]
    return list({id(v): v for owner in owners for v in owner.variables}.values())


def _normal(shape):
    """Standard normals, the same on every replica."""
    return 2.0**0.5 * tf.math.erfinv(2.0 * draws.shared(*shape) - 1.0)
