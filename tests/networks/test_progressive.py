"""Networks that grow: the schedule, the gate, the ends of a blend, which weights a level uses."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.networks import ProgressiveDiscriminator, ProgressiveGenerator, progressive

SHAPE = (16, 16, 2)


@pytest.fixture(scope="module")
def generator():
    keras.utils.set_random_seed(0)
    return ProgressiveGenerator(SHAPE, latent_dim=6, width=5)


@pytest.fixture(scope="module")
def discriminator():
    keras.utils.set_random_seed(0)
    return ProgressiveDiscriminator(SHAPE, width=5, group_size=2)


def latents(n=4):
    return tf.random.stateless_normal((n, 6), (3, 4))


def images(side, n=4):
    return tf.random.stateless_uniform((n, side, side, 2), (5, 6), -1, 1)


@pytest.mark.parametrize(
    ("seen", "lod"),
    [(0, 2), (100, 2), (125, 1.5), (149, 1.02), (150, 1), (250, 1), (275, 0.5), (300, 0), (450, 0), (10**12, 0)],
)
def test_the_level_of_detail_comes_down_with_the_images_seen(seen, lod):
    """Three levels, 100 images at each, 50 for a transition."""
    found = progressive.level_of_detail(tf.constant(seen, tf.int64), 3, 100, 50)
    assert found.dtype == tf.float32 and float(found) == pytest.approx(lod, abs=1e-6)


def test_schedules_without_a_transition_or_a_rest():
    lod = lambda seen, *schedule: float(progressive.level_of_detail(tf.constant(seen, tf.int64), 3, *schedule))
    assert [lod(n, 10, 0) for n in (0, 9, 10, 19, 20, 30)] == [2, 2, 1, 1, 0, 0]
    assert [lod(n, 0, 10) for n in (0, 5, 10, 15, 20, 30)] == [2, 1.5, 1, 0.5, 0, 0]


def test_the_paper_s_schedule_is_exact_in_float32():
    """A fade never reaches the next whole number before its last image."""
    lod = progressive.level_of_detail(tf.constant(600_000 + 599_999, tf.int64), 9, 600_000, 600_000)
    level, fade = progressive.split(lod, 9)
    assert int(level) == 1 and 0 < float(fade) < 1e-5


@pytest.mark.parametrize(("lod", "level", "fade"), [(2.0, 0, 0.0), (1.25, 1, 0.25), (1.0, 1, 0.0), (0.0, 2, 0.0)])
def test_level_and_fade(lod, level, fade):
    assert progressive.split(lod, 3) == (level, fade)
    found = progressive.split(tf.constant(lod), 3)
    assert (int(found[0]), float(found[1])) == (level, fade)


def test_of_a_tensor_one_branch_runs_and_of_a_number_one_is_built():
    ran = []

    def body(level, fade):
        tf.py_function(lambda: ran.append(level), [], [])
        return tf.constant(float(level)) + fade

    @tf.function
    def gated(lod):
        return progressive.at_level(lod, 3, body)

    assert [float(gated(tf.constant(lod))) for lod in (2.0, 1.25, 0.0)] == [0.0, 1.25, 2.0]
    assert ran == [0, 1, 2] and gated.experimental_get_tracing_count() == 1
    built = []
    assert progressive.at_level(1.25, 3, lambda level, fade: built.append(level) or fade) == 0.25 and built == [1]


def test_a_blend_has_its_ends():
    new, old = images(8), images(8, 4) * 0.3 + 0.1
    assert np.array_equal(progressive.blend(new, old, tf.constant(0.0)), new)
    np.testing.assert_allclose(progressive.blend(new, old, tf.constant(1.0)), old, atol=1e-6)
    np.testing.assert_allclose(progressive.blend(new, old, 0.25), 0.75 * new + 0.25 * old, atol=1e-6)


def test_enlarging_repeats_and_reducing_averages():
    x = tf.reshape(tf.range(4.0), (1, 2, 2, 1))
    large = progressive.enlarged(x)[0, :, :, 0].numpy()
    assert large.tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    assert np.array_equal(progressive.reduced(progressive.enlarged(x, 4), 4), x)
    assert float(progressive.reduced(x)[0, 0, 0, 0]) == 1.5


def test_real_images_are_blended_with_their_own_reduction():
    x = images(16)
    seen = progressive.as_seen(x, 2, tf.constant(0.25)).numpy()
    fine = x.numpy().reshape(4, 8, 2, 8, 2, 2).mean((2, 4))
    coarse = fine.reshape(4, 4, 2, 4, 2, 2).mean((2, 4)).repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(seen, 0.75 * fine + 0.25 * coarse, atol=1e-6)
    assert np.array_equal(progressive.as_seen(x, 1, 0.0), x)
    assert progressive.as_seen(images(14), 2, tf.constant(0.0)).shape == (4, 7, 7, 2)  # the lowest level, no half


@pytest.mark.parametrize("level", [1, 2])
def test_a_level_enters_without_a_jump(generator, discriminator, level):
    """With all of the level before, images are that level's enlarged, and scores are its scores of reduced images."""
    before = generator(latents(), level=level - 1)
    entered = generator(latents(), level=level, fade=tf.constant(1.0))
    np.testing.assert_allclose(entered, progressive.enlarged(before), atol=1e-5)
    x = images(4 * 2**level)
    expected = discriminator(progressive.reduced(x), level=level - 1)
    np.testing.assert_allclose(discriminator(x, level=level, fade=tf.constant(1.0)), expected, atol=1e-5)


