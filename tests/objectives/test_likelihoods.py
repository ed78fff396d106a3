"""Terms of the evidence lower bound against known values, SciPy's densities and an exactly solvable model."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from tfgan_zoo.objectives.likelihoods import bernoulli_nll, gaussian_kl, gaussian_nll


def kl(mean, variance):
    return gaussian_kl(tf.constant(mean, tf.float32), tf.math.log(tf.constant(variance, tf.float32))).numpy()


def test_divergence_at_known_points():
    assert kl([[0.0, 0.0, 0.0]], [[1.0, 1.0, 1.0]]) == 0.0
    assert kl([[1.0]], [[1.0]]) == 0.5
    np.testing.assert_allclose(kl([[0.0], [-2.0]], [[math.e], [1.0]]), [(math.e - 2) / 2, 2.0], rtol=1e-6)


def test_divergence_is_the_integral():
    q = stats.norm(0.7, 0.4)
    integral, _ = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z)), -4, 5)
    np.testing.assert_allclose(kl([[0.7]], [[0.16]]), [integral], rtol=1e-6)


def test_divergence_is_summed_over_latents_and_kept_per_example():
    np.testing.assert_allclose(kl([[1.0] * 6, [0.0] * 6], [[1.0] * 6] * 2), [3.0, 0.0])


def test_bernoulli_of_an_undecided_decoder_is_log_2_a_pixel():
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 1)), tf.float32)
    np.testing.assert_allclose(bernoulli_nll(images, tf.zeros_like(images)), [64 * math.log(2)] * 3, rtol=1e-6)


def test_bernoulli_reads_pixels_as_probabilities():
    logits = tf.constant([[[[0.3], [-1.2]]]])
    p = 1 / (1 + np.exp([-0.3, 1.2]))
    for images, expected in (([1.0, -1.0], -np.log(p[0]) - np.log(1 - p[1])), ([0.0, 0.5], None)):
        if expected is None:
            expected = -0.5 * np.log(p[0] * (1 - p[0])) - 0.75 * np.log(p[1]) - 0.25 * np.log(1 - p[1])
        found = bernoulli_nll(tf.constant(images, tf.float32)[None, None, :, None], logits)
        np.testing.assert_allclose(found, [expected], rtol=1e-5)


@pytest.mark.parametrize("variance", [0.1, 1.0])
def test_gaussian_is_the_density(variance):
    generator = np.random.default_rng(1)
    images, mean = generator.normal(size=(2, 4, 8, 8, 1))
    expected = -stats.norm.logpdf(images, mean, variance**0.5).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(gaussian_nll(tf.constant(images), mean, variance), expected, rtol=1e-12)


def test_bound_is_tight_for_the_exact_posterior_of_a_linear_decoder_and_below_otherwise():
    # Orthogonal columns: the posterior (I + W'W / s2)^-1 is diagonal, as the encoder's.
    generator, s2 = np.random.default_rng(2), 0.3
    w = np.linalg.qr(generator.normal(size=(6, 3)))[0] * [0.5, 1.0, 2.0]
    b, x = generator.normal(size=6), generator.normal(size=6)
    variance = 1 / (1 + np.diag(w.T @ w) / s2)
    mean = variance * (w.T @ (x - b)) / s2

    def bound(mean, variance):
        expected_nll = gaussian_nll(tf.constant(x[None]), (b + w @ mean)[None], s2) + (w**2 @ variance).sum() / (2 * s2)
        return float(-expected_nll[0] - gaussian_kl(mean[None], np.log(variance)[None])[0])

    exact = stats.multivariate_normal.logpdf(x, b, w @ w.T + s2 * np.eye(6))
    assert bound(mean, variance) == pytest.approx(exact, rel=1e-10)
    for other_mean, other_variance in ((mean + 0.1, variance), (mean, 0.9 * variance), (0 * mean, np.ones(3))):
        assert bound(other_mean, other_variance) < exact - 1e-3
