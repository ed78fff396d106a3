"""Round-robin Inception Score against the pure function on the samples dealt in the same order, to 1e-12."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import inception_score
from tfgan_zoo.metrics.streaming import InceptionScore

LOGITS = 3 * np.random.default_rng(0).normal(size=(60, 7))


def dealt(logits, splits):
    """The pure function's consecutive splits hold what round robin deals; the longer ones where it puts them."""
    groups = [logits[start::splits] for start in range(splits)]
    bounds = np.arange(splits + 1) * len(logits) // splits
    ordered = [groups.pop(next(i for i, g in enumerate(groups) if len(g) == size)) for size in np.diff(bounds)]
    return np.concatenate(ordered)


def scores(metric):
    result = [float(value) for value in metric.result().values()]
    return tuple(result)


def check(metric, logits):
    expected = inception_score(dealt(logits, metric.splits), metric.splits, shuffle=False)
    assert scores(metric) == (
        pytest.approx(expected.mean, rel=1e-12),
        pytest.approx(expected.std, rel=1e-9, abs=1e-13),
    )


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize(("n", "splits"), [(60, 10), (57, 10), (60, 1), (23, 7)])
def test_equals_the_pure_function(mode, n, splits):
    metric = InceptionScore(classes=7, splits=splits)
    update = metric.update_state
    if mode != "eager":
        update = tf.function(update, jit_compile=mode == "xla", reduce_retracing=mode == "graph")
    for start in range(0, n, 13):
        update(tf.constant(LOGITS[start : min(start + 13, n)]))
    check(metric, LOGITS[:n])


@pytest.mark.parametrize("graph", [True, False])
def test_two_replicas(mirrored, replicated, copies, graph):
    with mirrored.scope():
        metric = InceptionScore(splits=4)
    update = replicated(metric.update_state, graph)
    update(LOGITS[:9], LOGITS[9:18])
    update(LOGITS[18:19], LOGITS[19:40])
    update(LOGITS[40:40], LOGITS[40:47])
    check(metric, LOGITS[:47])
    for variable in metric.variables:
        first, second = copies(variable)
        np.testing.assert_array_equal(first, second)


def test_known_answers():
    metric = InceptionScore(splits=2)
    metric.update_state(1000 * np.tile(np.eye(4), (4, 1)).repeat(2, axis=0))
    assert scores(metric) == (pytest.approx(4, rel=1e-12), pytest.approx(0, abs=1e-12))
    metric.reset_state()
    metric.update_state(np.tile([[1.0, 2.0, 3.0, 4.0]], (6, 1)))
    assert scores(metric) == (pytest.approx(1, rel=1e-12), pytest.approx(0, abs=1e-12))
    pair = InceptionScore(splits=1)
    pair.update_state(np.log([[0.9, 0.1], [0.1, 0.9]]))
    assert scores(pair)[0] == pytest.approx(np.exp(np.log(2) - 0.3250829733914482), rel=1e-12)


def test_samples_sorted_by_class_need_no_shuffle():
    metric = InceptionScore(splits=5)
    metric.update_state(1000.0 * np.repeat(np.eye(3), 10, axis=0))
    assert scores(metric)[0] == pytest.approx(3, rel=1e-9)


def test_float32_logits():
    metric = InceptionScore(splits=3)
    metric.update_state(LOGITS.astype(np.float32))
    check(metric, LOGITS.astype(np.float32).astype(np.float64))


def test_empty_reset_and_too_few():
    metric = InceptionScore(splits=5)
    assert np.isnan(scores(metric)).all()
    assert np.isnan(tf.function(metric.result)()["inception_score"])
    metric.update_state(LOGITS[:9])
    with pytest.raises(ZooError, match="two samples a split; found 9 samples for splits=5"):
        metric.result()
    metric.reset_state()
    assert np.isnan(scores(metric)).all()
    metric.update_state(LOGITS)
    check(metric, LOGITS)


def test_nan():
    metric = InceptionScore(classes=7, splits=2)
    broken = LOGITS.copy()
    broken[3, 3] = np.inf
    with pytest.raises(ZooError, match="inception_score: NaN or infinity in 1 rows"):
        metric.update_state(broken)
    tf.function(metric.update_state)(tf.constant(broken))
    with pytest.raises(ZooError, match="inception_score: NaN or infinity in 1 rows"):
        metric.result()


def test_result_inside_a_function():
    metric = InceptionScore(splits=3)
    metric.update_state(LOGITS)
    inside, outside = tf.function(metric.result)(), metric.result()
    assert {key: float(value) for key, value in inside.items()} == {k: float(v) for k, v in outside.items()}


class Pixels:
    """Each pixel is a class."""

    name, protocol = "pixels", "raw"

    def __call__(self, images):
        return {"logits": images.reshape(len(images), -1)}


def test_extractor_and_config():
    metric = InceptionScore(Pixels(), splits=2)
    images = np.random.default_rng(1).uniform(-1, 1, (10, 2, 2, 1)).astype(np.float32)
    metric.update_state(images)
    check(metric, images.reshape(10, 4).astype(np.float64))
    assert set(metric.result()) == {"inception_score[pixels, raw]", "inception_score std[pixels, raw]"}
    with pytest.raises(ZooError, match="an extractor cannot be written"):
        metric.get_config()
    config = InceptionScore(classes=3, splits=4, name="mine").get_config()
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(InceptionScore(**config)))
    assert isinstance(restored, InceptionScore) and restored.get_config() == config


def test_no_splits():
    with pytest.raises(ZooError, match="splits must be at least 1; found 0"):
        InceptionScore(splits=0)