def test_the_default_is_the_full_size(generator, discriminator):
    whole = generator(latents())
    assert whole.shape == (4, 16, 16, 2) and whole.dtype == tf.float32
    assert np.array_equal(whole, generator(latents(), level=2, fade=tf.constant(0.0)))
    assert np.array_equal(generator(10.0 * latents(), level=0), generator(10.0 * latents(), level=0))
    np.testing.assert_allclose(generator(10.0 * latents()), whole, atol=1e-4)  # latents are normalized
    assert discriminator(whole).shape == (4, 1)


@pytest.mark.parametrize(("lod", "used"), [(2.0, {4}), (1.0, {4, 8}), (1.5, {4, 8}), (0.0, {4, 8, 16})])
def test_levels_that_are_not_in_use_have_gradients_of_zero(generator, lod, used):
    @tf.function
    def of(lod):
        with tf.GradientTape() as tape:
            body = lambda level, fade: tf.reduce_sum(generator(latents(), level=level, fade=fade) ** 2)
            value = progressive.at_level(lod, 3, body)
        return tape.gradient(value, [w.value for w in generator.trainable_variables])

    moving = {}
    for weight, gradient in zip(generator.trainable_variables, of(tf.constant(lod)), strict=True):
        part, side = weight.path.split("/")[0].rsplit("_", 1)
        moving[part, int(side)] = moving.get((part, int(side)), False) or bool(tf.reduce_any(gradient != 0.0))
    assert {side for (part, side), moves in moving.items() if part == "block" and moves} == used
    shown = {max(used), max(used) // 2} if lod % 1 else {max(used)}
    assert {side for (part, side), moves in moving.items() if part == "to_image" and moves} == shown


def test_the_papers_sizes():
    assert [progressive.channels_at(side, 512) for side in (4, 8, 16, 32, 64, 128, 256, 512, 1024)] == [
        512, 512, 512, 512, 256, 128, 64, 32, 16,
    ]  # fmt: skip
    kernels = lambda layers: [[w.shape for w in part.weights if w.name == "kernel"] for part in layers]
    network, critic = ProgressiveGenerator((64, 64, 3), 512, 512), ProgressiveDiscriminator((64, 64, 3), 512)
    square = (3, 3, 512, 512)
    assert kernels(network.blocks) == [
        [(512, 8192), square],
        *[[square, square]] * 3,
        [(3, 3, 512, 256), (3, 3, 256, 256)],
    ]
    assert kernels(network.to_image) == [[(1, 1, 512, 3)]] * 4 + [[(1, 1, 256, 3)]]
    first = [(3, 3, 513, 512), (8192, 512), (512, 1)]
    assert kernels(critic.blocks) == [first, *[[square, square]] * 3, [(3, 3, 256, 256), (3, 3, 256, 512)]]
    assert kernels(critic.from_image) == [[(1, 1, 3, 512)]] * 4 + [[(1, 1, 3, 256)]]


@pytest.mark.parametrize("kind", [ProgressiveGenerator, ProgressiveDiscriminator])
def test_a_clone_has_the_same_weights(kind):
    network = kind(SHAPE, width=3)
    twin = keras.models.clone_model(network)
    twin.set_weights(network.get_weights())
    assert twin.get_config() == network.get_config()
    assert [w.shape for w in twin.weights] == [w.shape for w in network.weights]
    assert not any(a is b for a, b in zip(twin.weights, network.weights))


def test_levels_may_start_higher_up(generator, discriminator):
    """With the same layers in fewer blocks."""
    for whole in (generator, discriminator):
        late = type(whole).from_config({**whole.get_config(), "initial_side": 8})
        sides = lambda parts: [part.name for part in parts]
        assert sides(late.blocks) == ["block_8", "block_16"]
        shapes = [sorted(tuple(w.shape) for b in net.blocks for w in b.weights) for net in (whole, late)]
        assert shapes[0] == shapes[1]
    late = ProgressiveDiscriminator(SHAPE, 5, 2, initial_side=16)
    assert [tuple(w.shape)[-2:] for w in late.blocks[0].weights if w.name == "kernel"][-1] == (5, 1)
    assert late(images(16)).shape == (4, 1) and ProgressiveGenerator(SHAPE, 6, 5, 16)(latents()).shape == (4, 16, 16, 2)


@pytest.mark.parametrize(("shape", "message"), [((32, 16, 1), "square"), ((36, 36, 1), "cannot be halved")])
def test_other_shapes_are_named(shape, message):
    with pytest.raises(ZooError, match=message):
        ProgressiveGenerator(shape)


def test_a_first_level_of_seven_pixels():
    assert progressive.growing_sides((28, 28, 1)) == (7, 14, 28)
    network = ProgressiveGenerator((28, 28, 1), 6, 3)
    assert [network(latents(), level=k).shape[1] for k in range(3)] == [7, 14, 28]
