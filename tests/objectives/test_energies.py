"""Energies at known errors, and the margin game at its corners and its equilibrium."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import objectives


def column(*values):
    return tf.constant(values, tf.float32)[:, None]


@pytest.mark.parametrize(
    ("energy", "expected"), [("mse", [0.25, 0.0]), ("sum", [1.5, 0.0]), ("norm", [1.5**0.5, 1e-6])]
)
def test_energies_of_known_errors(energy, expected):
    images = tf.zeros((2, 2, 3, 1))
    reconstructed = tf.stack([tf.fill((2, 3, 1), 0.5), tf.zeros((2, 3, 1))])
    found = objectives.ENERGIES[energy](images, reconstructed)
    assert found.shape == (2, 1) and found.dtype == tf.float32
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(objectives.ENERGIES[energy](reconstructed, images), found)


def test_the_norm_has_a_finite_gradient_at_a_perfect_reconstruction():
    images = tf.Variable(tf.zeros((1, 4)))
    with tf.GradientTape() as tape:
        energy = objectives.ENERGIES["norm"](images, tf.zeros((1, 4)))
    assert np.isfinite(tape.gradient(energy, images)).all()


def test_half_precision_is_summed_in_float32():
    images = tf.fill((1, 100, 100, 1), tf.constant(4.0, tf.float16))  # the sum, 160,000, is infinite in float16
    assert float(objectives.ENERGIES["sum"](images, tf.zeros_like(images))[0, 0]) == 160_000


def test_the_margin_is_per_example():
    objective = objectives.energy_margin(2.0)
    real, fake = column(0.5, 1.5), column(0.0, 1.0, 5.0, 2.0)  # 5 is beyond the margin, which helps no other
    assert float(objective.discriminator(real, fake)) == pytest.approx(1.0 + (2.0 + 1.0) / 4)
    assert float(objective.generator(None, fake)) == pytest.approx(2.0)


def test_fakes_beyond_the_margin_move_nothing():
    objective, fake = objectives.energy_margin(2.0), tf.Variable(column(1.5, 2.5))
    with tf.GradientTape() as tape:
        loss = objective.discriminator(column(0.3), fake.value())
    np.testing.assert_allclose(tape.gradient(loss, fake)[:, 0], [-0.5, 0.0])


@pytest.mark.parametrize("gamma", [0.0, 0.7, 2.0])
def test_at_the_equilibrium_the_discriminators_loss_is_the_margin(gamma):
    """Theorems 1 and 2: energies are gamma in [0, m] everywhere."""
    energies = tf.fill((5, 1), gamma)
    assert float(objectives.energy_margin(2.0).discriminator(energies, energies)) == pytest.approx(2.0)


def test_without_a_margin_only_the_data_count():
    assert float(objectives.energy_margin(0.0).discriminator(column(0.3, 0.5), column(0.0, 9.0))) == pytest.approx(0.4)
