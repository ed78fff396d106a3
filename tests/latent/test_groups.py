"""Groups by a score: sizes, ties, missing scores."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import extremes, median_labels


@pytest.mark.parametrize("n", [2, 3, 100, 101])
def test_median_groups_differ_by_one_at_most(n):
    scores = np.random.default_rng(n).normal(size=n)
    labels, kept = median_labels(scores)
    assert abs(int(labels.sum()) - int((1 - labels).sum())) <= 1
    assert len(labels) == kept.sum() == n - n % 2
    assert scores[kept][labels == 0].max() < scores[kept][labels == 1].min()
    assert labels.dtype == np.int32 and kept.dtype == bool


def test_ties_with_the_median_and_missing_scores_are_dropped():
    labels, kept = median_labels([4, np.nan, 1, 2, 2, 3, 2, 0, np.nan])
    assert kept.tolist() == [True, False, True, False, False, True, False, True, False]
    assert labels.tolist() == [1, 0, 1, 0]


def test_infinite_scores_are_ordered():
    assert median_labels([-np.inf, 0, 1, 2, np.inf]).labels.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("scores", [[1, 1, 1], [0, 1, 1, 1, 0], [-np.inf, np.inf], [np.nan, 2, 2]])
def test_no_median_split(scores):
    with pytest.raises(ZooError, match="both sides are needed"):
        median_labels(scores)


def test_extremes():
    scores = np.random.default_rng(0).permutation(np.arange(1000.0))
    labels, kept = extremes(scores)
    assert sorted(scores[kept][labels == 0]) == list(range(20))
    assert sorted(scores[kept][labels == 1]) == list(range(980, 1000))
    assert labels.dtype == np.int32 and kept.dtype == bool


def test_extremes_of_the_scores_that_are_there():
    labels, kept = extremes([np.nan, 5, 1, np.nan, 3, 2, 4], share=0.2)
    assert np.flatnonzero(kept).tolist() == [1, 2] and labels.tolist() == [1, 0]


@pytest.mark.parametrize(("share", "n", "size"), [(0.29, 100, 29), (0.5, 6, 3), (0.5, 7, 3), (0.07, 100, 7)])
def test_size_of_extremes(share, n, size):
    labels = extremes(np.arange(n), share).labels
    assert (labels == 0).sum() == (labels == 1).sum() == size


@pytest.mark.parametrize(
    ("scores", "share", "message"),
    [
        (range(10), 0.02, "leaves none"),
        (range(10), 0.6, r"\(0, 0.5\]"),
        (range(10), 0, r"\(0, 0.5\]"),
        ([0, 1, 1, 1], 0.5, "share the value 1"),
        (["a", "b"], 0.5, "array of numbers"),
        ([[1, 2]], 0.5, r"found shape \(1, 2\)"),
        ([1, np.nan], 0.5, "at least two"),
    ],
)
def test_errors(scores, share, message):
    with pytest.raises(ZooError, match=message):
        extremes(list(scores), share)
