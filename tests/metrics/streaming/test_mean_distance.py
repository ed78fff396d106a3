"""Running mean of LPIPS, MS-SSIM and pixel distances against the mean of the pure functions."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import LPIPS, pixel_l2
from tfgan_zoo.metrics.lpips import TRUNKS
from tfgan_zoo.metrics.ms_ssim import ms_ssim_between
from tfgan_zoo.metrics.streaming import MeanDistance

GENERATOR = np.random.default_rng(0)
A = GENERATOR.uniform(-1, 1, (11, 32, 32, 3)).astype(np.float32)
B = np.clip(A + GENERATOR.normal(0, 0.3, A.shape), -1, 1).astype(np.float32)


def small_lpips():
    trunk, heads, channels, taps = {}, {}, 3, 0
    for convolution in TRUNKS["alex"][0]:
        shape = (convolution.filters, channels, convolution.size, convolution.size)
        kernel = GENERATOR.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
        trunk[f"features.{convolution.index}.weight"] = kernel.astype(np.float32)
        trunk[f"features.{convolution.index}.bias"] = np.zeros(shape[0], np.float32)
        heads[f"lin{taps}.model.1.weight"] = GENERATOR.uniform(size=(1, shape[0], 1, 1)).astype(np.float32)
        channels, taps = shape[0], taps + 1
    return LPIPS("alex", trunk=trunk, heads=heads)


LPIPS_ALEX = small_lpips()
# The network's sums are in float32, in an order that depends on the batch.
CASES = {"lpips": (LPIPS_ALEX, 1e-5), "ms_ssim": (ms_ssim_between, 1e-6), "pixel": (pixel_l2, 1e-12)}


@pytest.fixture(params=CASES)
def case(request):
    distance, tolerance = CASES[request.param]
    return distance, pytest.approx(distance(A, B).mean(dtype=np.float64), rel=tolerance)


def stream(metric, a=A, b=B, update=None):
    for start in range(0, len(a), 4):
        (update or metric.update_state)(tf.constant(a[start : start + 4]), tf.constant(b[start : start + 4]))
    return metric


@pytest.mark.parametrize("graph", [False, True])
def test_equals_the_mean_of_the_pure_function(case, graph):
    distance, expected = case
    metric = MeanDistance(distance)
    update = tf.function(metric.update_state, reduce_retracing=True) if graph else None
    assert float(stream(metric, update=update).result()) == expected
    assert float(tf.function(metric.result)()) == expected


@pytest.mark.parametrize("graph", [False, True])
def test_two_replicas(case, mirrored, replicated, copies, graph):
    distance, expected = case
    with mirrored.scope():
        metric = MeanDistance(distance)
    update = replicated(lambda both: metric.update_state(both[:, 0], both[:, 1]), graph)
    both = np.stack([A, B], axis=1)
    update(both[:3], both[3:9])
    update(both[9:], both[:0])
    assert float(metric.result()) == expected
    assert copies(metric.count) == [11, 11]
    np.testing.assert_array_equal(*copies(metric.total))


def test_lpips_under_xla():
    metric = MeanDistance(LPIPS_ALEX)
    tf.function(metric.update_state, jit_compile=True)(tf.constant(A[:2]), tf.constant(B[:2]))
    assert float(metric.result()) == pytest.approx(LPIPS_ALEX(A[:2], B[:2]).mean(), rel=1e-5)


@pytest.mark.parametrize("graph", [False, True])
def test_bytes_are_scaled(case, graph):
    distance, _ = case
    bytes_a, bytes_b = (np.rint((x + 1) * 127.5).astype(np.uint8) for x in (A, B))
    scaled = (x.astype(np.float32) / np.float32(127.5) - np.float32(1) for x in (bytes_a, bytes_b))
    metric = MeanDistance(distance)
    update = tf.function(metric.update_state) if graph else metric.update_state
    update(tf.constant(bytes_a), tf.constant(bytes_b))
    assert float(metric.result()) == pytest.approx(distance(*scaled).mean(), rel=1e-5)


def test_a_long_sum_stays_exact():
    # In float32 the sum would stop at 2^24.
    metric = MeanDistance(lambda a, b: np.full(len(a), 2.0**20 + 1))
    for _ in range(40):
        metric.update_state(A, B)
    assert float(metric.result()) == 2**20 + 1


def test_empty_one_pair_and_reset(case):
    distance, expected = case
    metric = MeanDistance(distance)
    assert np.isnan(metric.result()) and np.isnan(tf.function(metric.result)())
    metric.update_state(A[:1], B[:1])
    assert float(metric.result()) == pytest.approx(float(distance(A[:1], B[:1])[0]), rel=1e-5)
    metric.reset_state()
    assert np.isnan(metric.result())
    assert float(stream(metric).result()) == expected


@pytest.mark.parametrize("side", [0, 1])
def test_nan(case, side):
    distance, expected = case
    metric, pair = stream(MeanDistance(distance)), [A.copy(), B.copy()]
    pair[side][3, 2, 1, 0] = np.nan
    with pytest.raises(ZooError, match="NaN or infinity in 1 rows"):
        metric.update_state(*pair)
    assert float(metric.result()) == expected  # what was refused is not counted
    tf.function(metric.update_state)(*map(tf.constant, pair))
    with pytest.raises(ZooError, match=f"{metric.name}: NaN or infinity in 1 rows"):
        metric.result()


def test_distances_that_are_nan():
    with pytest.raises(ZooError, match="mine: NaN or infinity in 11 rows"):
        MeanDistance(lambda a, b: np.full(len(a), np.nan), name="mine").update_state(A, B)


@pytest.mark.parametrize(
    ("a", "b"), [(A, B[:5]), (A, B[:, :16]), (A[0], B[0]), (A.astype(np.int32), B.astype(np.int32))]
)
def test_images_that_do_not_pair(a, b):
    with pytest.raises(ZooError, match="pixel_l2 compares image by image.*found (float|int)32"):
        MeanDistance(pixel_l2).update_state(a, b)


def test_numbers_of_images_that_only_the_step_knows():
    images = tf.TensorSpec((None, 32, 32, 3))
    update = tf.function(MeanDistance(LPIPS_ALEX).update_state, input_signature=[images, images])
    with pytest.raises(tf.errors.InvalidArgumentError):
        update(A[:4], B[:2])


def test_messages_and_names():
    assert [MeanDistance(distance).name for distance in (LPIPS_ALEX, pixel_l2)] == ["lpips_alex", "pixel_l2"]
    with pytest.raises(ZooError, match="a function of two batches of images; found 'lpips'"):
        MeanDistance("lpips")
    with pytest.raises(ZooError, match=r"must give 11 distances for 11 pairs; found \(\)"):
        MeanDistance(lambda a, b: 0.0).update_state(A, B)
    with pytest.raises(ZooError, match="a distance cannot be written into a config"):
        MeanDistance(pixel_l2).get_config()
