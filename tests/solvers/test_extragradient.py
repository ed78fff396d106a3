"""Known answers: w <- (ONE - rate J + rate^2 J^2) w; extra-Adam written out."""

import keras
import numpy as np
import pytest

from tfgan_zoo import solvers
from tfgan_zoo.solvers.games import Bilinear, Quadratic, iterate, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by
ONE = np.eye(2)


@pytest.mark.parametrize(("stretch", "rotation"), [(0.0, 1.0), (1.0, 2.0), (-0.3, 1.0), (0.7, 0.0)])
def test_linear_games(stretch, rotation):
    j = Quadratic(stretch, rotation).jacobian
    path = play(Quadratic(stretch, rotation), "extragradient", 300)
    assert np.allclose(path, iterate(ONE - RATE * j + RATE**2 * j @ j, (1, 1), 300), rtol=1e-9, atol=1e-12)


def test_rotation_is_damped_by_a_constant_factor():
    norms = np.linalg.norm(play(Bilinear(), "extragradient", 1000), axis=1)
    assert np.allclose(norms[1:] / norms[:-1], np.sqrt(1 - RATE**2 + RATE**4), rtol=1e-9)
    assert norms[-1] == pytest.approx(9.77e-3, abs=1e-5)


def test_the_look_aheads_length():
    j = Quadratic(0.0, 1.0).jacobian
    path = play(Bilinear(), solvers.Extragradient(step=0.5), 100)
    assert np.allclose(path, iterate(ONE - RATE * j + 0.5 * RATE**2 * j @ j, (1, 1), 100), rtol=1e-9)
    still = play(Bilinear(), solvers.Extragradient(step=0.0), 100)
    assert np.allclose(still, play(Bilinear(), "gda", 100), rtol=1e-12)


def test_small_rates_approach_gradient_descent_ascent():
    """The difference of one step falls with the square of the rate."""
    gaps = [
        np.linalg.norm(play(Bilinear(), "extragradient", 1, rate=rate) - play(Bilinear(), "gda", 1, rate=rate))
        for rate in (0.1, 0.01)
    ]
    assert gaps[0] / gaps[1] == pytest.approx(100.0, rel=1e-5)


def test_from_the_past():
    """w'_t = w_t - rate g_{t-1}, w_{t+1} = w_t - rate g_t, g_t = xi(w'_t), g_{-1} = 0."""
    j, w, g = Quadratic(0.2, 1.5).jacobian, np.ones(2), np.zeros(2)
    path = play(Quadratic(0.2, 1.5), solvers.Extragradient(past=True), 200)
    for t in range(200):
        assert np.allclose(path[t], w, rtol=1e-9, atol=1e-12)
        g = j @ (w - RATE * g)
        w = w - RATE * g


def test_extra_adam_updates_its_moments_in_both_halves():
    b1, b2, eps, rate = 0.5, 0.9, 1e-8, 0.01
    game = Quadratic(0.5, 2.0)
    adam = lambda rate: keras.optimizers.Adam(rate, beta_1=b1, beta_2=b2, epsilon=eps)
    path = play(game, "extragradient", 30, rate=rate, optimizer=adam)
    j, w, m, v, t = Quadratic(0.5, 2.0).jacobian, np.ones(2), np.zeros(2), np.zeros(2), 0
    for k in range(30):
        assert np.allclose(path[k], w, rtol=1e-5, atol=1e-6), k
        at = w
        for _ in range(2):
            t, g = t + 1, j @ at
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
            at = w - rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps)
        w = at
    assert int(game.optimizers["x"].iterations.numpy()) == 60


def test_two_halves_see_two_batches():
    seen = []

    class Watching(Bilinear):
        def differentiate(self, player, *batch):
            seen.append((player, batch[0].numpy().ravel().tolist()))
            return super().differentiate(player, *batch)

    game = Watching()
    game.compile(solver="extragradient", run_eagerly=True)
    game.fit(
        np.array([[1.0], [2.0], [3.0], [4.0]], "float32"), batch_size=2, shuffle=False, steps_per_epoch=1, verbose=0
    )
    assert seen == [("y", [1.0, 2.0]), ("x", [1.0, 2.0]), ("y", [3.0, 4.0]), ("x", [3.0, 4.0])]
    assert int(game.moves["x"].numpy()) == 2
