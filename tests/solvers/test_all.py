"""What every solver promises, on the smallest GAN of the catalogue and on mistakes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import solvers
from tfgan_zoo.solvers import games

STEPS, BATCH = 2, 8
OPTIONS = {
    "greedy_minmax": {"proposals": 1, "path_length": 2},
    "minmax_first_order": {"responses": 2, "temperature": 5.0},
}
SECOND_ORDER = ("consensus_optimization", "sga", "local_symplectic_surgery")
every_solver = pytest.mark.parametrize("name", solvers.NAMES)


POINTS = {"image_shape": (2,), "latent_dim": 3, "width": 6}


def make(name, optimizer=lambda: keras.optimizers.SGD(0.01), sizes=POINTS, **options):
    """Compile a zero-sum GAN with the solver."""
    model = zoo.create("gan", **sizes, saturating=True)
    solver = solvers.NAMES[name](**OPTIONS.get(name, {}))
    model.compile({player: optimizer() for player in model.players}, solver=solver, **options)
    return model


def run(model, steps=STEPS, first=0):
    batches = getattr(model.solver, "batches", 1)
    data = np.stack([model.example_batch(BATCH, seed) for seed in range(first * batches, (first + steps) * batches)])
    history = model.fit(tf.data.Dataset.from_tensor_slices(data), steps_per_epoch=steps, verbose=0).history
    return {term: values[-1] for term, values in history.items()}


def state(model):
    memory = model.solver_state.variables if model.solver_state else []
    return [v.numpy().copy() for v in [*model.variables, *memory] if v.dtype.startswith("float")]


def moved(a, b, start):
    square = lambda u, v: sum(float(np.sum((x.astype("float64") - y) ** 2)) for x, y in zip(u, v, strict=True))
    return (square(a, b) / square(a, start)) ** 0.5


@pytest.fixture(scope="module")
def plain():
    """Name -> (start, end, terms) of a plain run on one replica."""
    kept = {}

    def of(name):
        if name not in kept:
            model = make(name, jit_compile=False)
            start, terms = state(model), run(model)
            kept[name] = start, state(model), terms
        return kept[name]

    return of


@every_solver
def test_both_players_move_and_terms_are_logged(name, plain):
    start, end, terms = plain(name)
    model = make(name)
    before = {p: [w.numpy() for w in model.weights_of(p)] for p in model.players}
    run(model)
    for player, weights in before.items():
        assert any(not np.array_equal(a, w.numpy()) for a, w in zip(weights, model.weights_of(player))), player
    assert {"discriminator/adversarial", "generator/adversarial"} <= set(terms)
    assert np.isfinite(list(terms.values())).all() and all(np.isfinite(v).all() for v in end)
    assert int(model.step.numpy()) == STEPS


@every_solver
def test_xla_equals_plain(name, plain):
    start, expected, terms = plain(name)
    model = make(name, jit_compile=True)
    found = run(model)
    assert moved(expected, state(model), start) < 1e-4
    assert found == {term: pytest.approx(value, rel=1e-4, abs=1e-4) for term, value in terms.items()}


@every_solver
def test_two_replicas_with_xla_equal_one_without_and_hold_equal_state(name, plain, mirrored):
    start, expected, terms = plain(name)
    with mirrored.scope():
        model = make(name, jit_compile=True)
    found = run(model)
    assert moved(expected, state(model), start) < 1e-4
    assert found == {term: pytest.approx(value, rel=1e-4, abs=1e-4) for term, value in terms.items()}
    memory = model.solver_state.variables if model.solver_state else []
    for variable in [*model.variables, *memory, *(v for o in model.optimizers.values() for v in o.variables)]:
        copies = [v.numpy() for v in getattr(variable.value, "values", [])]
        assert all(np.array_equal(copies[0], other) for other in copies[1:]), variable.path


def test_two_replicas_draw_and_drop_out_as_one_does(mirrored):
    """On images the discriminator has dropout; second derivatives repeat it."""
    single = make("sga", sizes=zoo.info("gan").tiny, jit_compile=False)
    start, _ = state(single), run(single, 1)
    with mirrored.scope():
        model = make("sga", sizes=zoo.info("gan").tiny, jit_compile=True)
    run(model, 1)
    assert moved(state(single), state(model), start) < 1e-4


@every_solver
def test_resuming_equals_never_having_stopped(name, tmp_path):
    adam = lambda: keras.optimizers.Adam(1e-3)
    model = make(name, adam)
    run(model, 2)
    model.save_weights(tmp_path / "state.weights.h5")
    model.save(tmp_path / "state.keras")
    run(model, 2, first=2)
    again = make(name, adam)
    run(again, 1, first=5)  # whatever it did before must not matter
    again.load_weights(tmp_path / "state.weights.h5")
    loaded = zoo.load(tmp_path / "state.keras")
    assert type(loaded.solver) is solvers.NAMES[name] and loaded.solver.get_config() == model.solver.get_config()
    for other in (again, loaded):
        run(other, 2, first=2)
        assert all(np.array_equal(a, b) for a, b in zip(state(model), state(other), strict=True))


def test_names_are_those_of_the_files():
    for name, cls in solvers.NAMES.items():
        assert cls.__module__ == f"tfgan_zoo.solvers.{name}"
        assert isinstance(games.Bilinear().compile(solver=name) or solvers.get(name), cls)


def test_a_solver_given_to_two_models_remembers_for_each():
    solver = solvers.Extragradient(past=True)
    first, second = games.Bilinear(), games.Bilinear(x=(1.0, 2.0), y=(0.0, 0.0))
    first.compile(solver=solver)
    second.compile(solver=solver)
    assert [v.shape for v in first.solver.last] == [(1,), (1,)]
    assert [v.shape for v in second.solver.last] == [(2,), (2,)]


def test_what_a_solver_remembers_is_gone_after_compiling_without():
    game = games.Bilinear()
    weights = len(game.variables)
    game.compile(solver="omd")
    assert len(game.solver_state.variables) == 2 and len(game.variables) == weights
    game.compile()
    assert game.solver_state is None


class Alone(games.Bilinear):
    """y's loss does not depend on x."""

    def y_loss(self, nothing):
        return {"own": tf.reduce_sum(self.second.at.value**2)}


