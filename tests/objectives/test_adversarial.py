"""Known values of the adversarial objectives, and what their best discriminators measure."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import objectives

REAL, FAKE = tf.constant([[0.5], [-2.0], [30.0]]), tf.constant([[-1.0], [0.0], [80.0]])
ALL = ["minimax", "non_saturating", "least_squares", "hinge", "wasserstein"]


def generator(objective, fake):
    return float(objective.generator(lambda: pytest.fail("real scores are not needed"), fake))


def test_zero_scores():
    zero = tf.zeros((4, 1))
    expected = {
        "minimax": (2 * math.log(2), -math.log(2)),
        "non_saturating": (2 * math.log(2), math.log(2)),
        "least_squares": (0.5, 1.0),
        "hinge": (2.0, 0.0),
        "wasserstein": (0.0, 0.0),
    }
    for name in ALL:
        objective = getattr(objectives, name)
        found = float(objective.discriminator(zero, zero)), generator(objective, zero)
        assert found == pytest.approx(expected[name], abs=1e-6), name


def test_values_against_numpy():
    real, fake = REAL.numpy().astype("float64"), FAKE.numpy().astype("float64")
    log = lambda t: -np.logaddexp(0, -t)  # log sigmoid
    assert float(objectives.minimax.discriminator(REAL, FAKE)) == pytest.approx(-log(real).mean() - log(-fake).mean())
    assert generator(objectives.minimax, FAKE) == pytest.approx(log(-fake).mean())
    assert generator(objectives.non_saturating, FAKE) == pytest.approx(-log(fake).mean())
    assert float(objectives.hinge.discriminator(REAL, FAKE)) == pytest.approx((0.5 + 3 + 0) / 3 + (0 + 1 + 81) / 3)
    assert generator(objectives.hinge, FAKE) == pytest.approx(-79 / 3)
    assert float(objectives.wasserstein.discriminator(REAL, FAKE)) == pytest.approx(79 / 3 - 28.5 / 3)
    assert float(objectives.least_squares.discriminator(REAL, FAKE)) == pytest.approx(
        0.5 * (0.25 + 9 + 841) / 3 + 0.5 * (1 + 0 + 6400) / 3
    )


def test_logistic_losses_stay_finite_where_the_sigmoid_rounds_to_0_or_1():
    for score in (-1e4, 1e4):
        scores = tf.fill((2, 1), score)
        assert np.isfinite(float(objectives.non_saturating.discriminator(scores, scores)))
        assert np.isfinite(generator(objectives.non_saturating, scores))


def test_the_value_of_the_zero_sum_game_is_twice_the_jensen_shannon_divergence_less_2_log_2():
    rng = np.random.default_rng(0)
    for _ in range(5):
        p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
        m = (p + q) / 2
        js = 0.5 * np.sum(p * np.log(p / m)) + 0.5 * np.sum(q * np.log(q / m))
        best = np.log(p / q)  # D* = p / (p + q) as a logit
        loss = np.sum(p * np.logaddexp(0, -best)) + np.sum(q * np.logaddexp(0, best))
        assert -loss == pytest.approx(2 * js - 2 * math.log(2), abs=1e-12)


def test_the_non_saturating_gradient_is_that_of_kl_less_twice_js():
    """With D* held fixed, grad E_q[-log D*] = grad (KL(q || p) - 2 JS(p, q)) (Arjovsky, Bottou, 2017, theorem 2.5)."""
    p = tf.constant([0.2, 0.5, 0.3], tf.float64)
    theta = tf.Variable([0.3, -0.2, 0.4], dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        q = tf.nn.softmax(theta)
        best = tf.stop_gradient(p / (p + q))
        loss = -tf.reduce_sum(q * tf.math.log(best))
        m = (p + q) / 2
        js = 0.5 * tf.reduce_sum(p * tf.math.log(p / m)) + 0.5 * tf.reduce_sum(q * tf.math.log(q / m))
        divergence = tf.reduce_sum(q * tf.math.log(q / p)) - 2 * js
    assert np.allclose(tape.gradient(loss, theta), tape.gradient(divergence, theta), atol=1e-10)


def test_minimax_saturates_where_non_saturating_does_not():
    score = tf.Variable(-20.0)
    gradients = []
    for objective in (objectives.minimax, objectives.non_saturating):
        with tf.GradientTape() as tape:
            loss = objective.generator(None, score)
        gradients.append(abs(float(tape.gradient(loss, score))))
    assert gradients[0] < 1e-8 and gradients[1] == pytest.approx(1.0)
