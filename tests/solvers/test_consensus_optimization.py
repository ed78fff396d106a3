"""Known answers: w <- (1 - rate (J + gamma J' J)) w; the regularizer's gradient; the flaw."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import solvers
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.games import F3, Bilinear, Quadratic, Worst, iterate, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by


@pytest.mark.parametrize(("stretch", "rotation", "gamma"), [(0.0, 1.0, 0.5), (1.0, 2.0, 0.3), (-0.5, 1.0, 0.0)])
def test_linear_games(stretch, rotation, gamma):
    game = Quadratic(stretch, rotation)
    j = game.jacobian
    path = play(game, solvers.ConsensusOptimization(gamma=gamma), 200)
    assert np.allclose(path, iterate(np.eye(2) - RATE * (j + gamma * j.T @ j), (1, 1), 200), rtol=1e-9, atol=1e-12)


def test_rotation_is_damped_by_a_constant_factor():
    norms = np.linalg.norm(play(Bilinear(), solvers.ConsensusOptimization(gamma=0.5), 1000), axis=1)
    assert np.allclose(norms[1:] / norms[:-1], np.sqrt((1 - 0.5 * RATE) ** 2 + RATE**2), rtol=1e-9)
    assert norms[-1] == pytest.approx(1.85e-20, rel=1e-2)


def test_the_regularizers_gradient_is_that_of_half_the_squared_field():
    game, h = F3(x=(0.7,), y=(-0.4,)), 1e-5
    game.compile()
    half_square = lambda y, x: (
        field.assign(game, [tf.constant([y], "float64"), tf.constant([x], "float64")])
        or 0.5 * sum(float(g.numpy()[0]) ** 2 for g in field.look(game, tf.zeros((1, 1))).xi)
    )
    differences = [
        (half_square(-0.4 + h, 0.7) - half_square(-0.4 - h, 0.7)) / (2 * h),
        (half_square(-0.4, 0.7 + h) - half_square(-0.4, 0.7 - h)) / (2 * h),
    ]
    half_square(-0.4, 0.7)
    xi = field.look(game, tf.zeros((1, 1))).xi
    found = field.Jacobian(game, "a test").transposed(xi, tf.zeros((1, 1)))
    assert [float(t.numpy()[0]) for t in found] == pytest.approx(differences, rel=1e-6)


def test_without_a_weight_it_is_gradient_descent_ascent():
    game = lambda: F3(x=(0.7,), y=(-0.4,))
    assert np.allclose(play(game(), solvers.ConsensusOptimization(gamma=0.0), 50), play(game(), "gda", 50), rtol=1e-12)


def test_it_is_attracted_by_the_worst_point_for_both_which_others_leave():
    """v = (4 gamma - 2) w."""
    consensus = play(Worst(), solvers.ConsensusOptimization(gamma=0.75), 100)
    assert np.allclose(consensus, iterate((1 - RATE * (4 * 0.75 - 2)) * np.eye(2), (1, 1), 100), rtol=1e-9)
    assert np.linalg.norm(consensus[-1]) < 1e-4
    for solver in ("gda", "local_symplectic_surgery", solvers.ConsensusOptimization(gamma=0.25)):
        assert np.linalg.norm(play(Worst(), solver, 100)[-1]) > 100.0
