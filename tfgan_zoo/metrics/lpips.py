"""Learned perceptual image patch similarity, and the plain pixel distance for where its weights are missing."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.weights.torch_files import read_tensors, take

if TYPE_CHECKING:
    import tensorflow as tf

Weights = str | Path | Mapping[str, np.ndarray]


class Convolution(NamedTuple):
    """A convolution of a trunk, under torchvision's name `features.<index>`; ReLU follows it."""

    index: int
    filters: int
    size: int = 3
    stride: int = 1
    pool: int = 0  # side of the max-pooling of stride 2 in front of it; 0 is none
    tap: bool = False  # whether its output is one of the compared layers


#: network -> (convolutions, least side of an image)
TRUNKS: dict[str, tuple[tuple[Convolution, ...], int]] = {
    "vgg": (
        (
            Convolution(0, 64),
            Convolution(2, 64, tap=True),
            Convolution(5, 128, pool=2),
            Convolution(7, 128, tap=True),
            Convolution(10, 256, pool=2),
            Convolution(12, 256),
            Convolution(14, 256, tap=True),
            Convolution(17, 512, pool=2),
            Convolution(19, 512),
            Convolution(21, 512, tap=True),
            Convolution(24, 512, pool=2),
            Convolution(26, 512),
            Convolution(28, 512, tap=True),
        ),
        16,
    ),
    "alex": (
        (
            Convolution(0, 64, size=11, stride=4, tap=True),
            Convolution(3, 192, size=5, pool=3, tap=True),
            Convolution(6, 384, pool=3, tap=True),
            Convolution(8, 256, tap=True),
            Convolution(10, 256, tap=True),
        ),
        31,
    ),
}

# Mean and deviation of ImageNet's colours, for images in [-1, 1].
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


class LPIPS:
    """Perceptual distance of pairs of images by a network's activations (Zhang et al., 2018, 1801.03924, equation 1).

    `d(a, b) = sum_l mean_{h,w} sum_c w_lc (f_lc(a) - f_lc(b))^2`, where `f_l` is layer l after ReLU, divided at each
    place by its norm over channels, and `w_l >= 0` are heads fitted to human judgements. Version 0.1 of the weights,
    with its scaling of inputs. No square root; 0 for equal images; quadratic for small differences.

    Args:
        net: "vgg" (VGG16, five layers; the one of perceptual path length) or "alex" (AlexNet; closest to the human
            judgements).
        trunk: torchvision's ImageNet weights of that network, `vgg16-397923af.pth` or `alexnet-owt-7be5be79.pth`, or
            their tensors by name. The Keras weights of VGG16 are of another network.
        heads: `vgg.pth` or `alex.pth` of the `lpips` package, folder `weights/v0.1`, or their tensors by name.
        pool_to: if given, images with larger sides are first averaged over squares by a whole factor, so that the
            smaller side becomes at least this. NVIDIA's path length and projection take 256. Default: as they are.

    Raises:
        ZooError: unknown `net`; a file that cannot be read, or is of another network.
    """

    def __init__(self, net: str = "vgg", *, trunk: Weights, heads: Weights, pool_to: int | None = None):
        if net not in TRUNKS:
            raise unknown("network of LPIPS", net, TRUNKS)
        self.net, self.name, self.pool_to = net, f"lpips_{net}", pool_to
        convolutions, self.least = TRUNKS[net]
        self.model = _build(net)
        tensors, channels = _tensors(trunk), 3
        for index, filters, size, *_ in convolutions:
            kernel = take(tensors, f"features.{index}.weight", (filters, channels, size, size), f"the trunk {net}")
            bias = take(tensors, f"features.{index}.bias", (filters,), f"the trunk {net}")
            self.model.get_layer(f"features_{index}").set_weights([kernel.transpose(2, 3, 1, 0), bias])
            channels = filters
        tensors = _tensors(heads)
        taps = [convolution.filters for convolution in convolutions if convolution.tap]
        self.heads = tuple(
            take(tensors, f"lin{index}.model.1.weight", (1, filters, 1, 1), f"the heads {net}").reshape(filters)
            for index, filters in enumerate(taps)
        )

    def layers(self, images_a: "tf.Tensor", images_b: "tf.Tensor") -> "tf.Tensor":
        """Return each layer's part of the distances, (n, 5); see `distance`."""
        import tensorflow as tf

        both = tf.concat([self._prepared(images_a), self._prepared(images_b)], axis=0)
        parts = []
        for features, head in zip(self.model(both), self.heads):
            a, b = tf.split(_unit(features), 2)
            parts.append(tf.reduce_mean(tf.reduce_sum(tf.square(a - b) * head, axis=-1), axis=(1, 2)))
        return tf.stack(parts, axis=1)

    def distance(self, images_a: "tf.Tensor", images_b: "tf.Tensor") -> "tf.Tensor":
        """Return the distances (n,) of tensors float32 (n, height, width, 3), RGB in [-1, 1]; differentiable in both.

        Values beyond [-1, 1] are taken as they are. Static shapes must be known.

        Raises:
            ZooError: the shapes differ, or are not those of colour images of at least 16 (vgg) or 31 (alex) pixels.
        """
        import tensorflow as tf

        if images_a.shape[1:] != images_b.shape[1:]:
            raise ZooError(f"LPIPS compares images of one size; found {images_a.shape} and {images_b.shape}")
        return tf.reduce_sum(self.layers(images_a, images_b), axis=1)

    def __call__(self, images_a: np.ndarray, images_b: np.ndarray, batch_size: int = 32) -> np.ndarray:
        """Return the distances, float32 (n,), of two arrays of images, taken in batches; see `distance`.

        Raises:
            ZooError: as `distance`; the numbers of images differ; the images hold NaN or infinity.
        """
        images_a, images_b = np.asarray(images_a, np.float32), np.asarray(images_b, np.float32)
        if images_a.shape != images_b.shape:
            raise ZooError(f"LPIPS compares image by image; found shapes {images_a.shape} and {images_b.shape}")
        # Looked for here, as ReLU on a CPU makes 0 of NaN and the distance would look sound.
        if not (np.isfinite(images_a).all() and np.isfinite(images_b).all()):
            raise ZooError("the images given to LPIPS hold NaN or infinity; the model diverged or the files are broken")
        starts = range(0, max(len(images_a), 1), batch_size)
        parts = [self._compiled(images_a[i : i + batch_size], images_b[i : i + batch_size]) for i in starts]
        return np.concatenate([np.asarray(part) for part in parts])

    def _compiled(self, images_a: np.ndarray, images_b: np.ndarray) -> "tf.Tensor":
        import tensorflow as tf

        if not hasattr(self, "_function"):
            self._function = tf.function(self.distance, autograph=False)
        return self._function(tf.constant(images_a), tf.constant(images_b))

    def _prepared(self, images: "tf.Tensor") -> "tf.Tensor":
        import tensorflow as tf

        shape = images.shape
        if len(shape) != 4 or shape[-1] != 3 or min(shape[1:3]) < self.least:
            raise ZooError(
                f"{self.name} takes colour images (n, height, width, 3) of at least {self.least}x{self.least} pixels; "
                f"found {tuple(shape)}"
            )
        images = (tf.cast(images, tf.float32) - _SHIFT) / _SCALE
        factor = min(shape[1:3]) // self.pool_to if self.pool_to else 1
        return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images


