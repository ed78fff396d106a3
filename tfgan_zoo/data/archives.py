"""Data sets in NumPy's .npz files: a user's own, those inside the package, and those that tools/fetch_data brings."""

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tfgan_zoo.data import cache
from tfgan_zoo.data.arrays import from_arrays
from tfgan_zoo.data.attributes import read_table
from tfgan_zoo.data.resize import default_policy
from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError, unknown

GARMENTS = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
NUMERALS = tuple("0123456789")

EMBEDDED = ("fashion_mnist", "digits")
#: Name of a data set -> what `tools/fetch_data` calls it, and its classes.
FETCHED = {"fashion_mnist_full": ("fashion_mnist", GARMENTS), "mnist": ("mnist", NUMERALS)}

SPLITS = ("train", "test")
_DIGITS_TRAIN = 1_400


def open_npz(
    path: str,
    image_size: int | None = None,
    *,
    split: str = "train",
    attributes: str | os.PathLike | None = None,
    **options: object,
) -> Source:
    """Return the collection in a user's .npz: `images` or `x` (uint8), optionally `labels` or `y`.

    Pickled objects are refused. The file is one split, "train". A table of attributes (see
    `tfgan_zoo.data.attributes`) calls the images by the names in the array `files` (text), if the .npz has it, else by
    their numbers 0, 1, 2, ...

    Raises:
        ZooError: not an .npz, no such key, pickled content, content that `from_arrays` refuses, an unreadable table, or
            one without a row for an image.
    """
    if split != "train":
        raise ZooError(f"{path}: an .npz file has one split, 'train'; asked for {split!r}: keep it in another file")
    held = _read(Path(path).expanduser(), ("images", "x", "labels", "y", "files"))
    images = held.get("images", held.get("x"))
    if images is None:
        raise ZooError(f"{path}: expected an array 'images' (or 'x') and perhaps 'labels' (or 'y'), found neither")
    source = from_arrays(path, images, held.get("labels", held.get("y")), image_size, **options)
    if attributes is None:
        return source
    table, files = read_table(attributes), held.get("files", np.arange(len(source))).astype(str)
    if files.shape != (len(source),):
        raise ZooError(f"{path}: files must have shape ({len(source)},), one name per image, found {files.shape}")
    return replace(source, attributes=table.of(files.tolist(), path), attribute_names=table.names)


def open_embedded(name: str, image_size: int | None = None, *, split: str = "train", **options: object) -> Source:
    """Return a data set that comes with the package.

    fashion_mnist: 10,000 train and 2,000 test images, 28 x 28 grey, 10 classes; 32 pads by 2 black pixels a side.
    digits: 1,400 train and 397 test images, 8 x 8 grey with levels 0..16, 10 classes; float = level / 8 - 1.
    """
    _check_split(name, split)
    held = _read(Path(__file__).with_name(f"{name}.npz"))
    if name == "fashion_mnist":
        images, labels = held[f"{split}_images"], held[f"{split}_labels"]
        return from_arrays(name, images, labels, image_size, class_names=GARMENTS, **options)
    order = np.random.default_rng(0).permutation(len(held["images"]))
    rows = order[:_DIGITS_TRAIN] if split == "train" else order[_DIGITS_TRAIN:]
    images = held["images"][rows][..., None]
    if image_size is not None and options.get("resize") is None:
        options["resize"] = default_policy(images.shape[1:], image_size)
    return from_arrays(name, images, held["labels"][rows], image_size, class_names=NUMERALS, maximum=16, **options)


def open_fetched(name: str, image_size: int | None = None, *, split: str = "train", **options: object) -> Source:
    """Return a full data set (60,000 train, 10,000 test) that `tools/fetch_data` put into the cache folder.

    Raises:
        ZooError: it has not been fetched; the text says which command does it.
    """
    _check_split(name, split)
    short, class_names = FETCHED[name]
    path = cache.folder() / f"{short}.npz"
    if not path.is_file():
        raise ZooError(f"data set {name!r} is not in {path.parent}; fetch it with: tools/fetch_data {short}")
    held = _read(path)
    images, labels = held[f"{split}_images"], held[f"{split}_labels"]
    return from_arrays(name, images, labels, image_size, class_names=class_names, **options)


def _check_split(name: str, split: str) -> None:
    if split not in SPLITS:
        raise unknown(f"split of {name}", split, SPLITS)


def _read(path: Path, keys: tuple[str, ...] | None = None) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz, all or those among `keys`, without ever unpickling."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("a single array")
            return {key: archive[key] for key in archive.files if keys is None or key in keys}
    except FileNotFoundError:
        raise ZooError(f"no such file: {path}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise ZooError(
            f"{path} is not a readable .npz of plain arrays ({_line(error)}); save it with numpy.savez"
        ) from (error)


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
