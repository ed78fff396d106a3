"""Checks shared by this package: what an array of numbers is."""

import numpy as np

from tfgan_zoo.errors import ZooError


def finite(values, name: str, ranks: tuple[int, ...], expected: str) -> np.ndarray:
    """Return `values` as a float64 array; `expected` is the shape in words, for the message.

    Raises:
        ZooError: no real numbers, another rank, nothing in it, NaN or infinity.
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("complex numbers")
        array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ZooError(f"{name} must be an array of real numbers {expected}; found {type(values).__name__}") from error
    if array.ndim not in ranks or array.size == 0:
        raise ZooError(f"{name} must have shape {expected}; found {array.shape}")
    if not np.isfinite(array).all():
        raise ZooError(f"{name}: {np.count_nonzero(~np.isfinite(array))} of {array.size} numbers are NaN or infinite")
    return array
