"""From the name that a user gives to the data set that it means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tfgan_zoo.data import archives, folders, pairs, resize, shapes, toys
from tfgan_zoo.data.few_labels import forget_labels
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    import tensorflow as tf

#: Names that stand for themselves; the others are tfds:NAME, unpaired:A,B, paired:DIR_A,DIR_B, a folder, an .npz file.
NAMES = tuple(sorted((*archives.EMBEDDED, *archives.FETCHED, *toys.TOYS, "shapes32")))
_PREFIXES = ("tfds:NAME", "unpaired:A,B", "paired:DIR_A,DIR_B", "a folder", "a .npz file")


def list_names() -> list[str]:
    """Return the data sets that have a name of their own.

    >>> list_names()
    ['digits', 'fashion_mnist', 'fashion_mnist_full', 'grid25', 'mnist', 'ring8', 'shapes32', 'swiss_roll']
    """
    return list(NAMES)


def open_source(
    name: str | os.PathLike,
    image_size: int | None = None,
    *,
    split: str = "train",
    channels: int | None = None,
    resize: str | None = None,
    labelled: float | int | None = None,
    attributes: str | os.PathLike | None = None,
    seed: int = 0,
    skip_broken: bool = False,
) -> Source | Pair:
    """Open a data set: its shape, classes and length are known afterwards; `.batches(...)` makes the pipeline.

    Args:
        name: see `load`.
        image_size: side of the square images in pixels; None keeps the size, which must then be the same for all.
        split: "train" or "test"; for tfds whatever the data set has.
        channels: 1 (grey), 3 (colour), or None: 1 if all images are grey, else 3.
        resize: "crop", "squash", "pad", or None for the default (see `tfgan_zoo.data.resize`).
        labelled: keep only these labels, see `load`.
        attributes: path of a table of attributes, see `load`.
        seed: content of the data sets that are drawn (toys, shapes32); choice of the labels that are kept.
        skip_broken: leave files out that cannot be read, with a warning that names them, instead of refusing.

    Raises:
        ZooError: unknown name, split or policy; no such folder; unreadable files; no examples; `labelled` or
            `attributes` that the data cannot have.
    """
    name = os.fspath(name)
    _check(image_size, channels, resize)
    if attributes is not None and (name in NAMES or name.startswith(("tfds:", "paired:", "unpaired:"))):
        raise ZooError(
            f"attributes belong to the files of a folder or of an .npz, which {name!r} is not; leave them out"
        )
    source = _open(name, image_size, split, channels, resize, attributes, seed, skip_broken)
    return source if labelled is None else forget_labels(source, labelled, seed)


def _open(
    name: str,
    image_size: int | None,
    split: str,
    channels: int | None,
    resize: str | None,
    attributes: str | os.PathLike | None,
    seed: int,
    skip_broken: bool,
) -> Source | Pair:
    fitting = {"split": split, "channels": channels, "resize": resize}
    kind, _, rest = name.partition(":")
    if kind == "tfds" and rest:
        from tfgan_zoo.data.tfds_source import open_tfds

        return open_tfds(name, image_size, **fitting)
    if kind == "paired" and rest:
        return pairs.open_paired(name, _two(name, rest), image_size, **fitting, skip_broken=skip_broken)
    if kind == "unpaired" and rest:
        sides = [
            open_source(side, image_size, **fitting, seed=seed, skip_broken=skip_broken) for side in _two(name, rest)
        ]
        for side in sides:
            if isinstance(side, Pair):
                raise ZooError(f"{name!r}: each side must be a single data set, but {side.name!r} is {side.kind}")
        return Pair(name, *sides, aligned=False)
    if name in archives.EMBEDDED:
        return archives.open_embedded(name, image_size, **fitting)
    if name in archives.FETCHED:
        return archives.open_fetched(name, image_size, **fitting)
    if name in toys.TOYS:
        if image_size is not None or channels is not None or resize is not None:
            raise ZooError(f"{name!r} holds points in the plane: leave image_size, channels and resize out")
        return toys.open_toy(name, split=split, seed=seed)
    if name == "shapes32":
        return shapes.open_shapes(image_size, **fitting, seed=seed)
    return _open_path(name, image_size, fitting, attributes, skip_broken)


def load(
    name: str | os.PathLike,
    image_size: int | None = None,
    batch_size: int = 64,
    *,
    split: str = "train",
    labels: bool = False,
    labelled: float | int | None = None,
    attributes: str | os.PathLike | None = None,
    channels: int | None = None,
    resize: str | None = None,
    augment: str | tuple[str, ...] | None = None,
    shuffle: bool = True,
    seed: int = 0,
    repeat: bool = False,
    start_batch: int = 0,
    skip_broken: bool = False,
    drop_remainder: bool = True,
) -> tf.data.Dataset:
    """Return batches of a data set as a tf.data.Dataset, ready for `fit`.

    Elements are float32 images (batch, height, width, channels) in [-1, 1] (pixel / 127.5 - 1), or with labels
    (images, int32 labels (batch,)), with attributes last (float32 (batch, attributes)); (x, y) for unpaired, (source,
    target) for paired sets; float32 points (batch, 2) for toys.

    Args:
        name: `fashion_mnist`, `digits` (embedded); `fashion_mnist_full`, `mnist` (after tools/fetch_data); `ring8`,
            `grid25`, `swiss_roll` (points); `shapes32` (unpaired); `tfds:NAME`; a folder of images (classes are its
            sub-folders; with trainA and trainB, or A and B, it is unpaired); an .npz file with `images` (or `x`) and
            perhaps `labels` (or `y`); `unpaired:A,B` of any two of these; `paired:DIR_A,DIR_B` (matched by file name).
        image_size: side of the square images in pixels; None keeps the size, which must then be the same for all.
        batch_size: examples in a batch.
        split: "train" or "test"; for tfds whatever the data set has.
        labels: give (images, labels).
        labelled: keep only some labels, the others become -1: a share of every class's (a float such as 0.1), or so
            many of every class (a whole number). The choice follows from `seed`.
        attributes: path of a table with 0/1 or -1/1 for each of a folder's image files: CelebA's list_attr_celeba.txt
            or comma-separated values (see `tfgan_zoo.data.attributes`); give vectors of 0 and 1.
        channels: 1 (grey), 3 (colour), or None: 1 if all images are grey, else 3.
        resize: "crop", "squash", "pad", or None for the default (see `tfgan_zoo.data.resize`).
        augment: "flip", "shift" or both ("flip,shift"), see `tfgan_zoo.data.augment`; pairs change together.
        shuffle: a new order in every epoch; otherwise the order of the data.
        seed: of orders, augmentation, and drawn data. Batch t depends on (seed, t) alone.
        repeat: go on for ever. Otherwise one iteration is one epoch, and the next iteration is the next epoch.
        start_batch: the number of the first batch: a run that stopped after k batches goes on with k.
        skip_broken: leave files out that cannot be read, with a warning that names them, instead of refusing.
        drop_remainder: leave out the last, smaller batch of an epoch, so that all have the same static shape.

    Raises:
        ZooError: what `open_source` raises; batch larger than the data; no labels where asked for, or `labelled`
            where they are not.
    """
    if labelled is not None and not labels:
        raise ZooError(f"labelled={labelled!r} says how many labels to keep, but none were asked for; add labels=True")
    source = open_source(
        name,
        image_size,
        split=split,
        channels=channels,
        resize=resize,
        labelled=labelled,
        attributes=attributes,
        seed=seed,
        skip_broken=skip_broken,
    )
    return source.batches(
        batch_size,
        labels=labels,
        attributes=attributes is not None,
        augment=augment,
        shuffle=shuffle,
        seed=seed,
        repeat=repeat,
        start_batch=start_batch,
        drop_remainder=drop_remainder,
    )


def _check(image_size: int | None, channels: int | None, policy: str | None) -> None:
    resize.check(image_size, policy)
    resize.check_channels(channels)


def _two(name: str, rest: str) -> tuple[str, str]:
    parts = tuple(part.strip() for part in rest.split(","))
    if len(parts) != 2 or not all(parts):
        raise ZooError(f"{name!r}: expected two names with a comma between them, found {len([p for p in parts if p])}")
    return parts


def _open_path(
    name: str, image_size: int | None, fitting: dict, attributes: str | os.PathLike | None, skip_broken: bool
) -> Source | Pair:
    path = Path(name).expanduser()
    if path.suffix == ".npz" and (path.is_file() or not path.exists()):
        return archives.open_npz(name, image_size, **fitting, attributes=attributes)
    if path.is_dir():
        split = fitting["split"]
        domains = pairs.domain_folders(path, split)
        if domains and attributes is not None:
            raise ZooError(f"attributes belong to one folder of images, but {name!r} holds two; give one of them")
        if domains:
            options = {key: value for key, value in fitting.items() if key != "split"}
            return pairs.open_domains(name, domains, image_size, **options, skip_broken=skip_broken)
        return folders.open_folder(name, image_size, **fitting, attributes=attributes, skip_broken=skip_broken)
    if path.exists():
        raise ZooError(f"{name} is a file; expected a folder of images or an .npz file")
    if "/" in name or os.sep in name or name.startswith(("~", ".")):
        raise ZooError(f"no such folder: {name}")
    raise unknown("data set", name, (*NAMES, *_PREFIXES))
