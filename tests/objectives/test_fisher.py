"""The Fisher metric's augmented Lagrangian at its saddle point."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import objectives


def gaussians(n=500, d=4, seed=0):
    rng = np.random.default_rng(seed)
    real = rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + rng.standard_normal(d)
    return real, rng.standard_normal((n, d)) @ rng.standard_normal((d, d))


def total(v, real, fake, multiplier, rho):
    scores = (tf.linalg.matvec(tf.constant(x), v)[:, None] for x in (real, fake))
    return tf.add_n(list(objectives.augmented_lagrangian(*scores, multiplier, rho).values()))


@pytest.mark.parametrize("rho", [1e-6, 0.5])
def test_the_saddle_point_of_a_linear_critic(rho):
    """v = S^-1 d / F, Omega = 1, multiplier F / 2, F^2 = d' S^-1 d; d the mean difference, S the mean second moment."""
    real, fake = gaussians()
    d = real.mean(0) - fake.mean(0)
    s = (real.T @ real + fake.T @ fake) / (2 * len(real))
    distance = np.sqrt(d @ np.linalg.solve(s, d))
    v = tf.constant(np.linalg.solve(s, d) / distance)
    multiplier = tf.constant(distance / 2)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([v, multiplier])
        loss = total(v, real, fake, multiplier, rho)
    np.testing.assert_allclose(tape.gradient(loss, v), np.zeros(4), atol=1e-12)
    assert float(tape.gradient(loss, multiplier)) == pytest.approx(0.0, abs=1e-12)  # Omega = 1
    assert -float(loss) == pytest.approx(distance, rel=1e-12)
    moments = objectives.second_moments(real @ v.numpy(), fake @ v.numpy())
    assert np.mean(moments) == pytest.approx(1.0, rel=1e-12)


def test_over_all_functions_the_distance_is_that_of_chi_squared():
    """On bins: F^2 = sum (p - q)^2 / ((p + q) / 2)."""
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
    m = (p + q) / 2
    chi_squared = np.sum((p - q) ** 2 / m)
    best = (p - q) / m / np.sqrt(chi_squared)
    assert np.sum((p - q) * best) == pytest.approx(np.sqrt(chi_squared), rel=1e-12)
    assert 0.5 * np.sum(p * best**2) + 0.5 * np.sum(q * best**2) == pytest.approx(1.0, rel=1e-12)


def test_the_slope_with_respect_to_the_multiplier_is_the_excess_of_the_moment():
    real, fake = tf.constant([[1.0], [3.0]]), tf.constant([[2.0], [-2.0]])
    multiplier = tf.constant(0.7)
    with tf.GradientTape() as tape:
        tape.watch(multiplier)
        terms = objectives.augmented_lagrangian(real, fake, multiplier, 0.1)
        loss = tf.add_n(list(terms.values()))
    assert float(tape.gradient(loss, multiplier)) == pytest.approx(4.5 - 1.0)
    assert {name: float(value) for name, value in terms.items()} == pytest.approx(
        {"mean_difference": -2.0, "lagrangian": 0.7 * 3.5, "violation": 0.05 * 3.5**2}
    )
