"""The accumulator against numpy's, to 1e-12: batches, modes, replicas, far means, empty and partial batches."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import GaussianStatistics
from tfgan_zoo.metrics.streaming import GaussianAccumulator

D = 5


def features(n, seed=0, mean=3.0):
    generator = np.random.default_rng(seed)
    return mean + generator.normal(size=(n, D)) @ generator.normal(size=(D, D))


def check(accumulator, data, rel=1e-12):
    expected, found = GaussianStatistics().update(data), accumulator.statistics()
    assert found.n == expected.n == len(data)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=rel)
    scale = np.abs(expected.covariance()).max()
    np.testing.assert_allclose(found.covariance(), expected.covariance(), rtol=0, atol=rel * scale)


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_batches_of_any_size_equal_one_pass(mode):
    accumulator, data = GaussianAccumulator(D), features(50)
    update = accumulator.update_state
    if mode != "eager":
        update = tf.function(update, jit_compile=mode == "xla", reduce_retracing=mode == "graph")
    for start, stop in ((0, 16), (16, 32), (32, 32), (32, 48), (48, 50)):
        update(tf.constant(data[start:stop]))
    check(accumulator, data)


def test_empty_first_batch():
    accumulator = GaussianAccumulator(D)
    accumulator.update_state(np.zeros((0, D)))
    assert accumulator.statistics().n == 0
    accumulator.update_state(features(4))
    check(accumulator, features(4))


@pytest.mark.parametrize("graph", [True, False])
def test_two_replicas_equal_one_pass_and_hold_equal_state(mirrored, replicated, copies, graph):
    with mirrored.scope():
        accumulator = GaussianAccumulator(D)
    update, data = replicated(accumulator.update_state, graph), features(40)
    update(data[:8], data[8:16])
    update(data[16:24], data[24:27])
    update(data[27:27], data[27:27])
    update(data[27:27], data[27:40])
    check(accumulator, data)
    for variable in accumulator.variables:
        first, second = copies(variable)
        np.testing.assert_array_equal(first, second)


def test_replicas_make_the_variables_at_the_first_batch(mirrored, replicated, copies):
    with mirrored.scope():
        accumulator = GaussianAccumulator()
    data = features(12)
    replicated(accumulator.update_state)(data[:5], data[5:])
    check(accumulator, data)
    assert len(copies(accumulator.scatter)) == 2


def test_updates_outside_run_reach_every_copy(mirrored, replicated, copies):
    with mirrored.scope():
        accumulator = GaussianAccumulator(D)
    data = features(20)
    accumulator.update_state(data[:8])
    first, second = copies(accumulator.scatter)
    np.testing.assert_array_equal(first, second)
    replicated(accumulator.update_state)(data[8:14], data[14:])
    check(accumulator, data)


def test_a_metric_made_outside_the_strategy_is_refused(replicated):
    accumulator = GaussianAccumulator(D)
    with pytest.raises(ZooError, match="gaussian was made outside the strategy.*strategy.scope"):
        replicated(accumulator.update_state)(features(2), features(2))


def test_variables_made_while_a_function_is_traced():
    accumulator = GaussianAccumulator()
    update = tf.function(accumulator.update_state)
    data = features(10)
    update(tf.constant(data[:5]))
    update(tf.constant(data[5:]))
    check(accumulator, data)


def test_float32_far_from_zero():
    data = (1000 + np.random.default_rng(1).normal(size=(3000, 4))).astype(np.float32)
    accumulator = GaussianAccumulator()
    for batch in np.array_split(data, 47):
        accumulator.update_state(batch)
    check(accumulator, data)
    np.testing.assert_allclose(np.diagonal(accumulator.statistics().covariance()), 1, rtol=0.1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int32])
def test_other_numbers_are_taken_exactly(dtype):
    data = (8 * features(20)).astype(dtype)
    accumulator = GaussianAccumulator()
    accumulator.update_state(data[:7])
    accumulator.update_state(data[7:])
    check(accumulator, data.astype(np.float64))


def test_reset():
    accumulator = GaussianAccumulator()
    accumulator.update_state(features(9, seed=1))
    accumulator.reset_state()
    assert accumulator.statistics().n == 0
    accumulator.update_state(features(6))
    check(accumulator, features(6))


def test_nan_is_refused_at_once_and_leaves_the_state_alone():
    accumulator, data = GaussianAccumulator(name="real"), features(6)
    accumulator.update_state(data)
    broken = features(3)
    broken[1, 2], broken[2, 0] = np.nan, np.inf
    with pytest.raises(ZooError, match="real: NaN or infinity in 2 rows.*reset_state"):
        accumulator.update_state(broken)
    check(accumulator, data)


def test_nan_in_a_graph_is_refused_by_the_result():
    accumulator = GaussianAccumulator(D)
    broken = features(3)
    broken[1, 2] = np.nan
    tf.function(accumulator.update_state)(tf.constant(broken))
    with pytest.raises(ZooError, match="gaussian: NaN or infinity in 1 rows"):
        accumulator.statistics()
    accumulator.reset_state()
    accumulator.update_state(features(6))
    check(accumulator, features(6))


def test_nan_on_one_replica_is_known_to_all(mirrored, replicated, copies):
    with mirrored.scope():
        accumulator = GaussianAccumulator(D)
    broken = features(3)
    broken[0, 0] = np.nan
    replicated(accumulator.update_state)(features(3), broken)
    assert copies(accumulator.broken) == [1, 1]
    with pytest.raises(ZooError, match="NaN or infinity in 1 rows"):
        accumulator.statistics()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (np.ones((4, 6)), "holds rows of 5 numbers; found rows of 6"),
        (np.ones(5), r"rows of shape \(n, d\).*found shape \(5,\)"),
        (np.ones((2, 2, 5)), r"found shape \(2, 2, 5\)"),
        ([["a", "b"]], "array of numbers.*string"),
        (np.ones((2, 5)) * 1j, "array of numbers.*complex128"),
        (object(), "array of numbers.*object"),
    ],
)
def test_wrong_rows(rows, says):
    with pytest.raises(ZooError, match=says):
        GaussianAccumulator(D).update_state(rows)


def test_unknown_size_in_a_graph():
    update = tf.function(GaussianAccumulator().update_state, input_signature=[tf.TensorSpec((None, None))])
    with pytest.raises(ZooError, match="pass dimensions="):
        update(np.ones((2, 3), np.float32))
    accumulator = GaussianAccumulator(D)
    update = tf.function(accumulator.update_state, input_signature=[tf.TensorSpec((None, None), tf.float64)])
    update(features(6))
    check(accumulator, features(6))


def test_no_dimensions():
    with pytest.raises(ZooError, match="dimensions must be at least 1; found 0"):
        GaussianAccumulator(0)


def test_result_and_config():
    accumulator = GaussianAccumulator(D, name="mine")
    accumulator.update_state(features(4))
    result = accumulator.result()
    assert {key: tuple(value.shape) for key, value in result.items()} == {"count": (), "mean": (D,), "scatter": (D, D)}
    assert GaussianAccumulator.from_config(accumulator.get_config()).get_config() == {"name": "mine", "dimensions": D}
