"""Known answers: the adjustment is orthogonal, vanishes in potential games, and bends rotation inward."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import solvers
from tfgan_zoo.solvers import field
from tfgan_zoo.solvers.games import F3, Bilinear, Quadratic, iterate, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by
NOTHING = tf.zeros((1, 1))


class Potential(F3):
    """Both players minimize f."""

    def y_loss(self, nothing):
        return self.x_loss(nothing)


def products(game):
    """Xi, J' xi and the adjustment A' xi, as numpy vectors (y, x)."""
    game.compile()
    xi, jacobian = field.look(game, NOTHING).xi, field.Jacobian(game, "a test")
    pull, push = jacobian.transposed(xi, NOTHING), jacobian.forward(xi, NOTHING)
    join = lambda vector: np.concatenate([t.numpy() for t in vector])
    return join(xi), join(pull), (join(pull) - join(push)) / 2


@pytest.mark.parametrize("game", [F3(x=(0.7,), y=(-0.4,)), Quadratic(0.5, 2.0), Bilinear(x=(1.0, 2.0), y=(0.5, -3.0))])
def test_the_adjustment_is_orthogonal_to_the_field(game):
    xi, _, adjustment = products(game)
    assert abs(xi @ adjustment) <= 1e-15 * np.linalg.norm(xi) * np.linalg.norm(adjustment) * 10
    assert np.linalg.norm(adjustment) > 0.1


def test_a_potential_game_is_not_adjusted():
    game = lambda: Potential(x=(0.7,), y=(-0.4,))
    assert np.abs(products(game())[2]).max() < 1e-14
    assert np.allclose(play(game(), "sga", 20), play(game(), "gda", 20), rtol=1e-10)


def test_in_a_hamiltonian_game_it_descends_the_squared_field():
    """Without a potential part <v, J' xi> = lambda |A' xi|^2; for f = xy the adjustment is w itself."""
    xi, pull, adjustment = products(Bilinear(x=(0.6,), y=(-0.8,)))
    assert np.allclose(adjustment, [-0.8, 0.6], atol=1e-15)
    assert (xi + adjustment) @ pull == pytest.approx(adjustment @ adjustment)


def test_rotation_is_damped_by_a_constant_factor():
    norms = np.linalg.norm(play(Bilinear(), "sga", 1000), axis=1)
    assert np.allclose(norms[1:] / norms[:-1], np.sqrt((1 - RATE) ** 2 + RATE**2), rtol=1e-9)
    assert norms[-1] == pytest.approx(1.141e-43, rel=1e-3)


@pytest.mark.parametrize("stretch", [0.5, -0.2, -1.0])
def test_linear_games_and_the_sign_towards_stable_and_away_from_unstable_points(stretch):
    """sign(<xi, J' xi> <A' xi, J' xi> / 2 + 0.1), two weight tensors."""
    game = Quadratic(stretch, 1.0)
    j = game.jacobian
    path, w, signs = play(game, "sga", 60), np.ones(2), []
    for point in path:
        assert np.allclose(point, w, rtol=1e-9)
        xi = j @ w
        adjustment = (j.T - j) / 2 @ xi
        signs.append(np.sign(xi @ (j.T @ xi) * (adjustment @ (j.T @ xi)) / 2 + 0.1))
        w = w - RATE * (xi + signs[-1] * adjustment)
    assert signs[0] == (1.0 if stretch > 0 else -1.0)


def test_without_alignment_the_sign_is_positive():
    game = Quadratic(-1.0, 1.0)
    j = game.jacobian
    matrix = np.eye(2) - RATE * (j + 0.7 * (j.T - j) / 2 @ j)
    path = play(game, solvers.SGA(weight=0.7, align=False), 50)
    assert np.allclose(path, iterate(matrix, (1, 1), 50), rtol=1e-7)  # 0.7 is a float32
    assert np.allclose(play(Bilinear(), solvers.SGA(weight=0.0), 50), play(Bilinear(), "gda", 50), rtol=1e-12)
