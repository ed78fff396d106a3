"""The pool of older images: what is stored, what is returned, and never both."""

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.layers import ImagePool


class Numbered:
    """A pool of 1x1 images that are numbers, so that every image can be recognized."""

    def __init__(self, size):
        self.pool = ImagePool(size, (1, 1, 1))
        self.calls, self.next = 0, 1
        self.shown = tf.function(self._shown)

    def _shown(self, images, call):
        with draws.seeded(tf.stack([0, call])):
            return self.pool(images)

    def show(self, n):
        """Pass `n` new numbers; return (passed, returned)."""
        passed = np.arange(self.next, self.next + n, dtype=np.float32)
        returned = self.shown(tf.reshape(passed, (n, 1, 1, 1)), tf.constant(self.calls))
        self.next, self.calls = self.next + n, self.calls + 1
        return passed, returned.numpy()[:, 0, 0, 0]

    @property
    def stored(self):
        return self.pool.images.numpy()[: int(self.pool.filled.numpy()), 0, 0, 0]


def test_size_zero_is_the_identity():
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 3)).astype(np.float32)
    with draws.seeded((0, 0)):
        np.testing.assert_array_equal(ImagePool(0, (4, 4, 3))(images), images)


@pytest.mark.parametrize("batch", [1, 10])
def test_first_fifty_are_returned_and_stored(batch):
    pool = Numbered(50)
    for call in range(50 // batch):
        passed, returned = pool.show(batch)
        np.testing.assert_array_equal(returned, passed)
        np.testing.assert_array_equal(pool.stored, np.arange(1, (call + 1) * batch + 1))


def test_half_of_the_returned_are_older_in_the_long_run():
    pool = Numbered(50)
    for _ in range(5):
        pool.show(10)
    older = [passed != returned for passed, returned in (pool.show(10) for _ in range(300))]
    # Four standard errors of 3000 fair coins; each place of a batch has its own coin.
    assert np.mean(older) == pytest.approx(0.5, abs=0.037)
    assert np.abs(np.mean(older, axis=0) - 0.5).max() < 4 * 0.5 / 300**0.5


def test_an_image_is_either_returned_or_swapped_for_one_that_leaves_the_pool():
    pool = Numbered(10)
    pool.show(10)
    swaps = 0
    for _ in range(200):
        before = set(pool.stored)
        (passed,), (returned,) = pool.show(1)
        after = set(pool.stored)
        if returned == passed:
            assert after == before
        else:
            swaps += 1
            assert returned in before and after == before - {returned} | {passed}
    assert 60 < swaps < 140


@pytest.mark.parametrize("batch", [4, 7, 10])
def test_nothing_is_lost_or_doubled_when_a_batch_is_swapped(batch):
    pool = Numbered(10)
    while len(pool.stored) < 10:
        pool.show(1)
    for _ in range(50):
        before = pool.stored
        passed, returned = pool.show(batch)
        assert Counter([*before, *passed]) == Counter([*pool.stored, *returned])
        assert not set(pool.stored) & set(returned)


def test_all_places_are_used():
    pool = Numbered(10)
    pool.show(10)
    places = Counter()
    for _ in range(400):
        before = pool.stored
        pool.show(1)
        places.update(np.flatnonzero(before != pool.stored))
    # About 200 swaps over 10 places, 20 each: five standard deviations are 21.
    assert set(places) == set(range(10)) and max(places.values()) < 42


def test_filling_may_end_inside_a_batch():
    pool = Numbered(6)
    pool.show(4)
    passed, returned = pool.show(4)
    np.testing.assert_array_equal(returned[:2], passed[:2])
    assert len(pool.stored) == 6 and len(set(pool.stored)) == 6


def test_batch_larger_than_the_pool():
    pool = Numbered(3)
    passed, returned = pool.show(8)
    np.testing.assert_array_equal(returned, passed)
    np.testing.assert_array_equal(pool.stored, passed[:3])
    for _ in range(20):
        before = pool.stored
        passed, returned = pool.show(8)
        assert Counter([*before, *passed]) == Counter([*pool.stored, *returned])
        assert set(returned[3:]) == set(passed[3:])


def test_the_seed_decides():
    first, second = Numbered(5), Numbered(5)
    for _ in range(20):
        np.testing.assert_array_equal(first.show(2)[1], second.show(2)[1])


def test_two_replicas_hold_the_pool_of_one(mirrored):
    alone = ImagePool(3, (1, 1, 1))
    with mirrored.scope():
        shared = ImagePool(3, (1, 1, 1))

    def shown(pool, images, call):
        with draws.seeded(tf.stack([0, call])):
            return pool(images)

    def share(images, call):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return shown(shared, images[2 * replica :][:2], call)

    together = tf.function(lambda images, call: mirrored.run(share, (images, call)))
    for call in range(12):
        images = tf.reshape(tf.range(4 * call + 1, 4 * call + 5, dtype=tf.float32), (4, 1, 1, 1))
        expected = shown(alone, images, tf.constant(call))
        parts = mirrored.experimental_local_results(together(images, tf.constant(call)))
        np.testing.assert_array_equal(tf.concat(parts, axis=0), expected)
        for copy in mirrored.experimental_local_results(shared.images.value):
            np.testing.assert_array_equal(copy, alone.images.value)


def test_an_open_batch_size_is_refused():
    pool = Numbered(2)
    with pytest.raises(ValueError, match="static batch size"):
        pool.shown.get_concrete_function(tf.TensorSpec((None, 1, 1, 1)), tf.TensorSpec((), tf.int32))
