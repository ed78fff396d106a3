"""Projection discriminator: the form of the score, what is normalized, whose classes fakes have, the papers' sizes."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import multivariate_normal

from tfgan_zoo import draws
from tfgan_zoo.layers import ConditionalBatchNorm, SpectralNormalization, iterate_spectral_norms
from tfgan_zoo.models.latent.projection_cgan import projection_head
from tfgan_zoo.registry import create

TINY = {"latent_dim": 6, "classes": 4, "width": 5}


def make(side=8, **options):
    return create("projection_cgan", image_shape=(side, side, 1), **{**TINY, **options})


@pytest.fixture(scope="module")
def batch():
    return tuple(map(tf.constant, make().example_batch(12)))


def normalized(network):
    return [layer for layer in network._flatten_layers() if isinstance(layer, SpectralNormalization)]


def last(network):
    """The layers of psi and of the table of classes' vectors."""
    table = [layer for layer in normalized(network) if isinstance(layer.layer, keras.layers.Embedding)]
    psi = [layer for layer in normalized(network) if getattr(layer.layer, "units", None) == 1]
    return psi[0], table[0]


def scores(model, images, labels):
    return model.discriminator([images, labels], training=False).numpy()


def head(dim, classes):
    features, labels = keras.Input((dim,)), keras.Input((), dtype="int32")
    network = keras.Model([features, labels], projection_head(features, labels, classes))
    return network, *last(network)


def test_score_is_psi_plus_the_inner_product_with_the_classs_vector():
    network, psi, vectors = head(3, 4)
    h, labels = tf.random.stateless_normal((7, 3), (0, 0)), tf.constant([0, 3, 1, 1, 2, 0, 3])
    of_psi = psi.layer.kernel.numpy() / float(psi.sigma())
    of_class = vectors.layer.embeddings.numpy()[labels.numpy()] / float(vectors.sigma())
    expected = h.numpy() @ of_psi + (h.numpy() * of_class).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network([h, labels]), expected, atol=1e-6)


def test_log_ratio_of_gaussians_is_a_projection():
    """p(x | y) = N(mu_y, I), q = N(0, I): v_y = (mu_y, -|mu_y|^2 / 2) on h = (x, 1), up to the norm of the table."""
    generator = np.random.default_rng(0)
    means = generator.normal(size=(4, 2))
    network, psi, vectors = head(3, 4)
    psi.layer.kernel.assign(np.zeros((3, 1)))
    vectors.layer.embeddings.assign(np.concatenate([means, -0.5 * (means**2).sum(1, keepdims=True)], axis=1))
    iterate_spectral_norms(network)
    x, labels = generator.normal(size=(9, 2)), np.arange(9) % 4
    ratio = [multivariate_normal.logpdf(a, means[y]) - multivariate_normal.logpdf(a, np.zeros(2))
             for a, y in zip(x, labels)]  # fmt: skip
    h = tf.constant(np.concatenate([x, np.ones((9, 1))], axis=1), tf.float32)
    found = network([h, tf.constant(labels)])[:, 0] * vectors.sigma()
    np.testing.assert_allclose(found, ratio, atol=1e-5)


@pytest.mark.parametrize(
    ("side", "projection", "layers"), [(8, True, 4), (8, False, 3), (16, True, 12), (64, True, 16)]
)
def test_every_layer_of_the_discriminator_and_the_table_are_normalized(side, projection, layers):
    model = make(side, width=2, projection=projection)
    weights = [w for w in model.discriminator.trainable_variables if w.path.endswith(("kernel", "embeddings"))]
    assert len(normalized(model.discriminator)) == len(weights) == layers
    assert normalized(model.generator) == []


def test_normalized_weights_have_norm_1():
    model = make(16)
    for _ in range(300):
        iterate_spectral_norms(model.discriminator)
    for layer in normalized(model.discriminator):
        matrix = layer._kernel_variable().numpy() / float(layer.sigma())
        assert np.linalg.norm(matrix.reshape(-1, matrix.shape[-1]), 2) == pytest.approx(1.0, abs=1e-3)


def test_one_power_iteration_in_each_discriminator_move_and_none_in_the_generators(batch):
    model = make(n_critic=2)
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    layer = last(model.discriminator)[1]
    matrix, u = layer.layer.embeddings.numpy(), layer.u.numpy()
    for _ in range(2):
        v = matrix @ u / np.linalg.norm(matrix @ u)
        u = v @ matrix / np.linalg.norm(v @ matrix)
    model.train_step(batch)
    np.testing.assert_allclose(layer.u, u, atol=1e-5)


