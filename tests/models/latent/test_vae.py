"""The VAE's bound on a model that is solved exactly, and what its deployed functions promise."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create

SHAPE = (2, 3, 1)


def terms(model, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in model.autoencoder_loss(images).items()}


def linear_vae(w, b, s2, shift=0.0):
    """A VAE without hidden layers whose encoder is the exact posterior, its mean moved by `shift`."""
    model = create("vae", image_shape=SHAPE, latent_dim=w.shape[1], hidden=0, variance=s2)
    variance = 1 / (1 + np.diag(w.T @ w) / s2)
    to_mean = w * variance / s2
    kernel = np.concatenate([to_mean, np.zeros_like(w)], axis=1)
    model.encoder.set_weights([kernel, np.concatenate([shift - b @ to_mean, np.log(variance)])])
    model.decoder.set_weights([w.T, b])
    return model


@pytest.fixture(scope="module")
def linear():
    generator = np.random.default_rng(0)
    w = np.linalg.qr(generator.normal(size=(6, 2)))[0] * [0.6, 1.5]
    b, x = generator.normal(size=(2, 6))
    return w, b, 0.25, x


def bound(model, x, n=40_000):
    images = tf.constant(np.tile(x.reshape(SHAPE), (n, 1, 1, 1)), tf.float32)
    return -sum(terms(model, images).values())


def test_exact_posterior_gives_the_exact_log_likelihood(linear):
    w, b, s2, x = linear
    exact = stats.multivariate_normal.logpdf(x, b, w @ w.T + s2 * np.eye(6))
    # One draw's reconstruction term has a standard deviation of about 1 nat.
    assert bound(linear_vae(w, b, s2), x) == pytest.approx(exact, abs=0.03)


def test_another_encoder_lies_below_by_its_divergence_from_the_posterior(linear):
    w, b, s2, x = linear
    precision = 1 + np.diag(w.T @ w) / s2
    gap = 0.5 * (precision * 0.3**2).sum()
    exact = stats.multivariate_normal.logpdf(x, b, w @ w.T + s2 * np.eye(6))
    assert bound(linear_vae(w, b, s2, shift=0.3), x) == pytest.approx(exact - gap, abs=0.03)


def test_noise_scale_is_the_standard_deviation():
    # With W = I and b = 0 the reconstruction is z itself: E|x - z|^2 = |x - mu|^2 + sum sigma^2.
    model = create("vae", image_shape=(2, 1, 1), latent_dim=2, hidden=0, variance=0.5)
    model.encoder.set_weights([np.zeros((2, 4)), np.log([1.0, 1.0, 0.04, 4.0])])
    model.decoder.set_weights([np.eye(2), np.zeros(2)])
    found = terms(model, tf.zeros((40_000, 2, 1, 1)))["reconstruction"]
    assert found == pytest.approx(0.04 + 4.0 + math.log(2 * math.pi * 0.5), abs=0.1)


@pytest.fixture(scope="module")
def model():
    return create("vae", image_shape=(8, 8, 1), latent_dim=3, width=8)


def test_terms_are_sums_over_pixels_and_latents(model):
    silent = create("vae", image_shape=(8, 8, 1), latent_dim=3, width=8)
    for network in (silent.encoder, silent.decoder):
        network.set_weights([np.zeros_like(w) for w in network.get_weights()])
    found = terms(silent, tf.constant(model.example_batch(5)))
    assert found == pytest.approx({"reconstruction": 64 * math.log(2), "divergence": 0.0}, rel=1e-6)


def test_training_draws_noise_and_reconstruction_does_not(model):
    images = tf.constant(model.example_batch(4))
    assert terms(model, images, seed=0) == terms(model, images, seed=0)
    assert terms(model, images, seed=0)["reconstruction"] != terms(model, images, seed=1)["reconstruction"]
    np.testing.assert_array_equal(model.reconstruct(images), model.reconstruct(images))
    np.testing.assert_array_equal(model.reconstruct(images), model(model.posterior(images)[0]))


def test_one_player_owns_both_networks(model):
    assert len(model.weights_of("autoencoder")) == 8
    count = sum(math.prod(w.shape) for w in model.weights_of("autoencoder"))
    assert count == (64 * 8 + 8) + (8 * 6 + 6) + (3 * 8 + 8) + (8 * 64 + 64)


def test_the_papers_mnist_network():
    count = create("vae").count_params() - 2  # the step and the player's moves
    assert count == (784 * 500 + 500) + (500 * 40 + 40) + (20 * 500 + 500) + (500 * 784 + 784)


def test_images_stay_in_range(model):
    far = 100 * np.random.default_rng(0).normal(size=(9, 3)).astype("float32")
    assert np.abs(model(far)).max() <= 1
    gaussian = create("vae", image_shape=(8, 8, 1), latent_dim=3, width=8, variance=0.1)
    gaussian.decoder.set_weights([3 * w for w in gaussian.decoder.get_weights()])
    assert np.abs(gaussian.sample(200)).max() <= 1


def test_sample_is_of_the_prior_and_takes_no_condition(model):
    with draws.seeded((5, 0)):
        latents = draws.normal(6, 3)
    np.testing.assert_allclose(model.sample(6, seed=5), model(latents), atol=1e-6)
    assert np.abs(model.sample(6, seed=5) - model.sample(6, seed=6)).max() > 1e-3
    with pytest.raises(ZooError, match="vae takes no labels"):
        model.sample(2, labels=[0, 1])


def test_convolutions_are_trained_on_the_same_bound():
    model = create("vae", image_shape=(16, 16, 1), latent_dim=3, width=4, convolutional=True)
    images = model.example_batch(8)
    again = type(model).from_config(model.get_config())
    assert [w.shape for w in again.decoder.weights] == [w.shape for w in model.decoder.weights]
    assert sum(w.shape.rank == 4 for w in model.weights_of("autoencoder")) == 4
    model.compile()
    first, last = (model.fit(images, batch_size=8, epochs=n, verbose=0).history for n in (1, 60))
    total = lambda logs: sum(values[-1] for values in logs.values())
    assert total(last) < total(first)
    assert model.reconstruct(images).shape == images.shape
    assert float(tf.reduce_max(tf.abs(model.reconstruct(images)))) <= 1.0
