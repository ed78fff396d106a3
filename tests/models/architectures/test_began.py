"""BEGAN: L, the controller at known values, what k does to the losses, its latents and what is deployed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws

TINY = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 6}


def make(**options):
    return zoo.create("began", **TINY | options)


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def step(model, real, fake):
    """One after_step with these errors; what it logs."""
    logs = {"discriminator/real": tf.constant(real), "generator/fake": tf.constant(fake)}
    return {name: float(value) for name, value in model.after_step(logs).items()}


def test_the_error_is_the_mean_absolute_one():
    model = make()
    images = tf.constant(model.example_batch(5))
    found = model.discriminate(images)
    assert found.shape == (5, 1)
    expected = np.abs(images - model.reconstruct(images)).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-5)


def test_losses():
    model = make()
    images = tf.constant(model.example_batch(6))
    with draws.seeded((3, 0)):
        fake = model.generate(model.sample_latents(6))
    real, of_fake = (float(tf.reduce_mean(model.discriminate(x))) for x in (images, fake))
    assert losses(model, "generator", images, 3) == pytest.approx({"fake": of_fake}, rel=1e-5)
    assert losses(model, "discriminator", images, 3) == pytest.approx({"real": real, "fake": 0.0}, rel=1e-5)  # k = 0
    model.k.assign(0.25)
    found = losses(model, "discriminator", images, 3)
    assert found == pytest.approx({"real": real, "fake": -0.25 * of_fake}, rel=1e-5)


def test_the_controller_rests_where_the_errors_have_the_ratio_gamma():
    model = make(gamma=0.3)
    model.k.assign(0.4)
    logged = step(model, 0.5, 0.15)
    assert float(model.k) == pytest.approx(0.4, abs=1e-7)
    assert logged == pytest.approx({"k": 0.4, "convergence": 0.5})  # M = L(x) in equilibrium


def test_k_after_n_steps_of_constant_errors():
    model = make(gamma=0.5, control_rate=0.02)
    for _ in range(7):
        logged = step(model, 0.8, 0.1)
    assert float(model.k) == logged["k"] == pytest.approx(7 * 0.02 * (0.5 * 0.8 - 0.1), rel=1e-5)
    assert logged["convergence"] == pytest.approx(0.8 + 0.3, rel=1e-6)


def test_k_stays_within_0_and_1():
    model = make(control_rate=10.0)
    assert step(model, 0.8, 0.1)["k"] == 1.0
    assert step(model, 0.1, 0.8)["k"] == 0.0


def test_fit_moves_k_by_the_steps_own_errors():
    model = make(control_rate=0.5)
    model.compile()
    images = model.example_batch(8)
    history = model.fit(images, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    k = 0.0
    for i in range(3):
        balance = 0.5 * history["discriminator/real"][i] - history["generator/fake"][i]
        k = min(max(k + 0.5 * balance, 0.0), 1.0)
        assert history["k"][i] == pytest.approx(k, abs=1e-6)
        assert history["convergence"][i] == pytest.approx(history["discriminator/real"][i] + abs(balance), rel=1e-5)
    assert 0 < k < 1 and float(model.k) == pytest.approx(k, abs=1e-6)


def test_k_is_not_trained_and_draws_do_not_depend_on_it():
    model = make()
    assert not any(v is model.k for p in model.players for v in model.weights_of(p))
    assert any(v is model.k for v in model.variables)


def test_the_first_move_of_the_critic_is_that_of_an_auto_encoder():
    """k is 0: what the samples are does not matter."""
    first, second = make(), make()
    for w in second.generator.trainable_variables:
        w.assign(3.0 * w.value)
    images = tf.constant(first.example_batch(8))
    for model in (first, second):
        model.compile({p: keras.optimizers.SGD(0.1) for p in model.players})
        model.minimize("discriminator", images)
    for a, b in zip(first.weights_of("discriminator"), second.weights_of("discriminator"), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_generator_is_a_decoder_of_its_own():
    model = make()
    shapes = lambda network: [w.shape for w in network.weights]
    assert shapes(model.generator) == shapes(model.decoder)
    assert not {id(w) for w in model.generator.weights} & {id(w) for w in model.decoder.weights}
    assert {id(w) for w in model.weights_of("discriminator")} == {
        id(w) for w in model.encoder.weights + model.decoder.weights
    }


def test_latents_are_uniform():
    with draws.seeded((0, 0)):
        latents = make().sample_latents(4000).numpy()
    assert -1 < latents.min() < -0.99 < 0.99 < latents.max() < 1
    assert latents.var() == pytest.approx(1 / 3, rel=0.03)


def test_what_is_deployed_is_clipped_but_what_is_trained_is_not():
    model = make(ema_decay=0.0)
    model.generator.trainable_variables[-1].assign(np.full(64, 5.0))
    latents = tf.zeros((2, 4))
    assert float(tf.reduce_max(model.generate(latents))) > 4
    assert float(tf.reduce_max(model(latents))) == 1.0
    points = zoo.create("began", image_shape=(2,), latent_dim=3, width=4, ema_decay=0.0)
    points.generator.trainable_variables[-1].assign([5.0, 5.0])
    assert float(tf.reduce_max(points(tf.zeros((1, 3))))) > 4


def test_the_rate_is_halved_every_100000_moves():
    for optimizer in make().default_optimizers().values():
        rate = optimizer._learning_rate
        assert [float(rate(n)) for n in (0, 99_999, 100_000, 250_000)] == pytest.approx([1e-4, 1e-4, 5e-5, 2.5e-5])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": 0.0}, "gamma.*0.0"),
        ({"gamma": 1.5}, "gamma.*1.5"),
        ({"control_rate": -0.1}, "control_rate.*-0.1"),
        ({"image_shape": (30, 30, 1)}, "30 cannot be halved"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
