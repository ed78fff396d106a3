"""What the sources of DCGAN weights share: PyTorch's 4x4 networks inside Keras' 5x5 ones.

PyTorch's convolutions of side 4, stride 2 and padding 1 (transposed ones too) reach the pixels that Keras' of side 5,
stride 2 and padding "same" reach with all but their last row and column. With zeros there both are the same map. And
PyTorch's first layer is a transposed convolution of a 1x1 map, which is a dense layer; its batch normalization has one
statistic a channel, Keras' one a unit: each channel's is repeated over the positions.
"""

from collections.abc import Iterator, Mapping

import keras
import numpy as np

from tfgan_zoo.weights.sources.assignment import Entry, count, numbers, shape_of, square
from tfgan_zoo.weights.sources.rules import Rule

FIRST_SIDE = 4
#: Counters of PyTorch's batch normalization, which with a fixed momentum change nothing.
COUNTERS = r".*\.num_batches_tracked$"

_SIDE = 4  # of PyTorch's kernels
_STATISTICS = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}


def sizes(tensors: Mapping[str, np.ndarray], prefix: str) -> tuple[tuple[int, int, int], int, int]:
    """Return image shape, inputs and width of the generator whose tensors are named `prefix`NUMBER.weight.

    Raises:
        ZooError: a tensor that tells one is missing.
    """
    last = count(tensors, prefix, ".") - 1
    kernels = [i for i in numbers(tensors, prefix, ".") if np.ndim(tensors.get(f"{prefix}{i}.weight")) == 4]
    width, image_channels, *_ = shape_of(tensors, f"{prefix}{last}.weight", 4)
    inputs, *_ = shape_of(tensors, f"{prefix}0.weight", 4)
    return square(FIRST_SIDE * 2 ** (len(kernels) - 1), image_channels), inputs, width


def generator(network: keras.Model, prefix: str, dropout: int | None = None) -> Iterator[Entry]:
    """Where the tensors of a generator go: modules in turn transposed convolution, batch normalization, ReLU.

    Args:
        network: `networks.dcgan_generator`'s.
        prefix: of names.
        dropout: number of the one module that is dropout.
    """
    at = 0
    for layer in network.layers:
        at += at == dropout
        if isinstance(layer, keras.layers.Dense):
            yield Entry(layer.kernel, f"{prefix}{at}.weight", _first())
        elif isinstance(layer, keras.layers.Conv2DTranspose):
            yield Entry(layer.kernel, f"{prefix}{at}.weight", _kernel(layer.kernel.shape[:2]))
        elif isinstance(layer, keras.layers.BatchNormalization):
            times = FIRST_SIDE**2 if at == 1 else 1
            yield from _normalization(layer, f"{prefix}{at}", times)
        elif not isinstance(layer, keras.layers.ReLU):
            continue
        at += 1


def discriminator(network: keras.Model, prefix: str) -> Iterator[Entry]:
    """Where the tensors of a discriminator go: convolution, LeakyReLU, then convolution, normalization, LeakyReLU."""
    at = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            yield Entry(layer.kernel, f"{prefix}{at}.weight", _last())
        elif isinstance(layer, keras.layers.Conv2D):
            yield Entry(layer.kernel, f"{prefix}{at}.weight", _kernel(layer.kernel.shape[:2]))
        elif isinstance(layer, keras.layers.BatchNormalization):
            yield from _normalization(layer, f"{prefix}{at}", 1)
        elif not isinstance(layer, keras.layers.LeakyReLU):
            continue
        at += 1


def _kernel(size) -> Rule:
    """Both kinds: (outputs, inputs, 4, 4), transposed (inputs, outputs, 4, 4), to Keras' (5, 5, second, first)."""
    margins = [(0, n - _SIDE) for n in size]
    return Rule(
        lambda shape: (shape[3], shape[2], _SIDE, _SIDE),
        lambda a: np.pad(a.transpose(2, 3, 1, 0), [*margins, (0, 0), (0, 0)]),
    )


def _first() -> Rule:
    """A transposed convolution of a 1x1 map, (inputs, outputs, 4, 4), to a dense kernel that makes maps."""
    return Rule(
        lambda shape: (shape[0], shape[1] // FIRST_SIDE**2, FIRST_SIDE, FIRST_SIDE),
        lambda a: a.transpose(0, 2, 3, 1).reshape(len(a), -1),
    )


def _last() -> Rule:
    """A convolution to a 1x1 map, (1, inputs, 4, 4), to a dense kernel of flattened maps."""
    return Rule(
        lambda shape: (shape[1], shape[0] // FIRST_SIDE**2, FIRST_SIDE, FIRST_SIDE),
        lambda a: a.transpose(2, 3, 1, 0).reshape(-1, len(a)),
    )


def _normalization(layer, name, times):
    rule = Rule(lambda shape: (shape[0] // times,), lambda a: np.tile(a, times))
    for attribute, part in _STATISTICS.items():
        yield Entry(getattr(layer, attribute), f"{name}.{part}", rule)
