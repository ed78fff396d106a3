"""Means and covariances of real features on disk: pytorch-fid's `.npz` format, and a cache of data sets' statistics."""

import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing
from tfgan_zoo.metrics.extractors import Extractor, as_extractor, label_of
from tfgan_zoo.metrics.statistics import GaussianStatistics

if TYPE_CHECKING:
    from tfgan_zoo.metrics.sides import StoredImages

PROBED = 8
"""Images whose features tell whether cached statistics are of this very network."""
_NOTES = ("extractor", "data", "image_shape")


class Statistics(NamedTuple):
    """The Gaussian fitted to a set of features."""

    mean: np.ndarray
    """(d,) float64."""
    covariance: np.ndarray
    """(d, d) float64, ddof 1."""
    n: int | None = None
    """Samples; None if the file does not say."""
    extractor: str = ""
    """Label of the network that gave the features; empty if unknown."""
    data: str = ""
    """Name of the data set; empty if unknown."""
    image_shape: str = ""
    """As "32x32x1"; empty if unknown."""


def is_statistics_file(path) -> bool:
    """Whether `path` names an `.npz` file that holds a mean and a covariance, and so no images."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix != ".npz" or not os.path.isfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"mu.npy", "sigma.npy"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def write_statistics(path: str | os.PathLike, statistics: Statistics, **more: np.ndarray) -> Path:
    """Write `mu` (d,) and `sigma` (d, d), float64, as pytorch-fid reads them, and what else is known of them.

    Args:
        path: of the `.npz` file; an existing one is replaced.
        statistics: what to write.
        **more: further arrays.

    Raises:
        ZooError: another suffix, or the file cannot be written.
    """
    if Path(path).suffix != ".npz":
        raise ZooError(f"{path}: statistics are kept in a file that ends with .npz")
    known = {key: np.array(getattr(statistics, key)) for key in _NOTES if getattr(statistics, key)}
    if statistics.n is not None:
        known["n"] = np.int64(statistics.n)
    with replacing(path) as temporary:
        np.savez(temporary, mu=statistics.mean, sigma=statistics.covariance, **known, **more)
    return Path(path)


def read_statistics(path: str | os.PathLike) -> Statistics:
    """Return the statistics in an `.npz` file with `mu` and `sigma`, ours or a published one; nothing is unpickled.

    Raises:
        ZooError: no such file, no `.npz` of plain arrays, no `mu` or `sigma`, shapes that do not fit, NaN, or a
            `sigma` that is no covariance.
    """
    return _read(path)[0]


def statistics_of(
    data,
    extractor: Extractor | str | None = None,
    image_shape: tuple[int, int, int] | None = None,
    samples: int | None = None,
    seed: int = 0,
    batch_size: int = 256,
    cache: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Statistics:
    """Return mean and covariance of the features of a data set, computed batch by batch; no features are kept.

    Those of a data set with random access (a name, a folder, a `Source`) are kept under `statistics/` in the cache
    folder, by the content of the images that were chosen, the label of the extractor and the batch size. So a folder
    that has changed, another size, number or choice is computed anew; and so is a network that gives other features
    for the first images, whatever its name.

    Args:
        data: as the `data` of `tfgan_zoo.metrics.evaluate`.
        extractor: what `as_extractor` takes; None for the shipped one that fits.
        image_shape: (height, width, channels) in which a name or folder is opened; None keeps its own.
        samples: a random choice of as many; None takes all.
        seed: of the choice.
        batch_size: images judged at once.
        cache: look in the cache folder, and keep there what was computed.
        progress: called as progress("real images", done, total).

    Raises:
        ZooError: as `tfgan_zoo.metrics.evaluate`.
    """
    from tfgan_zoo.metrics import sides

    if is_statistics_file(data):
        return read_statistics(data)
    side = sides.opened(data, samples, seed, batch_size, image_shape)
    if side.count < 2:
        raise ZooError(f"statistics need at least two images; found {side.count}")
    return gaussian_of(side, as_extractor(extractor, side.shape), side.count, batch_size, cache, progress)


def gaussian_of(
    side: "StoredImages",
    extractor: Extractor,
    n: int,
    batch_size: int,
    cache: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Statistics:
    """Return the statistics of `n` images of a side (see `sides.opened`), from the cache if they are there."""
    from tfgan_zoo.metrics.collection import collect

    cached = cache and side.lasting
    if cached:
        from tfgan_zoo.data.cache import digest, folder

        probe = np.asarray(extractor(next(side.batches(n, min(PROBED, n))))["features"])
        key = digest(side.content(n), label_of(extractor), batch_size, "features v1")
        path = folder() / "statistics" / f"{key}.npz"
        if (found := _cached(path, probe)) is not None:
            return found
    statistics = fitted(collect(side, n, extractor, batch_size, progress=progress).gaussian, side, extractor)
    if cached:
        try:
            write_statistics(path, statistics, probe=probe)
        except ZooError as error:  # a cache that cannot be written costs time, not the result
            warnings.warn(f"statistics are not kept: {error}", stacklevel=2)
    return statistics


def fitted(gaussian: GaussianStatistics, side: "StoredImages", extractor: Extractor) -> Statistics:
    """Return what was accumulated over a side, with where it is from."""
    shape = "x".join(map(str, side.shape))
    return Statistics(gaussian.mean, gaussian.covariance(), gaussian.n, label_of(extractor), side.name, shape)


def _cached(path: Path, probe: np.ndarray) -> Statistics | None:
    if not path.is_file():
        return None
    try:
        statistics, held = _read(path)
    except ZooError:  # damaged: made again and replaced
        return None
    kept = held.get("probe")
    if kept is None or kept.shape != probe.shape:
        return None
    return statistics if np.allclose(kept, probe, rtol=0, atol=1e-5 * max(np.abs(probe).max(), 1e-30)) else None


def _read(path: str | os.PathLike) -> tuple[Statistics, dict[str, np.ndarray]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("it holds a single array")
            names = list(archive.files)
            wanted = ("mu", "sigma", "n", "probe", *_NOTES)
            held = {key: archive[key] for key in wanted if key in names}
    except FileNotFoundError:
        raise ZooError(f"no such statistics file: {path}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ZooError(f"{path} is not a readable .npz of plain arrays ({first}); get or write it again") from error
    if not {"mu", "sigma"} <= held.keys():
        raise ZooError(
            f"{path} holds no statistics: expected the arrays 'mu' (d,) and 'sigma' (d, d) of pytorch-fid's format, "
            f"found {', '.join(names) or 'none'}"
        )
    mean, covariance = held["mu"], held["sigma"]
    if mean.dtype.kind not in "fiu" or covariance.dtype.kind not in "fiu":
        raise ZooError(f"{path}: expected real numbers, found {mean.dtype} and {covariance.dtype}")
    mean, covariance = mean.astype(np.float64), covariance.astype(np.float64)
    if mean.ndim != 1 or not mean.size or covariance.shape != 2 * mean.shape:
        raise ZooError(f"{path}: expected mu (d,) and sigma (d, d), found {mean.shape} and {covariance.shape}")
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ZooError(f"{path} holds NaN or infinity; get or write it again")
    scale = np.abs(covariance).max()
    if not np.allclose(covariance, covariance.T, rtol=1e-5, atol=1e-8 * scale) or np.diagonal(covariance).min() < 0:
        raise ZooError(f"{path}: sigma is not a covariance: it is not symmetric, or a variance is negative")
    n = held.get("n")
    n = int(n) if n is not None and n.ndim == 0 and n.dtype.kind in "iu" and n >= 2 else None
    notes = {key: str(held[key]) for key in _NOTES if key in held and held[key].ndim == 0}
    return Statistics(mean, covariance, n, **notes), held
