"""The bound L_I = H(c) - E[-log Q] on the information in a code, at its known values (in nats)."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.objectives.codes import categorical_nll, partial_nll, squared_error, unit_gaussian_nll

CATEGORIES = tf.eye(10)
CODES = tf.constant((np.arange(10_000) + 0.5) / 5_000 - 1, tf.float32)[:, None]  # U(-1, 1), by midpoints


def test_recognizer_that_repeats_the_prior_carries_no_information():
    for logits in (tf.zeros((10, 10)), tf.fill((10, 10), 3.0)):
        assert math.log(10) - float(categorical_nll(CATEGORIES, logits)) == pytest.approx(0, abs=1e-6)


def test_certain_recognizer_carries_the_whole_entropy():
    assert math.log(10) - float(categorical_nll(CATEGORIES, 100 * CATEGORIES)) == pytest.approx(2.302585, abs=1e-6)


def test_wrong_recognizer_makes_the_bound_negative():
    wrong = tf.roll(20.0 * CATEGORIES, 1, axis=1)
    assert float(categorical_nll(CATEGORIES, wrong)) == pytest.approx(20 + math.log(1 + 9 * math.exp(-20)), rel=1e-6)


def test_unit_gaussian_at_the_code_and_at_the_prior_mean():
    assert float(unit_gaussian_nll(CODES, CODES)) == pytest.approx(0.918939, abs=1e-6)
    assert float(unit_gaussian_nll(CODES, tf.zeros_like(CODES))) == pytest.approx(1.085605, abs=1e-6)


def test_unit_gaussian_sums_over_codes():
    pair = tf.concat([CODES, CODES], axis=1)
    assert float(unit_gaussian_nll(pair, 0 * pair)) == pytest.approx(2 * 1.085605, abs=2e-6)


def test_gradient_pulls_the_mean_to_the_code():
    mean = tf.Variable([[0.5, -0.25]])
    with tf.GradientTape() as tape:
        loss = unit_gaussian_nll(tf.constant([[1.0, 1.0]]), mean)
    np.testing.assert_allclose(tape.gradient(loss, mean), [[-0.5, -1.25]])


def test_only_known_labels_count_among_all_examples():
    logits = tf.constant([[1.0, 0.0, 2.0], [0.0, 5.0, 0.0], [3.0, 3.0, 3.0], [0.0, 0.0, 9.0]])
    labels = tf.constant([2, -1, 0, -1])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        found = partial_nll(labels, logits)
    of_first = math.log(math.exp(1) + 1 + math.exp(2)) - 2
    assert float(found) == pytest.approx((of_first + math.log(3)) / 4, rel=1e-6)
    gradient = tape.gradient(found, logits).numpy()
    np.testing.assert_array_equal(np.abs(gradient).max(axis=1) > 0, [True, False, True, False])
    whole = tf.constant([2, 1, 0, 2])
    assert float(partial_nll(whole, logits)) == pytest.approx(float(categorical_nll(tf.one_hot(whole, 3), logits)))


def test_nothing_known_is_zero_and_teaches_nothing():
    logits = tf.random.stateless_normal((5, 3), (0, 0))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        found = partial_nll(tf.fill((5,), -1), logits)
    assert float(found) == 0.0
    np.testing.assert_array_equal(tape.gradient(found, logits), np.zeros((5, 3)))


def test_squared_error_is_twice_the_likelihood_of_a_unit_gaussian_up_to_its_constant():
    code, mean = (tf.random.stateless_normal((7, 2), (0, k)) for k in (1, 2))
    expected = 2 * (float(unit_gaussian_nll(code, mean)) - math.log(2 * math.pi))
    assert float(squared_error(code, mean)) == pytest.approx(expected, abs=1e-5)
    assert float(squared_error(code, code)) == 0.0
