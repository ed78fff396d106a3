"""Small classifiers of the embedded data, shipped with their weights: feature extractors that need no download."""

import abc
import functools
import hashlib
import json
from pathlib import Path
from typing import ClassVar

import numpy as np

from tfgan_zoo.errors import ZooError


class ShippedClassifier(abc.ABC):
    """A frozen Keras classifier; its weights lie beside this file as `<name>_classifier.npz`, their facts as `.json`.

    The network is built at the first use and computes in float32 whatever the global Keras policy.
    `tools/train_classifier` makes the weights.

    Args:
        weights: another `.npz` file made by `tools/train_classifier`, its `.json` beside it. Default: the shipped one.
    """

    name: ClassVar[str]  # labels every score that this network gives, as in `fid[fashion]`
    image_shapes: ClassVar[tuple[tuple[int, int, int], ...]]  # (height, width, channels) that it judges; native first

    def __init__(self, weights: str | Path | None = None):
        self.path = Path(weights) if weights else Path(__file__).with_name(f"{self.name}_classifier.npz")

    @functools.cached_property
    def facts(self) -> dict:
        """How the weights were made and measured: `accuracy`, `test_images`, `seed`, `command`, `sha256`, ..."""
        return json.loads(_read(self.path.with_suffix(".json")))

    @property
    def accuracy(self) -> float:
        """Share of the embedded test images, which training never saw, classified rightly (three digits)."""
        return self.facts["accuracy"]

    @functools.cached_property
    def model(self):
        """The Keras model with its weights: native images -> `{"features", "logits"}`.

        Raises:
            ZooError: the weights are missing, or are not the ones that the `.json` file describes.
        """
        if hashlib.sha256(_read(self.path)).hexdigest() != self.facts["sha256"]:
            raise ZooError(
                f"{self.path} is damaged: its SHA-256 is not the one in its .json; install the package again"
            )
        model = self.build()
        with np.load(self.path, allow_pickle=False) as arrays:
            set_weights(model, arrays)
        return model

    @classmethod
    @abc.abstractmethod
    def build(cls, seed: int = 0):
        """Return the untrained Keras model, initialized from `seed`."""

    def prepare(self, images: np.ndarray) -> np.ndarray:
        """Return float32 images of the network's native shape.

        Raises:
            ZooError: the images have another size or number of channels than those that this network judges.
        """
        images = np.asarray(images, np.float32)
        if images.ndim != 4 or images.shape[1:] not in self.image_shapes:
            sizes = " or ".join("x".join(map(str, shape)) for shape in self.image_shapes)
            raise ZooError(
                f"the {self.name} classifier judges images of {sizes}, found an array of shape {images.shape}; "
                "resize the images, or pass another extractor"
            )
        border = (images.shape[1] - self.image_shapes[0][0]) // 2
        return images[:, border : images.shape[1] - border, border : images.shape[2] - border]

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `{"features": (n, d), "logits": (n, 10)}`, float32, of images float32 NHWC in [-1, 1].

        Raises:
            ZooError: see `prepare`.
        """
        outputs = self.model(self.prepare(images), training=False)
        return {key: np.asarray(value) for key, value in outputs.items()}


class FashionClassifier(ShippedClassifier):
    """Fashion-MNIST, ten classes: three convolutions with batch normalization, 128 features after ReLU, 10 logits.

    Judges one channel of 28x28, or of 32x32 (28x28 padded by two black pixels, which it cuts off again). Trained on the
    10,000 embedded training images. Its Fréchet distance is not comparable with one of the Inception network.
    """

    name = "fashion"
    image_shapes = ((28, 28, 1), (32, 32, 1))

    @classmethod
    def build(cls, seed: int = 0):
        """Return the untrained network, (n, 28, 28, 1) -> 128 features and 10 logits."""
        import keras

        images = x = keras.Input((28, 28, 1), dtype="float32", name="images")
        for index, width in enumerate((32, 64, 96)):
            x = keras.layers.Conv2D(
                width,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer=keras.initializers.HeNormal(seed=1000 * seed + index),
                data_format="channels_last",
                dtype="float32",
                name=f"convolution_{index}",
            )(x)
            x = keras.layers.BatchNormalization(momentum=0.95, dtype="float32", name=f"normalization_{index}")(x)
            x = keras.layers.ReLU(dtype="float32")(x)
            x = keras.layers.MaxPooling2D(2, data_format="channels_last", dtype="float32")(x)
        x = keras.layers.Flatten(data_format="channels_last", dtype="float32")(x)
        return _with_head(images, x, 128, seed)


class DigitsClassifier(ShippedClassifier):
    """scikit-learn digits, ten classes: a 64-192-192-10 perceptron; its second hidden layer gives 192 features.

    The "judge" of the proofs on digits: 8x8, one channel. Trained on the 1,400 training images of the `digits` split.
    """

    name = "digits"
    image_shapes = ((8, 8, 1),)

    @classmethod
    def build(cls, seed: int = 0):
        """Return the untrained network, (n, 8, 8, 1) -> 192 features and 10 logits."""
        import keras

        images = keras.Input((8, 8, 1), dtype="float32", name="images")
        x = keras.layers.Flatten(data_format="channels_last", dtype="float32")(images)
        initializer = keras.initializers.HeNormal(seed=1000 * seed)
        x = keras.layers.Dense(192, "relu", kernel_initializer=initializer, dtype="float32", name="hidden")(x)
        return _with_head(images, x, 192, seed)


def get_weights(model) -> dict[str, np.ndarray]:
    """Return the weights of a Keras model as float32 arrays under names such as "features/kernel"."""
    return {
        f"{layer.name}/{weight.name}": _array(weight)
        for layer in model.layers
        for weight in layer.weights
        if _kept(weight)
    }


def set_weights(model, arrays) -> None:
    """Give a Keras model the weights that `get_weights` returned for one of the same build."""
    for layer in model.layers:
        for weight in filter(_kept, layer.weights):
            weight.assign(arrays[f"{layer.name}/{weight.name}"])


def _with_head(images, x, features: int, seed: int):
    """Return the model that ends in dropout, a dense ReLU layer of features, dropout and ten logits."""
    import keras

    hidden = keras.initializers.HeNormal(seed=1000 * seed + 100)
    output = keras.initializers.GlorotUniform(seed=1000 * seed + 101)
    x = keras.layers.Dropout(0.3, seed=1000 * seed + 102, dtype="float32")(x)
    x = keras.layers.Dense(features, "relu", kernel_initializer=hidden, dtype="float32", name="features")(x)
    y = keras.layers.Dropout(0.3, seed=1000 * seed + 103, dtype="float32")(x)
    y = keras.layers.Dense(10, kernel_initializer=output, dtype="float32", name="logits")(y)
    return keras.Model(images, {"features": x, "logits": y})


def _kept(weight) -> bool:
    # Dropout keeps its random state among the weights of the layer; it is no part of the frozen network.
    return weight.name != "seed_generator_state"


def _array(weight) -> np.ndarray:
    return np.asarray(weight, np.float32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ZooError(f"cannot read {path}: {error.strerror}; install the package again, or check the path") from error
