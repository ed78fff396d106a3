"""Known answers: the recursion with memory, its spectral radius, optimistic Adam written out."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import solvers
from tfgan_zoo.solvers import games
from tfgan_zoo.solvers.games import Bilinear, Quadratic, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by
ONE, ZERO = np.eye(2), np.zeros((2, 2))


def optimistic(j, steps):
    path, last = [np.ones(2)], np.zeros(2)
    for _ in range(steps):
        g = j @ path[-1]
        path.append(path[-1] - 2 * RATE * g + RATE * last)
        last = g
    return np.array(path)


@pytest.mark.parametrize(("stretch", "rotation"), [(0.0, 1.0), (1.0, 2.0), (0.3, 0.0)])
def test_sgd_form(stretch, rotation):
    path = play(Quadratic(stretch, rotation), "omd", 300)
    assert np.allclose(path, optimistic(Quadratic(stretch, rotation).jacobian, 300), rtol=1e-6, atol=1e-9)
    assert np.allclose(path[1], ONE @ [1, 1] - 2 * RATE * Quadratic(stretch, rotation).jacobian @ [1, 1])


def test_rotation_is_damped_by_the_spectral_radius_of_the_map_with_memory():
    j = Quadratic(0.0, 1.0).jacobian
    radius = np.abs(np.linalg.eigvals(np.block([[ONE - 2 * RATE * j, RATE * j], [ONE, ZERO]]))).max()
    assert radius == pytest.approx(0.99494, abs=1e-5)
    norms = np.linalg.norm(play(Bilinear(), "omd", 1000), axis=1)
    assert norms[-1] == pytest.approx(8.96e-3, abs=2e-5)
    assert norms[-1] / norms[-2] == pytest.approx(radius, abs=1e-6)


def test_it_is_extrapolation_from_the_past_seen_at_the_look_ahead_points():
    """w'_t = w_t - rate g_{t-1}, and w'_t are the optimistic iterates."""
    j = Quadratic(0.0, 1.0).jacobian
    past = play(Bilinear(), solvers.Extragradient(past=True), 200)
    ahead, last = [], np.zeros(2)
    for w in past:
        ahead.append(w - RATE * last)
        last = j @ ahead[-1]
    assert np.allclose(play(Bilinear(), "omd", 200), ahead, rtol=1e-6, atol=1e-9)


class Slope(games.ClosedForm):
    """A constant gradient."""

    def value(self, x, y):
        return tf.reduce_sum(2.0 * x - 3.0 * y)


def test_with_a_constant_gradient_it_is_sgd_after_the_first_step():
    path = play(Slope(), "omd", 5)
    steps = np.diff(path, axis=0)
    assert np.allclose(steps[0], 2 * steps[1]) and np.allclose(steps[1:], [-2 * RATE, -3 * RATE])


def test_optimistic_adam():
    """w - 2 a_t m_t / (sqrt v_t + e) + a_t m_{t-1} / (sqrt v_{t-1} + e), the current a_t in both."""
    b1, b2, eps, rate = 0.5, 0.9, 1e-8, 0.01
    adam = lambda rate: keras.optimizers.Adam(rate, beta_1=b1, beta_2=b2, epsilon=eps)
    path = play(Quadratic(0.5, 2.0, x=(1.0,), y=(-0.5,)), "omd", 40, rate=rate, optimizer=adam)
    w, m, v, last = np.array([1.0, -0.5]), np.zeros(2), np.zeros(2), np.zeros(2)
    for t in range(1, 41):
        g = Quadratic(0.5, 2.0).jacobian @ w
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        a, direction = rate * np.sqrt(1 - b2**t) / (1 - b1**t), m / (np.sqrt(v) + eps)
        w, last = w - 2 * a * direction + a * last, direction
        assert np.allclose(path[t], w, rtol=1e-5, atol=1e-6), t
