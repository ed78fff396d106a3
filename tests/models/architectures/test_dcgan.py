"""DCGAN: the reference's sizes, where it normalizes, its latents and its losses."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo import draws


@pytest.fixture(scope="module")
def small():
    return zoo.create("dcgan", image_shape=(16, 16, 1), latent_dim=5, width=4)


def trainable(network):
    return sum(int(np.prod(w.shape)) for w in network.trainable_variables)


def kinds(network):
    """The order of layers, without input, reshaping and the final casts."""
    names = {
        L.Dense: "dense",
        L.Conv2D: "conv",
        L.Conv2DTranspose: "deconv",
        L.BatchNormalization: "norm",
        L.ReLU: "relu",
        L.LeakyReLU: "leaky",
        L.Activation: "end",
    }
    return [names[type(layer)] for layer in network.layers if type(layer) in names]


def test_parameters_of_the_reference():
    model = zoo.create("dcgan", ema_decay=0.0)
    assert model.image_shape == (64, 64, 3)
    # The first batch normalization is of the 16,384 units, before the reshape.
    assert trainable(model.generator) == 18_885_760
    assert trainable(model.discriminator) == 17_232_768


def test_32_pixels_have_a_stage_less():
    model = zoo.create("dcgan", image_shape=(32, 32, 1), width=32, ema_decay=0.0)
    widths = lambda network, kind: [layer.filters for layer in network.layers if type(layer) is kind]
    assert widths(model.generator, L.Conv2DTranspose) == [64, 32, 1]
    assert widths(model.discriminator, L.Conv2D) == [32, 64, 128]
    start = next(layer for layer in model.generator.layers if isinstance(layer, L.Reshape))
    assert start.target_shape == (4, 4, 128)


@pytest.mark.parametrize("side", [16, 28, 32, 48])
def test_sides(side):
    model = zoo.create("dcgan", image_shape=(side, side, 3), latent_dim=3, width=2, ema_decay=0.0)
    images = model.sample(2)
    assert images.shape == (2, side, side, 3) and model.discriminator(images).shape == (2, 1)


def test_normalization_is_everywhere_but_at_the_generators_end_and_the_discriminators_start():
    model = zoo.create("dcgan", image_shape=(32, 32, 1), width=2, ema_decay=0.0)
    assert kinds(model.generator) == ["dense", "norm", "relu", *["deconv", "norm", "relu"] * 2, "deconv", "end"]
    assert kinds(model.discriminator) == ["conv", "leaky", *["conv", "norm", "leaky"] * 2, "dense", "end"]
    assert model.generator.layers[-1].activation is keras.activations.tanh
    for network in (model.generator, model.discriminator):
        weighted = [layer for layer in network.layers if hasattr(layer, "kernel_size") or type(layer) is L.Dense]
        assert not any(layer.use_bias for layer in weighted)
        assert all(layer.strides == (2, 2) for layer in weighted if hasattr(layer, "strides"))


def test_first_weights_and_momentum():
    model = zoo.create("dcgan", image_shape=(32, 32, 1), width=32, ema_decay=0.0)
    for network in (model.generator, model.discriminator):
        for layer in network.layers:
            if hasattr(layer, "kernel"):
                kernel = layer.kernel.numpy()
                assert kernel.std() == pytest.approx(0.02, rel=0.1) and abs(kernel.mean()) < 0.002
            if isinstance(layer, L.BatchNormalization):
                assert layer.momentum == 0.9 and layer.epsilon == 1e-5
                assert 0.01 < layer.gamma.numpy().std() < 0.03 and layer.gamma.numpy().mean() == pytest.approx(
                    1, abs=0.01
                )


def test_output_lies_within_tanh(small):
    latents = 100 * tf.random.stateless_normal((8, 5), (0, 0))
    for training in (False, True):
        images = small.generator(latents, training=training).numpy()
        assert np.abs(images).max() <= 1 and images.dtype == np.float32
    assert np.abs(small.sample(16)).max() < 1


def test_latents_are_uniform(small):
    with draws.seeded((0, 0)):
        latents = small.sample_latents(4000).numpy()
    assert latents.shape == (4000, 5) and -1 < latents.min() < -0.99 < 0.99 < latents.max() < 1
    assert latents.mean() == pytest.approx(0, abs=0.02) and latents.var() == pytest.approx(1 / 3, rel=0.03)


def softplus(scores):
    return np.log1p(np.exp(scores)).mean()


def test_losses_are_the_non_saturating_ones_on_separate_batches(small):
    real = tf.constant(small.example_batch(6, seed=1))
    with draws.seeded((3, 0)):
        found = small.discriminator_loss(real)
    with draws.seeded((3, 0)):
        fake = small.generator(small.sample_latents(6), training=True)
    judge = lambda images, training=True: small.discriminator(images, training=training).numpy()
    expected = softplus(-judge(real)) + softplus(judge(fake))
    assert list(found) == ["adversarial"] and float(found["adversarial"]) == pytest.approx(expected, rel=1e-5)
    joined = judge(tf.concat([real, fake], axis=0))
    assert abs(softplus(-joined[:6]) + softplus(joined[6:]) - expected) > 1e-4

    with draws.seeded((3, 0)):
        found = small.generator_loss(real)
    assert float(found["adversarial"]) == pytest.approx(softplus(-judge(fake)), rel=1e-5)
    assert abs(softplus(-judge(fake, training=False)) - softplus(-judge(fake))) > 1e-6


def test_losses_of_an_undecided_discriminator():
    model = zoo.create("dcgan", image_shape=(16, 16, 1), latent_dim=5, width=2, ema_decay=0.0)
    last = next(layer for layer in model.discriminator.layers if isinstance(layer, L.Dense))
    last.kernel.assign(tf.zeros_like(last.kernel))
    real = tf.constant(model.example_batch(4))
    with draws.seeded((0, 0)):
        assert float(model.discriminator_loss(real)["adversarial"]) == pytest.approx(2 * np.log(2), rel=1e-6)
        assert float(model.generator_loss(real)["adversarial"]) == pytest.approx(np.log(2), rel=1e-6)


def test_the_tutorials_kernels_and_prior():
    """PyTorch's tutorial has kernels of side 4 and normal latents: 4 x 4 instead of 5 x 5 weights a pair of maps."""
    sizes = {"image_shape": (16, 16, 1), "latent_dim": 5, "width": 4}
    model = zoo.create("dcgan", **sizes, kernel=4, prior="normal")
    found = {w.shape[:2] for network in (model.generator, model.discriminator) for w in network.weights if w.ndim == 4}
    assert found == {(4, 4)}
    with draws.seeded((0, 0)):
        latents = model.sample_latents(20_000).numpy()
    assert latents.std() == pytest.approx(1.0, abs=0.01) and np.abs(latents).max() > 3
    with pytest.raises(zoo.ZooError, match="uniform"):
        zoo.create("dcgan", **sizes, prior="gaussian")
