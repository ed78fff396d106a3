"""The Inception network of 2015-12-05 as a Keras graph: 94 convolutions, four taps and 1,008 logits."""

from collections.abc import Sequence

import keras
import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.inception.layout import CLASSES, convolutions

SIDE = 299
"""Height and width of the images that the network takes."""
TAPS = ("64", "192", "768", "2048", "logits_unbiased", "logits")
"""What the network gives, from early to late, each (n, size): means over space, then class scores."""


def build() -> keras.Model:
    """Return the network without weights: (n, 299, 299, 3), scaled to about [-1, 1], -> {tap: (n, size)}.

    Where it differs from `keras.applications.InceptionV3` and torchvision's network: 1,008 classes; means in the
    pooling branches leave out the padding; the last block pools by maximum, the one before it by mean; no auxiliary
    head. Each batch normalization (epsilon 0.001, with gamma) is folded into the convolution before it, see `fold`.
    Layers have the names of the PyTorch ports.
    """
    images = keras.Input((SIDE, SIDE, 3), dtype="float32", name="images")
    x = _convolve(images, "Conv2d_1a_3x3", 32, 3, 2, "valid")
    x = _convolve(x, "Conv2d_2a_3x3", 32, 3, 1, "valid")
    x = _convolve(x, "Conv2d_2b_3x3", 64, 3)
    x = first_pool = _maximum(x)
    x = _convolve(x, "Conv2d_3b_1x1", 80, 1, 1, "valid")
    x = _convolve(x, "Conv2d_4a_3x3", 192, 3, 1, "valid")
    x = second_pool = _maximum(x)
    for name, pool in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
        x = _block_35(x, name, pool)
    x = _reduce_to_17(x, "Mixed_6a")
    for name, width in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
        x = _block_17(x, name, width)
    last_17 = x
    x = _reduce_to_8(x, "Mixed_7a")
    x = _block_8(x, "Mixed_7b", _mean)
    x = _block_8(x, "Mixed_7c", lambda y: _maximum(y, 1, "same"))
    pool_3 = _over_space(x)
    unbiased = keras.layers.Dense(CLASSES, use_bias=False, dtype="float32", name="logits_unbiased")(pool_3)
    logits = _Bias(dtype="float32", name="logits")(unbiased)
    maps = (_over_space(first_pool), _over_space(second_pool), _over_space(last_17))
    return keras.Model(images, dict(zip(TAPS, (*maps, pool_3, unbiased, logits))), name="inception")


def up_to(network: keras.Model, taps: Sequence[str]) -> keras.Model:
    """Return the part of the network that computes some of the taps; the weights are shared.

    Raises:
        ZooError: an unknown tap, or none.
    """
    taps = (taps,) if isinstance(taps, str) else tuple(taps)
    if not taps or set(taps) - set(TAPS):
        raise ZooError(f"taps of the Inception network are {', '.join(TAPS)}; found {', '.join(taps) or 'none'}")
    return keras.Model(network.input, {tap: network.output[tap] for tap in taps}, name="inception")


def shapes(network: keras.Model) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that `set_tensors` needs, by name: 94 x 5, "fc.weight" and "fc.bias"."""
    wanted = {}
    for convolution in convolutions():
        kernel, bias = network.get_layer(convolution.name).weights
        wanted[f"{convolution.name}.kernel"] = tuple(kernel.shape)
        for part in ("gamma", "beta", "mean", "variance"):
            wanted[f"{convolution.name}.{part}"] = tuple(bias.shape)
    return wanted | {"fc.weight": (2048, CLASSES), "fc.bias": (CLASSES,)}


def fold(tensors: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (kernel HWIO, bias) of a convolution followed by its batch normalization, computed in float64.

    kernel gamma / sqrt(variance + 0.001) and beta - mean gamma / sqrt(variance + 0.001).
    """
    part = {key: tensors[f"{name}.{key}"].astype(np.float64) for key in ("kernel", "gamma", "beta", "mean", "variance")}
    factor = part["gamma"] / np.sqrt(part["variance"] + 0.001)
    return (part["kernel"] * factor).astype(np.float32), (part["beta"] - part["mean"] * factor).astype(np.float32)


