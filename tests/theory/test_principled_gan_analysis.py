import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.construction import construction
from tfgan_zoo.data import toys
from tfgan_zoo.errors import ZooError
from tfgan_zoo.theory import principled_gan_analysis as theory

P = np.array([0.1, 0.2, 0.3, 0.4])
Q = np.array([0.4, 0.1, 0.25, 0.25])


def test_the_best_discriminator_measures_jensen_shannon():
    """V(D*) = 2 JS - 2 log 2, and no other D does better."""
    best = theory.optimal_discriminator(P, Q)
    value = theory.discriminator_value(P, Q, best)
    assert value == pytest.approx(2 * theory.js(P, Q) - 2 * math.log(2), abs=1e-12)
    for shift in (-0.01, 0.01):
        assert theory.discriminator_value(P, Q, best + shift) < value


def test_disjoint_laws_are_told_apart_without_error():
    """Theorem 2.1: V = 0, JS = log 2, KL infinite."""
    p, q = np.array([0.5, 0.5, 0, 0]), np.array([0, 0, 0.25, 0.75])
    np.testing.assert_array_equal(theory.optimal_discriminator(p, q), [1, 1, 0, 0])
    assert theory.discriminator_value(p, q, [1, 1, 0, 0]) == 0
    assert theory.js(p, q) == pytest.approx(math.log(2), abs=1e-15)
    assert theory.kl(p, q) == math.inf
    assert theory.js(P, P) == theory.kl(P, P) == 0


def test_the_gradient_of_minus_log_d_is_that_of_kl_minus_two_js():
    """Theorem 2.5, on laws q = softmax(a): the derivative of E_q[-log D*] with D* held."""
    generator = np.random.default_rng(0)
    a, p = tf.Variable(generator.normal(size=6)), generator.dirichlet(np.ones(6))
    held = theory.optimal_discriminator(p, tf.nn.softmax(a).numpy())
    with tf.GradientTape(persistent=True) as tape:
        q = tf.nn.softmax(a)
        middle = (p + q) / 2
        cost = -tf.reduce_sum(q * np.log(held))
        divergence = tf.reduce_sum(p * (tf.math.log(p) - tf.math.log(middle)))
        divergence += tf.reduce_sum(q * (tf.math.log(q) - tf.math.log(middle)))
        reverse = tf.reduce_sum(q * (tf.math.log(q) - tf.math.log(p)))
        other = reverse - divergence
    np.testing.assert_allclose(tape.gradient(cost, a), tape.gradient(other, a), atol=1e-10)


def test_only_the_earth_mover_distance_sees_how_far_a_segment_is():
    assert theory.parallel_segments(0.25) == (math.inf, math.log(2), 0.25)
    assert theory.parallel_segments(-2) == (math.inf, math.log(2), 2)
    assert theory.parallel_segments(0) == (0, 0, 0)


@pytest.mark.parametrize(("sigma", "expected"), [(0.05, 0.6931), (0.5, 0.6327), (1, 0.3368), (2, 0.1114)])
def test_noise_brings_two_points_together(sigma, expected):
    assert theory.js_of_gaussians(2, sigma) == pytest.approx(expected, abs=5e-5)


def test_js_of_gaussians_is_that_of_a_fine_histogram():
    x = np.linspace(-10, 12, 40_001)
    p, q = np.exp(-(x**2) / 2), np.exp(-((x - 2) ** 2) / 2)
    assert theory.js_of_gaussians(2, 1) == pytest.approx(theory.js(p / p.sum(), q / q.sum()), abs=1e-9)
    assert theory.js_of_gaussians(0, 1) == 0


def test_bounds():
    assert theory.minimax_gradient_bound(0.5, 3) == 3
    assert theory.minimax_gradient_bound(0, 3) == 0
    # Two points a distance 1 apart, noise of standard deviation s: W = 1 is below the bound, which is tight for no s.
    for s in (0.05, 0.2, 1.0):
        assert 1 < theory.noisy_wasserstein_bound(s**2, theory.js_of_gaussians(1, s), 1 + 10 * s)


