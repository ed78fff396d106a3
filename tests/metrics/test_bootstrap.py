"""Bootstrap intervals: they cover as often as they say, and the cheap ways equal the plain one."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import inception_score, kid
from tfgan_zoo.metrics.bootstrap import bootstrap, inception_score_interval, kid_interval, prdc_intervals
from tfgan_zoo.metrics.density_coverage import prdc


def normal(n, d, seed, shift=0.0):
    return np.random.default_rng(seed).normal(size=(n, d)) + shift


def test_mean_of_a_normal():
    values = normal(400, 1, 0)[:, 0]
    result = bootstrap(np.mean, values, resamples=4000)
    assert result.estimate == values.mean()
    assert result.error == pytest.approx(values.std() / 20, rel=0.05)
    assert result.high - result.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.06)
    assert result.low < result.estimate < result.high


def test_confidence():
    values = normal(400, 1, 1)[:, 0]
    half = bootstrap(np.mean, values, confidence=0.5)
    wide = bootstrap(np.mean, values, confidence=0.99)
    assert half.high - half.low == pytest.approx(2 * 0.674 * half.error, rel=0.15)
    assert wide.low < half.low < half.high < wide.high


def test_covers_as_often_as_it_says():
    hits = [
        result.low <= 0 <= result.high
        for result in (bootstrap(np.mean, normal(60, 1, seed)[:, 0], resamples=200) for seed in range(300))
    ]
    assert 0.9 <= np.mean(hits) <= 0.98


def test_samples_are_drawn_apart_and_rows_stay_whole():
    a = np.arange(50.0)
    pairs = np.stack([a, -a], axis=1)
    assert bootstrap(lambda x: abs(x.sum()), pairs).high == 0
    assert bootstrap(lambda x, y: abs((x + y).sum()), a, -a).high > 0


def test_fixed_samples_are_left_alone():
    a, b = normal(50, 1, 2), normal(30, 1, 3)
    seen = []
    bootstrap(lambda x, y: seen.append((x, y)) or 0.0, a, b, fixed=(0,), resamples=5)
    assert all(np.array_equal(x, a) for x, _ in seen)
    assert not any(np.array_equal(y, b) for _, y in seen[:5])
    both = bootstrap(lambda x, y: x.mean() - y.mean(), a, b)
    one = bootstrap(lambda x, y: x.mean() - y.mean(), a, b, fixed=[1])
    assert one.error < both.error


def test_seed_decides():
    values = normal(50, 1, 4)
    assert bootstrap(np.mean, values, seed=1) == bootstrap(np.mean, values, seed=1)
    assert bootstrap(np.mean, values, seed=1) != bootstrap(np.mean, values, seed=2)


def test_inception_score_equals_the_plain_way():
    logits = 3 * normal(200, 6, 5)
    plain = bootstrap(lambda x: inception_score(x, splits=1, shuffle=False).mean, logits, resamples=60, seed=3)
    assert inception_score_interval(logits, resamples=60, seed=3, batch=7) == pytest.approx(plain, rel=1e-10)


def test_inception_score_of_certain_predictions_stays_finite():
    result = inception_score_interval(2000.0 * np.eye(4)[np.arange(100) % 4], resamples=50)
    assert result.estimate == pytest.approx(4)
    assert 3.5 < result.low < result.high <= 4


def test_prdc_intervals_belong_to_prdc():
    real, fake = normal(300, 4, 6), 0.7 * normal(300, 4, 7)
    intervals, values = prdc_intervals(real, fake, resamples=300), prdc(real, fake)
    for interval, value in zip(intervals, values):
        assert interval.estimate == pytest.approx(value, rel=1e-12)
        assert interval.low <= value <= interval.high
        assert 0 < interval.high - interval.low < 0.3
    share = intervals.recall.estimate
    assert intervals.recall.error == pytest.approx(np.sqrt(share * (1 - share) / 300), rel=0.15)


def test_kid_interval_covers_zero_and_finds_differences():
    hits = [
        result.low <= 0 <= result.high
        for result in (
            kid_interval(normal(600, 4, 2 * i), normal(600, 4, 2 * i + 1), subset_size=20, resamples=200)
            for i in range(60)
        )
    ]
    assert np.mean(hits) >= 0.85
    a, b = normal(600, 4, 8), normal(600, 4, 9, 0.5)
    result = kid_interval(a, b, subset_size=20)
    assert 0 < result.low < kid(a, b).mean < result.high


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: bootstrap(np.mean), "needs samples with rows"),
        (lambda: bootstrap(np.mean, np.zeros((0, 2))), r"needs samples with rows; found \[\(0, 2\)\]"),
        (lambda: bootstrap(np.mean, np.zeros(3), fixed=(0,)), "fixed must name some of the samples 0 to 0, not all"),
        (lambda: bootstrap(np.mean, np.zeros(3), np.zeros(3), fixed=(2,)), "fixed must name"),
        (lambda: bootstrap(np.mean, np.zeros(3), resamples=1), "resamples must be >= 2"),
        (lambda: bootstrap(np.mean, np.zeros(3), confidence=95), "confidence between 0 and 1; found 1000 and 95"),
        (lambda: inception_score_interval(np.zeros(5)), "logits must have shape"),
        (lambda: kid_interval(np.zeros((400, 2)), np.zeros((600, 2))), "five disjoint subsets; found 100 for 400"),
        (lambda: prdc_intervals(np.zeros((4, 2)), np.zeros((9, 2))), "less than the number of samples, 4; found 5"),
    ],
)
def test_errors(call, says):
    with pytest.raises(ZooError, match=says):
        call()
