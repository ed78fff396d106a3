"""What turns images into the features and class scores that metrics compare."""

from typing import Protocol, runtime_checkable

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.classifiers import DigitsClassifier, FashionClassifier
from tfgan_zoo.metrics.images import batches


@runtime_checkable
class Extractor(Protocol):
    """A frozen network with a name. Any callable object with these two attributes serves.

    It may also have `accuracy`, the share of real test images that it classifies rightly, reported beside its scores.
    """

    name: str
    """Labels its scores, as in `fid[fashion]`."""

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `{"features": (n, d), "logits": (n, k)}`, "logits" where there are any.

        The images are float32 NHWC in [-1, 1].
        """
        ...


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
        "(fashion) and 8x8x1 (digits); pass extractor="
    )
