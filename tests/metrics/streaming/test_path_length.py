"""Streaming path length against `ppl` and `trimmed`: modes, replicas, few steps, NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import pixel_l2, ppl
from tfgan_zoo.metrics.perceptual_path import trimmed
from tfgan_zoo.metrics.streaming import PathLength

LENGTHS = np.random.default_rng(0).lognormal(3, 2, 500).astype(np.float32)
EXPECTED = trimmed(LENGTHS.astype(np.float64)).mean()


def stream(metric, lengths=LENGTHS, update=None):
    for start in range(0, len(lengths), 64):
        (update or metric.update_state)(tf.constant(lengths[start : start + 64]))
    return metric


@pytest.mark.parametrize("graph", [False, True])
def test_everything_kept_equals_the_pure_function(graph):
    metric = PathLength(capacity=500)
    update = tf.function(metric.update_state, reduce_retracing=True) if graph else None
    assert float(stream(metric, update=update).result()) == pytest.approx(EXPECTED, rel=1e-12)
    assert float(tf.function(metric.result)()) == pytest.approx(EXPECTED, rel=1e-12)
    assert EXPECTED != pytest.approx(LENGTHS.mean(), rel=0.05)  # the percentiles matter


def test_the_steps_of_ppl():
    steps = []

    def distance(a, b):
        steps.append(pixel_l2(a, b) / 1e-2**2)
        return pixel_l2(a, b)

    found = ppl(lambda z: np.tanh(z).reshape(-1, 2, 2, 1), 4, distance, epsilon=1e-2, samples=200)
    metric = PathLength()
    for batch in steps:
        metric.update_state(batch)
    assert float(metric.result()) == pytest.approx(found.mean, rel=1e-6)


def test_beyond_the_capacity_equals_the_pure_function_on_the_steps_kept():
    metric = stream(PathLength(lower=10, higher=80, capacity=100, seed=3))
    kept = metric.rows()[:, 0].astype(np.float64)
    assert len(kept) == 100
    assert float(metric.result()) == pytest.approx(trimmed(kept, 10, 80).mean(), rel=1e-12)


@pytest.mark.parametrize("capacity", [100, 500])
def test_two_replicas_equal_one(mirrored, replicated, capacity):
    with mirrored.scope():
        metric = PathLength(capacity=capacity)
    update = replicated(metric.update_state)
    update(LENGTHS[:200], LENGTHS[200:399])
    update(LENGTHS[399:], LENGTHS[:0])
    assert float(metric.result()) == float(stream(PathLength(capacity=capacity)).result())


def test_empty_one_step_and_reset():
    metric = PathLength()
    assert np.isnan(metric.result()) and np.isnan(tf.function(metric.result)())
    metric.update_state([7.0])
    assert float(metric.result()) == 7
    metric.reset_state()
    assert np.isnan(metric.result())
    assert float(stream(metric).result()) == pytest.approx(EXPECTED, rel=1e-12)


def test_nan():
    metric = PathLength()
    with pytest.raises(ZooError, match="ppl: NaN or infinity in 1 rows"):
        metric.update_state([1.0, np.nan])
    tf.function(metric.update_state)(tf.constant([1.0, np.inf]))
    with pytest.raises(ZooError, match="ppl: NaN or infinity in 1 rows"):
        metric.result()


def test_messages_and_config():
    with pytest.raises(ZooError, match=r"ppl needs lengths of shape \(n,\), one a step; found shape \(2, 1\)"):
        PathLength().update_state(np.ones((2, 1)))
    with pytest.raises(ZooError, match="0 <= lower < higher <= 100; found 99 and 1"):
        PathLength(99, 1)
    metric = PathLength(5, 95, capacity=9, seed=2, name="mine")
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(restored) is PathLength and restored.get_config() == metric.get_config()
    assert (restored.lower, restored.higher, restored.capacity, restored.seed) == (5, 95, 9, 2)
