"""Inception Score: every known answer of the sheet."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import inception_score


def certain(classes, k=10):
    """Logits of predictions that are one-hot to the last bit."""
    return 2000.0 * np.eye(k)[np.asarray(classes)]


@pytest.mark.parametrize("k", [2, 10, 1008])
def test_certain_and_balanced_gives_the_number_of_classes(k):
    assert inception_score(certain(np.arange(10 * k) % k, k), shuffle=False) == pytest.approx((k, 0), abs=1e-9)


def test_constant_predictions_give_one():
    logits = np.tile(np.random.default_rng(0).normal(size=10), (100, 1))
    assert inception_score(logits) == pytest.approx((1, 0), abs=1e-12)


def test_two_unsure_classes():
    logits = np.log(np.tile([[0.9, 0.1], [0.1, 0.9]], (50, 1)))
    entropy = -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
    result = inception_score(logits, splits=5, shuffle=False)
    assert result == pytest.approx((np.exp(np.log(2) - entropy), 0), abs=1e-12)
    assert result.mean == pytest.approx(1.445, abs=5e-4)


def test_falls_with_every_dropped_class():
    generator = np.random.default_rng(1)
    scores = []
    for m in range(10, 0, -1):
        logits = 5 * np.eye(10)[np.arange(1000) % m] + generator.normal(size=(1000, 10))
        scores.append(inception_score(logits).mean)
        assert scores[-1] <= m + 0.2
        assert inception_score(certain(np.arange(1000) % m), splits=1).mean == pytest.approx(m, rel=0.01)
    assert all(a > b for a, b in zip(scores, scores[1:]))


def test_sorted_samples_need_the_shuffle():
    logits = certain(np.repeat(np.arange(10), 100))
    assert inception_score(logits, shuffle=False).mean == pytest.approx(1)
    assert inception_score(logits).mean > 9


def test_constant_added_to_the_logits_changes_nothing():
    logits = np.random.default_rng(2).normal(size=(200, 10))
    moved = logits + np.random.default_rng(3).normal(size=(200, 1)) * 1000
    assert inception_score(moved).mean == pytest.approx(inception_score(logits).mean, rel=1e-9)


def test_underflowing_float32_logits_stay_finite():
    logits = certain(np.arange(100) % 10).astype(np.float32)
    logits[:, 9] = -30_000  # a class whose probability is exactly zero everywhere
    result = inception_score(logits, splits=1)
    assert result.mean == pytest.approx(9**0.9)  # one in ten predictions is uniform over the nine others


def test_splits_are_scored_apart():
    logits = np.random.default_rng(4).normal(size=(103, 4)) * 3
    parts = [logits[i * 103 // 4 : (i + 1) * 103 // 4] for i in range(4)]
    alone = [inception_score(part, splits=1, shuffle=False).mean for part in parts]
    assert inception_score(logits, splits=4, shuffle=False) == pytest.approx((np.mean(alone), np.std(alone)))


@pytest.mark.parametrize(
    ("logits", "splits", "says"),
    [
        (np.zeros((10, 3)), 6, "two samples a split; found 10 samples for splits=6"),
        (np.zeros((10, 3)), 0, "splits >= 1"),
        (np.zeros((1, 3)), 1, "at least 2 samples are needed, found 1"),
        (np.zeros(10), 1, r"logits must have shape \(n, d\)"),
        (np.full((10, 3), np.nan), 1, "logits hold NaN or infinity in 10 of 10 rows"),
    ],
)
def test_errors(logits, splits, says):
    with pytest.raises(ZooError, match=says):
        inception_score(logits, splits=splits)
