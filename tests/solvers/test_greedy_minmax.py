"""Known answers: eigenpairs, ends of greedy paths, and equilibria of functions without local saddles."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import solvers
from tfgan_zoo.solvers.games import F1, F3, Sine, play
from tfgan_zoo.solvers.paths import greedy_path, hessian_product, top_eigenpair

f1 = lambda x, y: -3 * x**2 - y**2 + 4 * x * y
f3 = lambda x, y: (4 * x**2 - (y - 3 * x + 0.05 * x**3) ** 2 - 0.1 * y**4) * np.exp(-0.01 * (x**2 + y**2))


def constant(*values):
    return tf.constant(values, tf.float64)


@pytest.mark.parametrize("eigenvalues", [(3.0, -1.0, 0.5), (1.0, -5.0, 0.2), (-1.0, -2.0, -6.0), (2.0, 2.0, -2.0)])
def test_top_eigenpair(eigenvalues):
    basis, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    matrix = basis @ np.diag(eigenvalues) @ basis.T
    value, vector = top_eigenpair(lambda v: tf.linalg.matvec(matrix, v), constant(1.0, 0.3, -0.2), iterations=60)
    assert float(value) == pytest.approx(max(eigenvalues), abs=1e-4)
    assert np.allclose(matrix @ vector.numpy(), value * vector, atol=1e-2)
    nothing, vector = top_eigenpair(tf.zeros_like, constant(1.0, 2.0, 2.0))
    assert float(nothing) == 0.0 and np.linalg.norm(vector) == pytest.approx(1.0)


def test_hessian_products():
    function = lambda y: y[0] ** 3 * y[1] + tf.sin(y[1])
    found = hessian_product(function, constant(2.0, 0.5), constant(1.0, -3.0))
    assert found.numpy() == pytest.approx([6 * 2 * 0.5 - 3 * 12, 12 + 3 * np.sin(0.5)])


def path(function, *y, epsilon=1e-3):
    start = tf.ones((len(y),), tf.float64)
    return greedy_path(function, constant(*y), start, epsilon, 0.02, 5000).numpy()


def test_a_path_on_a_concave_function_ends_at_its_maximum():
    end = path(lambda y: -((y[0] - 1.0) ** 2) - 3.0 * (y[1] + 2.0) ** 2, 5.0, 4.0)
    assert end == pytest.approx([1.0, -2.0], abs=1e-3)


def test_a_path_leaves_a_saddle_along_its_curvature_and_stays_at_a_maximum():
    saddle = lambda y: y[0] ** 2 - y[0] ** 4 - y[1] ** 2
    assert np.abs(path(saddle, 0.0, 0.0)) == pytest.approx([0.5**0.5, 0.0], abs=1e-3)
    assert path(lambda y: -(y[0] ** 4) - y[1] ** 2, 0.0, 0.0) == pytest.approx([0.0, 0.0])


def test_a_path_does_not_climb_less_than_epsilon():
    gentle = lambda y: 0.0005 * y[0] + 0.001 * y[1] ** 2  # slope below epsilon, curvature below its root
    assert path(gentle, 3.0, 0.0) == pytest.approx([3.0, 0.0])


@pytest.mark.parametrize("start", [(2.0, 0.0), (-3.0, 4.0), (1.0, -2.0)])
def test_f1_ends_at_the_least_of_the_best_responses(start):
    """H(x) = x^2: the least is 0, at y = 2 x. Descent-ascent runs away."""
    x, y = play(F1(x=start[:1], y=start[1:]), "greedy_minmax", 120).T
    assert abs(x[-1]) <= 0.002 and abs(y[-1]) <= 0.002
    assert np.allclose(f1(x[1:], y[1:]), x[1:] ** 2, atol=1e-5)
    assert (np.diff(f1(x[1:], y[1:])) <= 1e-7).all()
    assert np.abs(play(F1(x=start[:1], y=start[1:]), "gda", 200, rate=0.05)[-1]).max() > 20.0


def test_f3_ends_at_the_origin_and_its_values_fall():
    x, y = play(F3(x=(2.0,), y=(1.0,)), "greedy_minmax", 150).T
    assert abs(x[-1]) < 0.02 and abs(y[-1]) < 0.05
    assert (np.diff(f3(x[1:], y[1:])) <= 1e-6).all()


def test_a_function_without_saddles_still_has_an_equilibrium():
    """sin(x + y): at f = 1 the slope is 0 and the curvature -1, and no x does better."""
    game = Sine(x=(0.3,), y=(-0.2,))
    x, y = play(game, solvers.GreedyMinMax(max_rejects=5), 12).T
    assert np.sin(x[-1] + y[-1]) == pytest.approx(1.0, abs=1e-5)
    assert x[-1] == 0.3 and float(game.solver.rejects.numpy()) == 5.0
    assert float(game.solver.now_sigma.numpy()) == pytest.approx(0.5 * 0.9**5)
