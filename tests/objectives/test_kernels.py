"""The maximum mean discrepancy: known values, and what differs by rounding only."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.objectives.kernels import (
    BANDWIDTHS,
    discrepancy,
    linear,
    rbf_mixture,
    squared_discrepancy,
    squared_distances,
)


def samples(n, m, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((m, d)) * 1.5 + 0.5


def plain(x, y, bandwidths=BANDWIDTHS):
    """By its definition, from the kernel itself."""

    def mean(a, b):
        squared = np.sum((a[:, None] - b[None]) ** 2, axis=-1)
        return np.mean(sum(np.exp(-squared / (2 * s * s)) for s in bandwidths))

    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


def test_equal_samples_do_not_differ():
    x, _ = samples(20, 20)
    assert abs(float(squared_discrepancy(tf.constant(x), tf.constant(x[::-1].copy()), rbf_mixture()))) < 1e-14
    assert float(discrepancy(tf.constant(x), tf.constant(x), rbf_mixture())) == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.parametrize("distance", [0.1, 1.0, 7.0, 60.0])
def test_two_single_points(distance):
    """2 sum_s (1 - exp(-d^2 / (2 s^2))), which tends to twice the number of bandwidths."""
    x, y = tf.constant([[1.0, 0.0]], tf.float64), tf.constant([[1.0, distance]], tf.float64)
    expected = 2 * sum(1 - np.exp(-(distance**2) / (2 * s * s)) for s in (1, 2, 4, 8, 16))
    assert float(squared_discrepancy(x, y, rbf_mixture())) == pytest.approx(expected, rel=1e-12)
    assert expected <= 10


@pytest.mark.parametrize("sizes", [(30, 30), (30, 17), (1, 5)])
def test_its_definition(sizes):
    x, y = samples(*sizes)
    for bandwidths in (BANDWIDTHS, (0.5,), (3.0, 0.2)):
        found = float(squared_discrepancy(tf.constant(x), tf.constant(y), rbf_mixture(bandwidths)))
        assert found == pytest.approx(plain(x, y, bandwidths), rel=1e-11) and found > 0
    root = float(discrepancy(tf.constant(x), tf.constant(y), rbf_mixture()))
    assert root == pytest.approx(np.sqrt(plain(x, y) + 1e-8), rel=1e-11)


def test_the_linear_kernel_is_the_distance_of_the_means():
    x, y = samples(40, 25)
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2)
    assert float(squared_discrepancy(tf.constant(x), tf.constant(y), linear)) == pytest.approx(expected, rel=1e-12)


def test_distances():
    x, y = samples(4, 6)
    expected = np.sum((x[:, None] - y[None]) ** 2, axis=-1)
    np.testing.assert_allclose(squared_distances(tf.constant(x), tf.constant(y)), expected, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_float32_keeps_its_digits_far_from_the_origin_and_at_small_spread(scale):
    """Where 5 + 5 - 10 (1 - 1e-7) would be left with none."""
    x, y = (scale * a for a in samples(50, 50, seed=1))
    x32, y32 = (tf.constant(100 * scale + a, tf.float32) for a in (x, y))
    found = float(squared_discrepancy(x32, y32, rbf_mixture()))
    exact = float(squared_discrepancy(tf.constant(x), tf.constant(y), rbf_mixture()))
    assert found == pytest.approx(exact, rel=1e-3)


def test_gradients_are_finite_at_equal_samples():
    x = tf.constant(np.repeat([[1.0, 2.0]], 5, axis=0), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = discrepancy(x, tf.identity(x), rbf_mixture())
    assert np.isfinite(tape.gradient(value, x).numpy()).all()
