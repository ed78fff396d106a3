"""StyleGAN's networks have the published sizes, resample as the paper says, and grow without a jump."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.layers import EqualizedConv2D, EqualizedDense, MinibatchStddev
from tfgan_zoo.layers.fir import BINOMIAL_3, fir
from tfgan_zoo.networks.progressive import at_level, enlarged, reduced
from tfgan_zoo.networks.style_mapping import StyleGANMapping, StyleMapping
from tfgan_zoo.networks.stylegan import (
    DoublingConv2D,
    HalvingConv2D,
    StyleEpilogue,
    StyleGANDiscriminator,
    StyleGANSynthesis,
)

normal = lambda *shape, seed=1: tf.random.stateless_normal(shape, (seed, 2))
count = lambda weights: sum(int(np.prod(w.shape)) for w in weights)
SHAPE = (16, 16, 3)


def loud(**options):
    """Noise and biases start at zero; here they are heard."""
    network = StyleGANSynthesis(SHAPE, 8, channel_base=128, channel_max=16, **options)
    for j, layer in enumerate(network.epilogues):
        layer.noise.strength.assign(normal(*layer.noise.strength.shape, seed=10 + j))
        layer.bias.assign(normal(*layer.bias.shape, seed=30 + j))
    return network


@pytest.fixture(scope="module")
def synthesis():
    keras.utils.set_random_seed(0)
    return loud()


@pytest.fixture(scope="module")
def discriminator():
    keras.utils.set_random_seed(0)
    return StyleGANDiscriminator(SHAPE, channel_base=128, channel_max=16)


# The published sizes


def test_the_published_numbers_of_weights():
    network = StyleGANSynthesis((1024, 1024, 3), 512)
    assert network.layers_of_style == 18 and len(network.convolutions) == 17 and len(network.images) == 9
    assert count(network.trainable_weights) + count(StyleGANMapping().trainable_weights) == 26_219_627
    assert count(StyleGANDiscriminator((1024, 1024, 3)).weights) == 23_087_249
    assert [layer.bias.shape[0] for layer in network.epilogues[::2]] == [512, 512, 512, 512, 256, 128, 64, 32, 16]


def test_what_the_weights_are_at_first():
    network = StyleGANSynthesis(SHAPE, 8, channel_base=512, channel_max=32)
    assert np.array_equal(network.constant, np.ones((1, 4, 4, 32)))
    for layer in network.epilogues:
        assert not np.any(layer.noise.strength) and not np.any(layer.bias) and not np.any(layer.style.affine.bias)
        assert layer.noise.strength.shape == layer.bias.shape
    assert [layer.use_bias for layer in network.convolutions] == [False] * 5
    assert [layer.gain for layer in network.convolutions] == [2**0.5] * 5 and network.images[0].gain == 1.0


def test_outputs_have_the_deviation_of_the_gain():
    keras.utils.set_random_seed(0)
    x = normal(64, 32, 32, 64)
    for gain in (1.0, 2**0.5):
        layer = EqualizedDense(256, gain=gain)
        assert layer(normal(512, 256)).numpy().std() == pytest.approx(gain, rel=0.02)
        layer = EqualizedConv2D(16, 3, gain=gain)
        assert layer(x[:4])[:, 1:-1, 1:-1].numpy().std() == pytest.approx(gain, rel=0.02)


def test_the_spread_of_identical_examples():
    same = tf.tile(normal(1, 4, 4, 6), (4, 1, 1, 1))
    np.testing.assert_allclose(MinibatchStddev(4)(same)[..., -1], np.full((4, 4, 4), 1e-4), rtol=1e-4)


# Resampling


def weights_of(layer, inputs):
    layer.build((None, None, None, inputs))
    layer.bias.assign(normal(layer.filters, seed=7))
    plain = EqualizedConv2D(layer.filters, 3, use_bias=False)
    plain.build((None, None, None, inputs))
    plain.kernel.assign(layer.kernel)
    return plain


@pytest.mark.parametrize("side", [4, 7])
def test_doubling_is_nearest_neighbor_then_a_convolution_then_blur(side):
    """To the border, where there are zeros around."""
    layer, x = DoublingConv2D(5, 3), normal(2, side, side, 4)
    plain = weights_of(layer, 4)
    expected = fir(plain(enlarged(x)), BINOMIAL_3, (1, 1)) + layer.bias
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
    assert layer.compute_output_shape((2, side, side, 4)) == expected.shape


@pytest.mark.parametrize("side", [8, 14])
def test_halving_is_blur_then_a_convolution_then_means(side):
    layer, x = HalvingConv2D(5, 3), normal(2, side, side, 4)
    plain = weights_of(layer, 4)
    expected = reduced(plain(fir(x, BINOMIAL_3, (1, 1)))) + layer.bias
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
    assert layer.compute_output_shape((2, side, side, 4)) == expected.shape


def test_blur_of_a_constant_and_doubling_of_a_ramp():
    """Inside a constant stays; nearest neighbors and blur together are linear interpolation: weights 3/4 and 1/4."""
    ones = fir(tf.ones((1, 5, 5, 1)), BINOMIAL_3, (1, 1))[0, :, :, 0].numpy()
    assert np.array_equal(ones[1:-1, 1:-1], np.ones((3, 3))) and ones[0, 0] == 0.75**2 and ones[0, 2] == 0.75
    ramp = tf.tile(tf.reshape(tf.range(5.0), (1, 1, 5, 1)), (1, 5, 1, 1))
    found = fir(enlarged(ramp), BINOMIAL_3, (1, 1))[0, 4, 1:-1, 0].numpy()
    np.testing.assert_allclose(found, [0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75], atol=1e-6)


# Styles and noise


def test_the_order_after_a_convolution():
    """Noise, bias, rectifier, then normalization, then the style."""
    layer, maps, w, noise = StyleEpilogue(), normal(2, 6, 6, 3), normal(2, 4, seed=3), normal(2, 6, 6, 1, seed=4)
    layer.build([maps.shape, w.shape, noise.shape])
    layer.noise.strength.assign([1.0, 2.0, -3.0])
    layer.bias.assign([0.5, -0.5, 1.0])
    layer.style.affine.bias.assign(normal(6, seed=5))
    x = maps.numpy() + noise.numpy() * [1.0, 2.0, -3.0] + [0.5, -0.5, 1.0]
    x = np.where(x > 0, x, 0.2 * x)
    x = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-8)
    style = w.numpy() @ layer.style.affine.kernel.numpy() / 2 + layer.style.affine.bias.numpy()
    expected = x * (style[:, None, None, :3] + 1) + style[:, None, None, 3:]
    np.testing.assert_allclose(layer([maps, w, noise]), expected, atol=1e-5)


def test_before_training_all_pixels_of_the_constant_are_the_style_s_shift():
    network = StyleGANSynthesis(SHAPE, 8, channel_base=128, channel_max=16)
    w = normal(2, 8)
    maps = network.epilogues[0]([tf.tile(network.constant, (2, 1, 1, 1)), w, None]).numpy()
    shift = np.split(network.epilogues[0].style.affine(w).numpy(), 2, axis=1)[1]
    np.testing.assert_allclose(maps, np.broadcast_to(shift[:, None, None], maps.shape), atol=1e-6)


def test_every_layer_has_its_style(synthesis):
    styles = normal(1, 6, 8)
    before = synthesis(styles, noise="constant").numpy()
    changed = [
        np.abs(synthesis(styles + tf.one_hot([[j]], 6, axis=1), noise="constant") - before).max() for j in range(6)
    ]
    assert min(changed) > 1e-3
    level = synthesis(styles, noise="constant", level=1).numpy()
    assert np.array_equal(synthesis(styles[:, :4], noise="constant", level=1), level)


def test_noise_is_drawn_anew_kept_or_left_out(synthesis):
    styles = tf.tile(normal(1, 6, 8), (2, 1, 1))
    with draws.seeded((0, 0)):
        first = synthesis(styles).numpy()
    with draws.seeded((1, 0)):
        second = synthesis(styles).numpy()
    assert np.abs(first[0] - first[1]).max() > 0.1 and np.abs(first - second).max() > 0.1
    constant = synthesis(styles, noise="constant").numpy()
    assert np.array_equal(constant[0], constant[1])
    given = synthesis(styles, noise=[tf.convert_to_tensor(maps) for maps in synthesis.noises])
    assert np.array_equal(given, constant)
    assert np.abs(synthesis(styles, noise="none").numpy() - constant).max() > 0.1
    with pytest.raises(ZooError, match="unknown noise 'silent'"):
        synthesis(styles, noise="silent")


# Growth


@pytest.mark.parametrize("level", [1, 2])
def test_a_level_enters_without_a_jump_and_ends_as_itself(synthesis, discriminator, level):
    styles, x = normal(4, 6, 8), normal(4, 4 * 2**level, 4 * 2**level, 3)
    image = lambda level, fade: synthesis(styles, noise="constant", level=level, fade=fade).numpy()
    np.testing.assert_allclose(image(level, tf.constant(1.0)), enlarged(image(level - 1, 0.0)), atol=1e-5)
    assert np.array_equal(image(level, tf.constant(0.0)), image(level, 0.0))
    half = 0.5 * image(level, 0.0) + 0.5 * enlarged(image(level - 1, 0.0)).numpy()
    np.testing.assert_allclose(image(level, tf.constant(0.5)), half, atol=1e-5)
    score = lambda x, level, fade: discriminator(x, level=level, fade=fade).numpy()
    np.testing.assert_allclose(score(x, level, tf.constant(1.0)), score(reduced(x), level - 1, 0.0), atol=1e-5)
    assert np.array_equal(score(x, level, tf.constant(0.0)), score(x, level, 0.0))


def test_the_default_is_the_full_size(synthesis, discriminator):
    styles = normal(4, 6, 8)
    images = synthesis(styles, noise="constant")
    assert images.shape == (4, 16, 16, 3) and images.dtype == tf.float32 and images.numpy().std() > 0.1
    assert np.array_equal(images, synthesis(styles, noise="constant", level=2))
    assert np.array_equal(discriminator(images), discriminator(images, level=2))


def test_layers_of_levels_to_come_have_gradients_of_zero(synthesis):
    @tf.function
    def of(lod):
        with tf.GradientTape() as tape:
            body = lambda level, fade: tf.reduce_sum(
                synthesis(normal(2, 6, 8), noise="none", level=level, fade=fade) ** 2
            )
            value = at_level(lod, 3, body)
        kernels = [layer.kernel.value for layer in (*synthesis.convolutions, *synthesis.images)]
        return tape.gradient(value, kernels)

    moves = lambda lod: [bool(np.any(gradient)) for gradient in of(tf.constant(lod))]
    assert moves(2.0) == [True, False, False, False, False, True, False, False]
    assert moves(1.5) == [True, True, True, False, False, True, True, False]
    assert moves(0.0) == [True] * 5 + [False, False, True]


def test_levels_may_start_higher_up(synthesis, discriminator):
    """With the same layers and fewer images."""
    late = StyleGANSynthesis.from_config({**synthesis.get_config(), "initial_side": 8})
    assert len(late.convolutions) == 5 and [image.name for image in late.images] == ["image_8", "image_16"]
    assert late(normal(2, 4, 8), noise="none", level=0).shape == (2, 8, 8, 3)
    score = StyleGANDiscriminator.from_config({**discriminator.get_config(), "initial_side": 8})
    assert len(score.from_image) == 2 and score(normal(4, 8, 8, 3), level=0).shape == (4, 1)
    assert count(discriminator.weights) - count(score.weights) == (3 + 1) * 16


def test_a_copy_is_the_same_function(synthesis, discriminator):
    for network, inputs in ((synthesis, normal(4, 6, 8)), (discriminator, normal(4, *SHAPE))):
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
        options = {"noise": "constant"} if network is synthesis else {}
        assert np.array_equal(network(inputs, **options), copy(inputs, **options))


def test_a_first_side_of_seven_pixels():
    network = StyleGANSynthesis((28, 28, 1), 8, channel_base=112, channel_max=8)
    assert [network(normal(1, 6, 8), noise="none", level=k).shape[1] for k in range(3)] == [7, 14, 28]
    assert StyleGANDiscriminator((28, 28, 1), 112, 8)(normal(4, 28, 28, 1)).shape == (4, 1)


# Labels


def test_the_score_is_the_label_s_output():
    network = StyleGANDiscriminator(SHAPE, channel_base=128, channel_max=16, classes=3)
    images, labels = normal(4, *SHAPE), tf.constant([2, 0, 1, 2])
    given = {}
    network.score.call = lambda x, call=network.score.call: given.setdefault("all", call(x))
    scores = network([images, labels]).numpy()
    assert given["all"].shape == (4, 3)
    np.testing.assert_allclose(scores[:, 0], given["all"].numpy()[range(4), labels.numpy()], atol=1e-6)


def test_labels_join_the_latents_before_one_normalization():
    network = StyleGANMapping(6, 5, depth=1, classes=3)
    assert network.embed.kernel.shape == (3, 6) and not network.embed.use_bias
    z, labels = normal(4, 6), tf.constant([0, 2, 1, 1])
    x = np.concatenate([z.numpy(), network.embed.kernel.numpy()[labels.numpy()]], axis=1)
    x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-8)
    x = x @ network.dense[0].kernel.numpy() * 0.01 * 2**0.5 / 12**0.5
    np.testing.assert_allclose(network([z, labels]), np.where(x > 0, x, 0.2 * x), atol=1e-5)


def test_biases_of_the_mapping_are_not_scaled_with_the_weights():
    """StyleGAN2 multiplies both by sqrt(2): its function with biases 1 / sqrt(2) as large."""
    first, second = StyleGANMapping(6, 5, depth=3), StyleMapping(6, 5, depth=3)
    second.set_weights(first.get_weights())
    for mine, other in zip(first.dense, second.dense, strict=True):
        mine.bias.assign(100 * normal(5))
        other.bias.assign(100 * normal(5) / 2**0.5)
    np.testing.assert_allclose(first(normal(4, 6)), second(normal(4, 6)), atol=1e-5)
    second.dense[0].bias.assign(first.dense[0].bias)
    assert np.abs(first(normal(4, 6)) - second(normal(4, 6))).max() > 0.05
