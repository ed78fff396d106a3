"""VAE/GAN: who learns from which error, features and pixels, the balance, and the authors' networks."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives import likelihoods
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 16}


def make(**options):
    model = create("vaegan", **SIZES, **options)
    model.compile(jit_compile=False)
    return model


@pytest.fixture
def model():
    return make()


@pytest.fixture
def images(model):
    return tf.constant(model.example_batch(12))


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def gradients(model, player, images):
    _, found, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), images)
    return np.concatenate([np.ravel(g) for g in found])


def scale_score(model, factor):
    head = [layer for layer in model.discriminator._flatten_layers() if layer.weights][-1]
    head.set_weights([factor * w for w in head.get_weights()])


def test_values_of_an_undecided_discriminator(model, images):
    scale_score(model, 0.0)
    assert losses(model, "discriminator", images) == pytest.approx({"real": math.log(2), "fake": 2 * math.log(2)})
    assert losses(model, "generator", images)["adversarial"] == pytest.approx(-2 * math.log(2))


def test_the_generator_plays_against_what_the_discriminator_pays_for_fakes(model, images):
    """On the same draws their terms are opposite."""
    scale_score(model, 40.0)
    paid, won = losses(model, "discriminator", images)["fake"], losses(model, "generator", images)["adversarial"]
    assert paid == pytest.approx(-won, rel=1e-5) and abs(paid - 2 * math.log(2)) > 1e-2


def test_the_encoder_hears_nothing_from_the_scores(model, images):
    before = gradients(model, "encoder", images)
    scale_score(model, -50.0)
    np.testing.assert_array_equal(gradients(model, "encoder", images), before)
    assert np.abs(before).max() > 1e-3


def test_the_discriminator_does_not_follow_the_error_of_features(images):
    """Its gradient is the same however much features weigh, while the generator's is not."""
    light, heavy = make(reconstruction_weight=0.0), make(reconstruction_weight=1e3)
    np.testing.assert_array_equal(*(gradients(model, "discriminator", images) for model in (light, heavy)))
    assert np.abs(gradients(light, "generator", images) - gradients(heavy, "generator", images)).max() > 1


def test_the_error_of_features_is_a_sum(model, images):
    with draws.seeded((0, 0)):
        reconstructed, _ = model.fakes(images)
    a, b = (model.judge(x)[0].numpy() for x in (images, reconstructed))
    assert a.shape == (12, 16)
    expected = 0.5 * ((a - b) ** 2).sum(axis=1).mean()
    assert losses(model, "encoder", images)["reconstruction"] == pytest.approx(expected, rel=1e-5)
    assert losses(model, "generator", images)["reconstruction"] == pytest.approx(1e-6 * expected, rel=1e-5)


def test_with_pixels_for_features_it_is_a_vae_with_a_gaussian_decoder(images):
    model = make(feature_depth=0, reconstruction_weight=1.0)
    weights = [w.value for w in model.generator.trainable_variables]
    with draws.seeded((0, 0)), tf.GradientTape() as tape:
        found = model.generator_loss(images)["reconstruction"]
    found = float(found), tape.gradient(found, weights)
    with draws.seeded((0, 0)), tf.GradientTape() as tape:
        mean = model.generate(model.draw(*model.posterior(images)))
        nll = tf.reduce_mean(likelihoods.gaussian_nll(images, mean, 1.0))
    assert found[0] == pytest.approx(float(nll) - 32 * math.log(2 * math.pi), rel=1e-4)
    for a, b in zip(found[1], tape.gradient(nll, weights)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_divergence_is_from_the_standard_normal(model, images):
    mean, log_variance = model.posterior(images)
    expected = float(tf.reduce_mean(likelihoods.gaussian_kl(mean, log_variance)))
    assert losses(model, "encoder", images)["divergence"] == pytest.approx(expected, rel=1e-5)
    with draws.seeded((2, 0)):
        noise = draws.normal(12, 4)
    with draws.seeded((2, 0)):
        found = model.draw(mean, log_variance)
    np.testing.assert_allclose(found, mean + np.exp(0.5 * log_variance) * noise, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "real, fake, discriminator, generator",
    [
        (0.68, 0.68, 1, 1),
        (0.2, 0.68, 0, 1),
        (0.68, 0.2, 0, 1),
        (1.1, 0.68, 1, 0),
        (0.68, 1.1, 1, 0),
        (0.2, 1.1, 1, 1),  # both would stay
    ],
)
def test_balance(model, real, fake, discriminator, generator):
    found = model.balance(tf.constant(real), tf.constant(2 * fake))
    assert {name: float(value) for name, value in found.items()} == {
        "discriminator": discriminator,
        "generator": generator,
    }


def test_who_stays_does_not_move(images):
    model = make(margin=0.0)
    scale_score(model, 0.0)  # D pays 0.693 > 0.68
    weights = lambda player: [w.numpy().copy() for w in model.weights_of(player)]
    before = {player: weights(player) for player in model.players}
    logs = model.play(images)
    assert (float(logs["discriminator/moves"]), float(logs["generator/moves"])) == (1.0, 0.0)
    moved = lambda player: any(not np.array_equal(a, b) for a, b in zip(before[player], weights(player)))
    assert moved("encoder") and moved("discriminator") and not moved("generator")


def test_the_authors_networks_for_64_pixels():
    model = create("vaegan", ema_decay=0.0)
    count = lambda network: sum(math.prod(w.shape) for w in network.trainable_variables)
    convolutions = 25 * (3 * 64 + 64 * 128 + 128 * 256) + 2 * (64 + 128 + 256)
    assert count(model.encoder) == convolutions + 64 * 256 * 1024 + 2 * 1024 + 1024 * 256 + 256
    convolutions = 25 * (256 * 256 + 256 * 128 + 128 * 32) + 2 * (256 + 128 + 32) + 25 * 32 * 3 + 3
    assert count(model.generator) == 128 * 64 * 256 + 2 * 64 * 256 + convolutions
    convolutions = 25 * 3 * 32 + 32 + 25 * (32 * 128 + 128 * 256 + 256 * 256) + 2 * (128 + 256 + 256)
    assert count(model.discriminator) == convolutions + 64 * 256 * 512 + 2 * 512 + 513
    assert model.judge.outputs[0].shape == (None, 8 * 8 * 256)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"feature_depth": 4}, r"feature_depth: expected a layer from 0 \(pixels\) to 3, found 4"),
        ({"reconstruction_weight": -1}, "reconstruction_weight: expected a number from 0 on, found -1"),
        ({"margin": -0.1}, "margin: expected a number from 0 on, found -0.1"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ZooError, match=message):
        create("vaegan", **SIZES, **options)
