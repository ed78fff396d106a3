"""Streaming statistics equal those of the whole, in any partition, and do not cancel."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import GaussianStatistics


@pytest.mark.parametrize("sizes", [[100], [1] * 100, [0, 37, 1, 62], [99, 1]])
def test_streaming_equals_batch(sizes):
    features = np.random.default_rng(0).normal(3, 2, size=(100, 5))
    statistics = GaussianStatistics()
    for part in np.split(features, np.cumsum(sizes)[:-1]):
        statistics.update(part)
    assert statistics.n == 100
    np.testing.assert_allclose(statistics.mean, features.mean(0), rtol=1e-13)
    np.testing.assert_allclose(statistics.covariance(), np.cov(features.T), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(statistics.covariance(ddof=0), np.cov(features.T, ddof=0), rtol=1e-12, atol=1e-14)


def test_replicas_merge_in_any_order_and_stay_as_they_are():
    features = np.random.default_rng(1).normal(size=(90, 4))
    parts = [GaussianStatistics().update(part) for part in np.split(features, [20, 25])]
    forward = GaussianStatistics().merge(parts[0]).merge(parts[1]).merge(parts[2])
    backward = GaussianStatistics().merge(parts[2]).merge(parts[1]).merge(parts[0])
    np.testing.assert_allclose(forward.covariance(), np.cov(features.T), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(forward.covariance(), backward.covariance(), rtol=1e-12, atol=1e-14)
    assert [part.n for part in parts] == [20, 5, 65]
    np.testing.assert_array_equal(parts[0].mean, features[:20].mean(0))


def test_float32_features_far_from_zero_keep_their_variance():
    # The naive float32 E[x x^T] - mean mean^T is off by several units here.
    features = (1000 + np.random.default_rng(2).normal(size=(5000, 3))).astype(np.float32)
    statistics = GaussianStatistics()
    for part in np.array_split(features, 50):
        statistics.update(part)
    np.testing.assert_allclose(statistics.covariance(), np.cov(features.astype(np.float64).T), rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.diag(statistics.covariance()), 1, atol=0.06)


def test_errors():
    with pytest.raises(ZooError, match="call update first"):
        _ = GaussianStatistics().mean
    with pytest.raises(ZooError, match="needs more than 1 samples, found 1"):
        GaussianStatistics().update(np.ones((1, 2))).covariance()
    with pytest.raises(ZooError, match="3 dimensions cannot join features of 2"):
        GaussianStatistics().update(np.ones((4, 2))).update(np.ones((4, 3)))
    statistics = GaussianStatistics().update(np.ones((4, 2)))
    with pytest.raises(ZooError, match="NaN"):
        statistics.update([[np.nan, 0.0]])
    assert statistics.n == 4
