"""Where downloaded and decoded data is kept between runs."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

#: Decoded images beyond this many bytes live in a file of the cache folder instead of in memory.
MEMORY_LIMIT = 4 * 2**30


def folder() -> Path:
    """Return the cache folder: the environment variable TFGAN_ZOO_CACHE, else ~/.cache/tfgan_zoo."""
    return Path(os.environ.get("TFGAN_ZOO_CACHE") or "~/.cache/tfgan_zoo").expanduser()


def digest(*parts: object) -> str:
    """Return a short name that changes with any of `parts`."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:24]


def uint8_rows(
    shape: tuple[int, ...], key: str, fill: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return an array of rows that `fill` writes: in memory, or beyond MEMORY_LIMIT as a memory map in the cache.

    Args:
        shape: (rows, ...) of the uint8 array.
        key: name of the file in the cache; a file that an earlier run completed is used again without calling `fill`.
        fill: writes into the array and returns the sorted numbers of the rows that it could fill; others are dropped.

    Returns:
        The rows kept, uint8 of shape (kept, ...), and their numbers before others were dropped, int64 (kept,).

    Raises:
        ZooError: the cache folder has not enough free space or cannot be written.
    """
    size = int(np.prod(shape, dtype=np.int64))
    if size <= MEMORY_LIMIT:
        rows = np.empty(shape, np.uint8)
        kept = fill(rows)
        return rows if len(kept) == shape[0] else rows[kept], kept
    target = folder() / "decoded" / key
    if not target.is_dir():
        with replacing(target) as temporary:
            temporary.mkdir()
            # Writing to a map on a full disk kills the process with SIGBUS, so ask first.
            free = shutil.disk_usage(temporary).free
            if free < size:
                raise ZooError(
                    f"decoded images need {size / 2**30:.1f} GiB in {folder()}, which has {free / 2**30:.1f} GiB free; "
                    "free some space, name another folder in TFGAN_ZOO_CACHE, or choose a smaller image size"
                )
            rows = np.lib.format.open_memmap(temporary / "images.npy", "w+", np.uint8, shape)
            kept = fill(rows)
            for place, row in enumerate(kept):
                if place != row:
                    rows[place] = rows[row]
            rows.flush()
            np.save(temporary / "kept.npy", kept)
    kept = np.load(target / "kept.npy")
    return np.load(target / "images.npy", mmap_mode="r")[: len(kept)], kept
