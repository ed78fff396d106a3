"""BiGAN: the value of the game on pairs, a deterministic encoder, the uniform prior, and the authors' networks."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives import non_saturating
from tfgan_zoo.registry import create

SIZES = {"image_shape": (16, 16, 1), "latent_dim": 3, "width": 16}


@pytest.fixture
def model():
    return create("bigan", **SIZES)


@pytest.fixture
def images(model):
    return tf.constant(model.example_batch(12))


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def scale_score(model, factor):
    head = [layer for layer in model.discriminator._flatten_layers() if layer.weights][-1]
    head.set_weights([factor * w for w in head.get_weights()])


@pytest.mark.parametrize("player", ["discriminator", "autoencoder"])
def test_undecided_discriminator_costs_both_2_log_2(model, player, images):
    scale_score(model, 0.0)
    assert losses(model, player, images)["adversarial"] == pytest.approx(2 * math.log(2), rel=1e-6)


def test_an_inverse_encoder_leaves_nothing_to_tell():
    """Then both kinds of pairs are the same, and no scores cost less than 2 log 2."""
    scores = tf.constant(np.random.default_rng(0).normal(size=(1000, 1)), tf.float32)
    assert float(non_saturating.discriminator(scores, scores)) > 2 * math.log(2)
    assert float(non_saturating.discriminator(0 * scores, 0 * scores)) == pytest.approx(2 * math.log(2))


def test_negating_the_score_exchanges_the_players(model, images):
    before = losses(model, "discriminator", images), losses(model, "autoencoder", images)
    scale_score(model, -1.0)
    after = losses(model, "autoencoder", images), losses(model, "discriminator", images)
    for a, b in zip(before, after):
        assert a["adversarial"] == pytest.approx(b["adversarial"], rel=1e-5)
    assert before[0]["adversarial"] != pytest.approx(before[1]["adversarial"], rel=1e-3)


def test_codes_are_no_draws(model, images):
    found = []
    for seed in (0, 1):
        with draws.seeded((seed, 0)):
            found.append(model.infer(images).numpy())
    np.testing.assert_array_equal(*found)
    assert found[0].shape == (12, 3)
    np.testing.assert_allclose(model.encode(images), model.encoder_ema(images), atol=1e-6)


def test_latents_are_uniform(model):
    with draws.seeded((0, 0)):
        latents = model.sample_latents(20_000).numpy()
    assert np.abs(latents).max() < 1
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(latents.var(axis=0), 1 / 3, atol=0.01)


def test_the_encoder_learns_through_its_codes(model, images):
    with draws.seeded((0, 0)), tf.GradientTape() as tape:
        value = model.autoencoder_loss(images)["adversarial"]
    gradients = tape.gradient(value, [w.value for w in model.encoder.trainable_variables])
    assert all(np.abs(g).max() > 1e-6 for g in gradients)


def test_decay_is_of_kernels_of_the_mover(images):
    model = create("bigan", **SIZES, weight_decay=0.1)
    for player, names in {"discriminator": ["discriminator"], "autoencoder": ["encoder", "generator"]}.items():
        kernels = [w.numpy() for n in names for w in getattr(model, n).trainable_variables if len(w.shape) == 2]
        expected = 0.05 * sum((w**2).sum() for w in kernels)
        assert losses(model, player, images)["weight_decay"] == pytest.approx(expected, rel=1e-5)


def test_networks_of_permutation_invariant_mnist():
    model = create("bigan", ema_decay=0.0)
    count = lambda network: sum(math.prod(w.shape) for w in network.trainable_variables)
    assert count(model.generator) == 2 * 50 * 1024 + 1024**2 + 1024 * 784
    assert count(model.encoder) == (784 + 1) * 1024 + 1024**2 + 1024 * 50
    assert count(model.discriminator) == (784 + 1) * 1024 + 1024**2 + 50 * 1024 + 1025


def test_tiny_images_have_alis_perceptrons_with_an_encoder_of_codes():
    model = create("bigan", image_shape=(8, 8, 1), latent_dim=3, width=16)
    count = lambda network: sum(math.prod(w.shape) for w in network.trainable_variables)
    assert count(model.encoder) == 65 * 16 + 17 * 16 + 16 * 3 + 2 * 2 * 16  # with batch normalization
    assert count(model.discriminator) == 2 * (64 + 3 + 1) * 16 + 2 * 17 * 16 + 17  # two pieces
    assert model.infer(model.example_batch(5)).shape == (5, 3)


def test_the_score_is_no_sum_of_one_of_the_image_and_one_of_the_code(model, images):
    codes = tf.random.stateless_normal((12, 3), (0, 1))
    score = lambda x, z: model.discriminator([x, z]).numpy()
    x, z = tf.roll(images, 1, 0), tf.roll(codes, 1, 0)
    mixed = score(images, codes) - score(images, z) - score(x, codes) + score(x, z)
    assert np.abs(mixed).max() > 1e-2 * np.abs(score(images, codes)).max()


def test_negative_decay_is_refused():
    with pytest.raises(ZooError, match="weight_decay: expected a number from 0 on, found -1"):
        create("bigan", **SIZES, weight_decay=-1)
