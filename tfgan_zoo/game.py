"""Game: players that each minimize their own loss. The only place with a tape, an optimizer, replicas and XLA."""

import contextvars
import inspect
import numbers
import zlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo import draws, feeding, solvers
from tfgan_zoo.averages import average_of, follow, warm_rate
from tfgan_zoo.construction import construction
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.inputs import Input
from tfgan_zoo.means import RunningMeans

Terms = dict[str, tf.Tensor]

_evaluating = contextvars.ContextVar("evaluating", default=False)  # of the thread; replicas are traced in their own


class Game(keras.Model):
    """Named players, each with networks, an optimizer and a loss.

    Player p minimizes the sum of the terms that `p_loss(*batch)` returns; every term is a mean over the batch. One
    `train_step` is `play(*batch)`, the order in which players move. A model file says, in this order: the networks, its
    inputs, each player's loss as a dict of named terms and, if it differs, the order of moves.

    Constructor arguments are scalars, strings and tuples, each kept under its own name: the whole configuration.
    Random numbers inside a loss come from `tfgan_zoo.draws`.

    Args:
        seed: of every draw made in training.
        ema_decay: decay of the moving averages of the networks named in `averaged`; 0 keeps none.
    """

    players: dict[str, list[str]] = {}  # player -> attribute names of its networks
    averaged: tuple[str, ...] = ()  # attribute names of networks whose moving average `<name>_ema` is deployed
    batches_per_step = 1  # batches of the data set that one train step consumes

    def __init__(self, seed: int = 0, ema_decay: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(seed, numbers.Integral) or not 0 <= ema_decay < 1:
            raise ZooError(f"expected an integer seed and ema_decay in [0, 1), found {seed!r} and {ema_decay!r}")
        self.seed, self.ema_decay = int(seed), ema_decay
        self.step = self.scalar("step", dtype="int64")
        self.moves = {player: self.scalar(f"{player}_moves", dtype="int64") for player in self.players}
        self.built = True  # by the constructor of the variant: Keras need not call the model to build it

    # What a variant says

    def inputs_of_batch(self) -> tuple[Input, ...]:
        """The inputs that `fit` takes, in order."""
        raise TypeError(f"{type(self).__name__} does not say what it takes; define inputs_of_batch()")

    def play(self, *batch: tf.Tensor) -> Terms:
        """One round of moves. By default each player moves once, in the order of `players`."""
        logs = {}
        for player in self.players:
            logs |= self.minimize(player, *batch)
        return logs

    def after_step(self, logs: Terms) -> Terms:
        """Update adaptive scalars from this step's terms (global means); returns what else to log."""
        return {}

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """The paper's optimizer of every player."""
        return {player: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8) for player in self.players}

    def add_networks(self, **networks: keras.Model) -> None:
        """Keep networks under the names given, with moving averages of those in `averaged`.

        Raises:
            ValueError: a network keeps hidden random state, as `keras.layers.Dropout` does.
        """
        for name, network in networks.items():
            if hidden := [v.path for v in network.variables if not v.dtype.startswith("float")]:
                raise ValueError(f"{name} keeps random state in {hidden}; use layers that draw from `tfgan_zoo.draws`")
            setattr(self, name, network)
            if name in self.averaged and self.ema_decay:
                setattr(self, f"{name}_ema", average_of(network, f"{name}_ema"))

    def scalar(self, name: str, value: float = 0.0, dtype: str = "float32") -> keras.Variable:
        """Make a saved number that every replica holds alike. Assign it outside losses, from global means."""
        start = keras.initializers.Constant(value)
        return self.add_weight(
            name=name, shape=(), dtype=dtype, initializer=start, trainable=False, aggregation="only_first_replica"
        )

    def seed_of(self, name: str, count: tf.Tensor) -> tf.Tensor:
        """Return the seed of the `count`-th use of the stream of draws called `name`."""
        return tf.stack([(self.seed ^ zlib.crc32(name.encode())) & 0x7FFFFFFF, tf.cast(count, tf.int32)])

    def lazily(self, every: int, term: Callable[[], tf.Tensor]) -> tf.Tensor:
        """Return `every` times `term()` on each `every`-th step and zero on the others: the same mean at less cost.

        In evaluation it is `term()`.
        """
        if every == 1 or _evaluating.get():
            return term()
        return tf.cond(self.step.value % every == 0, lambda: every * term(), lambda: tf.zeros(()))

    # Moves

    def minimize(self, player: str, *batch: tf.Tensor, has_aux: bool = False) -> Terms | tuple[Terms, Any]:
        """Make one optimizer step of `player`.

        Args:
            player: whose weights move; nobody else's do, nor anybody else's batch statistics.
            *batch: passed to the player's loss.
            has_aux: the loss returns (terms, auxiliary tensors with one row per example), and so does this method.

        Returns:
            {"player/term": mean over the global batch}.
        """
        terms, gradients, aux = self.gradients(player, *batch)
        self.move(player, gradients)
        return (terms, aux) if has_aux else terms

    def regularize(self, player: str, every: int, *batch: tf.Tensor) -> Terms:
        """On each `every`-th step make a further move of `player`: its optimizer's step on `every` times a second loss.

        `player_regularizer(*batch)` returns the terms, and may leave weights of the player alone. On other steps it is
        not computed, its terms are zero, and weights and optimizer stay as they are (lazy regularization: Karras et
        al., 2020, arXiv:1912.04958, section 3.1).
        """
        due = self.step.value % every == 0
        terms, gradients, state, _ = self.differentiate(player, *batch, regularizer=every)
        self.settle(player, state)
        self.move(player, gradients, due)
        return terms

    def minimize_together(self, *batch: tf.Tensor) -> Terms:
        """Find every player's gradients at the same weights, then make all moves."""
        logs, gradients = {}, {}
        for player in self.players:
            terms, gradients[player], _ = self.gradients(player, *batch)
            logs |= terms
        for player in self.players:
            self.move(player, gradients[player])
        return logs

    def gradients(self, player: str, *batch: tf.Tensor) -> tuple[Terms, list[tf.Tensor], Any]:
        """Return terms and gradients of `player` over the global batch, equal on every replica, and the loss's extras.

        Batch statistics and other state that the loss changes in the player's own networks is written here.
        """
        terms, gradients, state, aux = self.differentiate(player, *batch)
        self.settle(player, state)
        return terms, gradients, aux

    def differentiate(
        self, player: str, *batch: tf.Tensor, regularizer: int = 0
    ) -> tuple[Terms, list[tf.Tensor], list[tf.Tensor], Any]:
        """Terms, gradients and new state of `player` over the global batch, and extras; nothing is written.

        Until `settle` is called, looking again, there or elsewhere, repeats the same draws. With a number for
        `regularizer` the loss is the player's second one, see `regularize`.
        """
        self._assert_player(player)
        if not self.compiled:
            raise ZooError(f"{self.name} is not compiled; call model.compile() first")
        seed = self.seed_of(player, self.moves[player].value)
        terms, gradients, state, aux = self._differentiate(player, seed, *batch, regularizer=regularizer)
        terms, gradients, state = self.total((terms, gradients, state))
        return {f"{player}/{name}": value for name, value in terms.items()}, gradients, state, aux

    def settle(self, player: str, state: list[tf.Tensor]) -> None:
        """Write the player's new state and count its move, so that the next one draws anew."""
        scaled = isinstance(self.optimizers[player], keras.optimizers.LossScaleOptimizer)
        for variable, value in zip(self._state_of(player), state):
            # A step that float16 overflows is skipped by the optimizer; its statistics must not stay either.
            variable.assign(tf.where(tf.math.is_finite(value), value, variable.value) if scaled else value)
        self.moves[player].assign_add(1)

    def total(self, shares: Any) -> Any:
        """Sum nested tensors, each replica's share, over replicas."""
        return all_sum(shares) if replicas() > 1 else shares

    def move(self, player: str, gradients: list[tf.Tensor], when: tf.Tensor | None = None) -> None:
        """Give the gradients of the global batch to the player's optimizer; elsewhere than `when`, do nothing."""
        optimizer, weights = self.optimizers[player], self.weights_of(player)
        if when is None:
            optimizer.apply(gradients, weights)
        elif replicas() == 1:
            tf.cond(when, lambda: (optimizer.apply(gradients, weights), 0)[1], lambda: 0)
        else:  # a strategy cannot have an optimizer inside `tf.cond`: the move is made and taken back
            kept = [(v, tf.identity(v.value)) for v in (*weights, *optimizer.variables)]
            optimizer.apply(gradients, weights)
            for variable, before in kept:
                variable.assign(tf.where(when, variable.value, before))

    def terms_and_gradients(self, player: str, seed: tf.Tensor, *batch: tf.Tensor, regularizer: int = 0):
        """A pure function of weights, state, seed and batch: this replica's share of terms, gradients and new state.

        XLA compiles it. Nothing is assigned: what layers assign is caught and returned.
        """
        if regularizer:
            return self._every(regularizer, lambda: self._shares(player, "regularizer", seed, *batch), player)
        return self._shares(player, "loss", seed, *batch)

    def _every(self, every, shares, player):
        """Nested shares, or on steps in between the state as it is and zeros for all else."""

        def rest():
            specs = tf.function(shares, autograph=False).get_concrete_function().structured_outputs
            terms, gradients, _, aux = tf.nest.map_structure(lambda s: tf.zeros(s.shape, s.dtype), specs)
            return terms, gradients, [v.value / replicas() for v in self._state_of(player)], aux

        def now():
            terms, gradients, state, aux = shares()
            scaled = lambda t: tf.cast(every, t.dtype) * t
            return tf.nest.map_structure(scaled, terms), tf.nest.map_structure(scaled, gradients), state, aux

        return tf.cond(self.step.value % every == 0, now, rest)

    def _shares(self, player, loss, seed, *batch):
        n = self.accumulation_steps
        if n == 1:
            return self._share(player, loss, seed, 0, *batch)
        micro = [tf.stack(part) for part in zip(*feeding.split(batch, n))]
        shape = tf.nest.map_structure(
            lambda t: tf.TensorSpec(t.shape, t.dtype), self._share_shapes(player, loss, seed, micro)
        )
        shares = tf.map_fn(
            lambda inputs: self._share(player, loss, seed, *inputs),
            (tf.range(n), *micro),
            fn_output_signature=shape,
            parallel_iterations=1,
        )
        terms, gradients, state, aux = shares
        terms, gradients, state = tf.nest.map_structure(lambda t: tf.reduce_sum(t, axis=0), (terms, gradients, state))
        interleave = lambda t: tf.reshape(tf.experimental.numpy.swapaxes(t, 0, 1), (-1, *t.shape[2:]))
        return terms, gradients, state, tf.nest.map_structure(interleave, aux)

    def train_step(self, data) -> Terms:
        """Play one round; update adaptive scalars, moving averages and the means that are logged."""
        batch = as_batch(data)
        with tf.control_dependencies(batch):  # at the data's end nothing may be counted
            logs = self.solver(self, *batch) if self.solver else self.play(*batch)
            logs |= self.after_step(logs)
            self.step.assign_add(1)
            if self.ema_decay:
                rate = warm_rate(self.ema_decay, self.step.value)
                for name in self.averaged:
                    follow(getattr(self, f"{name}_ema"), getattr(self, name), rate)
            return self._means.update(logs)

    def test_step(self, data) -> Terms:
        """Every player's terms on a batch, with weights and state unchanged."""
        logs, token = {}, _evaluating.set(True)
        try:
            for player in self.players:
                seed = self.seed_of(f"test {player}", tf.cast(self._test_means.count, tf.int32))
                with keras.StatelessScope(), draws.seeded(seed):
                    terms, _ = self._loss(player, *as_batch(data))
                terms = {name: tf.cast(value, tf.float32) / replicas() for name, value in terms.items()}
                logs |= {f"{player}/{name}": v for name, v in (all_sum(terms) if replicas() > 1 else terms).items()}
        finally:
            _evaluating.reset(token)
        return self._test_means.update(logs)

    # Weights and state

    def weights_of(self, player: str) -> list[keras.Variable]:
        """The player's trainable weights, each once however many of its networks share it."""
        self._assert_player(player)
        return _unique(w for name in self.players[player] for w in getattr(self, name).trainable_variables)

    def deployed(self, name: str) -> keras.Model:
        """Return the moving average of the network `name` if there is one, else the network."""
        return getattr(self, f"{name}_ema", None) or getattr(self, name)

    def _state_of(self, player):
        """What the player's own networks keep beside weights, e.g. moving statistics."""
        state = _unique(v for name in self.players[player] for v in getattr(self, name).non_trainable_variables)
        return [v for v in state if v.dtype.startswith("float")]

    def _loss(self, player, *batch, loss="loss"):
        result = getattr(self, f"{player}_{loss}")(*batch)
        return result if isinstance(result, tuple) else (result, ())

    def _share(self, player, loss, seed, part, *batch):
        weights, state = self.weights_of(player), self._state_of(player)
        shares = replicas() * self.accumulation_steps
        watched = [w.value for w in weights]
        random = draws.seeded(seed, part, self.accumulation_steps)
        with random, keras.StatelessScope() as scope, tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            terms, aux = self._loss(player, *batch, loss=loss)
            terms = {name: tf.cast(value, tf.float32) / shares for name, value in terms.items()}
            total = self.optimizers[player].scale_loss(tf.add_n(list(terms.values())))
            changed = [scope.get_current_value(v) for v in state]
        unconnected = "none" if loss == "loss" else "zero"  # a regularizer may leave weights alone
        gradients = tape.gradient(total, watched, unconnected_gradients=unconnected)
        if unused := [w.path for w, gradient in zip(weights, gradients) if gradient is None]:
            raise ValueError(f"{self.name}: the loss of {player!r} does not depend on {unused}")
        state = [tf.convert_to_tensor(v.value if new is None else new) / shares for v, new in zip(state, changed)]
        return terms, [tf.convert_to_tensor(gradient) for gradient in gradients], state, aux

    def _share_shapes(self, player, loss, seed, micro):
        """Shapes of a micro-batch's share, found by tracing it without running it."""
        trace = tf.function(lambda *batch: self._share(player, loss, seed, 0, *batch), autograph=False)
        specs = [tf.TensorSpec(t.shape[1:], t.dtype) for t in micro]
        return trace.get_concrete_function(*specs).structured_outputs

    def _assert_compilable(self, optimizers, solver, jit_compile, accumulation_steps, others):
        if not isinstance(optimizers, dict):
            raise ZooError(f"{self.name}: optimizers is a dict with keys {list(self.players)}, found {optimizers!r}")
        for player in optimizers:
            self._assert_player(player)
        made = [id(o) for o in optimizers.values() if not isinstance(o, str)]
        if len(set(made)) < len(made):
            raise ZooError(f"{self.name}: one optimizer for two players, but it keeps the state of one; make two")
        if solver and self.dtype_policy.name == "mixed_float16":
            raise ZooError(f"{self.name}: a solver combines gradients, which mixed_float16 scales; use mixed_bfloat16")
        if jit_compile not in (True, False, "auto"):
            raise ZooError(f"{self.name}: jit_compile is True, False or 'auto', found {jit_compile!r}")
        if not isinstance(accumulation_steps, int) or accumulation_steps < 1:
            raise ZooError(f"{self.name}: accumulation_steps is a number from 1 on, found {accumulation_steps!r}")
        if foreign := set(others) - {"run_eagerly", "steps_per_execution"}:
            raise ZooError(f"{self.name}: compile takes no {', '.join(sorted(foreign))}; the model has its own losses")

    def _assert_player(self, player):
        if player not in self.players:
            raise unknown(f"player of {self.name}", player, self.players)

    # Deployment

    def sample(self, n: int, seed: int = 0, **conditions: Any) -> tf.Tensor:
        """Return `n` outputs of the deployed function; the same for the same seed."""
        raise TypeError(f"{type(self).__name__} does not say how to sample; define sample()")

    def refuse(self, conditions: dict[str, Any]) -> None:
        """Raise ZooError if `sample` was given conditions; for models that take none."""
        if conditions:
            names = ", ".join(conditions)
            raise ZooError(f"{self.name} takes no {names}: it is unconditional; sample(n, seed) suffices")

    def encode(self, images: Any) -> tf.Tensor:
        """Images to codes, of models that have an encoder: see `tfgan_zoo.encoding.Encoding`."""
        raise ZooError(f"{self.name} has no encoder: it makes images from latents, and nothing goes back")

    def reconstruct(self, images: Any) -> tf.Tensor:
        """Images to the images that their codes stand for, of models that have an encoder."""
        raise ZooError(f"{self.name} has no encoder, so that it cannot reconstruct images")

    def serving_signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """Name -> function with an input signature; what is exported. "serving_default" is `call`."""
        raise TypeError(f"{type(self).__name__} does not say what to serve; define serving_signatures()")

    def example_batch(self, batch_size: int, seed: int = 0) -> np.ndarray | tuple[np.ndarray, ...]:
        """Return a valid synthetic batch in the structure that `fit` takes."""
        generator = np.random.default_rng(seed)
        batch = tuple(wanted.example(batch_size, generator) for wanted in self.inputs_of_batch())
        return batch if len(batch) > 1 else batch[0]

    # Keras

    def compile(
        self,
        optimizers: dict[str, keras.optimizers.Optimizer] | None = None,
        solver: Callable | str | None = None,
        jit_compile: bool | str = "auto",
        accumulation_steps: int = 1,
        **kwargs: Any,
    ) -> None:
        """Choose how players move.

        Args:
            optimizers: player -> optimizer (or its Keras name); players left out keep the paper's. Rates that change
                are Keras schedules, read at every step.
            solver: what replaces the paper's order of moves: a name in `solvers.NAMES`, a `solvers.Solver`, or a
                function (game, *batch) -> terms.
            jit_compile: compile losses and gradients with XLA. "auto" does so on GPUs; on CPUs plain execution was
                measured to be faster (convolutions: 4 times).
            accumulation_steps: micro-batches that every move's batch is computed in, one after the other, to save
                memory. The result is that of the whole batch, but for batch statistics.
            **kwargs: `run_eagerly`, `steps_per_execution`: as in `keras.Model.compile`.

        Raises:
            ZooError: an unknown player or solver, an optimizer given twice, a game that is not the solver's, or a
                solver with float16 losses.
        """
        solver = solvers.get(solver)
        self._assert_compilable(optimizers or {}, solver, jit_compile, accumulation_steps, kwargs)
        optimizers = _in_scope(self.distribute_strategy, optimizers or {})
        with self.distribute_strategy.scope():
            self._compile(optimizers, solver, jit_compile, accumulation_steps, **kwargs)

    def _compile(self, optimizers, solver, jit_compile, accumulation_steps, **kwargs):
        super().compile(optimizer=None, jit_compile=False, **kwargs)  # XLA around a whole step fails with replicas
        self._means, self._test_means = RunningMeans(), RunningMeans()
        self.solver, self.jit_compile_losses, self.accumulation_steps = solver, jit_compile, accumulation_steps
        xla = bool(tf.config.list_physical_devices("GPU")) if jit_compile == "auto" else bool(jit_compile)
        self.optimizers = self.default_optimizers() | {p: keras.optimizers.get(o) for p, o in optimizers.items()}
        for player in self.players:
            self.optimizers[player] = _prepared(self.optimizers[player], self.dtype_policy)
            self.optimizers[player].build(self.weights_of(player))
        if xla and replicas() > 1 and (layer := _synchronized(self)):
            raise ZooError(
                f"{self.name}: {layer} synchronizes its batch statistics, which XLA cannot do inside a compiled loss; "
                "use jit_compile=False, or leave the statistics to each replica"
            )
        # One function is traced once for all critic steps. Synchronized statistics cannot cross its border.
        inline = not xla and replicas() > 1
        self.traced = lambda f: f if inline else tf.function(f, jit_compile=xla or None, autograph=False)  # of a share
        self._differentiate = self.traced(self.terms_and_gradients)
        # Saved like an optimizer, but past Keras' tracking: no weights of the model, and gone with the next compile.
        object.__setattr__(self, "solver_state", solver.build(self) if hasattr(solver, "build") else None)

    def fit(self, x=None, y=None, batch_size=None, epochs=1, *args, shuffle=True, **kwargs):
        """Train; as `keras.Model.fit`, after a check of the data.

        `x` is a `tf.data.Dataset` of batches as `inputs_of_batch` says, or arrays with `batch_size`. The batch is that
        of one move: a model with several critic steps takes as many batches in a step. A smaller last batch is dropped.

        Raises:
            ZooError: the data do not fit the model.
        """
        if not self.compiled:
            raise ZooError(f"{self.name} is not compiled; call model.compile() before fit")
        data = feeding.prepare(
            x,
            y,
            inputs=self.inputs_of_batch(),
            model=self.name,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=self.seed,
            joined=self.batches_per_step * getattr(self.solver, "batches", 1),
            replicas=self.distribute_strategy.num_replicas_in_sync,
            micro_batches=self.accumulation_steps,
        )
        return super().fit(data, None, None, epochs, *args, shuffle=False, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        games = [c for c in type(self).__mro__ if issubclass(c, Game)]
        names = {n for c in games for n in inspect.signature(c.__init__).parameters} - {"self", "kwargs"}
        return {**super().get_config(), **{name: getattr(self, name) for name in sorted(names)}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects=None) -> "Game":
        """Make the model that `get_config` described."""
        config = {name: _as_tuples(value) for name, value in config.items()}
        with construction(config.get("seed", 0), config.pop("dtype", None)):
            return cls(**config)

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return what `compile` was given, serialized; None before `compile`."""
        if not self.compiled:
            return None
        keep = keras.saving.serialize_keras_object
        return {
            "optimizers": {player: keep(optimizer) for player, optimizer in self.optimizers.items()},
            "solver": keep(self.solver),
            "jit_compile": self.jit_compile_losses,
            "accumulation_steps": self.accumulation_steps,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` described."""
        make = keras.saving.deserialize_keras_object
        optimizers = {player: make(optimizer) for player, optimizer in config.pop("optimizers").items()}
        self.compile(optimizers, make(config.pop("solver")), **config)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The core's own means; Keras' never-updated "loss" is left out."""
        return self._means.metrics + self._test_means.metrics if self.compiled else []

    def get_metrics_result(self) -> Terms:
        """Return nothing: Keras then reports what the steps return, which are the running means already."""
        return {}

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Do nothing: the constructor built the model (and stock Keras fails here under several workers)."""


def replicas() -> int:
    """Number of replicas in the current strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def all_sum(values: Any) -> Any:
    """Sum nested tensors over replicas."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)


def as_batch(data: Any) -> tuple[tf.Tensor, ...]:
    """Return what Keras hands to a step as a flat tuple of inputs."""
    while isinstance(data, tuple | list) and len(data) == 1:
        data = data[0]
    return tuple(data) if isinstance(data, tuple | list) else (data,)


def _in_scope(strategy, optimizers):
    """Make optimizers again in the strategy's scope unless we are in it: they belong to the scope they were made in."""
    if tf.distribute.get_strategy() is strategy:
        return optimizers
    configs = {p: o if isinstance(o, str) else keras.saving.serialize_keras_object(o) for p, o in optimizers.items()}
    with strategy.scope():
        return {p: keras.optimizers.get(config) for p, config in configs.items()}


def _unique(variables):
    return list({id(v): v for v in variables}.values())


def _as_tuples(value):
    """JSON makes lists of tuples."""
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def _synchronized(model):
    layers = model._flatten_layers()
    return next((layer.name for layer in layers if getattr(layer, "synchronized", False)), None)


def _prepared(optimizer, policy):
    """Scale losses for float16, and stop Keras from summing gradients that are already sums over replicas.

    Keras clips and looks for infinities *before* it sums; the core sums first, so both see the global gradient.
    """
    if policy.name == "mixed_float16" and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    getattr(optimizer, "inner_optimizer", optimizer)._all_reduce_sum_gradients = list
    return optimizer
