"""What a model takes: named inputs that can describe, make and check a batch."""

import numbers
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError


@dataclass(frozen=True)
class Images:
    """Float32 images (batch, height, width, channels) in [-1, 1]; a shape of rank 1 means points without a range."""

    shape: tuple[int, ...]
    name: str = "images"
    hint = "make the model with the data's shape, or load the data with another image_size or channels"

    @property
    def spec(self) -> tf.TensorSpec:
        """The tensor's shape and type, with an open batch size."""
        return tf.TensorSpec((None, *self.shape), tf.float32, self.name)

    def example(self, batch_size: int, generator: np.random.Generator) -> np.ndarray:
        """A valid random batch."""
        return generator.uniform(-1, 1, (batch_size, *self.shape)).astype("float32")

    def check(self, values: np.ndarray) -> None:
        """Raise ZooError unless the values are finite and in range."""
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            raise ZooError(f"{self.name}: expected finite values, found NaN or infinity; clean the data")
        if len(self.shape) > 1 and (low < -1.001 or high > 1.001):
            raise ZooError(
                f"{self.name}: expected values in [-1, 1], found [{low:.4g}, {high:.4g}]; "
                "scale bytes with x / 127.5 - 1, or use tfgan_zoo.data.load"
            )


@dataclass(frozen=True)
class Labels:
    """Int32 class ids (batch,) in 0, ..., classes - 1; with `partial` also -1, where the class is not known."""

    classes: int
    name: str = "labels"
    partial: bool = False
    hint = "give one class id per example"

    @property
    def spec(self) -> tf.TensorSpec:
        """The tensor's shape and type, with an open batch size."""
        return tf.TensorSpec((None,), tf.int32, self.name)

    def example(self, batch_size: int, generator: np.random.Generator) -> np.ndarray:
        """A valid random batch."""
        return generator.integers(-1 if self.partial else 0, self.classes, batch_size, dtype="int32")

    def check(self, values: np.ndarray) -> None:
        """Raise ZooError unless every label names a class, or with `partial` is -1."""
        low, high = values.min(), values.max()
        if low < (-1 if self.partial else 0) or high >= self.classes:
            wanted = f"class ids 0..{self.classes - 1}" + (" or -1 (unlabelled)" if self.partial else "")
            hint = "set the model's `classes` or mend the labels"
            if low == -1 and not self.partial:
                hint += "; -1, unlabelled, is for models such as ss_infogan"
            raise ZooError(f"{self.name}: expected {wanted}, found {low}..{high}; {hint}")


@dataclass(frozen=True)
class Attributes:
    """Float32 vectors (batch, count) of 0 and 1: which of `count` attributes an example has."""

    count: int
    name: str = "attributes"
    hint = "make the model with the number of attributes in the data"

    @property
    def spec(self) -> tf.TensorSpec:
        """The tensor's shape and type, with an open batch size."""
        return tf.TensorSpec((None, self.count), tf.float32, self.name)

    def example(self, batch_size: int, generator: np.random.Generator) -> np.ndarray:
        """A valid random batch."""
        return generator.integers(0, 2, (batch_size, self.count)).astype("float32")

    def check(self, values: np.ndarray) -> None:
        """Raise ZooError unless all values are 0 or 1."""
        other = values[(values != 0) & (values != 1)]
        if other.size:
            raise ZooError(
                f"{self.name}: expected 0 (absent) or 1 (present), found {float(other[0]):.4g}; "
                "load the table with tfgan_zoo.data.load(..., attributes=...)"
            )


Input = Images | Labels | Attributes


def shape_of(image_shape: Sequence[int]) -> tuple[int, ...]:
    """Return a checked image shape: (height, width, channels), or (d,) for points.

    Raises:
        ZooError: other ranks, or sizes that are no positive integers.
    """
    shape = tuple(image_shape) if isinstance(image_shape, Sequence) else (image_shape,)
    if len(shape) not in (1, 3) or not all(isinstance(n, numbers.Integral) and n > 0 for n in shape):
        raise ZooError(f"image_shape: expected (height, width, channels), or (d,) for points, found {image_shape!r}")
    return tuple(map(int, shape))
