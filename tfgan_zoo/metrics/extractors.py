"""What turns images into the features and class scores that metrics compare."""

import os
from typing import Protocol, runtime_checkable

import numpy as np

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.metrics.classifiers import DigitsClassifier, FashionClassifier
from tfgan_zoo.metrics.images import batches

NAMES = ("fashion", "digits", "inception:FILE", "inception:FILE:RESIZE", "efficientnet_lite0:FILE")
"""Extractors that can be written as text."""


@runtime_checkable
class Extractor(Protocol):
    """A frozen network with a name. Any callable object with these two attributes serves.

    It may also have `protocol`, the way in which images reach the network where there are several ("tf1");
    `class_scores`, which class scores it gives where there are several ("class scores without the bias"); and
    `accuracy`, the share of real test images that it classifies rightly, reported beside its scores.
    """

    name: str
    """Labels its scores, as in `fid[fashion]` or, with the protocol, `fid[inception-2015-12-05, tf1]`."""

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `{"features": (n, d), "logits": (n, k)}`, "logits" where there are any.

        The images are float32 NHWC in [-1, 1].
        """
        ...


def label_of(extractor: Extractor) -> str:
    """Return what labels the extractor's scores: its name and, if it has one, its protocol."""
    protocol = getattr(extractor, "protocol", "")
    return f"{extractor.name}, {protocol}" if protocol else extractor.name


def as_extractor(extractor, image_shape: tuple[int, int, int] | None = None) -> Extractor:
    """Return the extractor that is meant.

    Args:
        extractor: an `Extractor`; an `InceptionGraph`; a Keras model; one of the texts "fashion", "digits",
            "inception:FILE", "inception:FILE:RESIZE" (RESIZE one of "tf1", "pytorch_fid", "clean") and
            "efficientnet_lite0:FILE"; or None for the shipped one that judges images of `image_shape`.
        image_shape: (height, width, channels) of the images.

    Raises:
        ZooError: none fits, an unknown name, or weights that cannot be read.
    """
    if extractor is None:
        if image_shape is None:
            raise ZooError(f"name the extractor: {', '.join(NAMES)}")
        return default_extractor(image_shape)
    if isinstance(extractor, str | os.PathLike):
        return _named(os.fspath(extractor))
    # These need TensorFlow, which whoever has such an object has imported.
    if hasattr(extractor, "network") and hasattr(extractor, "protocol"):
        from tfgan_zoo.metrics.inception import InceptionExtractor, InceptionGraph

        if isinstance(extractor, InceptionGraph):
            return InceptionExtractor(extractor)
    if hasattr(extractor, "layers"):
        from tfgan_zoo.metrics.keras_extractor import KerasExtractor

        return KerasExtractor(extractor)
    if not isinstance(extractor, Extractor):
        raise ZooError(
            f"extractor must be a function with a name, an InceptionGraph, a Keras model or one of {', '.join(NAMES)}; "
            f"found {type(extractor).__name__}"
        )
    return extractor


def extract(extractor: Extractor, images_or_dataset, batch_size: int = 256) -> dict[str, np.ndarray]:
    """Return what the extractor gives, batch by batch and then joined: `{"features": (n, d), "logits": (n, k)}`.

    Args:
        extractor: see `Extractor`.
        images_or_dataset: images float32 NHWC in [-1, 1] or uint8, or an iterable (a `tf.data.Dataset`) of them or of
            batches, with or without labels.
        batch_size: images given to the extractor at once; the last batch may have fewer.

    Raises:
        ZooError: no images, wrong shape or range, NaN, or images that this extractor does not judge.
    """
    outputs = [extractor(batch) for batch in batches(images_or_dataset, batch_size)]
    if not outputs:
        raise ZooError("no images to extract features from: the data set is empty")
    return {key: np.concatenate([np.asarray(output[key]) for output in outputs]) for key in outputs[0]}


def default_extractor(image_shape: tuple[int, int, int]) -> Extractor:
    """Return the shipped extractor that judges images of this shape.

    Raises:
        ZooError: no shipped extractor does.
    """
    for extractor in (FashionClassifier, DigitsClassifier):
        if tuple(image_shape) in extractor.image_shapes:
            return extractor()
    raise ZooError(
        f"no offline extractor fits images of shape {tuple(image_shape)}: the shipped ones judge 28x28x1 and 32x32x1 "
        f"(fashion) and 8x8x1 (digits); pass extractor=, one of {', '.join(NAMES)}"
    )


def _named(text: str) -> Extractor:
    name, _, rest = text.partition(":")
    if name in ("fashion", "digits") and not rest:
        return FashionClassifier() if name == "fashion" else DigitsClassifier()
    if name == "inception":
        from tfgan_zoo.metrics.inception import CONVENTIONS, InceptionExtractor, InceptionGraph
        from tfgan_zoo.metrics.inception.weights import WHERE

        path, _, resize = rest.rpartition(":") if rest.rpartition(":")[2] in CONVENTIONS else (rest, "", "tf1")
        if not path:
            raise ZooError(f"inception needs its weights, which are not part of this package: {WHERE}")
        return InceptionExtractor(InceptionGraph(path, resize, taps=("2048", "logits_unbiased")))
    if name == "efficientnet_lite0" and rest:
        from tfgan_zoo.metrics.efficientnet import EfficientNetLite0

        return EfficientNetLite0(rest)
    raise unknown("extractor", text, NAMES)
