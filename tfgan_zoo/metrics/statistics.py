"""Mean and covariance of features that arrive in batches, in memory that does not grow with their number."""

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked


class GaussianStatistics:
    """Streaming count, mean and scatter matrix in float64.

    Two parts a and b merge by Chan's rule: with n = n_a + n_b and delta = mean_b - mean_a,

        mean = mean_a + delta n_b / n,    M2 = M2_a + M2_b + delta delta^T n_a n_b / n,

    where M2 = sum_i (x_i - mean)(x_i - mean)^T. Unlike E[x x^T] - mean mean^T this does not cancel when the mean is
    large. Parts may come from several replicas in any order (Chan, Golub, LeVeque, 1979).

    >>> statistics = GaussianStatistics().update([[0.0], [2.0]]).update([[4.0]])
    >>> float(statistics.mean[0]), float(statistics.covariance()[0, 0])
    (2.0, 4.0)
    """

    def __init__(self):
        self.n = 0
        self._mean: np.ndarray | None = None
        self._scatter: np.ndarray | None = None

    def update(self, features) -> "GaussianStatistics":
        """Add the rows of `features` (n, d), n >= 0; return self.

        Raises:
            ZooError: wrong rank, NaN or infinity, or another d than before.
        """
        features = checked(features, least=0)
        part = GaussianStatistics()
        part.n = len(features)
        if part.n:
            part._mean = features.mean(axis=0)
            centred = features - part._mean
            part._scatter = centred.T @ centred
        return self.merge(part)

    def merge(self, other: "GaussianStatistics") -> "GaussianStatistics":
        """Add what `other` has seen; `other` is left as it is; return self.

        Raises:
            ZooError: the dimensions differ.
        """
        if not other.n:
            return self
        if not self.n:
            self.n, self._mean, self._scatter = other.n, other._mean.copy(), other._scatter.copy()
            return self
        if self._mean.shape != other._mean.shape:
            raise ZooError(f"features of {other._mean.size} dimensions cannot join features of {self._mean.size}")
        n, delta = self.n + other.n, other._mean - self._mean
        self._mean = self._mean + delta * (other.n / n)
        self._scatter = self._scatter + other._scatter + np.outer(delta, delta) * (self.n * other.n / n)
        self.n = n
        return self

    @property
    def mean(self) -> np.ndarray:
        """The mean (d,), float64.

        Raises:
            ZooError: nothing was seen yet.
        """
        if not self.n:
            raise ZooError("no features were added yet, so there is no mean; call update first")
        return self._mean

    def covariance(self, ddof: int = 1) -> np.ndarray:
        """Return M2 / (n - ddof), shape (d, d); ddof=1 (TTUR, pytorch-fid) is unbiased, ddof=0 is StyleGAN2-ADA's.

        Raises:
            ZooError: n <= ddof.
        """
        if self.n <= ddof:
            raise ZooError(f"a covariance (ddof={ddof}) needs more than {ddof} samples, found {self.n}; draw more")
        return self._scatter / (self.n - ddof)
