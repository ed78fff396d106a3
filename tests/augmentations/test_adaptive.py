"""Adaptive augmentation: how often what happens, nothing at p = 0, XLA, replicas' rows, and the controller."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.augmentations import adjusted, augment, color_matrices, geometric_matrices
from tfgan_zoo.errors import ZooError

MANY = 4000
IMAGES = {c: tf.random.stateless_uniform((6, 16, 16, c), (0, c), -1, 1) for c in (1, 3)}


def seeded(function, *arguments, seed=(1, 2), **options):
    with draws.seeded(seed):
        return function(*arguments, **options)


def assert_share(happened, expected):
    """Four standard errors of a share of independent images."""
    assert np.mean(happened) == pytest.approx(expected, abs=4 * (expected * (1 - expected) / len(happened)) ** 0.5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("xla", [False, True])
def test_nothing_happens_at_zero(channels, xla):
    images = IMAGES[channels]
    run = tf.function(lambda p: seeded(augment, images, p), jit_compile=xla)
    np.testing.assert_array_equal(run(tf.constant(0.0)), images)
    assert np.all(np.abs(run(tf.constant(1.0)) - images).max(axis=(1, 2, 3)) > 0.01)  # everybody at one


def test_p_changes_without_tracing_again():
    traces = []

    @tf.function(jit_compile=True)
    def run(p):
        traces.append(p)
        return seeded(augment, IMAGES[1], p)

    touched = [np.sum(np.any(run(tf.constant(p)) != IMAGES[1], axis=(1, 2, 3))) for p in (0.0, 0.1, 0.9)]
    assert len(traces) == 1 and touched[0] == 0 and touched[2] >= 5


@pytest.mark.parametrize("p", [0.5, 1.0])
def test_blitting_is_uniform_over_flips_turns_and_moves(p):
    matrices = seeded(geometric_matrices, MANY, p, 32, 64, categories=("blitting",)).numpy()
    assert_share(np.linalg.det(matrices) < 0, p / 2)
    # The first column is turned only: x goes to +-x or +-y; a flip negates it.
    assert_share(matrices[:, 1, 0] != 0, p / 2)  # a quarter or three of four turns
    mirrored = np.linalg.det(matrices) < 0
    assert_share((matrices[:, 1, 1] == -1) & ~mirrored, p / 4 * (1 - p / 2))  # half a turn
    moves = matrices[:, :2, 2]
    assert np.array_equal(moves, np.round(moves)) and np.abs(moves[:, 0]).max() == 8 and np.abs(moves[:, 1]).max() == 4
    # Rounding -8..8 leaves 0 an interval of 1 in 16, and the ends half as much.
    assert_share(moves[:, 0] == 0, 1 - p + p / 16)
    assert_share(moves[:, 0] == 8, p / 32)


def test_geometric_changes_happen_and_are_distributed_as_in_the_paper():
    p = 0.5
    matrices = seeded(geometric_matrices, MANY, p, 32, 64, categories=("geometric",)).numpy()
    linear, moves = matrices[:, :2, :2].astype(np.float64), matrices[:, :2, 2]
    assert_share(np.any(moves != 0, axis=1), p)
    moved = moves[np.any(moves != 0, axis=1)]
    np.testing.assert_allclose(moved.std(axis=0), [8, 4], rtol=0.08)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=4 * 8 / len(moved) ** 0.5)
    # The determinant is the squared size: the stretch keeps areas, rotations everything.
    sizes = np.log2(np.linalg.det(linear)) / 2
    assert_share(np.abs(sizes) > 1e-5, p)
    assert np.std(sizes[np.abs(sizes) > 1e-5]) == pytest.approx(0.2, rel=0.08)
    singular = np.linalg.svd(linear, compute_uv=False)
    stretch = np.log2(singular[:, 0] / singular[:, 1]) / 2
    stretched = stretch > 1e-3  # |N(0, 0.2^2)| below that: 0.4 %
    assert np.mean(stretched) == pytest.approx(p, abs=0.035)
    assert np.mean(stretch[stretched] ** 2) ** 0.5 == pytest.approx(0.2, rel=0.08)
    # One rotation or both with probability p; a stretched image shows them as well.
    turned = np.maximum(np.abs(linear[:, 0, 1]), np.abs(linear[:, 1, 0])) > 1e-6
    assert_share(turned, p)
    angles = np.arctan2(linear[:, 1, 0] - linear[:, 0, 1], linear[:, 0, 0] + linear[:, 1, 1])[turned]
    counts = np.histogram(angles, bins=8, range=(-np.pi, np.pi))[0]
    assert np.sum((counts - len(angles) / 8) ** 2 / (len(angles) / 8)) < 26  # chi-square, 7 degrees: 0.05 %


def test_color_changes_happen_and_are_distributed_as_in_the_paper():
    p = 0.5
    matrices = seeded(color_matrices, MANY, p).numpy().astype(np.float64)
    ones = np.ones(3) / 3**0.5
    on_luma = np.einsum("i,nij,j->n", ones, matrices[:, :3, :3], ones)  # +-contrast
    assert_share(on_luma < 0, p / 2)
    contrast = np.log2(np.abs(on_luma))
    assert_share(np.abs(contrast) > 1e-5, p)
    assert np.std(contrast[np.abs(contrast) > 1e-5]) == pytest.approx(0.5, rel=0.08)
    shift = matrices[:, :3, 3].mean(axis=1) / on_luma
    np.testing.assert_allclose(matrices[:, :3, 3], np.repeat((shift * on_luma)[:, None], 3, 1), atol=1e-5)
    assert_share(np.abs(shift) > 1e-7, p)
    assert np.std(shift[np.abs(shift) > 1e-7]) == pytest.approx(0.2, rel=0.08)
    red = np.array([1, 0, -1]) / 2**0.5
    other = np.cross(ones, red)
    across = np.stack([np.einsum("i,nij,j->n", v, matrices[:, :3, :3], red) for v in (red, other)], 1)
    angle, vivid = np.arctan2(across[:, 1], across[:, 0]), np.log2(np.linalg.norm(across, axis=1)) - contrast
    assert_share(np.abs(angle) > 1e-5, p)
    assert np.std(angle[np.abs(angle) > 1e-5]) == pytest.approx(np.pi / 3**0.5, rel=0.05)
    assert_share(np.abs(vivid) > 1e-5, p)
    assert np.std(vivid[np.abs(vivid) > 1e-5]) == pytest.approx(1.0, rel=0.08)


def test_grey_images_get_neither_hue_nor_saturation():
    matrices = seeded(color_matrices, 50, 1.0, grey=True).numpy()
    linear = matrices[:, :3, :3]
    reflected = np.eye(3) - 2 / 3
    flipped = np.einsum("nij,ij->n", linear, np.eye(3)) < 2.9 * np.abs(linear.sum((1, 2)) / 3)
    slope = np.abs(linear.sum(axis=(1, 2))) / 3
    expected = np.where(flipped[:, None, None], reflected, np.eye(3)) * slope[:, None, None]
    np.testing.assert_allclose(linear, expected, atol=1e-5)


def test_images_of_a_batch_are_changed_differently_and_by_the_seed_alone():
    for draw, arguments in ((geometric_matrices, (32, 32)), (color_matrices, ())):
        first, again = (seeded(draw, 20, 0.9, *arguments).numpy() for _ in range(2))
        other = seeded(draw, 20, 0.9, *arguments, seed=(1, 3)).numpy()
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)
        assert len(np.unique(first.reshape(20, -1), axis=0)) >= 19
    equal = tf.repeat(IMAGES[3][:1], 6, axis=0)
    found = seeded(augment, equal, 1.0).numpy()
    assert all(np.abs(found[i] - found[j]).max() > 0.05 for i in range(6) for j in range(i))


def test_micro_batches_are_changed_as_rows_of_the_whole_batch():
    whole = seeded(augment, IMAGES[3], 0.8)
    for part in range(2):
        with draws.seeded((1, 2), part=part, parts=2):
            np.testing.assert_array_equal(augment(IMAGES[3][part::2], 0.8), whole[part::2])


@pytest.mark.parametrize("channels", [1, 3])
def test_xla_equals_plain_with_gradients_and_any_batch_size(channels):
    weights = tf.random.stateless_normal(IMAGES[channels].shape, (3, 3))

    def run(images, p):
        with draws.seeded((4, 5)), tf.GradientTape() as tape:
            tape.watch(images)
            found = augment(images, p)
            total = tf.reduce_sum(found * weights)
        return found, tape.gradient(total, images)

    signature = [tf.TensorSpec((None, 16, 16, channels)), tf.TensorSpec(())]
    plain, xla = (tf.function(run, signature, jit_compile=jit)(IMAGES[channels], 0.7) for jit in (False, True))
    assert plain[0].shape == IMAGES[channels].shape
    for a, b in zip(plain, xla):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert np.abs(plain[1]).max() > 0.1


def test_one_category_changes_nothing_of_the_others():
    constant = tf.fill((50, 8, 8, 3), 0.25)
    np.testing.assert_allclose(seeded(augment, constant, 1.0, ("blitting", "geometric")), constant, atol=1e-6)
    found = seeded(augment, constant, 1.0, ("color",)).numpy()
    assert np.ptp(found, axis=(1, 2)).max() == 0 and np.abs(found - 0.25).mean() > 0.1
    pixels = np.arange(64, dtype=np.float32).reshape(1, 8, 8, 1)
    blitted = seeded(augment, np.repeat(pixels, 50, 0), 1.0, ("blitting",))
    assert set(np.unique(blitted)) <= set(np.unique(pixels))  # copies, no interpolation


def test_unknown_categories_and_channels_are_named():
    with pytest.raises(ZooError, match="unknown augmentation category 'geometry'; did you mean 'geometric'"):
        seeded(augment, IMAGES[1], 0.5, ("geometry",))
    with pytest.raises(ZooError, match="found 2"):
        seeded(augment, tf.zeros((2, 8, 8, 2)), 0.5)


def test_the_controller_climbs_when_the_discriminator_is_sure_and_stays_in_its_range():
    assert float(adjusted(0.1, 0.9, images=256)) == pytest.approx(0.1 + 256 / 500_000)
    assert float(adjusted(0.1, 0.3, images=256)) == pytest.approx(0.1 - 256 / 500_000)
    assert float(adjusted(0.1, 0.75, 256, target=0.8, ramp=1000)) == 0.0  # would be -0.156
    assert float(adjusted(0.1, 0.6, images=256)) == pytest.approx(0.1)
    assert float(adjusted(0.0, -1.0, images=256)) == 0.0
    assert float(adjusted(0.9999, 1.0, images=256)) == 1.0
    assert adjusted(tf.constant(0.2), tf.constant(1.0), tf.constant(64)).dtype == tf.float32


def test_the_controller_reaches_one_after_the_ramp_and_holds_the_target():
    step = tf.function(lambda p, r: adjusted(p, r, images=1000))
    p = tf.constant(0.0)
    for _ in range(500):  # of 1000 images each
        assert float(p) < 1
        p = step(p, tf.constant(0.9))
    assert float(p) == pytest.approx(1.0, abs=1e-5)
    for _ in range(600):  # a discriminator that is less sure, the more is augmented
        p = step(p, 1.0 - p)
    assert float(p) == pytest.approx(0.4, abs=0.0021)