class Pooled(games.Bilinear):
    """A loss with an operation that can be differentiated once."""

    def value(self, x, y):
        plane = tf.cast(tf.reshape(tf.tile(x * y, [16]), (1, 4, 4, 1)), tf.float32)
        pooled = tf.nn.fractional_max_pool(plane, [1, 2.0, 2.0, 1], seed=1)[0]
        return tf.cast(tf.reduce_sum(pooled), tf.float64)


class Three(games.Bilinear):
    players = {"y": ["second"], "x": ["first"], "z": ["third"]}

    def __init__(self):
        super().__init__()
        self.third = games.Point((0.0,))


@pytest.mark.parametrize("name", SECOND_ORDER)
@pytest.mark.parametrize(
    ("game", "reason"),
    [
        (Alone, "the gradient of 'y' does not depend on the other player"),
        (Pooled, "an operation of its losses has none"),
    ],
)
def test_games_without_second_derivatives_are_named_before_anything_moves(name, game, reason):
    made = game()
    made.compile(solver=name)
    with pytest.raises(zoo.ZooError, match=f"solver '{name}' needs second derivatives, but {reason}"):
        made.fit(np.zeros((1, 1), "float32"), batch_size=1, verbose=0)
    assert made.first.at.numpy() == made.second.at.numpy() == 1.0 and int(made.step.numpy()) == 0


@every_solver
def test_games_of_more_players_are_named(name):
    with pytest.raises(zoo.ZooError, match=f"solver '{name}' is for two players, but three.* has 3: y, x, z"):
        Three().compile(solver=name)
    with pytest.raises(zoo.ZooError, match="vae has 1: autoencoder"):
        zoo.create("vae", **zoo.info("vae").tiny).compile(solver=name)


@pytest.mark.parametrize("name", [name for name in solvers.NAMES])
def test_several_critic_moves_are_named(name):
    model = zoo.create("wgan_gp", **zoo.info("wgan_gp").tiny)
    with pytest.raises(zoo.ZooError, match=f"'{name}' shows both .* wgan_gp makes 2 moves .* n_critic=1"):
        model.compile(solver=name)
    model.compile(solver=solvers.GDA(simultaneous=False))
    model.fit(np.zeros((4, 16, 16, 1), "float32"), batch_size=2, epochs=1, verbose=0)
    assert (int(model.moves["discriminator"].numpy()), int(model.moves["generator"].numpy())) == (4, 2)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: games.Bilinear().compile(solver="extragrad"), "unknown solver 'extragrad'; did you mean 'extragradi"),
        (lambda: games.Bilinear().compile(solver=3), "solver: expected a name"),
        (lambda: games.Bilinear().compile(solver=solvers.OMD), "solver: expected a name"),
        (lambda: solvers.Extragradient(step=-1.0), "step: expected a number from 0 on, found -1"),
        (lambda: solvers.Extragradient(past=1), "past: expected True or False, found 1"),
        (lambda: solvers.ConsensusOptimization(gamma="ten"), "gamma: expected a number from 0 on, found 'ten'"),
        (lambda: solvers.MinMaxFirstOrder(responses=0), "responses: expected a whole number from 1 on, found 0"),
        (lambda: games.Bilinear().compile(solver="sga", accumulation_steps=2), "whole, but accumulation_steps is 2"),
        (
            lambda: zoo.create("gan", **zoo.info("gan").tiny).compile(solver="local_symplectic_surgery"),
            "zero-sum games, but gan's generator does not minimize",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_named(mistake, message):
    with pytest.raises(zoo.ZooError, match=message):
        mistake()
