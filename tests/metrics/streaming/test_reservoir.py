"""A uniform sample that depends on the seed and the order of the rows, not on batches or replicas."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.streaming import Reservoir
from tfgan_zoo.metrics.streaming.reservoir import _mixed_number, sort_keys


def numbered(n, start=0, d=2):
    return np.arange(start * d, (start + n) * d, dtype=np.float32).reshape(n, d)


def filled(capacity, data, sizes, seed=0, wrap=lambda update: update):
    reservoir = Reservoir(capacity, data.shape[1], seed)
    update, start = wrap(reservoir.update_state), 0
    while start < len(data):
        size = sizes[start % len(sizes)]
        update(tf.constant(data[start : start + size]))
        start += size
    return reservoir.rows()


def test_keys_are_splitmix64(monkeypatch):
    # The reference generator seeded with 1234567 gives these first three numbers (Vigna's test vector); it adds the
    # golden constant before each mix, so the counter i + 1 times the constant, plus the seed, is its state.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert _mixed_number(0) == 0xE220A8397B1DCDAF  # the first number of seed 0
    monkeypatch.setattr("tfgan_zoo.metrics.streaming.reservoir._mixed_number", lambda seed: seed)
    keys = sort_keys(tf.constant([1, 2, 3], tf.int64), 1234567)
    np.testing.assert_array_equal(tf.bitcast(keys, tf.uint64), np.array(expected, np.uint64))


def test_everything_in_order_while_there_is_room():
    data = numbered(10)
    np.testing.assert_array_equal(filled(10, data, [4]), data)
    np.testing.assert_array_equal(filled(64, data, [3]), data)


def test_the_rows_with_the_smallest_keys():
    data = numbered(200)
    keys = sort_keys(tf.range(1, 201, dtype=tf.int64), 5).numpy()
    expected = data[np.sort(np.argsort(keys)[:17])]
    np.testing.assert_array_equal(filled(17, data, [200], seed=5), expected)


@pytest.mark.parametrize("capacity", [1, 7, 40])
def test_cutting_into_batches_does_not_matter(capacity):
    data = numbered(100)
    expected = filled(capacity, data, [100])
    assert len(expected) == capacity
    np.testing.assert_array_equal(filled(capacity, data, [1]), expected)
    np.testing.assert_array_equal(filled(capacity, data, [32]), expected)
    graph = filled(capacity, data, [16], wrap=lambda f: tf.function(f, reduce_retracing=True))
    np.testing.assert_array_equal(graph, expected)
    xla = filled(capacity, data, [25], wrap=lambda f: tf.function(f, jit_compile=True))
    np.testing.assert_array_equal(xla, expected)


@pytest.mark.parametrize("graph", [True, False])
def test_two_replicas_hold_the_sample_of_one(mirrored, replicated, copies, graph):
    data = numbered(60)
    with mirrored.scope():
        reservoir = Reservoir(11, 2)
    update = replicated(reservoir.update_state, graph)
    update(data[:8], data[8:16])
    update(data[16:36], data[36:39])
    update(data[39:39], data[39:60])
    update(data[:0], data[:0])
    np.testing.assert_array_equal(reservoir.rows(), filled(11, data, [60]))
    assert copies(reservoir.count) == [60, 60]
    for variable in (reservoir.arrivals, reservoir.held):
        first, second = copies(variable)
        np.testing.assert_array_equal(first[:-1], second[:-1])


def test_updates_outside_run_reach_every_copy(mirrored, replicated, copies):
    data = numbered(60)
    with mirrored.scope():
        reservoir = Reservoir(11)
    reservoir.update_state(data[:30])
    first, second = copies(reservoir.held)
    np.testing.assert_array_equal(first[:-1], second[:-1])
    replicated(reservoir.update_state)(data[30:40], data[40:])
    np.testing.assert_array_equal(reservoir.rows(), filled(11, data, [60]))


def test_each_row_is_kept_equally_often():
    n, capacity, trials = 40, 10, 400
    kept = np.zeros(n)
    for seed in range(trials):
        keys = sort_keys(tf.range(1, n + 1, dtype=tf.int64), seed).numpy()
        kept[np.argsort(keys)[:capacity]] += 1
    # Binomial(400, 1/4): standard deviation 8.7; chi-square of 40 cells with the hypergeometric correction.
    chi_square = ((kept - trials / 4) ** 2).sum() / (trials * 0.25 * 0.75) * (n - 1) / n
    assert 20 < chi_square < 66  # 39 degrees of freedom: 0.5 % to 99.5 %
    assert np.abs(kept - 100).max() < 4 * 8.7


def test_neighbouring_rows_are_kept_independently():
    keys = sort_keys(tf.range(1, 20_001, dtype=tf.int64), 0).numpy()
    kept = (keys < np.quantile(keys, 0.5)).astype(float)
    assert np.corrcoef(kept[1:], kept[:-1])[0, 1] == pytest.approx(0, abs=0.03)
    assert kept[:10_000].mean() == pytest.approx(0.5, abs=0.02)


def test_seeds_differ_and_repeat():
    data = numbered(100)
    first, second = filled(20, data, [10], seed=0), filled(20, data, [10], seed=1)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(filled(20, data, [10], seed=1), second)


def test_reset_starts_the_same_sample_again():
    data = numbered(100)
    reservoir = Reservoir(20)
    reservoir.update_state(numbered(50, start=1000))
    reservoir.reset_state()
    assert reservoir.rows().shape == (0, 2)
    reservoir.update_state(data)
    np.testing.assert_array_equal(reservoir.rows(), filled(20, data, [100]))


def test_nan():
    reservoir, broken = Reservoir(4, 2), numbered(3)
    broken[1] = np.nan
    with pytest.raises(ZooError, match="reservoir: NaN or infinity in 1 rows"):
        reservoir.update_state(broken)
    assert reservoir.rows().shape == (0, 2)
    tf.function(reservoir.update_state)(tf.constant(broken))
    with pytest.raises(ZooError, match="reservoir: NaN or infinity in 1 rows"):
        reservoir.rows()


def test_capacity_and_config():
    with pytest.raises(ZooError, match="capacity must be at least 1; found 0"):
        Reservoir(0)
    config = Reservoir(3, 2, seed=4, name="mine").get_config()
    assert Reservoir.from_config(config).get_config() == config
    assert Reservoir(3).rows().shape == (0, 0)
