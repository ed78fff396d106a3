"""Moving codes along a direction."""

from collections.abc import Sequence

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent.arrays import finite


def edit(codes, direction, strength, layers: Sequence[int] | None = None) -> np.ndarray:
    """Return x + alpha n of the chosen layers, the codes elsewhere; a new array of the codes' type.

    To bring codes to a signed distance alpha from a boundary, as InterFaceGAN does in flat spaces, pass
    `strength = alpha - distance(codes, boundary)`.

    Args:
        codes: (n, d), or (n, L, d).
        direction: (d,), the same for every layer, or (L, d). Of unit length where alpha is to mean a distance.
        strength: alpha, a number, or one for every code (n,). Usual are -3 to 3.
        layers: which of the L layers move; negative ones count from the end; None for all. Only for codes (n, L, d).

    Raises:
        ZooError: shapes that do not fit, NaN, or a layer that the codes do not have.

    Source: Shen, Zhou, 2020 (2007.06600); Shen et al., 2019 (1907.10786), section 2.2.
    """
    checked = finite(codes, "codes", (2, 3), "(n, d) or (n, L, d)")
    direction = finite(direction, "direction", (1, 2), "(d,) or (L, d)")
    if direction.shape not in (checked.shape[1:], checked.shape[-1:]):
        raise ZooError(
            f"direction {direction.shape} does not fit codes {checked.shape}; expected (d,), or (L, d) of W+"
        )
    strength = finite(strength, "strength", (0, 1), "() or (n,)")
    if strength.ndim and len(strength) != len(checked):
        raise ZooError(f"strength must be a number or one for each of the {len(checked)} codes; found {len(strength)}")
    step = strength.reshape((-1,) + (1,) * (checked.ndim - 1)) * direction
    if layers is None:
        checked += step
    else:
        chosen = _mask(layers, checked)
        checked[:, chosen] += np.broadcast_to(step, (len(step), *checked.shape[1:]))[:, chosen]
    dtype = np.asarray(codes).dtype
    return checked.astype(dtype if dtype.kind == "f" else np.float32)


def _mask(layers, codes):
    """Return the chosen layers as bool (L,)."""
    if codes.ndim != 3:
        raise ZooError(f"layers can be chosen of codes (n, L, d) only; found codes {codes.shape}")
    count, mask = codes.shape[1], np.zeros(codes.shape[1], bool)
    for layer in layers:
        if isinstance(layer, bool) or not isinstance(layer, int | np.integer) or not -count <= layer < count:
            raise ZooError(f"layers must be integers from 0 to {count - 1}; found {layer!r}")
        mask[layer] = True
    return mask
