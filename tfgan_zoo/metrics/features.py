"""Checks shared by the metrics: what a set of features is."""

import numpy as np

from tfgan_zoo.errors import ZooError


def checked(features, name: str = "features", least: int = 2) -> np.ndarray:
    """Return `features` as a finite float64 array `(n, d)` with `n >= least` and `d >= 1`.

    Raises:
        ZooError: the array has another rank, is not numeric, holds NaN or infinity, or has fewer than `least` rows.
    """
    try:
        features = np.asarray(features, np.float64)
    except (TypeError, ValueError) as error:
        raise ZooError(f"{name} must be an array of numbers (n, d); found {type(features).__name__}") from error
    if features.ndim != 2 or features.shape[1] == 0:
        raise ZooError(f"{name} must have shape (n, d), one row a sample; found shape {features.shape}")
    if len(features) < least:
        raise ZooError(f"{name}: at least {least} samples are needed, found {len(features)}; draw more")
    finite = np.isfinite(features).all(axis=1)
    if not finite.all():
        raise ZooError(
            f"{name} hold NaN or infinity in {np.count_nonzero(~finite)} of {len(features)} rows (first: row "
            f"{int(np.argmin(finite))}); the model diverged or the images are broken"
        )
    return features


def checked_pair(features_a, features_b, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets, checked, of equal dimension.

    Raises:
        ZooError: as `checked`, or the dimensions differ.
    """
    features_a, features_b = checked(features_a, "features_a", least), checked(features_b, "features_b", least)
    if features_a.shape[1] != features_b.shape[1]:
        raise ZooError(
            f"features_a have {features_a.shape[1]} dimensions, features_b {features_b.shape[1]}; "
            "take both from the same layer of the same network"
        )
    return features_a, features_b
