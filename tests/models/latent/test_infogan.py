"""InfoGAN: the code's parts, the bound at its known values, who is trained by it, and the appendix's networks."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "noise_dim": 5, "categories": 10, "codes": 2, "width": 16}


@pytest.fixture(scope="module")
def model():
    return create("infogan", **SIZES)


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def count(weights):
    return sum(math.prod(w.shape) for w in weights)


@pytest.fixture(scope="module")
def silent():
    """A model whose recognizer says nothing."""
    model = create("infogan", **SIZES)
    head = [layer for layer in model.recognizer._flatten_layers() if layer.weights][-1]
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    return model


def test_networks_have_the_appendix_sizes():
    model = create("infogan", ema_decay=0.0)
    trunk = (16 * 64 + 64) + (16 * 64 * 128 + 2 * 128) + (7 * 7 * 128 * 1024 + 2 * 1024)
    recognizer = (1024 * 128 + 2 * 128) + (128 * 12 + 12)
    assert trunk == 6_556_992
    assert count(model.discriminator.trainable_variables) == trunk + 1025
    assert count(model.recognizer.trainable_variables) == trunk + recognizer
    assert count(model.weights_of("discriminator")) == trunk + 1025 + recognizer  # the trunk once
    first, second = 74 * 1024 + 2 * 1024, 1024 * 6272 + 2 * 6272
    up = (16 * 128 * 64 + 2 * 64) + (16 * 64 + 1)
    assert count(model.weights_of("generator")) == first + second + up == 6_645_121


def test_latents_are_noise_category_and_codes(model):
    with draws.seeded((0, 0)):
        noise, category, codes = np.split(model.sample_latents(20_000).numpy(), [5, 15], axis=1)
    assert set(np.unique(category)) == {0.0, 1.0}
    np.testing.assert_array_equal(category.sum(axis=1), np.ones(20_000))
    np.testing.assert_allclose(category.mean(axis=0), np.full(10, 0.1), atol=0.01)
    for part in (noise, codes):
        assert np.abs(part).max() < 1
        np.testing.assert_allclose(part.mean(axis=0), 0, atol=0.02)
        np.testing.assert_allclose(part.var(axis=0), 1 / 3, atol=0.01)
    together = np.concatenate([noise, codes, category], axis=1)
    assert np.abs(np.corrcoef(together[:, :7].T) - np.eye(7)).max() < 0.04


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_silent_recognizer_pays_the_entropies(silent, player):
    terms = losses(silent, player, tf.zeros((20_000, 8, 8, 1)))
    assert terms["category"] == pytest.approx(math.log(10), rel=1e-5)
    assert terms["continuous"] == pytest.approx(2 * 1.085605, abs=0.01)


def test_weights_scale_their_part():
    plain, weighted = (
        create("infogan", **SIZES),
        create("infogan", **SIZES, information_weight=3, continuous_weight=0.1),
    )
    images = tf.constant(plain.example_batch(8))
    a, b = (losses(model, "generator", images) for model in (plain, weighted))
    assert b == pytest.approx({**a, "category": 3 * a["category"], "continuous": 0.1 * a["continuous"]}, rel=1e-5)


def test_bound_never_sees_real_images(model):
    a, b = (losses(model, "discriminator", tf.fill((8, 8, 8, 1), value)) for value in (-1.0, 0.5))
    assert a["adversarial"] != b["adversarial"]
    assert (a["category"], a["continuous"]) == (b["category"], b["continuous"])


def gradients(player, **weights):
    """Gradients of a move of `player`, and of them those of the recognizer's last layer, if it moves that."""
    model = create("infogan", **SIZES, **weights)
    model.compile()
    _, found, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), tf.constant(model.example_batch(8)))
    last = [layer for layer in model.recognizer._flatten_layers() if layer.weights][-1]
    of_last = [g for g, w in zip(found, model.weights_of(player)) if any(w is v for v in last.weights)]
    return tf.concat([tf.reshape(g, [-1]) for g in found], axis=0).numpy(), of_last


def test_both_players_raise_the_bound():
    silent = {"information_weight": 0.0, "continuous_weight": 0.0}
    for player, layers in (("discriminator", 2), ("generator", 0)):
        found, of_last = gradients(player)
        without, of_last_without = gradients(player, **silent)
        assert np.abs(found - without).max() > 1e-3
        assert len(of_last) == len(of_last_without) == layers
        assert all(np.abs(g).max() > 1e-3 for g in of_last)
        assert all(np.abs(g).max() == 0 for g in of_last_without)  # zero, not missing: the core accepts it


def test_recognizer_splits_category_and_codes(model):
    logits, mean = model.recognize(tf.constant(model.example_batch(3)))
    assert logits.shape == (3, 10) and mean.shape == (3, 2)
    np.testing.assert_array_equal(tf.concat([logits, mean], axis=1), model.recognizer(model.example_batch(3)))


def test_mnist_rates(model):
    rates = {player: float(o.learning_rate) for player, o in model.default_optimizers().items()}
    assert rates == pytest.approx({"discriminator": 2e-4, "generator": 1e-3})
