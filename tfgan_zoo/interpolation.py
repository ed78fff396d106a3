"""Ways between latents: straight, and along the sphere."""

import numpy as np


def lerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return a + t (b - a) of rows: a and b (n, ...), t (n,) not bound to [0, 1]; float64."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return a + np.reshape(t, (-1,) + (1,) * (a.ndim - 1)) * (b - a)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return points of the great circle from a / |a| to b / |b|: a and b (n, d), t (n,) not bound to [0, 1]; float64.

    With p the angle between them, u(t) = a cos(t p) + c sin(t p), c the unit vector across a in the plane of both.
    """
    a, b = (
        x / np.linalg.norm(x, axis=1, keepdims=True) for x in (np.asarray(a, np.float64), np.asarray(b, np.float64))
    )
    cosine = (a * b).sum(axis=1, keepdims=True)
    across = b - cosine * a
    length = np.linalg.norm(across, axis=1, keepdims=True)
    # arctan2, as arccos loses half the digits of small angles; without a plane (b = +-a) there is no arc to walk.
    angle = np.where(length > 0, np.arctan2(length, cosine), 0.0) * np.reshape(t, (-1, 1))
    return a * np.cos(angle) + across / np.where(length > 0, length, 1.0) * np.sin(angle)
