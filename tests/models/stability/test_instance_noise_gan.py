"""Instance noise: where it is added, how it is annealed, and what it does to the divergence of laws that lie apart."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws

X = np.linspace(-20.0, 20.0, 400_001)


def make(**options):
    return zoo.create("instance_noise_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 4} | options)


def jensen_shannon(deviation):
    """JS of N(-1, s^2) and N(1, s^2), by quadrature."""
    log_p, log_q = (-0.5 * ((X - m) / deviation) ** 2 - np.log(deviation * np.sqrt(2 * np.pi)) for m in (-1.0, 1.0))
    log_m = np.logaddexp(log_p, log_q) - np.log(2.0)
    return np.trapezoid(0.5 * np.exp(log_p) * (log_p - log_m) + 0.5 * np.exp(log_q) * (log_q - log_m), X)


@pytest.mark.parametrize(("deviation", "expected"), [(0.05, 0.6931), (0.5, 0.6327), (1.0, 0.3368), (2.0, 0.1114)])
def test_noise_brings_laws_that_lie_apart_together(deviation, expected):
    """Two points at -1 and 1 seen through noise: log 2 without, less with more noise."""
    assert jensen_shannon(deviation) == pytest.approx(expected, abs=5e-5)


def test_the_loss_of_the_best_discriminator_on_noisy_points_is_that_divergence():
    """Data at 1, samples at -1, noise 1: the best logit is 2 x, and 2 log 2 - loss is twice the divergence."""
    n = 100_000
    model = make(image_shape=(1,), noise=1.0)
    line = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    line.set_weights([np.array([[2.0]]), np.zeros(1)])
    model.discriminator, model.generate = line, lambda latents: tf.fill((n, 1), -1.0)
    with draws.seeded((0, 0)):
        loss = float(model.discriminator_loss(tf.ones((n, 1)))["adversarial"])
    assert 2 * np.log(2) - loss == pytest.approx(2 * 0.3368, abs=0.01)


def test_annealing_is_linear_and_ends_at_zero():
    model = make(noise=0.5, anneal_steps=8)
    found = []
    for step in (0, 2, 4, 8, 9, 10_000):
        model.step.assign(step)
        found.append(float(model.deviation()))
    assert found == pytest.approx([0.5, 0.375, 0.25, 0.0, 0.0, 0.0], abs=1e-7)


def test_every_step_logs_its_deviation_and_training_goes_on_where_it_stopped(tmp_path):
    model = make(noise=0.4, anneal_steps=4)
    model.compile()
    data = tf.data.Dataset.from_tensors(model.example_batch(4)).repeat()
    history = model.fit(data, epochs=5, steps_per_epoch=1, verbose=0).history
    assert history["noise"] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0.0], abs=1e-7)
    model.step.assign(2)
    model.save(tmp_path / "model.keras")
    assert float(zoo.load(tmp_path / "model.keras").deviation()) == pytest.approx(0.2)


def seen_by_the_discriminator(model, player, batch, monkeypatch):
    """What the discriminator's network is given in the player's loss."""
    given = []
    network = model.discriminator
    monkeypatch.setattr(
        type(network), "__call__", lambda self, x, **_: given.append(x.numpy()) or tf.zeros((len(x), 1))
    )
    with draws.seeded((3, 0)):
        monkeypatch.setattr(model, "generate", lambda latents: tf.zeros((len(latents), 2)))
        getattr(model, f"{player}_loss")(batch)
    return given


def test_noise_is_normal_the_same_for_both_kinds_and_independent(monkeypatch):
    n, model = 20_000, make(noise=0.5)
    real, fake = seen_by_the_discriminator(model, "discriminator", tf.ones((n, 2)), monkeypatch)
    for noise in (real - 1.0, fake):
        assert noise.mean() == pytest.approx(0.0, abs=0.01) and noise.std() == pytest.approx(0.5, rel=0.01)
        assert np.mean(np.abs(noise) < 0.5) == pytest.approx(0.6827, abs=0.01)
    assert abs(np.corrcoef((real - 1.0).ravel(), fake.ravel())[0, 1]) < 0.02


def test_noisy_images_are_not_clipped(monkeypatch):
    real, _ = seen_by_the_discriminator(make(noise=0.5), "discriminator", tf.ones((100, 2)), monkeypatch)
    assert real.max() > 1.5


def test_the_generators_fakes_are_noisy_too_and_gradient_reaches_it(monkeypatch):
    model = make(noise=0.5)
    model.compile()
    batch = tf.constant(model.example_batch(8))
    _, gradients, _, _ = model.terms_and_gradients("generator", tf.constant([0, 0]), batch)
    assert all(np.abs(g).max() > 0 for g in gradients[-2:])
    (fake,) = seen_by_the_discriminator(model, "generator", tf.ones((1000, 2)), monkeypatch)
    assert fake.std() == pytest.approx(0.5, rel=0.05)


def test_the_deployed_generator_has_no_noise():
    noisy, clean = make(noise=0.5, ema_decay=0.0), make(noise=0.0, ema_decay=0.0)
    assert np.array_equal(noisy.sample(5, seed=2), clean.sample(5, seed=2))
    latents = tf.ones((2, 3))
    assert np.array_equal(noisy(latents), noisy(latents))


def test_without_noise_it_is_the_original_game():
    model, gan = make(noise=0.0), zoo.create("gan", image_shape=(2,), latent_dim=3, width=4)
    for network in ("generator", "discriminator"):
        getattr(gan, network).set_weights(getattr(model, network).get_weights())
    batch = tf.constant(model.example_batch(6))
    for player in model.players:
        losses = []
        for game in (model, gan):
            with draws.seeded((0, 0)):
                losses.append(float(getattr(game, f"{player}_loss")(batch)["adversarial"]))
        assert losses[0] == losses[1]


@pytest.mark.parametrize("options", [{"noise": -0.1}, {"noise": float("nan")}, {"anneal_steps": 0}])
def test_impossible_noise_is_named(options):
    with pytest.raises(zoo.ZooError, match="noise >= 0 and anneal_steps >= 1"):
        make(**options)
