"""Known answers: one step by hand, the auxiliary vector at rest, and the field around the paper's points."""

import keras
import numpy as np
import pytest

from tfgan_zoo import solvers
from tfgan_zoo.solvers.games import Quadratic, Surgery, play

RATE, C1, C2, V_RATE = float(np.float32(0.1)), 1e-4, 1e-4, 5e-3
NASH = ((-12.477, -8.678), (-11.427, 8.004), (12.395, -6.373))
NOT_NASH = (-1.317, -1.224)


def surgery_derivatives(point):
    """Xi and J of the toy, f = -h, by differences of h in numpy."""
    h = lambda w: np.exp(-0.01 * (w @ w)) * ((0.3 * w[0] ** 2 + w[1]) ** 2 + (0.5 * w[1] ** 2 + w[0]) ** 2)
    point, e, one = np.asarray(point, "float64"), 1e-4, np.eye(2)
    gradient = lambda w: np.array([(h(w + e * d) - h(w - e * d)) / (2 * e) for d in one])
    xi = lambda w: gradient(w) * [-1.0, 1.0]  # x minimizes -h, y maximizes it
    return xi(point), np.transpose([(xi(point + e * d) - xi(point - e * d)) / (2 * e) for d in one])


def test_the_points_of_the_paper():
    for point in (*NASH, NOT_NASH):
        xi, j = surgery_derivatives(point)
        assert np.abs(xi).max() < 0.02  # the points have three decimals
        assert (np.diag(j) > 0).all() == (point in NASH)
    attracting = np.linalg.eigvals(surgery_derivatives(NOT_NASH)[1])
    assert attracting.real == pytest.approx([0.71, 0.71], abs=0.01)
    assert np.abs(attracting.imag) == pytest.approx([2.47, 2.47], abs=0.01)


@pytest.mark.parametrize("point", [*NASH, NOT_NASH])
def test_around_a_stationary_point_the_field_at_rest_is_twice_the_players_own_curvature(point):
    """The Jacobian of xi + exp(-c2 |J' v|^2) J' v, v solving its system, is J + J', and that is diagonal."""

    def at_rest(w):
        xi, j = surgery_derivatives(w)
        damping = C1 * (1 - np.exp(-(xi @ xi)))
        pull = j.T @ np.linalg.solve(j.T @ j + damping * np.eye(2), j.T @ xi)
        return xi + np.exp(-C2 * pull @ pull) * pull

    root = np.array(point)
    for _ in range(20):
        xi, j = surgery_derivatives(root)
        root = root - np.linalg.solve(j, xi)
    _, j = surgery_derivatives(root)
    e = 1e-3
    linear = np.transpose([(at_rest(root + e * d) - at_rest(root - e * d)) / (2 * e) for d in np.eye(2)])
    assert np.allclose(linear, j + j.T, atol=1e-2) and np.abs(linear - np.diag(np.diag(linear))).max() < 1e-2
    if point == NOT_NASH:
        assert np.diag(linear) == pytest.approx([-4.62, 7.45], abs=0.02)


@pytest.mark.parametrize(("stretch", "rotation"), [(0.0, 1.0), (0.5, 2.0)])
def test_steps_by_hand(stretch, rotation):
    game = Quadratic(stretch, rotation)
    j, w, v = game.jacobian, np.ones(2), np.zeros(2)
    path = play(game, solvers.LocalSymplecticSurgery(c1=0.3, c2=0.2, rate=V_RATE), 50)
    for point in path:
        assert np.allclose(point, w, rtol=1e-6)
        xi, pull = j @ w, j.T @ v
        damping = 0.3 * (1 - np.exp(-(xi @ xi)))
        w, v = (
            w - RATE * (xi + np.exp(-0.2 * pull @ pull) * pull),
            v - V_RATE * (j.T @ (j @ v) + damping * v - j.T @ xi),
        )


def test_the_auxiliary_vector_comes_to_rest_at_its_systems_solution():
    game = Surgery(x=(-1.2,), y=(-1.0,))
    play(game, "local_symplectic_surgery", 8000, rate=0.0)
    xi, j = surgery_derivatives((-1.2, -1.0))
    expected = np.linalg.solve(j.T @ j + C1 * (1 - np.exp(-(xi @ xi))) * np.eye(2), j.T @ xi)
    found = np.concatenate([v.numpy() for v in game.solver.v])[::-1]  # y is the first player
    assert found == pytest.approx(expected, rel=1e-3)


def test_it_leaves_a_point_that_attracts_by_rotation_alone():
    sgd = lambda rate: keras.optimizers.SGD(rate)
    start = {"x": (-1.3,), "y": (-1.2,)}
    descent = play(Surgery(**start), "gda", 4000, rate=4e-3, optimizer=sgd)
    assert np.linalg.norm(descent[-1] - NOT_NASH) < 1e-2
    surgery = play(Surgery(**start), "local_symplectic_surgery", 20_000, rate=4e-3, optimizer=sgd)
    assert min(np.linalg.norm(surgery[-1] - point) for point in NASH) < 1e-2


def test_a_bilinear_game_is_marginal():
    """J + J' = 0: at rest of v nothing moves, as after a step far longer than w's."""
    j = Quadratic(0.0, 1.0).jacobian
    assert np.array_equal(j + j.T, np.zeros((2, 2)))
    path = play(Quadratic(0.0, 1.0), solvers.LocalSymplecticSurgery(c1=0.0, c2=0.0, rate=1.0), 300, rate=1e-6)
    assert np.abs(path[200:] - path[200]).max() < 1e-8  # w waits while v finds its rest, and then for good


def test_zero_sum_objectives_are_recognized():
    from tfgan_zoo import objectives
    from tfgan_zoo.solvers.local_symplectic_surgery import is_zero_sum

    found = {
        name: is_zero_sum(getattr(objectives, name)) for name in ("minimax", "wasserstein", "non_saturating", "hinge")
    }
    assert found == {"minimax": True, "wasserstein": True, "non_saturating": False, "hinge": False}