def test_undecided_discriminator_pays_2(batch):
    model = make()
    for layer in last(model.discriminator):
        layer._kernel_variable().assign(tf.zeros_like(layer._kernel_variable()))
    np.testing.assert_array_equal(scores(model, *batch), np.zeros((12, 1)))
    with draws.seeded((0, 0)):
        assert float(model.discriminator_loss(*batch)["adversarial"]) == 2.0
        assert float(model.generator_loss(*batch)["adversarial"]) == 0.0


def test_only_the_projection_reads_the_label(batch):
    images, labels = batch
    with_it, without = make(), make(projection=False)
    assert np.abs(scores(with_it, images, (labels + 1) % 4) - scores(with_it, images, labels)).mean() > 1e-3
    np.testing.assert_array_equal(scores(without, images, (labels + 1) % 4), scores(without, images, labels))


def judged(model, player, batch, monkeypatch):
    """Labels of all looks that the player's loss takes, and those its fakes were made with."""
    seen, made, discriminate, generate = [], [], model.discriminate, model.generate
    monkeypatch.setattr(model, "discriminate", lambda x, y: seen.append(y.numpy()) or discriminate(x, y))
    monkeypatch.setattr(model, "generate", lambda z, y: made.append(y.numpy()) or generate(z, y))
    with draws.seeded((0, 0)):
        getattr(model, f"{player}_loss")(*batch)
    return seen, made


def test_fakes_are_of_classes_of_their_own_uniform_and_judged_as_what_they_are(monkeypatch):
    images, labels = tf.zeros((4000, 8, 8, 1)), tf.zeros((4000,), tf.int32)
    (fake, real), (made,) = judged(make(), "discriminator", (images, labels), monkeypatch)
    np.testing.assert_array_equal(real, labels)
    np.testing.assert_array_equal(fake, made)
    np.testing.assert_allclose(np.bincount(fake) / 4000, np.full(4, 0.25), atol=0.03)


def test_a_move_of_the_generator_takes_two_batches_of_fakes(batch, monkeypatch):
    (fake,), (made,) = judged(make(), "generator", batch, monkeypatch)
    assert fake.shape == (24,)
    np.testing.assert_array_equal(fake, made)


def test_parameters_of_the_cifar_networks():
    trainable = lambda network: sum(math.prod(w.shape) for w in network.trainable_variables)
    model = create("projection_cgan", ema_decay=0.0)
    assert trainable(model.discriminator) == 1_053_824 + 10 * 128  # that of sngan, and the table
    assert trainable(model.generator) == 4_276_739 + 6 * (10 - 1) * 2 * 256  # 10 scales and offsets instead of one


def test_maps_of_the_imagenet_networks():
    model = make(128, width=1)
    wide = lambda network: [layer.output.shape[-1] for layer in network.layers if isinstance(layer, keras.layers.Add)]
    assert wide(model.generator) == [16, 8, 4, 2, 1]
    assert wide(model.discriminator)[:-1] == [1, 2, 4, 8, 16, 16]
    assert model.generator.layers[-2].input.shape[1:3] == (128, 128)


def test_features_of_large_images_are_sums_over_positions():
    model = make(64)
    relu = [layer for layer in model.discriminator.layers if isinstance(layer, keras.layers.ReLU)][-1]
    psi, _ = last(model.discriminator)
    images = tf.random.stateless_normal((2, 64, 64, 1), (0, 2))
    maps, features = keras.Model(model.discriminator.inputs, [relu.output, psi.input])([images, tf.constant([0, 1])])
    assert maps.shape == (2, 4, 4, 5 * 8)
    np.testing.assert_allclose(features, tf.reduce_sum(maps, (1, 2)), rtol=1e-5)


@pytest.mark.parametrize(("side", "norms"), [(8, 2), (16, 4)])
def test_generator_heeds_the_class_through_its_normalization_alone(side, norms):
    model = make(side, ema_decay=0.0)
    layers = [layer for layer in model.generator.layers if isinstance(layer, ConditionalBatchNorm)]
    assert len(layers) == norms
    same = model.sample(2, labels=[1, 1]).numpy()
    np.testing.assert_allclose(model.sample(2, labels=[1, 3]), same, atol=1e-6)  # all scales are 1 at the start
    layers[0].beta.assign(np.random.default_rng(0).normal(size=layers[0].beta.shape))
    changed = np.abs(model.sample(2, labels=[1, 3]).numpy() - model.sample(2, labels=[1, 1]).numpy()).max(
        axis=(1, 2, 3)
    )
    assert changed[0] == 0 < 1e-4 < changed[1]
