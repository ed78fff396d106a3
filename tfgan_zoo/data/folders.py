"""Folders of images: what is in them, their classes and splits, and their pixels."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from tfgan_zoo.data import cache
from tfgan_zoo.data.attributes import read_table
from tfgan_zoo.data.decoding import Header, decode, read_header, reason
from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError

#: Names that the sub-folder of a split may have.
SPLIT_FOLDERS = {"train": ("train",), "test": ("test", "val", "valid", "validation")}


@dataclass(frozen=True)
class Listing:
    """The image files of a folder: relative names in order, their headers, and the files that are not images."""

    root: Path
    files: tuple[str, ...]
    headers: tuple[Header, ...]
    skipped: tuple[str, ...] = ()

    def only(self, rows: Sequence[int]) -> "Listing":
        """Return the listing of those files alone, in that order."""
        return replace(self, files=tuple(self.files[k] for k in rows), headers=tuple(self.headers[k] for k in rows))


def open_folder(
    path: str,
    image_size: int | None = None,
    *,
    split: str = "train",
    channels: int | None = None,
    resize: str | None = None,
    skip_broken: bool = False,
    name: str | None = None,
    attributes: str | os.PathLike | None = None,
) -> Source:
    """Return the images under a folder, in the order of their names.

    If every image lies in a sub-folder, the first level of sub-folders are the classes, in the order of their names.
    A folder that has `train` and `test` (or `val`, `valid`, `validation`) inside is two splits, otherwise it is all
    "train". Names that start with a dot are passed over; every other file must be an image, or the table of attributes
    (see `tfgan_zoo.data.attributes`), which has a row for each of them.

    Raises:
        ZooError: no such folder or split, no images, files that are no images or are broken (unless `skip_broken`),
            images of different size without `image_size`, an unreadable table, an image without a row in it.
    """
    root = split_folder(Path(path).expanduser(), split)
    table = None if attributes is None else read_table(attributes)
    listing = scan(root, skip_broken, besides=attributes)
    images, kept, skipped = read(listing, image_size, channels=channels, resize=resize, skip_broken=skip_broken)
    files = [listing.files[k] for k in kept]
    labels, class_names = None, ()
    if all(os.sep in file for file in files):
        of = [file.split(os.sep, 1)[0] for file in files]
        class_names = tuple(sorted(set(of)))
        number = {folder: k for k, folder in enumerate(class_names)}
        labels = np.array([number[folder] for folder in of], np.int32)
    source = Source(name or path, images, labels, class_names, skipped=skipped)
    if table is None:
        return source
    return replace(source, attributes=table.of(files, path), attribute_names=table.names)


def split_folder(root: Path, split: str) -> Path:
    """Return the folder that holds a split of `root`; see `open_folder`."""
    if not root.is_dir():
        raise ZooError(f"no such folder: {root}")
    found = {key: [root / n for n in names if (root / n).is_dir()] for key, names in SPLIT_FOLDERS.items()}
    # A lone folder "train" may be a class of vehicles.
    if all(found.values()):
        if split not in found:
            raise ZooError(f"{root} has the splits train and test, asked for {split!r}")
        return found[split][0]
    if split != "train":
        raise ZooError(f"{root} is one split, 'train', asked for {split!r}; a folder with train/ and test/ has two")
    return root


def scan(root: Path, skip_broken: bool = False, besides: str | os.PathLike | None = None) -> Listing:
    """Return the image files under `root` by their headers; pixels are not read yet. The file `besides` is passed over.

    Raises:
        ZooError: there are no images, or files that are no images (unless `skip_broken`).
    """
    files = sorted(_walk(root))
    if besides is not None:
        apart = os.path.realpath(Path(besides).expanduser())
        files = [file for file in files if os.path.realpath(root / file) != apart]
    found = _each(lambda file: read_header(root / file), files)
    good = [k for k, header in enumerate(found) if isinstance(header, Header)]
    bad = {files[k]: reason(error) for k, error in enumerate(found) if not isinstance(error, Header)}
    if not good and (skip_broken or not bad):
        raise ZooError(f"no images in {root}: expected png, jpeg, webp, bmp or gif files, found {len(bad)} other files")
    skipped = _report(root, bad, len(files), skip_broken)
    return Listing(root, tuple(files[k] for k in good), tuple(found[k] for k in good), skipped)


def read(
    listing: Listing,
    image_size: int | None = None,
    *,
    channels: int | None = None,
    resize: str | None = None,
    skip_broken: bool = False,
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Decode a listing with several threads.

    Returns:
        images uint8 (kept, height, width, channels), in memory or memory-mapped (see `cache.uint8_rows`); the numbers
        of the files that they came from, (kept,); and the names of all files left out.
    """
    root, files = listing.root, listing.files
    height, width = (image_size, image_size) if image_size else _common_size(listing)
    channels = channels or (1 if all(header.grey for header in listing.headers) else 3)
    policy = resize or "crop"

    bad: dict[str, str] = {}

    def fill(rows: np.ndarray) -> np.ndarray:
        def one(k: int) -> None:
            rows[k] = decode(root / files[k], channels, image_size, policy)

        done = _each(one, range(len(files)))
        bad.update((files[k], reason(error)) for k, error in enumerate(done) if error is not None)
        if len(bad) == len(files):
            raise ZooError(f"none of the {len(files)} image files in {root} can be read: {_some(bad)}")
        if bad and not skip_broken:
            raise _broken(root, bad, len(files))
        return np.array([k for k, error in enumerate(done) if error is None], np.int64)

    states = [(root / file).stat() for file in files]
    marks = [f"{file}:{state.st_size}:{state.st_mtime_ns}" for file, state in zip(files, states)]
    key = cache.digest(root.resolve(), height, width, channels, policy, skip_broken, *marks)
    images, kept = cache.uint8_rows((len(files), height, width, channels), key, fill)
    lost = sorted(set(range(len(files))) - set(kept.tolist()))
    skipped = _report(root, {files[k]: bad.get(files[k], "broken") for k in lost}, len(files), skip_broken)
    return images, kept, listing.skipped + skipped


