"""ALI: the value of the game on pairs, its best discriminator, noise of the encoder, and who learns from what."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.objectives import non_saturating
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 3, "width": 16}
BOTH = ("discriminator", "autoencoder")


@pytest.fixture(scope="module")
def model():
    return create("ali", **SIZES)


@pytest.fixture(scope="module")
def images(model):
    return tf.constant(model.example_batch(12))


def loss(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return float(getattr(model, f"{player}_loss")(images)["adversarial"])


def last_layer(network):
    return [layer for layer in network._flatten_layers() if layer.weights][-1]


@pytest.mark.parametrize("player", BOTH)
def test_undecided_discriminator_costs_both_2_log_2(player, images):
    model = create("ali", **SIZES)
    head = last_layer(model.discriminator)
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    assert loss(model, player, images) == pytest.approx(2 * math.log(2), rel=1e-6)


def test_the_players_exchange_labels_and_do_not_negate_the_loss(model, images):
    with draws.seeded((0, 0)):
        a, b = (scores.numpy() for scores in model.scores(images))
    softplus = lambda t: np.logaddexp(0, t)
    assert loss(model, "discriminator", images) == pytest.approx((softplus(-a) + softplus(b)).mean(), rel=1e-5)
    assert loss(model, "autoencoder", images) == pytest.approx((softplus(a) + softplus(-b)).mean(), rel=1e-5)
    both = sum((np.abs(t) + 2 * softplus(-np.abs(t))).mean() for t in (a, b))
    assert sum(loss(model, player, images) for player in BOTH) == pytest.approx(both, rel=1e-5)
    assert both > 4 * math.log(2)


def test_best_logit_of_gaussian_pairs():
    """q(x, z) = N(x; 0, 1) N(z; x, s^2) and p(x, z) = N(z; 0, 1) N(x; z, s^2): log q - log p = (z^2 - x^2) / 2."""
    generator = np.random.default_rng(0)
    first, noise = generator.normal(size=(2, 2, 400_000))
    encoded, decoded = ((u, u + 0.5 * e) for u, e in zip(first, noise))
    features = lambda x, z: tf.constant(np.stack([np.ones_like(x), x * x, z * z, x * z], axis=1), tf.float32)
    from_data, from_prior = features(*encoded), features(*reversed(decoded))
    coefficients = tf.constant([[0.0], [-0.5], [0.5], [0.0]])
    with tf.GradientTape() as tape:
        tape.watch(coefficients)
        value = non_saturating.discriminator(from_data @ coefficients, from_prior @ coefficients)
    assert np.abs(tape.gradient(value, coefficients)).max() < 0.01
    assert float(value) < 2 * math.log(2)
    for other in ([[0.0], [-0.4], [0.5], [0.0]], [[0.0], [-0.5], [0.5], [0.1]], [[0.0], [0.5], [-0.5], [0.0]]):
        other = tf.constant(other)
        assert float(non_saturating.discriminator(from_data @ other, from_prior @ other)) > float(value)


def test_codes_are_drawn_around_the_mean_with_the_encoders_deviation(model, images):
    mean, log_sigma = np.split(model.encoder(images, training=True).numpy(), 2, axis=1)
    with draws.seeded((4, 0)):
        noise = draws.normal(12, 3).numpy()
    with draws.seeded((4, 0)):
        np.testing.assert_allclose(model.infer(images), mean + np.exp(log_sigma) * noise, rtol=1e-5, atol=1e-6)
    deployed = create("ali", **SIZES, ema_decay=0.0)
    np.testing.assert_allclose(deployed.encode(images), deployed.encoder(images)[:, :3], atol=1e-6)


def test_encoder_and_generator_learn_from_their_own_kind_of_pair(model, images):
    """The encoder's codes and the generator's images are differentiable; neither matters to the other's pair."""
    with draws.seeded((0, 0)), tf.GradientTape(persistent=True) as tape:
        a, b = model.scores(images)
        a, b = tf.reduce_sum(tf.nn.softplus(a)), tf.reduce_sum(tf.nn.softplus(-b))
    encoder, generator = ([w.value for w in net.trainable_variables] for net in (model.encoder, model.generator))
    assert max(np.abs(g).max() for g in tape.gradient(a, encoder)) > 1e-3
    assert max(np.abs(g).max() for g in tape.gradient(b, generator)) > 1e-3
    assert all(g is None for g in tape.gradient(b, encoder) + tape.gradient(a, generator))


def test_both_move_from_the_same_weights(images):
    model = create("ali", **SIZES)
    model.compile()
    with draws.seeded(model.seed_of("autoencoder", tf.constant(0))):
        before = float(model.autoencoder_loss(images)["adversarial"])
    logs = model.play(images)
    assert float(logs["autoencoder/adversarial"]) == pytest.approx(before, rel=1e-6)


def test_rates(model):
    rates = {player: float(o.learning_rate) for player, o in model.default_optimizers().items()}
    assert rates == pytest.approx({"discriminator": 1e-4, "autoencoder": 1e-4})
