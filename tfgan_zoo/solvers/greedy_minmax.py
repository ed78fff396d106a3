"""Greedy second-order equilibria (Mangoubi and Vishnoi, 2020, arXiv:2006.12363)."""

import math

import keras
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.paths import greedy_path
from tfgan_zoo.solvers.solver import Memory, Solver, Terms, at_least, count, register


@register
class GreedyMinMax(Solver):
    """The min-player x predicts the max-player's greedy response and searches for the lowest value after it.

    f = minus the loss of the game's first player, y (a GAN's discriminator); x is the second. `greedy_path` climbs f
    from y as long as slope or curvature lets it (`paths.py`); h(x, y) is f at its end. One step, from y at a path's
    end: draw Gaussians zeta_k, h_k = h(x + sigma zeta_k, y), each from the *current* y; descend the truncated estimate
    mean_k zeta_k (min(h_k, h) - h) / sigma by `rate`; of this candidate and the proposals take the one with the lowest
    h if it is lower by `decrease`, and y with it to its path's end; otherwise sigma shrinks. It stops after
    `max_rejects` failures in a row or when sigma is below `least_sigma`. At rest |grad_y f| <= epsilon, the curvature
    of f in y is at most sqrt(epsilon), and no proposal lowers h. The paper proves existence and convergence; its
    constants are not published, these are ours.

    The players' optimizers are not used. A step costs (proposals + 2) paths: for small games. On several replicas each
    one computes the whole global batch.

    Args:
        epsilon: slope, and squared curvature, that a path climbs.
        path_step: of a path, along the gradient, or along the top eigenvector of the Hessian.
        path_length: steps that a path may have.
        proposals: K.
        sigma: first size of proposals.
        rate: of the descent on the truncated estimate.
        decrease: of h that a proposal must bring.
        shrink: factor of sigma after a failure.
        least_sigma: where the search ends.
        max_rejects: failures in a row after which it ends.
    """

    whole_batch = True

    def __init__(
        self,
        epsilon: float = 1e-3,
        path_step: float = 0.02,
        path_length: int = 5000,
        proposals: int = 8,
        sigma: float = 0.5,
        rate: float = 0.2,
        decrease: float = 1e-6,
        shrink: float = 0.9,
        least_sigma: float = 1e-3,
        max_rejects: int = 60,
    ):
        numbers = {"epsilon": epsilon, "path_step": path_step, "sigma": sigma, "rate": rate, "decrease": decrease}
        at_least(0.0, **numbers, shrink=shrink, least_sigma=least_sigma)
        count(path_length=path_length, proposals=proposals, max_rejects=max_rejects)
        self.epsilon, self.path_step, self.path_length, self.proposals = epsilon, path_step, path_length, proposals
        self.sigma, self.rate, self.decrease, self.shrink = sigma, rate, decrease, shrink
        self.least_sigma, self.max_rejects = least_sigma, max_rejects

    def check(self, game) -> None:
        """Raise ZooError unless the game has two players, one batch, and weights of one type."""
        super().check(game)
        if len({w.dtype for w in field.weights(game)}) > 1:
            raise ZooError(f"{game.name}: its weights have several types; greedy_minmax needs one")

    def build(self, game):
        """Check the game; prepare the search."""
        self.game, self._search = game, game.traced(self._searched)
        return super().build(game)

    def remember(self, game) -> Memory:
        """Sigma, and how often in a row no proposal was accepted."""
        memory = Memory()
        self.now_sigma, self.rejects = memory.scalar("sigma", self.sigma), memory.scalar("rejects")
        return memory

    def __call__(self, game, *batch: tf.Tensor) -> Terms:
        """Make one step."""
        seen = field.look(game, *batch)
        y_name, x_name = game.players
        y, x = (_joined([w.value for w in game.weights_of(p)]) for p in (y_name, x_name))
        active = (self.rejects.value < self.max_rejects) & (self.now_sigma.value >= self.least_sigma)
        seeds = game.seed_of(y_name, game.moves[y_name].value), game.seed_of("greedy", game.step.value)
        found = self._search(seeds, active, self.now_sigma.value, x, y, *_gathered(batch))
        x, y, value, lowered = _of_first_replica(game, found)
        field.settle(game, seen)
        for player, vector in ((x_name, x), (y_name, y)):
            for w, part in zip(game.weights_of(player), _split(vector, game.weights_of(player))):
                w.assign(part)
        failed = active & (lowered <= 0.0)
        self.rejects.assign(tf.where(failed, self.rejects.value + 1.0, tf.where(active, 0.0, self.rejects.value)))
        self.now_sigma.assign(tf.where(failed, self.shrink * self.now_sigma.value, self.now_sigma.value))
        found = {"value": value, "lowered": lowered, "sigma": self.now_sigma.value}
        return seen.terms | {f"solver/{name}": number for name, number in found.items()}

    def _searched(self, seeds, active, sigma, x, y, *batch):
        """New x, y, the value there, and by how much it was lowered (0: no proposal was accepted)."""
        keep = lambda: (x, y, self._value(seeds[0], x, y, batch), tf.zeros((), x.dtype))
        return tf.cond(active, lambda: self._round(seeds, tf.cast(sigma, x.dtype), x, y, batch), keep)

    def _round(self, seeds, sigma, x, y, batch):
        with draws.seeded(seeds[1]):
            zeta = tf.cast(_normal(self.proposals, *x.shape), x.dtype)
            start = tf.cast(_normal(*y.shape), y.dtype)
        last = self.proposals + 1

        def respond(k, slope, here, best):
            """Path k: of x itself, of the proposals, of the candidate. One loop, so that losses are compiled once."""
            (y, h), (_, _, least) = here, best
            noise = zeta[tf.clip_by_value(k - 1, 0, self.proposals - 1)]
            moved = tf.where(tf.equal(k, last), -self.rate * slope, sigma * noise)
            point = tf.where(tf.equal(k, 0), x, x + moved)
            value = lambda y: self._value(seeds[0], point, y, batch)
            end = greedy_path(value, y, start, self.epsilon, self.path_step, self.path_length)
            found = value(end)
            here = _choose(tf.equal(k, 0), (end, found), here)
            proposed = (0 < k) & (k < last)
            gain = tf.where(proposed, tf.minimum(found, h) - h, 0.0)
            better = tf.equal(k, 0) | (found < least)
            return (
                k + 1,
                slope + noise * gain / (sigma * self.proposals),
                here,
                _choose(better, (point, end, found), best),
            )

        zero = tf.zeros((), x.dtype)
        loop = (tf.constant(0), tf.zeros_like(x), (y, zero), (x, y, zero))
        _, _, here, best = tf.while_loop(lambda k, *_: k <= last, respond, loop, parallel_iterations=1)
        (y, h), lowered = here, here[1] - best[2]
        accept = lowered > self.decrease
        x, y, h = _choose(accept, best, (x, y, h))
        return x, y, h, tf.where(accept, lowered, 0.0)

    def _value(self, seed, x, y, batch):
        """F on the global batch, a pure function of both players' weights as vectors."""
        game, (y_name, x_name) = self.game, self.game.players
        at = [*zip(game.weights_of(y_name), _split(y, game.weights_of(y_name)))]
        at += zip(game.weights_of(x_name), _split(x, game.weights_of(x_name)))
        with draws.seeded(seed, alone=True), keras.StatelessScope(state_mapping=at):
            terms, _ = game._loss(y_name, *batch)
        return -tf.add_n([tf.cast(term, x.dtype) for term in terms.values()])


def _choose(condition, yes, no):
    return tuple(tf.where(condition, a, b) for a, b in zip(yes, no))


def _joined(tensors):
    return tf.concat([tf.reshape(t, (-1,)) for t in tensors], axis=0)


def _split(vector, weights):
    parts = tf.split(vector, [math.prod(w.shape) for w in weights])
    return [tf.reshape(part, w.shape) for part, w in zip(parts, weights)]


def _normal(*shape):
    """Standard normals, the same on every replica."""
    return 2.0**0.5 * tf.math.erfinv(2.0 * draws.shared(*shape) - 1.0)


def _gathered(batch):
    """The global batch, in the order in which it was dealt."""
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync
    if replicas == 1:
        return batch
    return [tf.ensure_shape(context.all_gather(t, 0), (replicas * t.shape[0], *t.shape[1:])) for t in batch]


def _of_first_replica(game, tensors):
    """The first replica's result on all of them: rounding on GPUs must not make their decisions differ."""
    first = tf.equal(tf.distribute.get_replica_context().replica_id_in_sync_group, 0)
    return game.total([tf.where(first, t, tf.zeros_like(t)) for t in tensors])
