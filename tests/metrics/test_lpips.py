"""LPIPS equals the `lpips` package on the same weights (tools/parity/lpips) and has the properties of its formula."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.lpips import LPIPS, TRUNKS, pixel_l2

FIXTURE = dict(np.load(Path(__file__).parent / "fixtures" / "lpips.npz"))


def drawn(net: str, random: np.random.Generator) -> tuple[dict, dict]:
    """Return random weights of trunk and heads in the order that tools/parity/lpips documents."""
    trunk, heads, channels = {}, {}, 3
    for convolution in TRUNKS[net][0]:
        shape = (convolution.filters, channels, convolution.size, convolution.size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        trunk[f"features.{convolution.index}.weight"] = (random.standard_normal(shape) * scale).astype(np.float32)
        bias = random.standard_normal(convolution.filters) * 0.1
        trunk[f"features.{convolution.index}.bias"] = bias.astype(np.float32)
        channels = convolution.filters
    taps = [convolution.filters for convolution in TRUNKS[net][0] if convolution.tap]
    for index, filters in enumerate(taps):
        head = np.abs(random.standard_normal((1, filters, 1, 1)))
        heads[f"lin{index}.model.1.weight"] = head.astype(np.float32)
    return trunk, heads


@pytest.fixture(scope="module", params=["vgg", "alex"])
def case(request):
    """A network with random weights, and the two batches of images that the fixture compares."""
    random = np.random.default_rng(int(FIXTURE["seed"]))
    trunk, heads = drawn(request.param, random)
    a, b = random.uniform(-1, 1, (2, 3, 64, 64, 3)).astype(np.float32)
    return LPIPS(request.param, trunk=trunk, heads=heads), a, (a + b) / 2


@pytest.fixture(scope="module")
def alex():
    trunk, heads = drawn("alex", np.random.default_rng(7))
    return LPIPS("alex", trunk=trunk, heads=heads)


def images(n: int = 2, size: int = 32, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (n, size, size, 3)).astype(np.float32)


def test_equals_the_lpips_package(case):
    lpips, a, b = case
    np.testing.assert_allclose(lpips(a, b), FIXTURE[f"{lpips.net}/distances"], rtol=1e-5)
    np.testing.assert_allclose(lpips.layers(a, b), FIXTURE[f"{lpips.net}/layers"], rtol=1e-5)


def test_is_zero_symmetric_positive_and_grows_with_noise(case):
    lpips, a, b = case
    assert np.all(lpips(a, a) == 0)
    np.testing.assert_allclose(lpips(a, b), lpips(b, a), rtol=1e-6)
    noise = np.random.default_rng(3).standard_normal(a.shape).astype(np.float32)
    levels = np.stack([lpips(a, a + level * noise) for level in (0.02, 0.1, 0.5)])
    assert np.all(np.diff(np.vstack([np.zeros(3), levels]), axis=0) > 0)


def test_does_not_depend_on_the_batch_size(alex):
    a, b = images(5, seed=1), images(5, seed=2)
    np.testing.assert_allclose(alex(a, b, batch_size=2), alex(a, b), rtol=1e-6)


def test_with_equal_heads_each_layer_is_a_mean_of_cosines():
    """With w = 1/C: (2 - 2 cos) / C of the features, averaged over places."""
    trunk, heads = drawn("alex", np.random.default_rng(7))
    heads = {name: np.full_like(head, 1 / head.size) for name, head in heads.items()}
    lpips = LPIPS("alex", trunk=trunk, heads=heads)
    a, b = images(seed=1), images(seed=2)
    shift, scale = np.float32([-0.030, -0.088, -0.188]), np.float32([0.458, 0.448, 0.450])
    wanted = []
    for f, g in zip(lpips.model((a - shift) / scale), lpips.model((b - shift) / scale)):
        f, g = np.float64(f), np.float64(g)
        cosine = (f * g).sum(-1) / np.linalg.norm(f, axis=-1) / np.linalg.norm(g, axis=-1)
        wanted.append((2 - 2 * cosine).mean((1, 2)) / f.shape[-1])
    np.testing.assert_allclose(lpips.layers(a, b), np.stack(wanted, 1), rtol=1e-5)


def test_the_scale_of_a_layer_does_not_matter():
    """The last layer's features times 5: its part stays."""
    trunk, heads = drawn("alex", np.random.default_rng(7))
    louder = trunk | {name: trunk[name] * 5 for name in ("features.10.weight", "features.10.bias")}
    a, b = images(seed=1), images(seed=2)
    before, after = (LPIPS("alex", trunk=weights, heads=heads)(a, b) for weights in (trunk, louder))
    np.testing.assert_allclose(after, before, rtol=1e-6)


