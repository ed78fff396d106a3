"""Conditional GAN: which label goes where, and the game's known values."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create


def make():
    return create("cgan", image_shape=(8, 8, 1), latent_dim=6, classes=4, width=16, embedding_dim=5)


@pytest.fixture(scope="module")
def model():
    return make()


@pytest.fixture(scope="module")
def batch(model):
    return tuple(map(tf.constant, model.example_batch(12)))


def logits(model, images, labels):
    return model.discriminator([images, labels], training=False).numpy()


def test_best_logit_is_the_log_ratio_of_conditional_densities():
    # Counts of (label, image) pairs under data and generator, the same number for each label.
    data, fake = np.array([[1, 2, 5], [4, 2, 2]]), np.array([[2, 4, 2], [1, 5, 2]])
    scores = tf.Variable(np.log(data / fake).ravel(), dtype=tf.float32)
    with tf.GradientTape() as tape:
        real_scores, fake_scores = (tf.repeat(scores, counts.ravel()) for counts in (data, fake))
        loss = objectives.non_saturating.discriminator(real_scores, fake_scores)
    np.testing.assert_allclose(tape.gradient(loss, scores), np.zeros(6), atol=1e-7)
    p, g = data / 16, fake / 16
    divergence = 0.5 * (p * np.log(2 * p / (p + g)) + g * np.log(2 * g / (p + g))).sum()
    assert float(loss) == pytest.approx(2 * math.log(2) - 2 * divergence, rel=1e-6)


def test_undecided_discriminator_pays_2_log_2(batch):
    model = make()
    head = [layer for layer in model.discriminator._flatten_layers() if layer.weights][-1]
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    np.testing.assert_array_equal(logits(model, *batch), np.zeros((12, 1)))
    with draws.seeded((0, 0)):
        assert float(model.discriminator_loss(*batch)["adversarial"]) == pytest.approx(2 * math.log(2), rel=1e-6)
        assert float(model.generator_loss(*batch)["adversarial"]) == pytest.approx(math.log(2), rel=1e-6)


def test_discriminator_reads_the_label(batch):
    model, (images, labels) = make(), batch
    others = (labels + 1) % 4
    assert np.abs(logits(model, images, others) - logits(model, images, labels)).mean() > 1e-4
    embedding = next(layer for layer in model.discriminator.layers if "embedding" in layer.name)
    embedding.set_weights([np.zeros((4, 64))])
    np.testing.assert_array_equal(logits(model, images, others), logits(model, images, labels))


@pytest.mark.parametrize(("player", "uses"), [("discriminator", 3), ("generator", 2)])
def test_fakes_are_made_and_judged_with_the_labels_of_the_batch(model, batch, player, uses, monkeypatch):
    seen, generate, discriminate = [], model.generate, model.discriminate
    monkeypatch.setattr(model, "generate", lambda z, labels: seen.append(labels) or generate(z, labels))
    monkeypatch.setattr(model, "discriminate", lambda x, labels: seen.append(labels) or discriminate(x, labels))
    with draws.seeded((0, 0)):
        getattr(model, f"{player}_loss")(*batch)
    np.testing.assert_array_equal(seen, [batch[1]] * uses)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_embeddings_of_the_labels_in_the_batch_learn(model, batch, player):
    images, labels = batch[0], tf.constant([0, 2, 3] * 4)
    embedding = next(layer for layer in getattr(model, player).layers if "embedding" in layer.name)
    model.compile()
    _, gradients, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), images, labels)
    gradient = next(g for g, w in zip(gradients, model.weights_of(player)) if w is embedding.embeddings)
    np.testing.assert_array_equal(np.abs(gradient).max(axis=1) > 0, [True, False, True, True])


def test_sample_shows_the_labels_asked_for(model):
    with draws.seeded((3, 0)):
        latents = model.sample_latents(6)
    labels = [3, 0, 0, 2, 1, 3]
    images = model.sample(6, seed=3, labels=labels).numpy()
    np.testing.assert_allclose(images, model((latents, tf.constant(labels))), atol=1e-6)
    in_turn = model.sample(6, seed=3).numpy()
    np.testing.assert_allclose(in_turn, model((latents, tf.constant([0, 1, 2, 3, 0, 1]))), atol=1e-6)
    assert [bool(np.allclose(a, b, atol=1e-6)) for a, b in zip(images, in_turn)] == [False] * 6


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2], r"labels: expected 2 integers, found shape \(3,\) of int"),
        ([0.0, 1.0], r"labels: expected 2 integers, found shape \(2,\) of float64"),
        ([0, 4], r"labels: expected class ids 0..3, found 0..4"),
        ([-1, 0], r"labels: expected class ids 0..3, found -1..0"),
    ],
)
def test_wrong_labels_are_named(model, labels, message):
    with pytest.raises(ZooError, match=message):
        model.sample(2, labels=labels)
