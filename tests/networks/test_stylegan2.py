"""StyleGAN2's networks have the published sizes and do with styles, noise and labels what the paper says."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks.style_mapping import StyleMapping, truncated
from tfgan_zoo.networks.stylegan2 import ARCHITECTURES, StyleGAN2Discriminator, StyleGAN2Synthesis, channels_at

normal = lambda *shape, seed=1: tf.random.stateless_normal(shape, (seed, 2))
count = lambda weights: sum(int(np.prod(w.shape)) for w in weights)


def small(architecture="skip", **options):
    return StyleGAN2Synthesis((16, 16, 3), 8, channel_base=128, channel_max=16, architecture=architecture, **options)


def test_configuration_f_has_the_published_numbers_of_weights():
    synthesis = StyleGAN2Synthesis((1024, 1024, 3), 512, channel_base=32768)
    assert synthesis.layers_of_style == 18 and len(synthesis.convolutions) == 17
    assert count(synthesis.trainable_weights) + count(StyleMapping().trainable_weights) == 30_370_060
    assert count(StyleGAN2Discriminator((1024, 1024, 3), channel_base=32768).weights) == 29_012_513


def test_channels_of_the_configurations():
    assert [channels_at(side, 16384, 512) for side in (4, 32, 64, 128, 1024)] == [512, 512, 256, 128, 16]
    assert [channels_at(side, 32768, 512) for side in (64, 128, 1024)] == [512, 256, 32]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_copy_is_the_same_function(architecture):
    network = small(architecture)
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    styles = normal(2, network.layers_of_style, 8)
    images = network(styles, noise="constant").numpy()
    assert images.shape == (2, 16, 16, 3) and images.std() > 0.05
    assert np.array_equal(images, copy(styles, noise="constant"))


def loud(architecture="skip"):
    """Noise starts with strength zero; here it is heard."""
    network = small(architecture)
    for layer in network.convolutions:
        layer.noise.strength.assign(0.5)
    return network


def test_noise_is_drawn_anew_kept_or_left_out():
    network, styles = loud(), tf.tile(normal(1, 6, 8), (2, 1, 1))
    with draws.seeded((0, 0)):
        first = network(styles).numpy()
    with draws.seeded((1, 0)):
        second = network(styles).numpy()
    assert np.abs(first[0] - first[1]).max() > 0.1 and np.abs(first - second).max() > 0.1
    constant = network(styles, noise="constant").numpy()
    assert np.array_equal(constant[0], constant[1])
    given = network(styles, noise=[tf.convert_to_tensor(maps) for maps in network.noises])
    assert np.array_equal(given, constant)
    assert np.abs(network(styles, noise="none").numpy() - constant).max() > 0.1
    with pytest.raises(ZooError, match="unknown noise 'silent'"):
        network(styles, noise="silent")


def test_which_layers_a_style_reaches():
    """The image of the first side takes style 1, which is also the first up-convolution's; the last only colors."""
    network, styles = small(), normal(1, 6, 8)
    before = network(styles, noise="none").numpy()
    changed = [np.abs(network(styles + tf.one_hot([[j]], 6, axis=1), noise="none") - before).max() for j in range(6)]
    assert min(changed) > 1e-3
    one = lambda j: styles + tf.one_hot([[j]], 6, axis=1)
    last = network(one(5), noise="none").numpy() - before  # a map from the last feature maps to colors: no smoothing
    maps = network.images[-1]
    assert maps.convolution.kernel_size == 1 and np.abs(last).max() > 1e-3


def test_labels_choose_the_direction_of_the_score():
    network = StyleGAN2Discriminator((16, 16, 3), channel_base=128, channel_max=16, classes=3)
    images = normal(4, 16, 16, 3)
    scores = [network([images, tf.fill((4,), k)]).numpy() for k in range(3)]
    assert scores[0].shape == (4, 1) and min(np.abs(scores[0] - scores[k]).max() for k in (1, 2)) > 1e-3
    features = network.score(network.features(images)).numpy()
    embedded = network.embedding([tf.zeros((4, 0)), tf.fill((4,), 2)]).numpy()
    np.testing.assert_allclose(scores[2][:, 0], np.sum(features * embedded, axis=1) / 4.0, atol=1e-5)


def test_examples_of_a_group_see_each_other_and_no_others():
    network = StyleGAN2Discriminator((16, 16, 3), channel_base=128, channel_max=16)
    images = normal(8, 16, 16, 3).numpy()
    before = network(images).numpy()
    images[0] += 3.0
    moved = np.abs(network(images).numpy() - before)[:, 0]
    assert moved[:4].min() > 1e-6 and moved[4:].max() == 0


def test_mapping_normalizes_and_follows_its_mean():
    network = StyleMapping(6, 5, depth=2)
    z = normal(64, 6)
    np.testing.assert_allclose(network(10 * z), network(z), atol=1e-5)
    network.average.assign(tf.ones(5))
    w = network(z, training=True).numpy()
    np.testing.assert_allclose(network.average, 1 + 0.005 * (w.mean(axis=0) - 1), atol=1e-6)
    assert np.array_equal(network(z), w) and network.average.numpy()[0] != 1


def test_weights_of_the_mapping_are_used_a_hundredth_as_large():
    keras.utils.set_random_seed(0)
    network = StyleMapping()
    assert network.dense[0].kernel.numpy().std() == pytest.approx(100, rel=0.01)
    w = network(normal(256, 512)).numpy()
    assert w.std() == pytest.approx(1.0, abs=0.25)


def test_truncation():
    w, average = normal(3, 4, 5), tf.ones(5)
    np.testing.assert_allclose(truncated(w, average, 1.0), w, atol=1e-6)
    np.testing.assert_allclose(truncated(w, average, 0.0), np.ones((3, 4, 5)), atol=1e-6)
    half = truncated(w, average, 0.5, layers=2).numpy()
    np.testing.assert_allclose(half[:, :2], 0.5 + 0.5 * w[:, :2], atol=1e-6)
    assert np.array_equal(half[:, 2:], w[:, 2:])
