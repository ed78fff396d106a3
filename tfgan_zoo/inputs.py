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
    """Int32 class ids (batch,) in 0, ..., classes - 1."""

    classes: int
    name: str = "labels"
    hint = "give one class id per example"

    @property
    def spec(self) -> tf.TensorSpec:
        """The tensor's shape and type, with an open batch size."""
        return tf.TensorSpec((None,), tf.int32, self.name)

    def example(self, batch_size: int, generator: np.random.Generator) -> np.ndarray:
        """A valid random batch."""
        return generator.integers(0, self.classes, batch_size, dtype="int32")

    def check(self, values: np.ndarray) -> None:
        """Raise ZooError unless every label names a class."""
        low, high = values.min(), values.max()
        if low < 0 or high >= self.classes:
            raise ZooError(
                f"{self.name}: expected class ids 0..{self.classes - 1}, found {low}..{high}; "
                "set the model's `classes` or mend the labels"
            )


Input = Images | Labels


def shape_of(image_shape: Sequence[int]) -> tuple[int, ...]:
    """Return a checked image shape: (height, width, channels), or (d,) for points.

    Raises:
        ZooError: other ranks, or sizes that are no positive integers.
    """
    shape = tuple(image_shape) if isinstance(image_shape, Sequence) else (image_shape,)
    if len(shape) not in (1, 3) or not all(isinstance(n, numbers.Integral) and n > 0 for n in shape):
        raise ZooError(f"image_shape: expected (height, width, channels), or (d,) for points, found {image_shape!r}")
    return tuple(map(int, shape))
