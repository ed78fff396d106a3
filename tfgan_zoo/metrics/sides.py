"""The two sides of a comparison: images that lie somewhere, or that a model makes batch by batch."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.images import batches, chosen, samples_of, take, to_unit


class StoredImages:
    """Images with random access, of which `count` are chosen by a seed, in their order.

    Args:
        images: (n, height, width, channels), uint8 or float32 in [-1, 1].
        samples: how many to choose; None takes all.
        seed: of the choice.
        name: in error messages and files.
        maximum: the uint8 value that becomes +1.
        classes: of the data set; 0 if it has none.
        lasting: the same images may be met again in another process, so that keeping their statistics is worth while.
    """

    def __init__(self, images, samples=None, seed=0, name="images", maximum=255, classes=0, lasting=False):
        if images.ndim != 4:
            to_unit(images[:0], name)  # says what was expected
        self.images, self.name, self.maximum, self.seed = images, name, maximum, seed
        self.classes, self.lasting = classes, lasting
        self._rows = chosen(np.arange(len(images)), len(images) if samples is None else samples, seed)
        self.count, self.shape = len(self._rows), tuple(int(size) for size in images.shape[1:])

    def batches(self, n: int, batch_size: int) -> Iterator[np.ndarray]:
        """Yield `n` of the `count` images, float32 in [-1, 1]; the last batch may have fewer."""
        rows = chosen(self._rows, n, self.seed)
        name = self.name if self.name == "images" else f"the images of {self.name}"
        for start in range(0, len(rows), batch_size):
            yield to_unit(self.images[rows[start : start + batch_size]], name, self.maximum)

    def content(self, n: int) -> str:
        """Return a hash of the `n` images that `batches` yields, and of their shape and scale."""
        rows, total = chosen(self._rows, n, self.seed), hashlib.sha256()
        total.update(f"{n} {self.shape} {self.maximum} {self.images.dtype}".encode())
        for start in range(0, len(rows), 1024):
            total.update(np.ascontiguousarray(self.images[rows[start : start + 1024]]).tobytes())
        return total.hexdigest()


class SampledImages:
    """What a model with `sample(n, seed=...)` makes; a batch is held at a time.

    Args:
        model: the model.
        samples: how many it is asked for.
        seed: of the batches' seeds.
        batch_size: images sampled at once.
    """

    lasting, classes, name = False, 0, "the model"

    def __init__(self, model, samples: int, seed: int, batch_size: int):
        self._source, self.count = (model, seed, min(batch_size, samples)), samples
        # The first batch tells the shape; it is not made twice.
        self._made = samples_of(*self._source)
        self._first = next(self._made)
        self.shape = self._first.shape[1:]

    def batches(self, n: int, batch_size: int) -> Iterator[np.ndarray]:
        """Yield the first `n` images, float32 in [-1, 1]; always the same, whatever `batch_size`."""
        made = samples_of(*self._source) if self._made is None else itertools.chain([self._first], self._made)
        self._made, left = None, n
        for part in batches(made, batch_size, self.name):
            yield part[:left]
            left -= len(part)
            if left <= 0:
                return


def opened(
    source,
    samples: int | None,
    seed: int,
    batch_size: int,
    shape: tuple[int, ...] | None = None,
    skip_broken: bool = False,
):
    """Return the side that `source` means: `StoredImages` or `SampledImages`.

    Args:
        source: what `tfgan_zoo.metrics.evaluate` takes for either side, but no statistics.
        samples: how many images to compare at most; None for all (not of models).
        seed: of the choice or of the samples.
        batch_size: images sampled at once.
        shape: (height, width, channels) in which a name is opened, where it can be chosen.
        skip_broken: leave out the files of a folder that cannot be read.

    Raises:
        ZooError: nothing that gives images.
    """
    if hasattr(source, "sample"):
        if samples is None:
            raise ZooError("a model gives as many images as it is asked for; say how many samples")
        return SampledImages(source, samples, seed, batch_size)
    named = is_name(source)
    if named:
        source = open_named(os.fspath(source), shape, skip_broken)
    if hasattr(source, "images"):
        options = {"maximum": source.maximum, "classes": source.classes, "lasting": True}
        return StoredImages(source.images, samples, seed, str(source.name), **options)
    if isinstance(source, np.ndarray):
        return StoredImages(source, samples, seed)
    images = take(batches(source, batch_size), 2**62 if samples is None else samples)
    return StoredImages(images, samples, seed)


def is_name(source) -> bool:
    """Whether a side is given as the name of a data set, a folder or a file."""
    return isinstance(source, str | os.PathLike)


def open_named(name: str, shape: tuple[int, ...] | None, skip_broken: bool = False):
    """Return the `tfgan_zoo.data.Source` of a name, folder or file: its test part if it has one; see `opened`."""
    from tfgan_zoo import data  # reads pictures: needed only for names

    fitting = {"skip_broken": skip_broken}
    if shape and shape[0] == shape[1]:
        fitting |= {"image_size": shape[0], "channels": shape[2] if shape[2] in (1, 3) else None}
    try:
        source = data.open_source(name, split="test", **fitting)
    except ZooError:
        if not _is_one_split(Path(name).expanduser()):
            raise
        # A plain folder or file, such as one of generated images, has no test part.
        source = data.open_source(name, split="train", **fitting)
    if not hasattr(source, "images"):
        raise ZooError(f"{name!r} has two sides; give the one to compare with, such as its folder or its array")
    return source


def _is_one_split(path: Path) -> bool:
    """Whether there is a file, or a folder without a test part. A broken test part must not become the train part."""
    from tfgan_zoo.data.folders import split_folder

    if not path.is_dir():
        return path.exists()
    try:
        split_folder(path, "test")
    except ZooError:
        return True
    return False
