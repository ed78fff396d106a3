"""SeFa: directions that a generator's first affine map amplifies most, from its weights alone.

Shen, Zhou, 2020 (2007.06600), "Closed-Form Factorization of Latent Semantics in GANs".
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.arrays import finite


class Factors(NamedTuple):
    """The strongest directions, largest eigenvalue first."""

    eigenvalues: np.ndarray
    """lambda_i = |A n_i|^2, float64 (k,), descending."""
    directions: np.ndarray
    """n_i, orthonormal rows, float64 (k, d), the largest |component| of each positive."""


def factorize(weights: Sequence[np.ndarray], count: int = 5, normalize: bool = True) -> Factors:
    """Return the unit vectors n_1 ... n_k, mutually orthogonal, that maximise sum_i |A n_i|^2.

    They are the eigenvectors of A^T A of the largest eigenvalues. A holds the rows of all `weights`; normalised, every
    row is first divided by its L2 norm, so that constants of an equalised learning rate drop out and all d eigenvalues
    sum to the number of rows. Biases take no part. Apply a direction in the space and to the layers that the weights
    read: a direction of the maps from w means nothing to z.

    Args:
        weights: one array (outputs, d) a layer, d latent dimensions. A Keras dense kernel is (d, outputs): transpose
            it. Which layers: of PGGAN the first dense map of z (as (4 * 4 * 512, 512)); of StyleGAN the style maps of
            the chosen layers, scales and shifts; of StyleGAN2 the modulations; of BigGAN see `place_columns`.
        count: k, 1 to d. Beyond the rank of A eigenvalues are 0 and directions arbitrary.
        normalize: divide rows by their norms, as the paper's code does. rosinality's stylegan2-pytorch does not, and
            takes V of the singular value decomposition: the same vectors as with False, up to sign.

    Raises:
        ZooError: no weights, no array (outputs, d), different d, NaN, a row of zeros to normalise, or `count`.

    Source: Shen, Zhou, 2020 (2007.06600), "Unsupervised Semantic Factorization"; genforce/sefa `utils.py`
    (`factorize_weight`), which trusts the order of `eig`; sorted here.

    >>> factors = factorize([np.diag([1.0, 3.0, 2.0])], count=2, normalize=False)
    >>> factors.eigenvalues.tolist(), factors.directions.tolist()
    ([9.0, 4.0], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    """
    weights = list(weights)
    if not weights:
        raise ZooError("factorize needs at least one weight (outputs, latent dimensions); found none")
    blocks = [finite(weight, f"weights[{i}]", (2,), "(outputs, d)") for i, weight in enumerate(weights)]
    widths = [block.shape[1] for block in blocks]
    if len(set(widths)) > 1:
        raise ZooError(
            f"weights must have one column a latent dimension, the same number each; found {widths}; transpose Keras "
            "kernels, and put chunks of the latent in their columns with place_columns"
        )
    if not isinstance(count, int | np.integer) or not 1 <= count <= widths[0]:
        raise ZooError(f"count must be an integer from 1 to the {widths[0]} latent dimensions; found {count}")
    if normalize:
        blocks = [_unit_rows(block, i) for i, block in enumerate(blocks)]
    # The sum of the blocks' products is that of the stacked rows, without the copy.
    eigenvalues, vectors = np.linalg.eigh(sum(block.T @ block for block in blocks))
    chosen = np.argsort(-eigenvalues, kind="stable")[:count]
    directions = vectors.T[chosen]
    size = np.abs(directions)
    # The first of those that are largest but for rounding, so that a tie does not make the sign a matter of luck.
    leading = np.argmax(size >= (1 - 1e-9) * size.max(axis=1, keepdims=True), axis=1)
    signs = np.sign(directions[np.arange(count), leading])
    # + 0.0 makes -0.0 an ordinary zero; rounding can make a zero eigenvalue negative.
    return Factors(np.maximum(eigenvalues[chosen], 0.0), directions * signs[:, None] + 0.0)


def place_columns(weight, dims: int, at: int = 0, columns: slice = slice(None)) -> np.ndarray:
    """Return `weight[:, columns]` in the columns at, at + 1, ... of `dims`, zeros elsewhere: (outputs, dims), float64.

    The maps of a class-conditional batch normalisation read a chunk of z beside the class embedding: `columns` keeps
    those that z feeds, and `at` is where the chunk begins in z. A map that reads all of z needs `columns` alone. With
    weights of several chunks A^T A is block-diagonal, and every direction lies within one chunk.

    Raises:
        ZooError: no array (outputs, inputs), or the kept columns do not fit.

    Source: Brock, Donahue, Simonyan, 2018 (1809.11096), appendix B, for the chunks.
    """
    kept = finite(weight, "weight", (2,), "(outputs, inputs)")[:, columns]
    if kept.shape[1] == 0 or at < 0 or at + kept.shape[1] > dims:
        raise ZooError(
            f"{kept.shape[1]} kept columns do not fit into {dims} dimensions from {at} on; check columns, at and dims"
        )
    placed = np.zeros((len(kept), dims))
    placed[:, at : at + kept.shape[1]] = kept
    return placed


def _unit_rows(block: np.ndarray, index: int) -> np.ndarray:
    norms = np.linalg.norm(block, axis=1, keepdims=True)
    if not norms.all():
        raise ZooError(
            f"weights[{index}]: row {int(np.argmin(norms))} is zero and has no direction; remove such rows, or use "
            "normalize=False"
        )
    return block / norms
