"""Directions that leave other attributes alone."""

from collections.abc import Sequence

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.arrays import finite

# Length, relative to a direction, below which what is left of it is rounding of float32.
_ROUNDING = 1e-5


def conditional(direction, others: Sequence[np.ndarray]) -> np.ndarray:
    """Return the direction without its part in the span of others, of unit length: float32, in its shape.

        n' = n - N^T (N N^T)^+ N n,    the rows of N the others; then n' / |n'|

    A step along it changes no other attribute, as far as boundaries are right. Others may depend on each other.

    Args:
        direction: (d,) or (L, d).
        others: directions of the same shape.

    Raises:
        ZooError: different shapes, NaN, a direction of length 0, or nothing is left.

    Source: Shen et al., 2019 (1907.10786), section 2.2; several at once as in genforce/interfacegan
    `utils/manipulator.py` (`project_boundary`).

    >>> conditional([0.6, 0.8], [[0.0, 2.0]]).tolist()
    [1.0, 0.0]
    """
    direction = finite(direction, "direction", (1, 2), "(d,) or (L, d)")
    left = _unit(direction, "direction").ravel()
    rows = []
    for i, other in enumerate(others):
        other = finite(other, f"others[{i}]", (1, 2), "(d,) or (L, d)")
        if other.shape != direction.shape:
            raise ZooError(f"others[{i}] has shape {other.shape}, the direction {direction.shape}; take one space")
        rows.append(_unit(other, f"others[{i}]").ravel())
    if rows:
        _, singular, basis = np.linalg.svd(np.array(rows), full_matrices=False)
        basis = basis[singular > 0.1 * _ROUNDING * singular[0]]
        left = left - basis.T @ (basis @ left)
    if np.linalg.norm(left) < _ROUNDING:
        raise ZooError(f"nothing is left of the direction without the {len(rows)} others; leave some of them out")
    return _unit(left, "direction").astype(np.float32).reshape(direction.shape)


def _unit(direction: np.ndarray, name: str) -> np.ndarray:
    length = np.linalg.norm(direction)
    if not length > 0:
        raise ZooError(f"{name} has length 0 and points nowhere")
    return direction / length
