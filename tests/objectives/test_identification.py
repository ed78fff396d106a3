"""Telling generators apart: the best discriminator, the value of the game, and how examples weigh."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.objectives.identification import identification_discriminator, identification_generator


def best_logits(p, q):
    """Logits in every bin of the best discriminator for data p (bins,) and generators q (k, bins)."""
    return np.log(np.concatenate([p[None], q]) / (p + q.sum(axis=0))).T


def test_the_best_discriminator_and_its_loss():
    """The loss has no gradient at D_c = density of c over the sum of all densities, bin by bin."""
    k, bins, n = 3, 5, 45
    rows = np.random.default_rng(0).multinomial(n - bins, np.full(bins, 1 / bins), size=k + 1) + 1
    densities = rows / n
    best = best_logits(densities[0], densities[1:])
    logits = tf.Variable(best)
    real, *fake = (np.repeat(np.arange(bins), row) for row in rows)
    with tf.GradientTape() as tape:
        loss = identification_discriminator(
            tf.gather(logits, real), tf.stack([tf.gather(logits, bins_) for bins_ in fake], axis=1)
        )
    assert np.allclose(tf.convert_to_tensor(tape.gradient(loss, logits)), 0.0, atol=1e-12)
    assert float(loss) == pytest.approx(-np.sum(densities * best.T) / (k + 1), rel=1e-12)


def value(p, q):
    """E_p[log D_0] + sum_i E_qi[log(1 - D_0)] at the best discriminator."""
    real = p / (p + q.sum(axis=0))
    return np.sum(p * np.log(real)) + np.sum(q * np.log1p(-real))


@pytest.mark.parametrize("k", [1, 2, 5, 8])
def test_the_value_of_the_game_is_least_where_the_generators_mean_is_the_data(k):
    generator = np.random.default_rng(k)
    q = generator.dirichlet(np.ones(12), size=k)
    least = k * math.log(k) - (k + 1) * math.log(k + 1)
    assert value(q.mean(axis=0), q) == pytest.approx(least, rel=1e-12)
    assert k > 1 or least == pytest.approx(-2 * math.log(2))
    for _ in range(20):
        assert value(generator.dirichlet(np.ones(12)), q) > least


def test_every_example_weighs_alike_and_zero_logits_cost_the_log_of_the_classes():
    k = 4
    assert float(identification_discriminator(tf.zeros((3, k + 1)), tf.zeros((3, k, k + 1)))) == pytest.approx(
        math.log(k + 1)
    )
    real = 50.0 * tf.one_hot([1, 1, 1], k + 1)  # data taken for fakes of the first generator cost 50 each
    fake = 50.0 * tf.one_hot(tf.tile([[1, 2, 3, 4]], (3, 1)), k + 1)
    assert float(identification_discriminator(real, fake)) == pytest.approx(50 / (k + 1), rel=1e-6)


def test_generators_only_care_for_the_real_class():
    logits = tf.Variable(np.random.default_rng(0).normal(size=(3, 2, 3)))
    with tf.GradientTape() as tape:
        loss = identification_generator(logits)
    share = tf.nn.softmax(logits).numpy()
    assert float(loss) == pytest.approx(-np.log(share[..., 0]).mean(), rel=1e-12)
    expected = share.copy()
    expected[..., 0] -= 1  # towards class 0, away from all others in proportion to their probability
    assert np.allclose(tape.gradient(loss, logits), expected / 6, atol=1e-12)
