"""How a tensor of another package becomes a variable of a Keras network: its shape in the file, and what is done to it.

Keras' layouts are: convolution kernels (height, width, inputs, outputs) that are correlated with the image, dense
kernels (inputs, outputs), maps (1, height, width, channels).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Shape = tuple[int, ...]


class Rule(NamedTuple):
    """A way to convert.

    Attributes:
        shape: shape of the variable -> shape of the tensor in the file.
        convert: array of that shape -> array of the variable's shape.
    """

    shape: Callable[[Shape], Shape]
    convert: Callable[[np.ndarray], np.ndarray]


def _oihw(shape):
    height, width, inputs, outputs = shape
    return outputs, inputs, height, width


def after_ones(rule: Rule, count: int = 1) -> Rule:
    """`rule` for tensors with `count` axes of length one in front."""
    ones = (1,) * count
    return Rule(lambda shape: (*ones, *rule.shape(shape)), lambda a: rule.convert(a.reshape(a.shape[count:])))


def flattened_maps(side: int) -> Rule:
    """PyTorch's dense kernel (outputs, channels * side * side) after maps: they are flattened channels first there."""

    def convert(kernel):
        parts = kernel.reshape(len(kernel), -1, side, side).transpose(2, 3, 1, 0)
        return parts.reshape(-1, len(kernel))

    return Rule(lambda shape: shape[::-1], convert)


SAME = Rule(lambda shape: shape, lambda a: a)
#: PyTorch's dense kernel.
DENSE = Rule(lambda shape: shape[::-1], lambda a: a.T)
#: PyTorch's convolution kernel.
CONVOLUTION = Rule(_oihw, lambda a: a.transpose(2, 3, 1, 0))
#: PyTorch's kernel of a transposed convolution, given as that of a correlation: turned around.
TURNED = Rule(_oihw, lambda a: a[..., ::-1, ::-1].transpose(2, 3, 1, 0))
#: A map without the axis of channels, (height, width).
PLANE = Rule(lambda shape: shape[1:3], lambda a: a[None, :, :, None])
#: Maps with channels first, (channels, height, width).
CHANNELS_FIRST = Rule(lambda shape: (shape[3], *shape[1:3]), lambda a: a.transpose(1, 2, 0)[None])
#: A number in a vector of length one.
NUMBER = Rule(lambda shape: (1,), lambda a: a.reshape(()))
