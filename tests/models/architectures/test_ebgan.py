"""EBGAN: its losses, what the generator's gradient passes through, the pull-away term, the paper's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

import tfgan_zoo as zoo
from tfgan_zoo import draws, penalties

TINY = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 6}


def make(**options):
    return zoo.create("ebgan", **TINY | options)


def losses(model, player, images, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def fakes(model, n, seed=0):
    with draws.seeded((seed, 0)):
        return model.generate(model.sample_latents(n))


@pytest.mark.parametrize(("energy", "axis_mean"), [("mse", True), ("sum", False), ("norm", False)])
def test_losses(energy, axis_mean):
    model = make(energy=energy, margin=0.5)
    images = tf.constant(model.example_batch(6))
    fake = fakes(model, 6, 3)

    def energies(v):
        squares = np.square(v - model.reconstruct(v)).reshape(6, -1)
        value = squares.mean(axis=1) if axis_mean else squares.sum(axis=1)
        return np.sqrt(value) if energy == "norm" else value

    expected = energies(images).mean() + np.maximum(0, 0.5 - energies(fake)).mean()
    assert losses(model, "discriminator", images, 3)["adversarial"] == pytest.approx(expected, rel=1e-4)
    found = losses(model, "generator", images, 3)
    codes = model.encoder(fake)
    assert found["adversarial"] == pytest.approx(energies(fake).mean(), rel=1e-4)
    assert found["pull_away"] == pytest.approx(0.1 * float(penalties.pull_away(codes)), rel=1e-4)


def test_only_the_generator_pulls_away_and_only_if_asked():
    images = tf.constant(make().example_batch(4))
    assert set(losses(make(), "discriminator", images)) == {"adversarial"}
    assert set(losses(make(), "generator", images)) == {"adversarial", "pull_away"}
    assert set(losses(make(pull_away_weight=0), "generator", images)) == {"adversarial"}


def test_the_discriminator_is_flat_once_fakes_have_the_margin():
    """With a margin below every fake's energy D's gradient is that of an auto-encoder of the data."""
    images = tf.constant(make().example_batch(8))
    moved = []
    for scale in (1.0, -2.0):  # other fakes, all badly reconstructed
        model = make(margin=1e-6)
        for w in model.generator.trainable_variables:
            w.assign(scale * w.value)
        model.compile({p: keras.optimizers.SGD(0.1) for p in model.players})
        model.minimize("discriminator", images)
        moved.append([w.numpy() for w in model.weights_of("discriminator")])
    for a, b in zip(*moved, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_generators_gradient_passes_through_encoder_and_decoder():
    """Scaling the weights of either changes it."""
    model = make(pull_away_weight=0.0)
    model.compile({p: keras.optimizers.SGD(0.1) for p in model.players})
    images = tf.constant(model.example_batch(8))
    gradient = lambda: np.concatenate([np.ravel(g) for g in model.terms_and_gradients("generator", (0, 0), images)[1]])
    first = gradient()
    for network in (model.encoder, model.decoder):
        kept = network.get_weights()
        network.set_weights([1.5 * w for w in kept])
        assert np.abs(gradient() - first).max() > 1e-5
        network.set_weights(kept)
    np.testing.assert_array_equal(gradient(), first)


def test_xla_equals_plain_with_the_pull_away_term():
    """The contract test runs without it, because it is a replica's own."""
    gradients = []
    for xla in (False, True):
        model = make()
        model.compile({p: keras.optimizers.SGD(0.1) for p in model.players}, jit_compile=xla)
        model.minimize("generator", tf.constant(model.example_batch(8)))
        gradients.append(np.concatenate([np.ravel(w) for w in model.weights_of("generator")]))
    np.testing.assert_allclose(*gradients, atol=1e-6)


def test_networks_have_the_papers_layers():
    """64 pixels: (64)4c2s-(128)4c2s-(256)4c2s, its mirror, and a generator of (512)-(256)-(128)-(64)-(3)."""
    model = zoo.create("ebgan", ema_decay=0.0)
    filters = lambda network, kind: [layer.filters for layer in network.layers if type(layer) is kind]
    assert filters(model.encoder, L.Conv2D) == [64, 128, 256]
    assert filters(model.decoder, L.Conv2DTranspose) == [128, 64, 3]
    assert filters(model.generator, L.Conv2DTranspose) == [256, 128, 64, 3]
    layers = model.encoder.layers + model.decoder.layers + model.generator.layers
    assert {layer.kernel_size for layer in layers if hasattr(layer, "kernel_size")} == {(4, 4)}
    assert next(layer for layer in model.generator.layers if type(layer) is L.Reshape).target_shape == (4, 4, 512)


def test_points_and_perceptrons():
    points = zoo.create("ebgan", image_shape=(2,), latent_dim=3, width=5)
    assert points.sample(7).shape == points.reconstruct(points.sample(7)).shape == (7, 2)
    images = zoo.create("ebgan", image_shape=(28, 28, 1), latent_dim=3, width=5, perceptron=True)
    assert images.encoder.output_shape == (None, 3) and images.reconstruct(images.sample(2)).shape == (2, 28, 28, 1)
    assert not any(isinstance(layer, L.Conv2D) for layer in images.encoder.layers)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"energy": "mes"}, "energy.*'mes'.*mse"),
        ({"margin": 0.0}, "margin=0.0"),
        ({"pull_away_weight": -1.0}, "pull_away_weight=-1.0"),
        ({"image_shape": (6, 6)}, "image_shape"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
