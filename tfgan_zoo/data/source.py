"""What a data set is once it is open: numbered examples, their labels, and the batches made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


class Batches:
    """The method that single and two-sided collections share."""

    def batches(
        self,
        batch_size: int = 64,
        *,
        labels: bool = False,
        attributes: bool = False,
        augment: str | tuple[str, ...] | None = None,
        shuffle: bool = True,
        seed: int = 0,
        repeat: bool = False,
        start_batch: int = 0,
        drop_remainder: bool = True,
    ) -> tf.data.Dataset:
        """Return the examples as a tf.data pipeline; `tfgan_zoo.data.load` says what the arguments mean.

        With `attributes` their vectors come last in a batch.
        """
        from tfgan_zoo.data import pipeline

        return pipeline.batches(
            self,
            batch_size,
            labels=labels,
            attributes=attributes,
            augment=augment,
            shuffle=shuffle,
            seed=seed,
            repeat=repeat,
            start_batch=start_batch,
            drop_remainder=drop_remainder,
        )


@dataclass(frozen=True, eq=False)
class Source(Batches):
    """A collection of images or of points in the plane, with random access.

    Attributes:
        name: what the user called it.
        images: uint8 (n, height, width, 1 or 3), in memory or memory-mapped; for toys float32 points (n, 2).
        labels: int32 (n,) class ids, -1 where the class is not known (only with labelled=...); or None.
        class_names: one name per class; empty without labels.
        maximum: the pixel value that becomes +1: float = pixel / (maximum / 2) - 1.
        skipped: files that were left out because they could not be read (only with skip_broken=True).
        attributes: float32 (n, attributes), 0 or 1; or None.
        attribute_names: one name per attribute; empty without.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] = ()
    maximum: int = 255
    skipped: tuple[str, ...] = ()
    attributes: np.ndarray | None = None
    attribute_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    @property
    def kind(self) -> str:
        """Either "images" or "points"."""
        return "points" if self.images.ndim == 2 else "images"

    @property
    def image_shape(self) -> tuple[int, ...]:
        """(height, width, channels); (2,) for points."""
        return tuple(int(n) for n in self.images.shape[1:])

    @property
    def classes(self) -> int:
        """Number of classes; 0 without labels."""
        return len(self.class_names)

    @property
    def sides(self) -> tuple[Source, ...]:
        """The collections that one batch draws from."""
        return (self,)


@dataclass(frozen=True, eq=False)
class Pair(Batches):
    """Two collections whose batches are (x, y).

    Attributes:
        name: what the user called it.
        x: the first side (the source images of a paired set).
        y: the second side (the targets of a paired set).
        aligned: True if example i of x belongs to example i of y (paired); False if each side is drawn by itself.
    """

    name: str
    x: Source
    y: Source
    aligned: bool

    def __len__(self) -> int:
        return max(len(self.x), len(self.y))

    @property
    def kind(self) -> str:
        """Either "paired" or "unpaired"."""
        return "paired" if self.aligned else "unpaired"

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image of x."""
        return self.x.image_shape

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of one image of y."""
        return self.y.image_shape

    @property
    def classes(self) -> int:
        """Always 0: two-sided sets carry no labels."""
        return 0

    @property
    def class_names(self) -> tuple[str, ...]:
        """Always empty."""
        return ()

    @property
    def labels(self) -> None:
        """Always None."""
        return None

    @property
    def attributes(self) -> None:
        """Always None."""
        return None

    @property
    def skipped(self) -> tuple[str, ...]:
        """Files of both sides that were left out."""
        return self.x.skipped + self.y.skipped

    @property
    def sides(self) -> tuple[Source, ...]:
        """The collections that one batch draws from."""
        return (self.x, self.y)
