"""KID, precision/recall and density/coverage on reservoirs: the pure functions on what was kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import kid
from tfgan_zoo.metrics.density_coverage import density_coverage
from tfgan_zoo.metrics.precision_recall import precision_recall
from tfgan_zoo.metrics.streaming import KID, DensityCoverage, PrecisionRecall

GENERATOR = np.random.default_rng(0)
REAL = GENERATOR.normal(size=(120, 4)).astype(np.float32)
FAKE = (GENERATOR.normal(size=(100, 4)) * 0.8 + 0.2).astype(np.float32)

CASES = {
    "kid": (
        lambda **arguments: KID(subsets=5, subset_size=20, seed=3, **arguments),
        lambda a, b: dict(zip(("kid", "kid std"), kid(a, b, 5, 20, seed=3))),
    ),
    "precision_recall": (
        lambda **arguments: PrecisionRecall(k=4, seed=3, **arguments),
        lambda a, b: precision_recall(a, b, k=4)._asdict(),
    ),
    "density_coverage": (
        lambda **arguments: DensityCoverage(k=6, seed=3, **arguments),
        lambda a, b: density_coverage(a, b, k=6)._asdict(),
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def stream(metric, real=REAL, fake=FAKE, size=32, update=None):
    update = update or metric.update_state
    for side, features in ((True, real), (False, fake)):
        for start in range(0, len(features), size):
            update(tf.constant(features[start : start + size]), real=side)
    return metric


def values(metric):
    return {key: float(value) for key, value in metric.result().items()}


def test_everything_kept_equals_the_pure_function(case):
    make, pure = case
    assert values(stream(make(capacity=120))) == pytest.approx(pure(REAL, FAKE), rel=1e-12)


@pytest.mark.parametrize("graph", [False, True])
def test_beyond_the_capacity_equals_the_pure_function_on_the_rows_kept(case, graph):
    make, pure = case
    metric = make(capacity=40, dimensions=4)
    stream(metric, update=tf.function(metric.update_state) if graph else None)
    kept = metric.real.rows(), metric.generated.rows()
    assert [len(rows) for rows in kept] == [40, 40]
    assert values(metric) == pytest.approx(pure(*kept), rel=1e-12)


def test_two_replicas_equal_one(case, mirrored, replicated):
    make, _ = case
    with mirrored.scope():
        metric = make(capacity=40, dimensions=4)
    replicated(lambda rows: metric.update_state(rows, real=True))(REAL[:60], REAL[60:])
    replicated(lambda rows: metric.update_state(rows, real=False))(FAKE[:70], FAKE[70:])
    assert values(metric) == values(stream(make(capacity=40)))


def test_the_two_sides_keep_different_places():
    metric = stream(KID(capacity=40), REAL, REAL)
    assert not np.array_equal(metric.real.rows(), metric.generated.rows())


def test_kid_stays_unbiased_on_a_sample():
    # A shift of one in one of eight axes: the population value is 0.494141 (the sheet).
    generator = np.random.default_rng(1)
    real = generator.normal(size=(4000, 8))
    fake = generator.normal(size=(4000, 8))
    fake[:, 0] += 1
    metric = stream(KID(capacity=2000, subsets=20, subset_size=500), real, fake, size=1000)
    assert values(metric)["kid"] == pytest.approx(0.494141, rel=0.1)


def test_result_inside_a_function(case):
    metric = stream(case[0](capacity=50))
    inside = {key: float(value) for key, value in tf.function(metric.result)().items()}
    assert inside == values(metric)


def test_empty_one_sample_and_reset(case):
    make, pure = case
    metric = make()
    assert all(np.isnan(value) for value in values(metric).values())
    metric.update_state(REAL, real=True)
    metric.update_state(FAKE[:1], real=False)
    with pytest.raises(ZooError, match="2 generated samples are needed, found 1"):
        metric.result()
    metric.reset_state()
    assert values(stream(metric)) == pytest.approx(pure(REAL, FAKE), rel=1e-12)


def test_names():
    assert set(values(stream(KID(name="kid_test")))) == {"kid_test", "kid_test std"}
    assert set(values(stream(PrecisionRecall(name="test")))) == {"test precision", "test recall"}
    assert set(values(stream(DensityCoverage(name="test")))) == {"test density", "test coverage"}


def test_config(case):
    metric = case[0](capacity=9, dimensions=4, reset_real=False)
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(restored) is type(metric) and restored.get_config() == metric.get_config()
    assert restored.generated.capacity == 9
