import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.penalties import PathLength
from tfgan_zoo.penalties.path_length import path_lengths

SIDE, D = 4, 3


def isometry(t, layers=1):
    """styles to images t B w, B of orthonormal columns that sums the layers' w, times the root of the pixels."""
    columns = np.linalg.qr(np.random.default_rng(0).normal(size=(SIDE * SIDE, D)))[0]
    matrix = tf.constant(SIDE * t * columns.T, tf.float32)  # undoes y's deviation of 1 / SIDE
    return lambda styles: tf.reshape(tf.reduce_sum(styles, axis=1) @ matrix, (-1, SIDE, SIDE, 1))


@pytest.mark.parametrize("t", [1.0, 2.5])
def test_an_isometrys_squared_length_is_t_squared_d(t):
    """|t B^T y|^2 has the mean t^2 d and, y being normal, the variance 2 t^4 d."""
    n = 4000
    with draws.seeded((1, 0)):
        squares = path_lengths(isometry(t), tf.zeros((n, 1, D))).numpy() ** 2
    assert squares.mean() == pytest.approx(t**2 * D, abs=4 * np.sqrt(2 * D / n) * t**2)


def test_the_length_is_the_root_of_the_mean_over_layers():
    """Every layer has the one layer's gradient, whose mean over equal layers is itself: sums would give root 5."""
    with draws.seeded((1, 0)):
        one = path_lengths(isometry(1.0), tf.zeros((6, 1, D)))
    with draws.seeded((1, 0)):
        five = path_lengths(isometry(1.0), tf.zeros((6, 5, D)))
    assert np.allclose(one, five, rtol=1e-5)


def test_the_mean_is_used_and_then_moves():
    layer, synthesize, styles = PathLength(rate=0.25), isometry(1.0), tf.zeros((8, 1, D))
    with draws.seeded((1, 0)):
        lengths = path_lengths(synthesize, styles).numpy()
    mean = 0.0
    for _ in range(3):
        with draws.seeded((1, 0)):
            found = float(layer.penalty(synthesize, styles))
        assert found == pytest.approx(np.mean((lengths - mean) ** 2), rel=1e-5)
        mean += 0.25 * (lengths.mean() - mean)
        assert float(layer.mean.numpy()) == pytest.approx(mean, rel=1e-5)


def test_its_derivative_brings_lengths_to_the_mean():
    """With lengths t c the penalty (t c - a)^2 has the derivative 2 (t c - a) c by t."""
    layer, t, styles = PathLength(), tf.Variable(2.0), tf.zeros((8, 1, D))
    layer.mean.assign(1.0)
    with draws.seeded((1, 0)):
        c = path_lengths(isometry(1.0), styles).numpy()
    with draws.seeded((1, 0)), tf.GradientTape() as tape:
        penalty = layer.penalty(lambda s: t * isometry(1.0)(s), styles)
    assert float(tape.gradient(penalty, t)) == pytest.approx(np.mean(2 * (2 * c - 1) * c), rel=1e-4)


def test_an_image_that_ignores_w_has_a_finite_derivative():
    w = tf.Variable(0.0)
    with draws.seeded((1, 0)), tf.GradientTape() as tape:
        penalty = PathLength().penalty(lambda s: w * isometry(1.0)(s), tf.zeros((2, 1, D)))
    assert np.isfinite(tape.gradient(penalty, w)) and float(penalty) == pytest.approx(0.0, abs=1e-6)
