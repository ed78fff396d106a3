"""Streaming sliced Wasserstein distance against the pure function: modes, replicas, few samples, NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import sliced_wasserstein
from tfgan_zoo.metrics.streaming import SlicedWasserstein

GENERATOR = np.random.default_rng(0)
REAL = GENERATOR.normal(size=(120, 4)).astype(np.float32)
FAKE = (GENERATOR.normal(size=(100, 4)) * 0.8 + 0.2).astype(np.float32)
EXPECTED = sliced_wasserstein(REAL, FAKE, 32, seed=3)


def made(capacity=120, **arguments):
    return SlicedWasserstein(dimensions=4, capacity=capacity, projections=32, seed=3, **arguments)


def stream(metric, real=REAL, fake=FAKE, update=None):
    for side, features in ((True, real), (False, fake)):
        for start in range(0, len(features), 32):
            (update or metric.update_state)(tf.constant(features[start : start + 32]), real=side)
    return metric


@pytest.mark.parametrize("graph", [False, True])
def test_everything_kept_equals_the_pure_function(graph):
    metric = made()
    update = tf.function(metric.update_state, reduce_retracing=True) if graph else None
    assert float(stream(metric, update=update).result()) == pytest.approx(EXPECTED, rel=1e-12)
    assert float(tf.function(metric.result)()) == pytest.approx(EXPECTED, rel=1e-12)


def test_order():
    expected = sliced_wasserstein(REAL, FAKE, 32, seed=3, p=1)
    assert expected != pytest.approx(EXPECTED, rel=1e-3)
    assert float(stream(made(p=1)).result()) == pytest.approx(expected, rel=1e-12)


def test_beyond_the_capacity_equals_the_pure_function_on_the_rows_kept():
    metric = stream(made(capacity=40))
    kept = metric.real.rows(), metric.generated.rows()
    assert [len(rows) for rows in kept] == [40, 40]
    assert float(metric.result()) == pytest.approx(sliced_wasserstein(*kept, 32, seed=3), rel=1e-12)


@pytest.mark.parametrize("capacity", [40, 120])
def test_two_replicas_equal_one(mirrored, replicated, capacity):
    with mirrored.scope():
        metric = made(capacity)
    replicated(lambda rows: metric.update_state(rows, real=True))(REAL[:50], REAL[50:])
    replicated(lambda rows: metric.update_state(rows, real=False))(FAKE[:100], FAKE[100:])
    assert float(metric.result()) == float(stream(made(capacity)).result())


def test_empty_one_sample_and_reset():
    metric = made()
    assert np.isnan(metric.result())
    metric.update_state(REAL, real=True)
    metric.update_state(FAKE[:1], real=False)
    with pytest.raises(ZooError, match="2 generated samples are needed, found 1"):
        metric.result()
    metric.reset_state()
    assert float(stream(metric).result()) == pytest.approx(EXPECTED, rel=1e-12)


def test_nan():
    metric = stream(made())
    broken = np.full((2, 4), np.nan, np.float32)
    with pytest.raises(ZooError, match="sliced_wasserstein_generated: NaN or infinity in 2 rows"):
        metric.update_state(broken, real=False)
    tf.function(metric.update_state)(tf.constant(broken), real=True)
    with pytest.raises(ZooError, match="sliced_wasserstein_real: NaN or infinity in 2 rows"):
        metric.result()


class Pixels:
    """Each pixel is a feature."""

    name = "pixels"

    def __call__(self, images):
        return {"features": images.reshape(len(images), -1)}


def test_extractor_takes_images():
    metric = SlicedWasserstein(Pixels(), projections=32, seed=3)
    rows = [np.clip(rows, -1, 1) for rows in (REAL, FAKE)]
    stream(metric, *(part.reshape(-1, 2, 2, 1) for part in rows))
    assert metric.name == "sliced_wasserstein[pixels]"
    assert float(metric.result()) == pytest.approx(sliced_wasserstein(*rows, 32, seed=3), rel=1e-12)


def test_messages_and_config():
    for arguments in ({"p": 0.5}, {"projections": 0}):
        with pytest.raises(ZooError, match="p and projections must be at least 1"):
            SlicedWasserstein(**arguments)
    metric = made(9, p=1, reset_real=False, name="mine")
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(restored) is SlicedWasserstein and restored.get_config() == metric.get_config()
    assert (restored.projections, restored.p, restored.generated.capacity) == (32, 1, 9)
