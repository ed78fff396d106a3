"""Images from arrays, data sets and models: the same float32 batches, or an error that says what was found."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import default_extractor, extract
from tfgan_zoo.metrics.images import batches, chosen, samples_of, take, to_unit


class Mean:
    """An extractor whose only feature is the mean of an image; it remembers the batches it saw."""

    name = "mean"

    def __init__(self):
        self.seen = []

    def __call__(self, images):
        self.seen.append((len(images), images.dtype.name))
        return {"features": images.mean((1, 2))}


def numbered(n, dtype=np.float32):
    return (np.arange(n).reshape(n, 1, 1, 1) * np.ones((1, 4, 4, 1)) / 1000).astype(dtype)


def test_uint8_becomes_minus_one_to_one():
    np.testing.assert_array_equal(to_unit(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)).ravel(), [-1, 1])
    np.testing.assert_array_equal(to_unit(np.uint8([0, 8, 16]).reshape(3, 1, 1, 1), maximum=16).ravel(), [-1, 0, 1])
    assert to_unit(np.zeros((1, 2, 2, 3), np.float64)).dtype == np.float32


def test_batches_are_joined_and_cut_in_order():
    images = numbered(10)
    for source in (images, list(images), [images[:3], images[3:4], images[4:]], [(images, np.arange(10))]):
        parts = list(batches(source, 4))
        assert [len(part) for part in parts] == [4, 4, 2]
        np.testing.assert_array_equal(np.concatenate(parts), images)
    np.testing.assert_array_equal(next(batches([{"images": images, "labels": 0}], 10)), images)


def test_extract_uses_equal_batches_and_keeps_the_order():
    extractor = Mean()
    features = extract(extractor, numbered(10), batch_size=4)["features"]
    np.testing.assert_allclose(features[:, 0], np.arange(10) / 1000, rtol=1e-6)
    assert extractor.seen == [(4, "float32"), (4, "float32"), (2, "float32")]


def test_extract_from_a_tensorflow_data_set():
    import tensorflow as tf

    images = numbered(10)
    plain = tf.data.Dataset.from_tensor_slices(images)
    for data in (plain, plain.batch(3), tf.data.Dataset.from_tensor_slices((images, np.arange(10))).batch(4)):
        np.testing.assert_array_equal(extract(Mean(), data)["features"], extract(Mean(), images)["features"])


def test_samples_have_a_seed_each_and_a_prefix_that_does_not_depend_on_the_number():
    class Model:
        def __init__(self):
            self.seeds = []

        def sample(self, n, seed):
            self.seeds.append(seed)
            return np.random.default_rng(seed).uniform(-1, 1, (n, 2, 2, 1)).astype(np.float32)

    model = Model()
    images = take(samples_of(model, 3, 4), 10)
    assert len(images) == 10
    assert len(set(model.seeds)) == 3
    assert all(0 <= seed < 2**31 for seed in model.seeds)
    np.testing.assert_array_equal(take(samples_of(Model(), 3, 4), 5), images[:5])
    assert not np.array_equal(take(samples_of(Model(), 4, 4), 10), images)


@pytest.mark.parametrize("batch_size", [3, 4, 100])
def test_all_classes_have_their_turn_across_batches(batch_size):
    class Conditional:
        classes = 10

        def sample(self, n, seed, labels=None):
            return np.tile(np.asarray(labels, np.float32)[:, None, None, None] / 10, (1, 2, 2, 1))

    images = take(samples_of(Conditional(), 0, batch_size), 30)
    np.testing.assert_allclose(images[:, 0, 0, 0] * 10, np.arange(30) % 10, rtol=1e-6)


def test_choice_is_seeded_ordered_and_without_repetition():
    images = numbered(100)
    some = chosen(images, 30, 0)
    order = np.round(some[:, 0, 0, 0] * 1000).astype(int)
    assert (np.diff(order) > 0).all()
    assert order.max() > 60
    np.testing.assert_array_equal(some, chosen(images, 30, 0))
    assert not np.array_equal(some, chosen(images, 30, 1))
    assert len(chosen(images, 200, 0)) == 100


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (np.zeros((5, 2)), r"found \(5, 2\) \(for points in the plane use mode_coverage\)"),
        (np.zeros((4, 4, 1)), r"shape \(n, height, width, channels\); found \(4, 4, 1\)"),
        (np.full((2, 4, 4, 1), 255.0), r"must lie in \[-1, 1\]; found 255 to 255"),
        (np.full((2, 4, 4, 1), np.nan), "hold NaN"),
        (np.zeros((2, 4, 4, 1), np.int64), "float32 in .* or uint8; found int64"),
        ([np.zeros((2, 4, 4, 1)), np.zeros((2, 5, 5, 1))], "one size"),
        ([{"pictures": np.zeros((2, 4, 4, 1))}], "needs the entry 'images'; found"),
        ([], "data set is empty"),
        (7, "must be an array, a data set, or an iterable of images; found int"),
    ],
)
def test_errors(images, says):
    with pytest.raises(ZooError, match=says):
        extract(Mean(), images)


def test_no_extractor_fits():
    assert default_extractor((32, 32, 1)).name == default_extractor((28, 28, 1)).name == "fashion"
    assert default_extractor((8, 8, 1)).name == "digits"
    with pytest.raises(ZooError, match=r"no offline extractor fits images of shape \(64, 64, 3\).*pass extractor="):
        default_extractor((64, 64, 3))
    with pytest.raises(ZooError, match="batch_size must be at least 1"):
        extract(Mean(), numbered(3), batch_size=0)
