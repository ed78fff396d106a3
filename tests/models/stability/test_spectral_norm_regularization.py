"""Spectral norm regularization: what the discriminator and the classifier pay, and state that training keeps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.models.stability.spectral_norm_regularization import SpectrallyRegularizedClassifier
from tfgan_zoo.objectives import Objective


def make(**options):
    return zoo.create("spectral_norm_regularization", **{"image_shape": (2,), "latent_dim": 3, "width": 8} | options)


def squares(network):
    """Sum over layers of the squared largest singular value."""
    kernels = [w.numpy() for w in network.trainable_variables if w.name == "kernel"]
    return sum(np.linalg.norm(k.reshape(-1, k.shape[-1]), 2) ** 2 for k in kernels)


def test_the_discriminator_pays_for_every_layer_and_the_generator_for_none():
    model = make(penalty_weight=0.3)
    real = tf.constant(model.example_batch(4))
    for _ in range(300):
        model.norms.penalty(model.discriminator)
    with draws.seeded((0, 0)):
        terms = model.discriminator_loss(real)
        assert set(model.generator_loss(real)) == {"adversarial"}
    assert float(terms["spectral_norm"]) == pytest.approx(0.15 * squares(model.discriminator), rel=1e-4)


def test_a_move_takes_one_iteration_and_moves_weights_by_the_penaltys_gradient():
    """With a constant loss beside it: W falls by rate * lambda * sigma * v u'."""
    model = make(penalty_weight=0.5)
    model.objective = Objective(lambda real, fake: 0.0 * tf.reduce_mean(real + fake), None)
    model.compile({"discriminator": keras.optimizers.SGD(0.1)})
    kernels = [w.numpy() for w in model.weights_of("discriminator") if w.name == "kernel"]
    vectors = [(u.numpy(), v.numpy()) for u, v in model.norms.pairs]
    model.minimize("discriminator", tf.constant(model.example_batch(4)))
    after = [w.numpy() for w in model.weights_of("discriminator") if w.name == "kernel"]
    for w, found, (u, _), (new_u, new_v) in zip(kernels, after, vectors, model.norms.pairs):
        v = w @ u / np.linalg.norm(w @ u)
        u = w.T @ v / np.linalg.norm(w.T @ v)
        assert np.allclose(new_u, u, atol=1e-5) and np.allclose(new_v, v, atol=1e-5)
        assert np.allclose(found, w - 0.05 * (v @ w @ u) * np.outer(v, u), atol=1e-5)


def test_no_other_step_moves_the_vectors():
    model = make()
    model.compile()
    before = [v.numpy() for v in model.norms.variables]
    batch = model.example_batch(4)
    model.minimize("generator", tf.constant(batch))
    model.evaluate(tf.data.Dataset.from_tensors(batch), verbose=0)
    model.sample(2)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.norms.variables))


def test_without_weight_it_is_the_original_game():
    model, gan = make(penalty_weight=0.0), zoo.create("gan", image_shape=(2,), latent_dim=3, width=8)
    gan.generator.set_weights(model.generator.get_weights())
    gan.discriminator.set_weights(model.discriminator.get_weights())
    real = tf.constant(model.example_batch(4))
    for player in model.players:
        totals = []
        for game in (model, gan):
            with draws.seeded((0, 0)):
                totals.append(sum(float(v) for v in getattr(game, f"{player}_loss")(real).values()))
        assert totals[0] == totals[1]


@pytest.fixture
def classifier():
    return SpectrallyRegularizedClassifier(image_shape=(8, 8, 1), classes=3, width=4, penalty_weight=0.2)


def test_the_classifier_minimizes_cross_entropy_and_penalty(classifier):
    images, labels = map(tf.constant, classifier.example_batch(6))
    for _ in range(300):
        classifier.norms.penalty(classifier.classifier)
    terms = {name: float(value) for name, value in classifier.classifier_loss(images, labels).items()}
    chosen = tf.nn.log_softmax(classifier(images)).numpy()[np.arange(6), labels]
    expected = {"cross_entropy": -chosen.mean(), "spectral_norm": 0.1 * squares(classifier.classifier)}
    assert terms == pytest.approx(expected, rel=1e-4)


def test_the_classifier_learns_and_its_logits_are_served(classifier):
    classifier.compile(jit_compile=False)
    labels = np.arange(60, dtype="int32") % 3
    images = np.zeros((60, 8, 8, 1), "float32") + (labels[:, None, None, None] - 1) * 0.5
    history = classifier.fit(images, labels, batch_size=20, epochs=20, verbose=0).history
    assert set(history) == {"classifier/cross_entropy", "classifier/spectral_norm"}
    served = classifier.serving_signatures()["serving_default"](images)["logits"].numpy()
    assert np.mean(served.argmax(axis=1) == labels) == 1.0


@pytest.mark.parametrize("xla", [False, True])
def test_two_replicas_keep_the_same_vectors_as_one(mirrored, xla):
    def run(**options):
        model = SpectrallyRegularizedClassifier(image_shape=(8, 8, 1), classes=3, width=4, seed=1)
        model.compile(**options)
        model.fit(*model.example_batch(32), batch_size=8, shuffle=False, verbose=0)
        return [v.numpy() for v in model.norms.variables + model.classifier.trainable_variables]

    keras.utils.set_random_seed(0)
    one = run(jit_compile=False)
    keras.utils.set_random_seed(0)
    with mirrored.scope():
        two = run(jit_compile=xla)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(one, two))


@pytest.mark.parametrize("weight", [-0.1, float("nan")])
def test_a_negative_weight_is_refused(weight):
    with pytest.raises(zoo.ZooError, match="penalty_weight: expected a number from 0 on"):
        make(penalty_weight=weight)
    with pytest.raises(zoo.ZooError, match="penalty_weight"):
        SpectrallyRegularizedClassifier(penalty_weight=weight)
