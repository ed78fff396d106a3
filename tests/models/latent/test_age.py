"""AGE: what each player pays, which batch statistics stay, latents on the sphere, and the paper's networks."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives.moments import moment_kl
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 16}


@pytest.fixture
def model():
    return create("age", **SIZES)


@pytest.fixture
def images(model):
    return tf.constant(model.example_batch(32))


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def test_the_players_pull_codes_of_fakes_in_opposite_directions(model, images):
    encoder, generator = losses(model, "encoder", images), losses(model, "generator", images)
    assert set(encoder) == {"real", "fake", "image"} and set(generator) == {"fake", "latent"}
    assert encoder["fake"] == pytest.approx(-generator["fake"], rel=1e-6) and generator["fake"] > 0
    codes = model.encoder(images)
    assert encoder["real"] == pytest.approx(float(moment_kl(codes)), rel=1e-5)
    error = np.abs(images - model.generator(codes)).mean()
    assert encoder["image"] == pytest.approx(10 * error, rel=1e-5)
    with draws.seeded((0, 0)):
        latents = model.sample_latents(32).numpy()
    cosine = (latents * model.encoder(model.generator(latents)).numpy()).sum(axis=1).mean()
    assert generator["latent"] == pytest.approx(7.8 * (1 - cosine), rel=1e-4)


def test_the_game_vanishes_where_data_are_fakes(model):
    with draws.seeded((3, 0)):
        fakes = model.generator(model.sample_latents(32))
    terms = losses(model, "encoder", fakes, seed=3)
    assert terms["real"] + terms["fake"] == pytest.approx(0.0, abs=1e-6)


def test_a_round_is_one_move_of_the_encoder_and_two_of_the_generator(model, images):
    model.compile()
    model.play(images)
    assert {player: int(count.numpy()) for player, count in model.moves.items()} == {"encoder": 1, "generator": 2}


def test_codes_and_latents_lie_on_the_sphere(model, images):
    with draws.seeded((0, 0)):
        latents = model.sample_latents(20_000).numpy()
    np.testing.assert_allclose(np.linalg.norm(latents, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(np.cov(latents.T), np.eye(4) / 4, atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(model.encode(images), axis=1), 1, rtol=1e-5)


def test_only_the_direction_of_a_latent_matters(model):
    latents = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(model(latents), model(3 * latents), atol=1e-5)
    unit = latents / np.linalg.norm(latents, axis=1, keepdims=True)
    np.testing.assert_allclose(model(latents), model.generator_ema(unit), atol=1e-5)


def test_the_encoder_keeps_statistics_of_data_alone():
    model = create("age", image_shape=(16, 16, 1), latent_dim=4, width=4)
    images = tf.constant(model.example_batch(16))
    expected = keras.models.clone_model(model.encoder)
    expected.set_weights(model.encoder.get_weights())
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    model.minimize("encoder", images)
    expected(images, training=True)
    state = [v.numpy() for v in expected.non_trainable_variables if v.dtype.startswith("float")]
    assert len(state) == 2
    for found, wanted in zip([v.numpy() for v in model.encoder.non_trainable_variables], state):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_the_papers_network_for_32_pixels():
    model = create("age", ema_decay=0.0)
    count = lambda network: sum(math.prod(w.shape) for w in network.trainable_variables)
    encoder = 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 128) + 2 * (128 + 256) + 128
    assert count(model.encoder) == encoder
    generator = 16 * (128 * 512 + 512 * 256 + 256 * 128 + 128 * 128) + 2 * (512 + 256 + 128 + 128) + 128 * 3 + 3
    assert count(model.generator) == generator


@pytest.mark.parametrize(
    "options, message",
    [
        ({"generator_moves": 0}, "generator_moves: expected a number from 1 on, found 0"),
        ({"latent_weight": -1.0}, "weights: expected numbers from 0 on"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ZooError, match=message):
        create("age", **SIZES, **options)
