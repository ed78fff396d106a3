"""Streaming linear separability against the pure function: modes, replicas, certain predictions, few samples, NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import linear_separability
from tfgan_zoo.metrics.streaming import LinearSeparability

GENERATOR = np.random.default_rng(0)
LATENTS = GENERATOR.normal(size=(150, 3)).astype(np.float32)
LOGITS = (LATENTS @ GENERATOR.normal(size=(3, 2)) + GENERATOR.normal(size=(150, 2))).astype(np.float32)
EXPECTED = linear_separability(LATENTS, LOGITS, seed=3).score


def made(capacity=150, **arguments):
    return LinearSeparability(**{"attributes": 2, "dimensions": 3, "capacity": capacity, "seed": 3} | arguments)


def stream(metric, latents=LATENTS, predictions=LOGITS, update=None):
    for start in range(0, len(latents), 40):
        part = slice(start, start + 40)
        (update or metric.update_state)(tf.constant(latents[part]), tf.constant(predictions[part]))
    return metric


@pytest.mark.parametrize("graph", [False, True])
def test_everything_kept_equals_the_pure_function(graph):
    assert 1.05 < EXPECTED < 3.9
    metric = made()
    update = tf.function(metric.update_state, reduce_retracing=True) if graph else None
    assert float(stream(metric, update=update).result()) == pytest.approx(EXPECTED, rel=1e-12)
    assert float(tf.function(metric.result)()) == pytest.approx(EXPECTED, rel=1e-12)


def test_keep():
    expected = linear_separability(LATENTS, LOGITS, keep=0.9, seed=3).score
    assert expected != pytest.approx(EXPECTED, rel=1e-3)
    assert float(stream(made(keep=0.9, dimensions=None)).result()) == pytest.approx(expected, rel=1e-12)


def test_beyond_the_capacity_latents_and_predictions_stay_together():
    metric = stream(made(capacity=60))
    rows = metric.rows()
    places = [int(np.flatnonzero((LATENTS == row[:3]).all(axis=1))[0]) for row in rows]
    assert len(set(places)) == 60
    np.testing.assert_array_equal(rows[:, 3:], LOGITS[places])
    expected = linear_separability(LATENTS[places], LOGITS[places], seed=3).score
    assert float(metric.result()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", [bool, np.int32, np.uint8])
def test_certain_predictions_of_one_attribute(kind):
    seen = LOGITS[:, 0] > 0
    metric = stream(made(attributes=1, keep=1), predictions=seen.astype(kind))
    assert float(metric.result()) == pytest.approx(linear_separability(LATENTS, seen, seed=3).score, rel=1e-12)
    with pytest.raises(ZooError, match="all equally confident.*pass keep=1 .found keep=0.5. or logits"):
        stream(made(attributes=1), predictions=seen.astype(kind))


def test_integers_that_are_no_classes():
    with pytest.raises(ZooError, match="NaN or infinity in 1 rows"):
        made(attributes=1, keep=1).update_state(LATENTS[:3], np.array([0, 1, 2]))


@pytest.mark.parametrize("capacity", [60, 150])
def test_two_replicas_equal_one(mirrored, replicated, capacity):
    with mirrored.scope():
        metric = made(capacity)
    update = replicated(lambda rows: metric.update_state(rows[:, :3], rows[:, 3:]))
    rows = np.concatenate([LATENTS, LOGITS], axis=1)
    update(rows[:40], rows[40:101])
    update(rows[101:], rows[:0])
    assert float(metric.result()) == float(stream(made(capacity)).result())


def test_empty_one_sample_and_reset():
    metric = made()
    assert np.isnan(metric.result())
    metric.update_state(LATENTS[:1], LOGITS[:1])
    with pytest.raises(ZooError, match="at least 2 samples are needed, found 1"):
        metric.result()
    metric.reset_state()
    assert np.isnan(metric.result())
    assert float(stream(metric).result()) == pytest.approx(EXPECTED, rel=1e-12)


def test_nan():
    metric, broken = made(), LOGITS.copy()
    broken[3, 1] = np.nan
    with pytest.raises(ZooError, match="linear_separability: NaN or infinity in 1 rows"):
        metric.update_state(LATENTS, broken)
    tf.function(metric.update_state)(tf.constant(LATENTS), tf.constant(broken))
    with pytest.raises(ZooError, match="linear_separability: NaN or infinity in 1 rows"):
        metric.result()


@pytest.mark.parametrize(
    ("latents", "predictions"), [(LATENTS, LOGITS[:, :1]), (LATENTS, LOGITS[:9]), (LATENTS[0], LOGITS)]
)
def test_wrong_shapes(latents, predictions):
    with pytest.raises(ZooError, match=r"latents \(n, d\) and predictions \(n, 2\), one row a sample; found"):
        made().update_state(latents, predictions)


def test_settings_and_config():
    for arguments in ({"keep": 0}, {"keep": 1.5}, {"attributes": 0}):
        with pytest.raises(ZooError, match="attributes must be at least 1, keep a share"):
            made(**arguments)
    for metric in (made(9, keep=0.7, name="mine"), made(dimensions=None)):
        restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
        assert type(restored) is LinearSeparability and restored.get_config() == metric.get_config()
        assert float(stream(restored).result()) == float(stream(metric).result())
