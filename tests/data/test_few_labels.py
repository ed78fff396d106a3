"""Forgetting labels: how many are kept of which class, by which seed, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data.few_labels import forget_labels
from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError


def made(*counts: int) -> Source:
    """A collection with so many examples of each class, mixed."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.int32)
    images = np.zeros((len(labels), 2, 2, 1), np.uint8)
    return Source("made", images, labels, tuple(f"class {k}" for k in range(len(counts))))


def kept(source: Source) -> list[int]:
    return np.bincount(source.labels[source.labels >= 0], minlength=source.classes).tolist()


@pytest.mark.parametrize(
    ("labelled", "counts"),
    [(1, [1, 1, 1]), (4, [4, 4, 4]), (10, [10, 10, 10]), (0.1, [1, 3, 10]), (0.25, [2, 8, 25]), (1e-9, [1, 1, 1]),
     (1.0, [10, 30, 100])],
)  # fmt: skip
def test_every_class_keeps_a_number_or_a_share(labelled, counts):
    source = made(10, 30, 100)
    few = forget_labels(source, labelled)
    assert kept(few) == counts and few.labels.dtype == np.int32
    known = few.labels >= 0
    np.testing.assert_array_equal(few.labels[known], source.labels[known])
    assert set(few.labels[~known]) <= {-1}
    assert few.classes == 3 and few.images is source.images and (source.labels >= 0).all()


def test_the_seed_decides_which():
    source = made(200, 200)
    chosen = [forget_labels(source, 20, seed).labels.tolist() for seed in (1, 1, 2, -1)]
    assert chosen[0] == chosen[1] and chosen[0] != chosen[2] != chosen[3]


def test_more_labels_include_the_fewer():
    source = made(100, 50)
    few, more = (forget_labels(source, n, seed=5).labels >= 0 for n in (3, 11))
    assert (more | few).tolist() == more.tolist() and few.sum() == 6


def test_every_example_is_as_likely_to_keep_its_label():
    source = made(20, 20)
    times = sum((forget_labels(source, 5, seed).labels >= 0).astype(int) for seed in range(400))
    assert times.sum() == 4000
    assert np.abs(times - 100).max() < 4.5 * (400 * 0.25 * 0.75) ** 0.5


@pytest.mark.parametrize(
    ("labelled", "message"),
    [
        (0, r"expected from 1 to 3 labels per class \(class 'class 1' of 'made' has no more\), found 0"),
        (4, r"expected from 1 to 3 labels per class \(class 'class 1' of 'made' has no more\), found 4"),
        (0.0, r"expected a share of the labels in \(0, 1\], found 0.0"),
        (1.5, r"expected a share of the labels in \(0, 1\], found 1.5"),
        (float("nan"), r"in \(0, 1\], found nan"),
        (True, "expected a share such as 0.1 or a number of labels per class, found True"),
        ("10", "expected a share such as 0.1 or a number of labels per class, found '10'"),
    ],
)
def test_wrong_numbers_are_named(labelled, message):
    with pytest.raises(ZooError, match=message):
        forget_labels(made(5, 3), labelled)


def test_loading_with_few_labels():
    batches = data.load("digits", batch_size=1400, labels=True, labelled=10, seed=3, shuffle=False)
    images, labels = next(iter(batches))
    whole = data.open_source("digits")
    assert np.bincount(labels.numpy() + 1).tolist() == [1300] + [10] * 10
    np.testing.assert_array_equal(labels.numpy()[labels >= 0], whole.labels[labels >= 0])
    np.testing.assert_array_equal(data.open_source("digits", labelled=10, seed=3).labels, labels)
    np.testing.assert_array_equal(images, next(iter(whole.batches(1400, shuffle=False))))
    shuffled = np.concatenate([y for _, y in data.load("digits", batch_size=100, labels=True, labelled=10, seed=3)])
    assert (shuffled >= 0).sum() == 100


def test_labels_that_are_not_there_cannot_be_kept():
    with pytest.raises(ZooError, match="'swiss_roll' has no labels of which labelled=10 could keep some"):
        data.load("swiss_roll", labels=True, labelled=10)
    with pytest.raises(ZooError, match="'shapes32' has no labels of which"):
        data.open_source("shapes32", labelled=0.5)
    with pytest.raises(ZooError, match="labelled=10 says how many labels to keep, .*; add labels=True"):
        data.load("digits", labelled=10)


def test_it_needs_no_tensorflow():
    program = (
        "import sys, tfgan_zoo.data as d; d.open_source('digits', labelled=2); assert 'tensorflow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
