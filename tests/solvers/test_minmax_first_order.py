"""Known answers: what is refused leaves no trace, what is always kept is alternating descent-ascent, values fall."""

import keras
import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo import solvers
from tfgan_zoo.solvers.games import F1, Bilinear, Quadratic, iterate, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by
f1 = lambda x, y: -3 * x**2 - y**2 + 4 * x * y


def test_a_refused_point_leaves_no_trace_bit_for_bit():
    model = zoo.create("dcgan", **zoo.info("dcgan").tiny)  # with batch statistics
    solver = solvers.MinMaxFirstOrder(responses=2, decrease=1e9)
    model.compile({player: keras.optimizers.Adam(1e-2) for player in model.players}, solver=solver)
    owners = lambda: [model.generator, model.discriminator, *model.optimizers.values()]
    state = lambda: [v.numpy() for owner in owners() for v in owner.variables]
    before = state()
    kept = model.fit(model.example_batch(16), batch_size=8, steps_per_epoch=1, verbose=0).history["solver/kept"]
    first = state()
    assert kept == [1.0] and not all(np.array_equal(a, b) for a, b in zip(before, first))
    history = model.fit(model.example_batch(16, seed=1), batch_size=8, epochs=2, steps_per_epoch=1, verbose=0).history
    assert history["solver/kept"] == [0.0, 0.0]
    assert all(np.array_equal(a, b) for a, b in zip(first, state()))
    assert int(model.moves["discriminator"].numpy()) == 6  # tried again with other draws


@pytest.mark.parametrize("responses", [1, 3])
def test_kept_always_it_is_alternating_descent_ascent(responses):
    game = Quadratic(0.5, 2.0)
    j = game.jacobian
    propose, respond = np.eye(2), np.eye(2)
    propose[0] -= RATE * j[0]
    respond[1] -= RATE * j[1]
    path = play(game, solvers.MinMaxFirstOrder(responses=responses, period=1), 100)
    matrix = np.linalg.matrix_power(respond, responses) @ propose
    assert np.allclose(path, iterate(matrix, (1, 1), 100), rtol=1e-8, atol=1e-12)


def test_values_fall_and_the_least_best_response_is_found():
    """F1: h(x) = x^2; descent on f alone runs away from it."""
    solver = solvers.MinMaxFirstOrder(responses=40, noise=4.0)
    x, y = play(F1(x=(2.0,), y=(0.0,)), solver, 400, rate=0.05).T
    values = f1(x[1:], y[1:])
    assert (np.diff(values) <= 1e-6).all()
    assert (np.diff(x) != 0).sum() > 3 and abs(x[-1]) < 0.1 and y[-1] == pytest.approx(2 * x[-1], abs=0.02)


def test_periods_and_chance_keep_what_is_worse():
    refuse = {"responses": 1, "decrease": 1e9}
    moved = lambda **options: np.diff(play(Bilinear(), solvers.MinMaxFirstOrder(**refuse, **options), 400)[:, 0]) != 0
    assert np.flatnonzero(moved()).tolist() == [0]
    assert np.flatnonzero(moved(period=4)).tolist() == [0, *range(3, 400, 4)]
    by_chance = moved(temperature=40.0)
    assert 20 < by_chance.sum() < 60 and by_chance[200:].sum() <= 3  # 40 are expected, 0.3 of them late
