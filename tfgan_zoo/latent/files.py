"""Directions on disk: an `.npz` of plain arrays, with a name for each and a note of where they belong."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

# Keys of the file, and arguments of numpy.savez that would take an array of that name for something else.
_RESERVED = ("directions", "names", "meta", "file", "allow_pickle")


class Directions(NamedTuple):
    """What a file of directions holds."""

    directions: np.ndarray
    """Float (k, d), or (k, L, d) where each of L layers has its own."""
    names: tuple[str, ...]
    """One a direction."""
    meta: dict[str, Any]
    """Where they are from and where they apply, e.g. method, model, space ("z", "w" or "w+") and layers."""
    arrays: dict[str, np.ndarray]
    """What else is known, e.g. "eigenvalues" or "bias", (k,)."""


def write_directions(
    path: str | os.PathLike,
    directions,
    names: Sequence[str] | None = None,
    meta: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> Path:
    """Write an `.npz` with `directions`, `names` (str), `meta` (JSON) and further `arrays` under their own names.

    Args:
        path: of the file; an existing one is replaced.
        directions: float (k, d) or (k, L, d).
        names: k different ones; None for "0", "1", ...
        meta: of what JSON can hold.
        arrays: of numbers, strings or bool; names are Python identifiers.

    Raises:
        ZooError: another suffix, shapes or names that do not fit, NaN, what is not JSON, Python objects, or the file
            cannot be written.
    """
    if Path(path).suffix != ".npz":
        raise ZooError(f"{path}: directions are kept in a file that ends with .npz")
    directions = np.asarray(directions)
    names = np.array([str(i) for i in range(len(np.atleast_1d(directions)))] if names is None else list(names), str)
    _check(path, directions, names)
    try:
        note = json.dumps(dict(meta or {}), allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise ZooError(f"{path}: meta must hold what JSON can: text, numbers, lists, dicts ({error})") from error
    more = {key: np.asarray(value) for key, value in (arrays or {}).items()}
    for key, value in more.items():
        if not key.isidentifier() or key in _RESERVED or value.dtype.kind not in "fiubU":
            raise ZooError(
                f"{path}: cannot keep array {key!r} of {value.dtype}; expected numbers, bool or text under a Python "
                f"identifier other than {', '.join(_RESERVED)}"
            )
    with replacing(path) as temporary:
        np.savez(temporary, directions=directions, names=names, meta=np.array(note), **more)
    return Path(path)


def read_directions(path: str | os.PathLike) -> Directions:
    """Return what `write_directions` wrote; nothing is unpickled.

    Raises:
        ZooError: no such file, no `.npz` of plain arrays, a missing key, shapes or names that do not fit, or NaN.
    """
    if not os.path.isfile(path):
        raise ZooError(f"no such file of directions: {path}")
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("it holds a single array")
        with archive:
            held = {key: archive[key] for key in archive.files}
    # Zip, zlib and numpy's header parser fail in a dozen ways of their own on damaged or hostile files.
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ZooError(f"{path} is not a readable .npz of plain arrays ({first}); get or write it again") from error
    missing = [key for key in ("directions", "names", "meta") if key not in held]
    if missing:
        raise ZooError(
            f"{path} holds no directions: {', '.join(missing)} missing, found {', '.join(held) or 'nothing'}"
        )
    directions, names, note = (held.pop(key) for key in ("directions", "names", "meta"))
    _check(path, directions, names)
    try:
        meta = json.loads(str(note))
    except (ValueError, RecursionError):
        meta = None
    if not isinstance(meta, dict):
        raise ZooError(f"{path}: expected meta to be a JSON object; found {str(note)[:60]!r}")
    return Directions(directions, tuple(names.tolist()), meta, held)


def _check(path, directions: np.ndarray, names: np.ndarray) -> None:
    if directions.dtype.kind != "f" or directions.ndim not in (2, 3) or directions.size == 0:
        raise ZooError(
            f"{path}: expected directions float (k, d) or (k, L, d); found {directions.dtype} {directions.shape}"
        )
    if not np.isfinite(directions).all():
        raise ZooError(f"{path}: directions hold NaN or infinity")
    if names.dtype.kind != "U" or names.shape != (len(directions),) or len(set(names.tolist())) < len(names):
        raise ZooError(
            f"{path}: expected {len(directions)} different names, one a direction; found {names.dtype} {names.shape} "
            f"{names.ravel()[:5].tolist()}"
        )