def test_gradient_is_the_slope_and_vanishes_at_equality(alex):
    a, b = tf.constant(images(1, seed=1)), tf.constant(images(1, seed=2))
    direction = images(1, seed=3)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(a)
        far, same = alex.distance(a, b), alex.distance(a, tf.stop_gradient(a))
    slope = np.sum(tape.gradient(far, a) * direction)
    step = 1e-2
    difference = (alex(a + step * direction, b) - alex(a - step * direction, b))[0] / (2 * step)
    np.testing.assert_allclose(slope, difference, rtol=2e-2)
    assert np.all(tape.gradient(same, a) == 0)


def test_dead_features_give_zero_and_a_finite_gradient():
    trunk, heads = drawn("alex", np.random.default_rng(7))
    dead = {name: np.zeros_like(tensor) for name, tensor in trunk.items()}
    lpips = LPIPS("alex", trunk=dead, heads=heads)
    a = tf.constant(images(1))
    with tf.GradientTape() as tape:
        tape.watch(a)
        distance = lpips.distance(a, -a)
    assert float(distance[0]) == 0
    assert np.all(tape.gradient(distance, a) == 0)


def test_large_images_are_averaged_first_when_asked():
    trunk, heads = drawn("alex", np.random.default_rng(7))
    plain, pooling = (LPIPS("alex", trunk=trunk, heads=heads, pool_to=size) for size in (None, 32))
    a, b = images(seed=1), images(seed=2)
    double = [x.repeat(2, 1).repeat(2, 2) for x in (a, b)]
    np.testing.assert_allclose(pooling(*double), plain(a, b), rtol=1e-5)
    assert np.all(np.abs(plain(*double) / plain(a, b) - 1) > 1e-3)


def test_works_in_a_compiled_function(alex):
    a, b = images(seed=1), images(seed=2)
    compiled = tf.function(alex.distance, jit_compile=True)
    np.testing.assert_allclose(compiled(tf.constant(a), tf.constant(b)), alex(a, b), rtol=1e-5)


def test_wrong_weights_are_named(tmp_path):
    trunk, heads = drawn("alex", np.random.default_rng(7))
    with pytest.raises(ZooError, match="unknown network of LPIPS 'vgg19'; did you mean 'vgg'"):
        LPIPS("vgg19", trunk=trunk, heads=heads)
    with pytest.raises(ZooError, match=r"features.0.weight of the trunk vgg must have shape \(64, 3, 3, 3\)"):
        LPIPS("vgg", trunk=trunk, heads=heads)
    with pytest.raises(ZooError, match="no tensor features.0.weight"):
        LPIPS("alex", trunk=heads, heads=heads)
    with pytest.raises(ZooError, match="no tensor lin0.model.1.weight"):
        LPIPS("alex", trunk=trunk, heads=trunk)
    with pytest.raises(ZooError, match="none.pth"):
        LPIPS("alex", trunk=tmp_path / "none.pth", heads=heads)


def test_wrong_images_are_named(alex):
    with pytest.raises(ZooError, match="at least 31x31"):
        alex(images(size=30), images(size=30))
    with pytest.raises(ZooError, match=r"colour images .* found \(2, 32, 32, 1\)"):
        alex(images()[..., :1], images()[..., :1])
    with pytest.raises(ZooError, match="image by image"):
        alex(images(2), images(3))
    with pytest.raises(ZooError, match="one size"):
        alex.distance(tf.constant(images()), tf.constant(images(size=40)))
    with pytest.raises(ZooError, match="hold NaN"):
        alex(images() * np.nan, images())


def test_pixel_distance_is_the_squared_norm_in_double_precision():
    a = np.zeros((2, 4, 4, 3), np.float32)
    b = a.copy()
    b[0, 0, 0, 0], b[1] = 3e-9, 2
    np.testing.assert_allclose(pixel_l2(a, b), [float(np.float32(3e-9)) ** 2, 192], rtol=1e-12)
    assert pixel_l2(a, b).dtype == np.float64
    with pytest.raises(ZooError, match="one shape"):
        pixel_l2(a, b[:1])
    with pytest.raises(ZooError, match="not finite"):
        pixel_l2(a * np.nan, b)