def test_the_minimax_gradient_obeys_its_bound():
    """One fake at g, D a sigmoid: D* = 0 there, so the error is the larger of |D| and |D'|, and M = 1."""
    for score in (-2.0, -4.0, -8.0):
        d = 1 / (1 + math.exp(-score))
        slope = d * (1 - d)  # of sigmoid(x) at the score
        gradient = slope / (1 - d)
        assert gradient <= theory.minimax_gradient_bound(max(d, slope) + 1e-12, 1)


def test_noisy_gradients_are_cauchy():
    """The quartiles of a Cauchy law of scale 3 are -3, 0 and 3; its mean does not settle."""
    found = theory.noisy_gradients(0.5, 1.5, 200_000)
    np.testing.assert_allclose(np.quantile(found, [0.25, 0.5, 0.75]), [-3, 0, 3], atol=0.06)
    assert np.abs(found).max() > 10_000


@pytest.fixture(scope="module")
def model():
    with construction(0):
        return theory.GradientProbe(width=16, output_scale=0.15)


def ring(batch=64):
    points = toys.draw("ring8", 20 * batch, seed=0)[0].reshape(20, batch, 2)
    return tf.data.Dataset.from_tensor_slices(points)


def test_the_probe_trains_the_discriminator_alone(model):
    before = [w.numpy() for w in model.generator.weights]
    start = [w.numpy() for w in model.weights_of("discriminator")]
    found = theory.probe(model, ring(), (0, 3, 10), n=64)
    assert [entry["step"] for entry in found] == [0, 3, 10] and int(model.step) == 10
    for old, new in zip(before, model.generator.weights):
        np.testing.assert_array_equal(old, new)
    assert all(np.abs(old - new).max() > 0 for old, new in zip(start, model.weights_of("discriminator")))


def test_gradient_norms_are_those_of_the_losses(model):
    """With scores s of the fakes, d softplus(-s) = -sigmoid(-s) ds and d(-softplus(s)) = -sigmoid(s) ds."""
    with construction(0):
        other = theory.GradientProbe(width=8)
    last = (
        other.discriminator.layers[-2]
        if other.discriminator.layers[-1].weights == []
        else other.discriminator.layers[-1]
    )
    kernel, bias = last.get_weights()
    last.set_weights([kernel * 0, bias + 20])  # D is sure that fakes are real: sigmoid(20)
    norms = other.gradient_norms(64)
    assert norms == {"minimax": 0, "non_saturating": 0}  # a constant D gives no gradient at all
    last.set_weights([kernel * 1e-3, bias + 5])
    norms = other.gradient_norms(64)
    assert norms["minimax"] / norms["non_saturating"] == pytest.approx(math.exp(5), rel=0.02)


def test_noise_reaches_the_discriminator():
    with construction(0):
        noisy = theory.GradientProbe(width=8, noise=0.5)
    with theory.draws.seeded((0, 0)):
        first = noisy.discriminate(tf.zeros((4, 2))).numpy()
    assert np.unique(first).size == 4


def test_accuracy_counts_both_sides(model):
    with construction(0):
        other = theory.GradientProbe(width=8)
    last = [layer for layer in other.discriminator.layers if layer.weights][-1]
    last.set_weights([0 * w + 1 if w.ndim == 1 else 0 * w for w in last.get_weights()])
    assert other.accuracy(np.zeros((10, 2), np.float32)) == 0.5  # calls everything real


@pytest.mark.parametrize(
    "call",
    [
        lambda: theory.kl([0.5, 0.6], [0.5, 0.5]),
        lambda: theory.js([1.0], [0.5, 0.5]),
        lambda: theory.js_of_gaussians(1, 0),
        lambda: theory.minimax_gradient_bound(1, 1),
        lambda: theory.noisy_wasserstein_bound(-1, 0, 0),
        lambda: theory.noisy_gradients(0, 1, 5),
    ],
)
def test_arguments_out_of_range_are_named(call):
    with pytest.raises(ZooError, match="found"):
        call()


def test_steps_must_increase(model):
    with pytest.raises(ZooError, match="increasing"):
        theory.probe(model, ring(), (0, 5, 5))
