"""alpha-GAN: the players' known values, which way C points, who hears whom, and what the logit measures."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 16, "code_width": 10}


@pytest.fixture
def model():
    return create("alpha_gan", **SIZES)


@pytest.fixture
def images(model):
    return tf.constant(model.example_batch(12))


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def set_score(network, score):
    """Make the network answer the same to everything."""
    head = [layer for layer in network._flatten_layers() if layer.weights][-1]
    kernel, bias = head.get_weights()
    head.set_weights([0 * kernel, 0 * bias + score])


def test_values_at_equilibrium(model, images):
    for network in (model.discriminator, model.code_discriminator):
        set_score(network, 0.0)
    assert losses(model, "discriminator", images) == pytest.approx({"adversarial": 3 * math.log(2)}, rel=1e-6)
    assert losses(model, "code_discriminator", images) == pytest.approx({"adversarial": 2 * math.log(2)}, rel=1e-6)
    assert losses(model, "encoder", images)["code"] == 0.0
    terms = losses(model, "generator", images)
    assert terms["reconstructed"] == terms["sampled"] == 0.0


def test_ratio_of_probabilities_is_minus_the_logit():
    scores = tf.constant(np.random.default_rng(0).normal(size=(100, 1)), tf.float32)
    p = tf.sigmoid(tf.cast(scores, tf.float64))
    ratio = tf.reduce_mean(-tf.math.log(p) + tf.math.log(1 - p))
    assert float(objectives.log_ratio.generator(None, scores)) == pytest.approx(float(ratio), abs=1e-6)


@pytest.mark.parametrize("m", [0.5, 2.0])
def test_best_score_of_codes_measures_the_divergence_from_the_prior(m):
    """Codes from N(m, 1): the best C is log N(e; 0, 1) - log N(e; m, 1) = m^2 / 2 - m e, of mean -m^2 / 2."""
    generator = np.random.default_rng(0)
    codes, prior = (tf.constant(generator.normal(c, 1, (400_000, 1)), tf.float32) for c in (m, 0.0))
    weights = tf.constant([m * m / 2, -m])
    with tf.GradientTape() as tape:
        tape.watch(weights)
        best = lambda e: weights[0] + weights[1] * e
        value = objectives.log_ratio.discriminator(best(prior), best(codes))
    assert np.abs(tape.gradient(value, weights)).max() < 5e-3
    assert float(objectives.log_ratio.generator(None, best(codes))) == pytest.approx(m * m / 2, abs=0.01)


def test_the_code_discriminator_says_1_for_the_prior_and_the_encoder_raises_it(model, images):
    set_score(model.code_discriminator, 2.0)
    softplus = lambda t: np.logaddexp(0, t)
    expected = softplus(-2) + softplus(2)
    assert losses(model, "code_discriminator", images)["adversarial"] == pytest.approx(expected, rel=1e-6)
    assert losses(model, "encoder", images)["code"] == pytest.approx(-2.0)
    # One that tells codes from the prior pays less: large near 0, small far away.
    far = create("alpha_gan", **SIZES)
    far.encoder.set_weights([30 * w for w in far.encoder.get_weights()])
    near = lambda z, training=False: 5.0 - tf.reduce_sum(z**2, axis=1, keepdims=True)
    far.code_discriminator = near
    assert losses(far, "code_discriminator", images)["adversarial"] < 1.4
    assert losses(far, "encoder", images)["code"] > 10


def test_reconstruction_is_a_mean_over_pixels(model, images):
    error = np.abs(images - model.generator(model.encoder(images, training=True), training=True)).mean()
    for player in ("encoder", "generator"):
        assert losses(model, player, images)["reconstruction"] == pytest.approx(20 * error, rel=1e-4)


def test_the_encoder_hears_nothing_from_the_discriminator(model, images):
    before = losses(model, "encoder", images)
    set_score(model.discriminator, 7.0)
    assert losses(model, "encoder", images) == before
    set_score(model.code_discriminator, 7.0)
    assert losses(model, "encoder", images)["code"] == pytest.approx(-7.0)


def test_four_move_in_the_papers_order(model, images):
    model.compile()
    order = []
    model.minimize = lambda player, *batch: order.append(player) or {}
    model.play(images)
    assert order == ["encoder", "generator", "discriminator", "code_discriminator"]


def test_code_weight_and_normalization(images):
    silent = create("alpha_gan", **SIZES, code_weight=0.0)
    assert losses(silent, "encoder", images)["code"] == 0.0
    units = [layer.units for layer in create("alpha_gan").code_discriminator.layers if hasattr(layer, "units")]
    assert units == [750, 750, 750, 1]
    assert not silent.code_discriminator.non_trainable_variables  # no batch normalization


def test_negative_weights_are_refused():
    with pytest.raises(ZooError, match="weights: expected numbers from 0 on, found 20.0 and -1"):
        create("alpha_gan", **SIZES, code_weight=-1)
