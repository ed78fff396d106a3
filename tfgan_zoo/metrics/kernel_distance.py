"""Kernel Inception Distance: an unbiased two-sample statistic with a polynomial kernel."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked_pair


class KID(NamedTuple):
    """Mean and standard deviation (ddof 0) over the subsets."""

    mean: float
    std: float


def kid(
    features_a,
    features_b,
    subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
    degree: int = 3,
    gamma: float | None = None,
    coef0: float = 1.0,
) -> KID:
    """Return the Kernel Inception Distance, the mean of the unbiased squared MMD over random subsets of m samples.

        sum_{i != j} k(x_i, x_j) / (m (m - 1)) + sum_{i != j} k(y_i, y_j) / (m (m - 1)) - 2 mean_{i, j} k(x_i, y_j),
        k(x, y) = (gamma x^T y + coef0)^degree

    It may be negative, and its expectation does not depend on m. The std is that of one subset's value, not the
    standard error of the mean. Subsets are drawn without replacement inside a subset, independently for the two sets.

    Args:
        features_a: (n, d), n >= 2.
        features_b: (n', d), n' >= 2.
        subsets: how many subsets.
        subset_size: m; the smaller set's size where that is less. If m takes all of both sets, the std is 0.
        seed: of the subsets.
        degree: of the polynomial, >= 1.
        gamma: 1 / d if None.
        coef0: constant of the kernel.

    Raises:
        ZooError: wrong rank, NaN or infinity, one sample, different dimensions, or settings out of range.

    Source: Bińkowski et al., 2018 (1801.01401), section 4; 100 subsets of 1,000 as in its appendix.
    """
    features_a, features_b = checked_pair(features_a, features_b)
    if subsets < 1 or subset_size < 2 or degree < 1:
        raise ZooError(
            f"kid needs subsets >= 1, subset_size >= 2 and degree >= 1; found {subsets}, {subset_size} and {degree}"
        )
    m = min(subset_size, len(features_a), len(features_b))
    if m == len(features_a) == len(features_b):
        subsets = 1  # every subset is the whole
    gamma = 1 / features_a.shape[1] if gamma is None else gamma
    generator = np.random.default_rng(seed)

    def kernel(x, y):
        base = x @ y.T
        base *= gamma
        base += coef0
        power = base.copy()
        # Repeated products: numpy's general power takes ten times as long as the matrix product itself.
        for _ in range(degree - 1):
            power *= base
        return power

    def off_diagonal_mean(x):
        values = kernel(x, x)
        return (values.sum() - np.trace(values)) / (m * (m - 1))

    values = []
    for _ in range(subsets):
        x = features_a[generator.choice(len(features_a), m, replace=False)]
        y = features_b[generator.choice(len(features_b), m, replace=False)]
        values.append(off_diagonal_mean(x) + off_diagonal_mean(y) - 2 * kernel(x, y).mean())
    return KID(float(np.mean(values)), float(np.std(values)))
