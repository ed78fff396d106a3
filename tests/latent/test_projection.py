"""Projection: ramps, noise regularization, and what the search finds and leaves alone."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.latent import projection
from tfgan_zoo.latent.projection import exploration_at, noise_regularization, project, rate_at, style_statistics

TINY = {"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 32, "channel_max": 8}
TINY |= {"seed": 1}


@pytest.fixture(scope="module")
def model():
    return zoo.create("stylegan2", **TINY)


@pytest.fixture(scope="module")
def loud():
    """A generator that hears its noise, and whose labels matter to w."""
    model = zoo.create("stylegan2", **TINY, ema_decay=0.0)
    for layer in model.synthesis.convolutions:
        layer.noise.strength.assign(0.3)
    return model


def mse(a, b):
    return np.mean((np.asarray(a) - np.asarray(b)) ** 2, axis=(1, 2, 3))


# Pure functions


@pytest.mark.parametrize(
    ("t", "rate", "exploration"),
    [(0, 0.0, 0.05), (0.025, 0.05, 0.05 * (29 / 30) ** 2), (0.05, 0.1, 0.05 * (14 / 15) ** 2)]
    + [(0.75, 0.1, 0.0), (0.875, 0.05, 0.0), (1, 0.0, 0.0)],
)
def test_ramps(t, rate, exploration):
    assert rate_at(t) == pytest.approx(rate, abs=1e-12)
    assert exploration_at(t) == pytest.approx(exploration, abs=1e-12)


@pytest.mark.parametrize(("side", "levels"), [(4, 1), (8, 1), (16, 2), (28, 3), (64, 4)])
def test_a_constant_map_has_two_for_every_level_down_to_eight(side, levels):
    found = noise_regularization([tf.ones((3, side, side, 1))]).numpy()
    np.testing.assert_allclose(found, np.full(3, 2.0 * levels), atol=1e-5)


def test_white_noise_has_two_over_its_pixels():
    """Each of the two means over N products has variance 1 / N."""
    noise = tf.random.stateless_normal((4000, 8, 8, 1), (1, 2))
    found = noise_regularization([noise]).numpy()
    assert found.mean() == pytest.approx(2 / 64, rel=0.06)
    both = noise_regularization([noise, noise]).numpy()
    np.testing.assert_allclose(both, 2 * found, rtol=1e-5)


def test_stripes_cancel_along_one_axis_only():
    stripes = np.tile([1.0, -1.0], (1, 8, 4)).reshape(1, 8, 8, 1).astype("float32")
    assert noise_regularization([tf.constant(stripes)]).numpy() == pytest.approx([2.0])  # (-1)^2 + 1^2
    halves = np.repeat([1.0, -1.0], 4)[None, None, :, None] * np.ones((1, 8, 8, 1))
    # 8 columns, two borders: the mean product along the row is (6 - 2) / 8.
    found = noise_regularization([tf.constant(halves, tf.float32)]).numpy()
    assert found == pytest.approx([0.25 + 1.0])


def test_images_are_averaged_to_about_256_pixels():
    images = tf.random.stateless_normal((1, 512, 512, 1), (3, 4))
    expected = images.numpy().reshape(1, 256, 2, 256, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(projection.pooled(images), expected, atol=1e-6)
    assert np.array_equal(projection.pooled(images[:, :256, :256]), images[:, :256, :256])


def test_statistics_of_w(model):
    found = style_statistics(model)
    z = tf.random.stateless_normal((20_000, 6), (9, 9))
    w = model.map(z).numpy().astype("float64")
    np.testing.assert_allclose(found.mean, w.mean(axis=0), atol=0.05 * w.std())
    np.testing.assert_allclose(found.variance, w.var(axis=0), rtol=0.06)
    # A norm over all coordinates, not one coordinate's.
    expected = np.sqrt(np.mean(np.sum((w - w.mean(axis=0)) ** 2, axis=1)))
    assert found.deviation == pytest.approx(expected, rel=0.02)
    assert found.deviation > 2 * w.std(axis=0).mean()


def test_statistics_are_over_all_classes():
    model = zoo.create("stylegan2", **TINY, classes=3)
    z = tf.random.stateless_normal((9000, 6), (9, 9))
    w = model.map([z, tf.range(9000) % 3]).numpy()
    np.testing.assert_allclose(style_statistics(model).mean, w.mean(axis=0), atol=0.06 * w.std())


# The search


@pytest.fixture(scope="module")
def own(model):
    return model.sample(3, seed=5).numpy()


@pytest.fixture(scope="module")
def found(model, own):
    steps = []
    before = [v.numpy().copy() for v in model.variables]
    result = project(model, own, steps=30, report=lambda i, distances: steps.append((i, distances)))
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before, model.variables, strict=True))
    return result, steps


def test_own_images_come_nearer(model, own, found):
    result, steps = found
    mean = model.synthesize(tf.constant(style_statistics(model).mean[None], tf.float32)).numpy()
    assert (result.distances < 0.5 * mse(mean, own)).all()
    assert [i for i, _ in steps] == list(range(1, 31)) and all(d.shape == (3,) for _, d in steps)
    assert (result.distances < steps[0][1]).all()


def test_what_is_returned_fits_together(model, own, found):
    result, _ = found
    assert result.styles.shape == (3, 8) and result.images.shape == own.shape
    assert result.styles.dtype == result.images.dtype == np.float32 and np.abs(result.images).max() <= 1
    assert [noise.shape for noise in result.noises] == [(3, 4, 4, 1), (3, 8, 8, 1), (3, 8, 8, 1)]
    images = model.deployed("synthesis")(model.of_layers(result.styles), noise=list(map(tf.constant, result.noises)))
    np.testing.assert_allclose(result.images, np.clip(images, -1, 1), atol=1e-6)
    np.testing.assert_allclose(result.distances, mse(result.images, own), rtol=1e-4)


def test_noise_maps_are_normalized_one_by_one(found):
    for noise in found[0].noises:
        np.testing.assert_allclose(noise.mean(axis=(1, 2, 3)), 0, atol=1e-5)
        np.testing.assert_allclose(noise.std(axis=(1, 2, 3)), 1, atol=1e-4)


def test_the_seed_decides(loud):
    target = loud.sample(2, seed=5).numpy()
    runs = [project(loud, target, steps=4, seed=seed) for seed in (0, 0, 1)]
    assert np.array_equal(runs[0].styles, runs[1].styles)
    assert all(np.array_equal(a, b) for a, b in zip(runs[0].noises, runs[1].noises))
    assert np.abs(runs[0].styles - runs[2].styles).max() > 1e-3


def test_images_do_not_see_each_other(loud):
    target = loud.sample(3, seed=5).numpy()
    both, other = (project(loud, target[list(rows)], steps=6) for rows in ((0, 1), (0, 2)))
    np.testing.assert_allclose(both.styles[0], other.styles[0], atol=1e-4)
    assert np.abs(both.styles[1] - other.styles[1]).max() > 1e-3


def test_the_image_of_the_mean_stays_where_it_is(monkeypatch):
    """Without exploration the gradient is 0 there; noise is silent in a generator that is not trained."""
    model = zoo.create("stylegan2", **TINY)
    for layer in model.deployed("synthesis").images:  # no pixel may be cut off
        layer.convolution.kernel.assign(0.3 * layer.convolution.kernel)
    mean = style_statistics(model).mean[None].astype("float32")
    raw = model.deployed("synthesis")(model.of_layers(tf.constant(mean)), noise="constant").numpy()
    assert np.abs(raw).max() < 1
    monkeypatch.setattr(projection, "exploration_at", lambda t: 0.0)
    still = project(model, raw, steps=10)
    np.testing.assert_allclose(still.styles, mean, atol=1e-4)
    assert still.distances[0] < 1e-8
    monkeypatch.undo()
    assert np.abs(project(model, raw, steps=10).styles - mean).max() > 1e-2


def test_layers_have_codes_of_their_own_in_w_plus(model):
    target = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    w, plus = (project(model, target, space, steps=40) for space in ("w", "w+"))
    assert plus.styles.shape == (2, 4, 8)
    assert plus.styles.std(axis=1).max() > 1e-2
    assert (plus.distances < w.distances).all()


def test_noise_regularization_keeps_noise_white(loud):
    target = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    loose, kept = (project(loud, target, steps=40, noise_weight=weight) for weight in (0.0, 1e5))
    correlation = lambda result: noise_regularization(list(map(tf.constant, result.noises))).numpy().mean()
    assert correlation(kept) < 0.2 * correlation(loose)


def test_a_distance_of_ones_own(model, own):
    seen = []

    def brightness(a, b):
        seen.append((a.shape, b.shape))
        return tf.square(tf.reduce_mean(a, axis=(1, 2, 3)) - tf.reduce_mean(b, axis=(1, 2, 3)))

    result = project(model, own, steps=30, distance=brightness)
    difference = result.images.mean(axis=(1, 2, 3)) - own.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(result.distances, difference**2, atol=1e-7)
    assert seen[0] == ((3, 8, 8, 1), (3, 8, 8, 1))
    # Pixels beside it bring the image itself nearer.
    both = project(model, own, steps=30, distance=brightness, pixel_weight=1.0)
    assert mse(both.images, own).mean() < mse(result.images, own).mean()


def test_lpips_sees_grey_images():
    """With random weights, which tell whether the plumbing holds, not whether images look alike."""
    from tfgan_zoo.metrics.lpips import LPIPS, TRUNKS

    generator, trunk, channels = np.random.default_rng(0), {}, 3
    for convolution in TRUNKS["vgg"][0]:
        shape = (convolution.filters, channels, 3, 3)
        kernel = generator.normal(size=shape) * (2 / (9 * channels)) ** 0.5
        trunk[f"features.{convolution.index}.weight"] = kernel.astype("float32")
        trunk[f"features.{convolution.index}.bias"] = np.zeros(convolution.filters, "float32")
        channels = convolution.filters
    sizes = [c.filters for c in TRUNKS["vgg"][0] if c.tap]
    heads = {f"lin{i}.model.1.weight": np.full((1, c, 1, 1), 1 / c, "float32") for i, c in enumerate(sizes)}
    lpips = LPIPS("vgg", trunk=trunk, heads=heads)
    model = zoo.create("stylegan2", **TINY | {"image_shape": (16, 16, 1)})
    target = model.sample(1, seed=3).numpy()
    result = project(model, target, steps=3, distance=lpips)
    colored = lambda images: np.repeat(images, 3, axis=-1)
    np.testing.assert_allclose(result.distances, lpips(colored(result.images), colored(target)), rtol=1e-3)


# Mistakes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "z"}, "unknown latent space 'z'"),
        ({"steps": 0}, "steps: expected a number of steps from 1 on, found 0"),
        ({"noise_weight": -1.0}, "weights: expected numbers from 0 on, found noise -1.0"),
        ({"distance": "lpips"}, "expected a function of two batches of images, or metrics.LPIPS, found 'lpips'"),
        ({"distance": lambda a, b: tf.reduce_mean(a - b)}, r"one number for each image, \(3,\), found \(\)"),
    ],
)
def test_wrong_options_are_named(model, own, options, message):
    with pytest.raises(zoo.ZooError, match=message):
        project(model, own, **{"steps": 2} | options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:, 1:], r"makes float images \(None, 8, 8, 1\), found \(3, 7, 8, 1\) of float32"),
        (lambda x: x[0], r"found \(8, 8, 1\)"),
        (lambda x: x[:0], r"at least one"),
        (lambda x: (x * 127 + 127).astype("uint8"), "of uint8"),
        (lambda x: x * 127.5 + 127.5, r"expected values in \[-1, 1\]"),
        (lambda x: x * np.nan, "NaN"),
    ],
)
def test_wrong_images_are_named(model, own, change, message):
    with pytest.raises(zoo.ZooError, match=message):
        project(model, change(own), steps=1)


def test_other_models_have_no_styles(own):
    other = zoo.create("gan", image_shape=(8, 8, 1), latent_dim=3, width=10)
    with pytest.raises(zoo.ZooError, match="gan has no map: .* use stylegan2"):
        project(other, own)


def test_importing_loads_no_tensorflow():
    code = "import sys, tfgan_zoo.latent.projection; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
