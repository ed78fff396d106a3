"""Order, resumption, scaling and shapes of the batches."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import ZooError


def numbered(count: int, name: str = "numbered", labels: bool = True) -> Source:
    """Images of 2 x 2 that tell their own number (below 256), labels that are that number."""
    numbers = np.arange(count)
    images = np.broadcast_to(numbers[:, None, None, None], (count, 2, 2, 1)).astype(np.uint8)
    names = tuple(map(str, numbers)) if labels else ()
    return Source(name, images, numbers.astype(np.int32) if labels else None, names)


def ids(batch) -> list[int]:
    return np.rint((np.asarray(batch)[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist()


def test_pixels_are_scaled_exactly():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    (batch,) = Source("levels", pixels).batches(1)
    assert batch.dtype == tf.float32
    np.testing.assert_array_equal(batch, pixels.astype(np.float32) / np.float32(127.5) - 1)
    assert batch.numpy().min() == -1 and batch.numpy().max() == 1


@pytest.mark.parametrize("count", [1, 2, 3, 10, 64, 100, 251])
def test_every_example_once_per_epoch_and_a_new_order_each_time(count):
    batches = numbered(count).batches(1, seed=3)
    first, second = ([ids(b)[0] for b in batches] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(count))
    assert count < 10 or (first != second and first != list(range(count)))


def test_order_is_close_to_uniform():
    """Each of 20 examples should stand in each of 20 places equally often: chi-square of 361 degrees of freedom."""
    source, epochs = numbered(20), 400
    orders = np.array([ids(b) for b in source.batches(20, repeat=True).take(epochs)])
    counts = np.stack([np.bincount(orders[:, place], minlength=20) for place in range(20)])
    chi_square = ((counts - epochs / 20) ** 2 / (epochs / 20)).sum()
    assert 250 < chi_square < 500


def test_seed_decides_the_order():
    orders = [[ids(b) for b in numbered(50).batches(10, seed=seed)] for seed in (1, 1, 2, -1, 2**40)]
    assert orders[0] == orders[1]
    assert len({str(order) for order in orders}) == 4


@pytest.mark.parametrize("drop_remainder", [True, False])
@pytest.mark.parametrize("repeat", [True, False])
def test_resumption_at_any_batch(repeat, drop_remainder):
    source = numbered(23)
    given = {"labels": True, "augment": "flip", "seed": 5, "repeat": repeat, "drop_remainder": drop_remainder}

    def run(start: int, count: int) -> list:
        batches, found = source.batches(5, start_batch=start, **given), []
        while len(found) < count:
            found.extend((x.numpy(), y.numpy()) for x, y in batches.take(count - len(found)))
        return found

    undisturbed = run(0, 14)
    for start in (1, 4, 7, 10):
        for (x, y), (x0, y0) in zip(run(start, 14 - start), undisturbed[start:], strict=True):
            np.testing.assert_array_equal(x, x0)
            np.testing.assert_array_equal(y, y0)


def test_far_start_is_instant_and_exact():
    source = numbered(100)
    far = 10**12 + 3
    a, b = (list(source.batches(10, repeat=True, start_batch=start).take(2)) for start in (far, far + 1))
    np.testing.assert_array_equal(a[1], b[0])


def test_without_shuffle_the_order_is_that_of_the_data():
    batches = numbered(10).batches(4, shuffle=False, drop_remainder=False)
    for _ in range(2):
        assert [ids(b) for b in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_labels_stay_with_their_images():
    for images, labels in numbered(200).batches(16, labels=True, seed=9):
        assert labels.dtype == tf.int32
        assert ids(images) == labels.numpy().tolist()


def test_shapes_and_cardinality():
    source = numbered(23)
    batches = source.batches(5)
    assert batches.element_spec.shape == (5, 2, 2, 1)
    assert int(batches.cardinality()) == 4 == len(list(batches))
    short = source.batches(5, drop_remainder=False)
    assert short.element_spec.shape.as_list() == [None, 2, 2, 1]
    assert int(short.cardinality()) == 5 and [len(b) for b in short] == [5, 5, 5, 5, 3]
    assert int(source.batches(5, repeat=True).cardinality()) == tf.data.INFINITE_CARDINALITY
    assert [len(list(source.batches(5, start_batch=6)))] == [2]


def test_batch_larger_than_data_names_both_numbers():
    with pytest.raises(ZooError, match="batch size 64 is larger than the data: 'numbered' has 23 examples"):
        numbered(23).batches(64)
    (whole,) = numbered(23).batches(64, drop_remainder=False)
    assert sorted(ids(whole)) == list(range(23))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, found 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number, found 2.5"),
        ({"start_batch": -1}, "start_batch must be at least 0, found -1"),
        ({"seed": "x"}, "seed must be a whole number, found 'x'"),
        ({"augment": "flipp"}, "unknown augmentation 'flipp'; did you mean 'flip'"),
        ({"labels": True}, "'numbered' has no labels, but labels were asked for"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ZooError, match=message):
        numbered(23, labels=False).batches(**{"batch_size": 4, **arguments})


def test_points_take_no_augmentation():
    with pytest.raises(ZooError, match="augment='flip' is for images, but 'ring8' holds points"):
        data.load("ring8", augment="flip")


def test_unpaired_sides_are_drawn_independently():
    pair = Pair("two", numbered(200), numbered(200), aligned=False)
    (x, y), *_ = [tuple(map(ids, batch)) for batch in pair.batches(200)]
    assert sorted(x) == sorted(y) == list(range(200))
    assert x != y
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.25
    assert sum(a == b for a, b in zip(x, y)) < 10


def test_unpaired_epoch_is_that_of_the_longer_side_and_the_shorter_is_walked_through_evenly():
    pair = Pair("two", numbered(10), numbered(24), aligned=False)
    batches = pair.batches(5, repeat=True)
    assert len(pair) == 24 and int(pair.batches(5).cardinality()) == 4
    run = [tuple(map(ids, batch)) for batch in batches.take(12)]
    for epoch in range(3):
        assert len({i for _, y in run[4 * epoch : 4 * epoch + 4] for i in y}) == 20
    walked = [i for x, _ in run for i in x]
    turns = [walked[k : k + 10] for k in range(0, 60, 10)]
    assert all(sorted(turn) == list(range(10)) for turn in turns)
    assert turns[0] != turns[1]
    resumed = [tuple(map(ids, batch)) for batch in pair.batches(5, repeat=True, start_batch=7).take(5)]
    assert resumed == run[7:]


def test_paired_sides_keep_together_and_change_together():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (40, 6, 6, 3)).astype(np.uint8)
    pair = Pair("two", Source("a", images), Source("b", 255 - images), aligned=True)
    for x, y in pair.batches(8, augment=("flip", "shift"), seed=1):
        np.testing.assert_allclose(x, -y, atol=1e-6)


def test_memory_mapped_images_give_the_same_batches(tmp_path):
    source = numbered(50)
    np.save(tmp_path / "images.npy", source.images)
    mapped = Source("numbered", np.load(tmp_path / "images.npy", mmap_mode="r"), source.labels, source.class_names)
    a, b = source.batches(8, labels=True), mapped.batches(8, labels=True)
    assert a.element_spec == b.element_spec
    for (x, i), (y, j) in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)
        np.testing.assert_array_equal(i, j)


def test_keras_sees_every_epoch_as_a_new_order_of_known_length():
    seen = []
    batches = numbered(20).batches(5)

    class Watch(tf.keras.Model):
        def train_step(self, images):
            tf.numpy_function(lambda x: seen.append(ids(x)), [images], [])
            return {"loss": tf.reduce_mean(images)}

    model = Watch()
    model.built = True
    model.compile()
    model.fit(batches, epochs=2, verbose=0)
    assert len(seen) == 8
    epochs = [sum(seen[:4], []), sum(seen[4:], [])]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(20)) and epochs[0] != epochs[1]
