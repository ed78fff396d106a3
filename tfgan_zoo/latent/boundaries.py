"""Linear boundaries between two groups of codes, whose unit normal changes an attribute.

Shen, Gu, Tang, Zhou, 2019 (1907.10786), "Interpreting the Latent Space of GANs for Semantic Face Editing".
"""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.arrays import finite
from tfgan_zoo.latent.logistic import fit_logistic


class Boundary(NamedTuple):
    """The plane n . x + bias = 0 and how well it divides the groups."""

    direction: np.ndarray
    """n, unit vector towards label 1, float32 (d,), or (L, d) with norm 1 over all of it."""
    bias: float
    """In units of distance."""
    train_accuracy: float
    """Share of the codes fitted to on the right side."""
    validation_accuracy: float | None
    """The same of held-out codes; None if none were held out."""


def fit_direction(codes, labels, C: float = 1.0, seed: int = 0, validation: float = 0.3) -> Boundary:
    """Return the boundary of an L2-regularised logistic regression of labels on codes.

        min_{w, b}  |w|^2 / 2 + C sum_i log(1 + exp(-s_i (w . x_i + b))),    s_i = 2 y_i - 1,    n = w / |w|

    of the codes that are not held out. The objective is convex, its minimum unique. Codes of W+ are flattened. Those
    that only repeat w in L layers say nothing more than w: the L rows come out equal, and parallel to a fit to w with
    C times L. Use w then, and repeat. Published directions take 5,000 codes and more; judge by the held-out ones.

    Args:
        codes: (n, d) or (n, L, d), of the space in which the direction will be applied.
        labels: 0 or 1 (n,); see `median_labels` and `extremes`.
        C: inverse strength of the regularisation, > 0.
        seed: of the choice of held-out codes.
        validation: share held out of each group, in [0, 1).

    Raises:
        ZooError: shapes that do not fit, NaN, other labels, one group only, settings out of range, groups of the same
            mean code, or no convergence.

    Source: Shen et al., 2019 (1907.10786), section 3, which fits a linear support vector machine to 70 % of the
    extremes; logistic regression on the groups beside the median is seeprettyface's practice.
    """
    codes = finite(codes, "codes", (2, 3), "(n, d) or (n, L, d)")
    labels = finite(labels, "labels", (1,), "(n,)")
    if len(labels) != len(codes):
        raise ZooError(f"codes and labels must have one row a sample; found {len(codes)} and {len(labels)}")
    if set(np.unique(labels)) != {0.0, 1.0}:
        raise ZooError(f"labels must be 0 and 1, both of them; found {np.unique(labels)[:5].tolist()}")
    if not C > 0 or not 0 <= validation < 1:
        raise ZooError(f"C must be positive and validation in [0, 1); found {C} and {validation}")
    held = _held_out(labels, validation, np.random.default_rng(seed))
    flat, signs = codes.reshape(len(codes), -1), 2 * labels - 1
    means = [flat[~held & (labels == label)].mean(axis=0) for label in (0, 1)]
    # The gradient at w = 0 is a multiple of this difference: without it w = 0 is the minimum.
    if np.abs(means[1] - means[0]).max() <= 1e-12 * np.abs(flat).mean(axis=0).max():
        raise ZooError("codes of both groups have the same mean; check that codes vary and that labels belong to them")
    w, b = fit_logistic(flat[~held], signs[~held], C)
    length = np.linalg.norm(w)
    right = (flat @ w + b) * signs > 0
    return Boundary(
        (w / length).astype(np.float32).reshape(codes.shape[1:]),
        float(b / length),
        float(right[~held].mean()),
        float(right[held].mean()) if held.any() else None,
    )


def distance(codes, boundary: Boundary) -> np.ndarray:
    """Return n . x + bias, the signed distances from the boundary, positive on the side of label 1; float64 (n,).

    Raises:
        ZooError: codes of another shape than those that the boundary was fitted to, or NaN.
    """
    codes = finite(codes, "codes", (2, 3), "(n, d) or (n, L, d)")
    if codes.shape[1:] != boundary.direction.shape:
        raise ZooError(f"codes {codes.shape} do not fit a boundary of codes {('n', *boundary.direction.shape)}")
    return codes.reshape(len(codes), -1) @ boundary.direction.astype(np.float64).ravel() + boundary.bias


def _held_out(labels: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Return which samples are held out, the share of each group, but never the whole of it."""
    held = np.zeros(len(labels), bool)
    for label in (0.0, 1.0):
        members = generator.permutation(np.flatnonzero(labels == label))
        held[members[: min(round(share * len(members)), len(members) - 1)]] = True
    return held
