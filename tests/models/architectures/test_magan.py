"""MAGAN: the rule for the margin, its phases in a plain fit, losses, resuming within an epoch, the paper's networks."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives
from tfgan_zoo.models.architectures.magan import lowered_margin

TINY = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 4}


def make(**options):
    return zoo.create("magan", **TINY | options)


def step(model, real, fake):
    """What the end of a train step with these energies makes of the margin."""
    logs = {"discriminator/real": tf.constant(float(real)), "generator/fake": tf.constant(float(fake))}
    margin = float(model.after_step(logs)["margin"])
    model.step.assign_add(1)
    return margin


@pytest.mark.parametrize(("grew", "below_fake", "below_margin"), list(itertools.product((False, True), repeat=3)))
def test_the_rule(grew, below_fake, below_margin):
    real, fake = 2.0, 3.0 if below_fake else 1.5
    margin, previous = 2.5 if below_margin else 1.9, fake - 0.1 if grew else fake + 0.1
    expected = real if grew and below_fake and below_margin else margin
    assert float(lowered_margin(*map(tf.constant, (margin, real, fake, previous)))) == np.float32(expected)


def test_equal_energies_are_no_reason():
    rule = lambda *values: float(lowered_margin(*map(tf.constant, values)))
    assert rule(5.0, 2.0, 3.0, 3.0) == 5.0
    assert rule(5.0, 3.0, 3.0, 1.0) == 5.0
    assert rule(5.0, 2.0, 3.0, 1.0) == 2.0
    assert rule(5.0, 2.0, 3.0, 0.0) == 5.0  # no epoch before


def test_phases():
    """Two steps an epoch, two epochs of pretraining, the second of which is measured; then the game."""
    model = make(epoch_steps=2, pretraining_epochs=2)
    assert [step(model, 9, 50) for _ in range(2)] == [0, 0]
    assert [step(model, r, 50) for r in (4, 8)] == [0, 6]  # the mean of the last epoch of pretraining
    assert [step(model, 5, f) for f in (7, 9)] == [6, 6]  # the first epoch of the game: nothing to compare with
    assert float(model.previous_fake) == 8  # pretraining's fakes do not count
    assert [step(model, r, 8.5) for r in (4, 5)] == [6, 4.5]  # only at the end
    assert [step(model, 1, f) for f in (8, 6)] == [4.5, 4.5]  # samples got better
    assert [step(model, 5, 10) for _ in range(2)] == [4.5, 4.5]  # never raised
    assert [step(model, 3, 11) for _ in range(2)] == [4.5, 3]
    assert float(model.real_sum) == float(model.fake_sum) == 0


def test_without_pretraining_the_first_epoch_is_measured():
    model = make(epoch_steps=2, pretraining_epochs=0)
    assert [step(model, r, 10) for r in (2, 4, 2, 2)] == [0, 3, 3, 3]
    assert [step(model, 2, 11) for _ in range(2)] == [3, 2]


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def test_losses_are_those_of_the_margin_game_on_sums_of_squares():
    model = make()
    images = tf.constant(model.example_batch(6))
    with draws.seeded((3, 0)):
        fake = model.generate(model.sample_latents(6))
    energies = lambda v: np.square(v - model.reconstruct(v)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(model.discriminate(images)[:, 0], energies(images), rtol=1e-5)
    assert losses(model, "generator", images, 3) == pytest.approx({"fake": energies(fake).mean()}, rel=1e-5)
    assert losses(model, "discriminator", images, 3) == pytest.approx(
        {"real": energies(images).mean(), "fake": 0.0}, rel=1e-5
    )
    margin = float(np.median(energies(fake)))
    model.margin.assign(margin)
    found = losses(model, "discriminator", images, 3)
    ebgan = objectives.energy_margin(margin).discriminator(energies(images), energies(fake))
    assert found["fake"] > 0 and sum(found.values()) == pytest.approx(float(ebgan), rel=1e-5)


def test_fit_pretrains_then_plays_and_needs_no_callback():
    model = make(epoch_steps=3, pretraining_epochs=1, ema_decay=0.0)
    model.compile()
    weights = lambda: [w.numpy() for w in model.generator.weights]
    start, images = weights(), model.example_batch(8)
    history = model.fit(images, batch_size=8, epochs=3, shuffle=False, verbose=0).history  # an epoch of fit is a step
    for a, b in zip(start, weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert history["margin"][:2] == [0, 0]
    assert history["margin"][2] == pytest.approx(np.mean(history["discriminator/real"]), rel=1e-6)
    assert (
        history["discriminator/fake"] == [0, 0, 0]
        and history["discriminator/real"][2] < history["discriminator/real"][0]
    )
    model.fit(images, batch_size=8, epochs=1, verbose=0)
    assert any(not np.array_equal(a, b) for a, b in zip(start, weights()))


def test_resuming_within_an_epoch_and_a_phase_equals_never_having_stopped(tmp_path):
    """Four steps an epoch; stopped after 3 (pretraining) and after 10 (the game)."""
    images = np.stack([make().example_batch(8, seed) for seed in range(22)])

    def fit(model, first, last):
        model.fit(tf.data.Dataset.from_tensor_slices(images[first:last]), verbose=0)

    straight = make(epoch_steps=4, pretraining_epochs=1)
    straight.compile()
    fit(straight, 0, 22)
    model = make(epoch_steps=4, pretraining_epochs=1)
    model.compile()
    for first, last in ((0, 3), (3, 10), (10, 22)):
        fit(model, first, last)
        model.save(tmp_path / "state.keras")
        assert float(model.real_sum) > 0  # stopped in the middle
        model = zoo.load(tmp_path / "state.keras")
    assert float(straight.margin) > 0
    for a, b in zip(straight.variables, model.variables, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)


def test_networks_of_mnist():
    """784-256-256-784, ReLU; 7x7x128 to 14x14x64 to the image with kernels of 4x4; no normalization."""
    model = zoo.create("magan", ema_decay=0.0)
    count = lambda *networks: sum(int(np.prod(w.shape)) for n in networks for w in n.trainable_variables)
    assert count(model.encoder, model.decoder) == 785 * 256 + 257 * 256 + 257 * 784
    assert [layer.activation for layer in model.encoder.layers if type(layer) is L.Dense] == [
        keras.activations.relu
    ] * 2
    assert count(model.generator) == 51 * 7 * 7 * 128 + (16 * 128 * 64 + 64) + (16 * 64 + 1)


def test_networks_of_faces():
    model = zoo.create("magan", image_shape=(64, 64, 3), latent_dim=350, perceptron=False, ema_decay=0.0)
    filters = lambda network, kind: [layer.filters for layer in network.layers if type(layer) is kind]
    assert filters(model.encoder, L.Conv2D) == [64, 128, 256, 512]
    assert filters(model.decoder, L.Conv2DTranspose) == [256, 128, 64, 3]
    assert filters(model.generator, L.Conv2DTranspose) == [256, 128, 64, 3]
    assert not any(isinstance(v, L.BatchNormalization) for n in (model.encoder, model.decoder) for v in n.layers)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"epoch_steps": 0}, "epoch_steps.*0"), ({"epoch_steps": 1.5}, "1.5"), ({"pretraining_epochs": -1}, "-1")],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
