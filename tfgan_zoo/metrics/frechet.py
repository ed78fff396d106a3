"""Fréchet distance of two Gaussians, and of two sets of features (FID)."""

import numpy as np
import scipy.linalg

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.features import checked_pair
from tfgan_zoo.metrics.statistics import GaussianStatistics


def frechet_distance(mean_a, covariance_a, mean_b, covariance_b) -> float:
    """Return the squared Fréchet (2-Wasserstein) distance of N(mean_a, covariance_a) and N(mean_b, covariance_b).

        |mean_a - mean_b|^2 + tr(A + B - 2 (A B)^(1/2))

    With A = S S^T the eigenvalues of A B are those of the symmetric S^T B S, so the trace of the root is the sum of the
    roots of those eigenvalues. S is a Cholesky factor; of a singular A (fewer samples than dimensions) one with pivots,
    which ends at the rank. No general matrix root, no complex numbers, no eigenvectors.

    Args:
        mean_a: (d,).
        covariance_a: (d, d), symmetric, positive semi-definite.
        mean_b: (d,).
        covariance_b: (d, d), symmetric, positive semi-definite.

    Raises:
        ZooError: shapes that do not fit, NaN or infinity, or a matrix that is not a covariance.

    Source: Heusel et al., 2017 (1706.08500), equation 6; Dowson and Landau, 1982.

    >>> round(frechet_distance([0, 0], [[2, 1], [1, 2]], [0, 0], [[1, 0], [0, 3]]), 6)  # 8 - 2 sqrt(14)
    0.516685
    """
    mean_a, covariance_a = _checked_gaussian(mean_a, covariance_a, "a")
    mean_b, covariance_b = _checked_gaussian(mean_b, covariance_b, "b")
    if mean_a.shape != mean_b.shape:
        raise ZooError(
            f"the Gaussians have {mean_a.size} and {mean_b.size} dimensions; take both from the same layer of the same "
            "network"
        )
    product = _congruent(covariance_a, covariance_b)
    values = scipy.linalg.eigvalsh(product, overwrite_a=True, check_finite=False) if product.size else np.zeros(1)
    if values[0] < -1e-6 * np.abs(values).max():
        raise ZooError(f"covariance_b is not positive semi-definite: an eigenvalue of the product is {values[0]:.3g}")
    trace_root = np.sqrt(np.maximum(values, 0)).sum()
    difference = mean_a - mean_b
    distance = difference @ difference + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_root
    # A squared distance is never negative; rounding of the traces alone can make it so.
    return float(max(distance, 0.0))


def fid(features_a, features_b) -> float:
    """Return the Fréchet distance of the Gaussians fitted to two sets of features (covariances with ddof=1).

    With the Inception network's 2048-d `pool_3` this is the FID. It is biased upwards: two independent sets of N
    samples of N(0, I_d) give 2 d / N + d (d + 1) / (2 (N - 1)) in expectation. Compare only values at equal N.

    Args:
        features_a: (n, d), n >= 2.
        features_b: (m, d), m >= 2.

    Raises:
        ZooError: wrong rank, NaN or infinity, one sample, or different dimensions.

    Source: Heusel et al., 2017 (1706.08500).
    """
    features_a, features_b = checked_pair(features_a, features_b)
    a, b = GaussianStatistics().update(features_a), GaussianStatistics().update(features_b)
    return frechet_distance(a.mean, a.covariance(), b.mean, b.covariance())


def _congruent(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return S^T b S with S S^T = a, up to rounding of a's largest entry; its size is the rank of a."""
    blas, lapack = scipy.linalg.blas, scipy.linalg.lapack
    # Of a symmetric matrix the transpose is a view in the order that LAPACK wants.
    factor, failed = lapack.dpotrf(a.T, lower=1)
    if not failed:
        return blas.dtrmm(1.0, factor, blas.dtrmm(1.0, factor, b.T, side=1, lower=1), lower=1, trans_a=1)
    factor, pivots, rank, _ = lapack.dpstrf(a.T, lower=1)
    factor, pivots = np.tril(factor)[:, :rank], pivots - 1  # LAPACK counts from one
    rest = a[np.ix_(pivots[rank:], pivots[rank:])] - factor[rank:] @ factor[rank:].T
    if rest.size and np.abs(rest).max() > 1e-6 * np.diagonal(a).max():
        raise ZooError(
            f"covariance_a is not positive semi-definite: {np.diagonal(rest).min():.3g} is left on its diagonal after "
            f"{rank} of {len(a)} pivots"
        )
    root = np.empty_like(factor)
    root[pivots] = factor
    return root.T @ b @ root


def _checked_gaussian(mean, covariance, name: str) -> tuple[np.ndarray, np.ndarray]:
    mean, covariance = np.asarray(mean, np.float64), np.asarray(covariance, np.float64)
    if mean.ndim != 1 or mean.size == 0 or covariance.shape != (mean.size, mean.size):
        raise ZooError(
            f"mean_{name} must have shape (d,) and covariance_{name} (d, d); found {mean.shape} and {covariance.shape}"
        )
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ZooError(f"mean_{name} or covariance_{name} holds NaN or infinity; the model or the images are broken")
    if np.diagonal(covariance).min() < 0:
        raise ZooError(f"covariance_{name} is not positive semi-definite: a variance is negative")
    if np.abs(covariance - covariance.T).max() > 1e-5 * np.diagonal(covariance).max():
        raise ZooError(f"covariance_{name} is not symmetric")
    return mean, covariance
