"""Any image data set of TensorFlow Datasets, by the name after `tfds:`."""

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from tfgan_zoo.data import cache
from tfgan_zoo.data.resize import default_policy, fit, set_channels
from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError, unknown


def open_tfds(
    name: str,
    image_size: int | None = None,
    *,
    split: str = "train",
    channels: int | None = None,
    resize: str | None = None,
) -> Source:
    """Return a split of `tfds:NAME` (`NAME/config:version` and slices such as "train[:10%]" work too).

    Data that is already in TFDS_DATA_DIR (default ~/tensorflow_datasets) is read from there; otherwise TensorFlow
    Datasets downloads it. The image is the feature "image", or the only image feature; the label is "label", or the
    only class label.

    Raises:
        ZooError: no such data set or split, no image feature, images of different size without `image_size`, or
            whatever stops the download.
    """
    import tensorflow_datasets as tfds

    short = name.removeprefix("tfds:")
    try:
        builder = tfds.builder(short, data_dir=os.environ.get("TFDS_DATA_DIR"))
    except tfds.core.DatasetNotFoundError:
        raise unknown("tfds data set", short, _near(short, tfds.list_builders(with_community_datasets=False))) from None
    except Exception as error:
        raise ZooError(f"cannot open {name!r} with TensorFlow Datasets: {_line(error)}") from error
    image, label = _features(name, builder.info.features)
    with _named(name, split):
        builder.download_and_prepare()
    splits = set(builder.info.splits)
    # Sums and slices of splits ("train+test", "train[:10%]") are left to TensorFlow Datasets to judge.
    if splits and split.isidentifier() and split not in {*splits, "all"}:
        raise unknown(f"split of {name}", split, splits)
    with _named(name, split):
        data = builder.as_dataset(split=split, shuffle_files=False)
        first = next(iter(data.take(1).as_numpy_iterator()), None)
    count = int(data.cardinality())
    if count < 0:
        count = sum(1 for _ in data)
    if first is None or count < 1:
        raise ZooError(f"{name!r} has no examples in split {split!r}")
    height, width, depth = first[image].shape
    if first[image].dtype != np.uint8 or depth not in (1, 3, 4):
        raise ZooError(f"{name!r}: expected uint8 images with 1, 3 or 4 channels, found {first[image].dtype} x {depth}")
    out_channels = channels or (1 if depth == 1 else 3)
    policy = resize or (default_policy((height, width, depth), image_size) if image_size else "crop")
    shape = (count, image_size or height, image_size or width, out_channels)
    labels = None if label is None else np.empty(count, np.int32)

    def fill(rows: np.ndarray) -> np.ndarray:
        for k, example in enumerate(data.as_numpy_iterator()):
            pixels = example[image]
            if image_size is None and pixels.shape[:2] != shape[1:3]:
                raise ZooError(
                    f"images of {name!r} differ in size: {height}x{width} and {pixels.shape[0]}x{pixels.shape[1]} "
                    "(height x width); give image_size (--image-size)"
                )
            rows[k] = _fit(pixels, image_size, policy, out_channels)
            if labels is not None:
                labels[k] = example[label]
        return np.arange(count)

    key = cache.digest(builder.info.full_name, split, *shape, policy)
    with _named(name, split):
        images, _ = cache.uint8_rows(shape, key, fill)
    if labels is None:
        return Source(name, images)
    if isinstance(images, np.memmap):
        # A map that an earlier run made: its labels were not kept, and are quick to read alone.
        labels[:] = [example[label] for example in data.as_numpy_iterator()]
    if labels.min() < 0:
        return Source(name, images)  # Splits whose labels are withheld carry -1.
    return Source(name, images, labels, tuple(builder.info.features[label].names))


@contextmanager
def _named(name: str, split: str) -> Iterator[None]:
    try:
        yield
    except ZooError:
        raise
    except Exception as error:  # The generators of hundreds of data sets raise whatever they meet.
        raise ZooError(
            f"cannot prepare {name!r} (split {split!r}) with TensorFlow Datasets: {_line(error)}; prepare it elsewhere "
            "and name its folder in TFDS_DATA_DIR"
        ) from error


def _fit(pixels: np.ndarray, size: int | None, policy: str, channels: int) -> np.ndarray:
    if pixels.shape[-1] == 4:
        opacity = pixels[..., 3:].astype(np.uint32)
        pixels = ((pixels[..., :3] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
    if size is not None:
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        pixels = np.asarray(fit(picture, size, policy)).reshape(size, size, pixels.shape[-1])
    return set_channels(pixels, channels)


def _features(name: str, features: object) -> tuple[str, str | None]:
    """Return the keys of the image and of the label (or None)."""
    import tensorflow_datasets as tfds

    named = dict(features.items()) if isinstance(features, tfds.features.FeaturesDict) else {}
    images = [key for key, feature in named.items() if isinstance(feature, tfds.features.Image)]
    labels = [key for key, feature in named.items() if isinstance(feature, tfds.features.ClassLabel)]
    if not images or (len(images) > 1 and "image" not in images):
        raise ZooError(
            f"{name!r} has no single image feature; its features are {', '.join(sorted(named)) or 'unnamed'}"
        )
    image = "image" if "image" in images else images[0]
    label = "label" if "label" in labels else labels[0] if len(labels) == 1 else None
    return image, label


def _near(short: str, known: list[str]) -> list[str]:
    """Return the few of thousands of names that are worth printing."""
    return difflib.get_close_matches(short, known, n=5, cutoff=0.4) or ["mnist", "cifar10", "celeb_a"]


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