def _walk(root: Path) -> Iterator[str]:
    """Yield the names, relative to `root`, of all files that are not hidden; follows links, but no circles of them."""
    seen = set()
    for folder, below, files in os.walk(root, followlinks=True):
        below[:] = [n for n in below if not n.startswith(".") and os.path.realpath(Path(folder, n)) not in seen]
        seen.update(os.path.realpath(Path(folder, n)) for n in below)
        for file in files:
            if not file.startswith("."):
                yield os.path.relpath(os.path.join(folder, file), root)


def _each(function: Callable, items: Sequence) -> list:
    """Return function(item), or the exception that it raised, for every item; several threads, order kept."""

    def attempt(item: object) -> object:
        try:
            return function(item)
        except Exception as error:  # Pillow's readers raise many kinds on damaged files.
            return error

    with _bombs_as_errors(), ThreadPoolExecutor(min(32, 2 * (os.cpu_count() or 1))) as pool:
        return list(pool.map(attempt, items))


@contextmanager
def _bombs_as_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _common_size(listing: Listing) -> tuple[int, int]:
    first = listing.headers[0]
    for file, header in zip(listing.files, listing.headers):
        if (header.height, header.width) != (first.height, first.width):
            raise ZooError(
                f"images in {listing.root} differ in size: {listing.files[0]} is {first.height}x{first.width}, "
                f"{file} is {header.height}x{header.width} (height x width); give image_size (--image-size)"
            )
    return first.height, first.width


def _some(bad: dict[str, str]) -> str:
    named = ", ".join(f"{file} ({why})" for file, why in list(bad.items())[:5])
    return named + (f" and {len(bad) - 5} more" if len(bad) > 5 else "")


def _broken(root: Path, bad: dict[str, str], count: int) -> ZooError:
    return ZooError(
        f"{len(bad)} of {count} files in {root} cannot be read as images: {_some(bad)}; "
        "remove them, or leave them out with skip_broken=True (--skip-broken)"
    )


def _report(root: Path, bad: dict[str, str], count: int, skip_broken: bool) -> tuple[str, ...]:
    if bad and not skip_broken:
        raise _broken(root, bad, count)
    if bad:
        warnings.warn(f"left out {len(bad)} of {count} files in {root}: {_some(bad)}", stacklevel=2)
    return tuple(str(root / file) for file in bad)
