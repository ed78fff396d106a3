"""Known answers: bilinear and quadratic games are linear maps."""

import numpy as np
import pytest

from tfgan_zoo import solvers
from tfgan_zoo.solvers.games import Bilinear, Quadratic, iterate, play

RATE = float(np.float32(0.1))  # what SGD(0.1) multiplies by
ONE = np.eye(2)
ALTERNATING = np.array([[1 - RATE**2, -RATE], [RATE, 1.0]])  # (x, y), y first


@pytest.mark.parametrize(("stretch", "rotation"), [(0.0, 1.0), (1.0, 1.0), (0.5, 3.0), (-0.2, 1.0)])
def test_simultaneous_is_the_linear_map_i_minus_rate_j(stretch, rotation):
    path = play(Quadratic(stretch, rotation), "gda", 300)
    expected = iterate(ONE - RATE * Quadratic(stretch, rotation).jacobian, (1, 1), 300)
    assert np.allclose(path, expected, rtol=1e-9, atol=1e-12)


def test_simultaneous_norm_grows_by_the_root_of_one_plus_rate_squared():
    norms = np.linalg.norm(play(Bilinear(), "gda", 1000), axis=1)
    assert np.allclose(norms, np.sqrt(2) * (1 + RATE**2) ** (np.arange(1001) / 2), rtol=1e-9)
    assert norms[-1] == pytest.approx(204.7, abs=0.1)
    eigenvalues = np.linalg.eigvals(ONE - RATE * Quadratic(0.0, 1.0).jacobian)
    assert np.abs(eigenvalues) == pytest.approx([abs(1 + 1j * RATE)] * 2)


def test_alternating_moves_the_second_player_against_the_first_ones_new_weights():
    path = play(Bilinear(), solvers.GDA(simultaneous=False), 1000)
    assert np.allclose(path, iterate(ALTERNATING, (1, 1), 1000), rtol=1e-8, atol=1e-9)
    assert np.linalg.det(ALTERNATING) == pytest.approx(1.0)


@pytest.mark.parametrize("rate", [0.1, 1.0, 1.9])
def test_alternating_circles_for_rates_below_two(rate):
    matrix = np.array([[1 - rate**2, -rate], [rate, 1.0]])
    assert np.abs(np.linalg.eigvals(matrix)) == pytest.approx([1.0, 1.0])
    path = play(Bilinear(), solvers.GDA(simultaneous=False), 200, rate=rate)
    conserved = (path**2).sum(axis=1) + rate * path[:, 0] * path[:, 1]  # an ellipse
    assert np.allclose(conserved, 2 + rate, rtol=1e-5, atol=1e-5)


def test_alternating_stays_near_its_start_for_ten_thousand_steps():
    norms = np.linalg.norm(play(Bilinear(), solvers.GDA(simultaneous=False), 10_000), axis=1)
    assert 1.0 - 1e-6 <= norms.min() / np.sqrt(2) and norms.max() / np.sqrt(2) <= 1.06
    assert np.abs(np.linalg.eigvals(ALTERNATING)).max() == pytest.approx(1.0)