def pixel_l2(images_a: np.ndarray, images_b: np.ndarray) -> np.ndarray:
    """Return the squared Euclidean distance of each pair of images, `sum_i (a_i - b_i)^2`, float64 (n,).

    What to compare images by where there are no weights for `LPIPS`; its values are not comparable with LPIPS.

    Raises:
        ZooError: the shapes differ or have no axis besides the batch, or the images hold NaN or infinity.
    """
    images_a, images_b = np.asarray(images_a, np.float64), np.asarray(images_b, np.float64)
    if images_a.shape != images_b.shape or images_a.ndim < 2:
        raise ZooError(f"pixel_l2 compares batches of one shape; found {images_a.shape} and {images_b.shape}")
    distances = np.square(images_a - images_b).sum(axis=tuple(range(1, images_a.ndim)))
    if not np.isfinite(distances).all():
        raise ZooError("pixel_l2 is not finite: the images hold NaN or infinity; the model diverged")
    return distances


def _build(net: str):
    """Return the Keras model of a trunk without weights: scaled images -> its five layers."""
    import keras

    images = x = keras.Input((None, None, 3), dtype="float32", name="images")
    taps, form = [], {"data_format": "channels_last", "dtype": "float32"}
    for index, filters, size, stride, pool, tap in TRUNKS[net][0]:
        if pool:
            x = keras.layers.MaxPooling2D(pool, 2, **form)(x)
        # PyTorch pads both sides alike; "same" would not for a stride above 1. AlexNet's first kernel pads by 2.
        x = keras.layers.ZeroPadding2D(2 if size == 11 else size // 2, **form)(x)
        x = keras.layers.Conv2D(filters, size, stride, activation="relu", name=f"features_{index}", **form)(x)
        if tap:
            taps.append(x)
    model = keras.Model(images, taps, name=f"lpips_{net}")
    model.trainable = False
    return model


def _unit(features: "tf.Tensor") -> "tf.Tensor":
    """Return features divided by their norm over channels plus 1e-10; zero, with gradient zero, where they vanish."""
    import tensorflow as tf

    squares = tf.reduce_sum(tf.square(features), axis=-1, keepdims=True)
    some = squares > 0
    # The square root's slope at 0 is infinite, so it is never taken there.
    norm = tf.where(some, tf.sqrt(tf.where(some, squares, 1.0)), 0.0)
    return features / (norm + 1e-10)


def _tensors(weights: Weights) -> Mapping[str, np.ndarray]:
    return weights if isinstance(weights, Mapping) else read_tensors(weights)