def set_tensors(network: keras.Model, tensors: dict[str, np.ndarray]) -> None:
    """Give the network that `build` returned its weights, under the names and in the shapes that `shapes` tells."""
    for convolution in convolutions():
        network.get_layer(convolution.name).set_weights(fold(tensors, convolution.name))
    network.get_layer("logits_unbiased").set_weights([tensors["fc.weight"]])
    network.get_layer("logits").set_weights([tensors["fc.bias"]])


def _block_35(x, block, pool):
    chain = _chain(block)
    return _join(
        chain(x, ("branch1x1", 64, 1)),
        chain(x, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        chain(x, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)),
        chain(_mean(x), ("branch_pool", pool, 1)),
    )


def _reduce_to_17(x, block):
    chain = _chain(block)
    double = chain(x, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3))
    return _join(
        _convolve(x, f"{block}.branch3x3", 384, 3, 2, "valid"),
        _convolve(double, f"{block}.branch3x3dbl_3", 96, 3, 2, "valid"),
        _maximum(x),
    )


def _block_17(x, block, width):
    chain, row, column = _chain(block), (1, 7), (7, 1)
    return _join(
        chain(x, ("branch1x1", 192, 1)),
        chain(x, ("branch7x7_1", width, 1), ("branch7x7_2", width, row), ("branch7x7_3", 192, column)),
        chain(
            x,
            ("branch7x7dbl_1", width, 1),
            ("branch7x7dbl_2", width, column),
            ("branch7x7dbl_3", width, row),
            ("branch7x7dbl_4", width, column),
            ("branch7x7dbl_5", 192, row),
        ),
        chain(_mean(x), ("branch_pool", 192, 1)),
    )


def _reduce_to_8(x, block):
    chain = _chain(block)
    single = chain(x, ("branch3x3_1", 192, 1))
    double = chain(x, ("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)), ("branch7x7x3_3", 192, (7, 1)))
    return _join(
        _convolve(single, f"{block}.branch3x3_2", 320, 3, 2, "valid"),
        _convolve(double, f"{block}.branch7x7x3_4", 192, 3, 2, "valid"),
        _maximum(x),
    )


def _block_8(x, block, pool):
    chain = _chain(block)
    single = chain(x, ("branch3x3_1", 384, 1))
    double = chain(x, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    return _join(
        chain(x, ("branch1x1", 320, 1)),
        chain(single, ("branch3x3_2a", 384, (1, 3))),
        chain(single, ("branch3x3_2b", 384, (3, 1))),
        chain(double, ("branch3x3dbl_3a", 384, (1, 3))),
        chain(double, ("branch3x3dbl_3b", 384, (3, 1))),
        chain(pool(x), ("branch_pool", 192, 1)),
    )


def _chain(block):
    """Return a function that applies convolutions of this block, given as (name, filters, size), one after another."""

    def apply(x, *steps):
        for name, filters, size in steps:
            x = _convolve(x, f"{block}.{name}", filters, size)
        return x

    return apply


def _convolve(x, name, filters, size, stride=1, padding="same"):
    layer = keras.layers.Conv2D(
        filters, size, stride, padding, activation="relu", data_format="channels_last", dtype="float32", name=name
    )
    return layer(x)


def _maximum(x, stride=2, padding="valid"):
    return keras.layers.MaxPooling2D(3, stride, padding, data_format="channels_last", dtype="float32")(x)


def _mean(x):
    # TensorFlow's mean over a padded window divides by the pixels that are inside the image.
    return keras.layers.AveragePooling2D(3, 1, "same", data_format="channels_last", dtype="float32")(x)


def _join(*parts):
    return keras.layers.Concatenate(dtype="float32")(parts)


def _over_space(x):
    return keras.layers.GlobalAveragePooling2D(data_format="channels_last", dtype="float32")(x)


class _Bias(keras.layers.Layer):
    """Adds one number to each class score: scores with and without it are both in use."""

    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs):
        return inputs + self.bias
