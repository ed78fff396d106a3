"""Images from wherever they come: arrays, data sets, models, folders, names; as float32 NHWC in [-1, 1]."""

import inspect
from collections.abc import Iterable, Iterator

import numpy as np

from tfgan_zoo.errors import ZooError


def to_unit(images, name: str = "images", maximum: int = 255) -> np.ndarray:
    """Return a batch as float32 NHWC in [-1, 1]; uint8 becomes x / (maximum / 2) - 1.

    Raises:
        ZooError: another rank, another kind of number, NaN or infinity, or values outside [-1, 1].
    """
    images = np.asarray(images)
    if images.ndim != 4:
        raise ZooError(
            f"{name} must have shape (n, height, width, channels); found {images.shape}"
            + (" (for points in the plane use mode_coverage)" if images.ndim == 2 else "")
        )
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(maximum / 2) - np.float32(1)
    if images.dtype.kind != "f" and images.dtype.name != "bfloat16":
        raise ZooError(f"{name} must be float32 in [-1, 1] or uint8; found {images.dtype}")
    images = images.astype(np.float32)
    if not np.isfinite(images).all():
        raise ZooError(f"{name} hold NaN or infinity; the model diverged or the file is broken")
    if images.size and np.abs(images).max() > 1.001:
        raise ZooError(
            f"{name} must lie in [-1, 1]; found {images.min():.4g} to {images.max():.4g}; scale them by x / 127.5 - 1"
        )
    return images


def to_bytes(images, name: str = "images") -> np.ndarray:
    """Return a batch as uint8 NHWC; floats in [-1, 1] become round((x + 1) 127.5), as when they are saved as PNG.

    Raises:
        ZooError: as `to_unit`.
    """
    images = np.asarray(images)
    if images.dtype == np.uint8 and images.ndim == 4:
        return images
    return np.rint(np.clip((to_unit(images, name) + 1) * 127.5, 0, 255)).astype(np.uint8)


def batches(source, batch_size: int = 256, name: str = "images") -> Iterator[np.ndarray]:
    """Yield batches of at most `batch_size` images, in order, checked by `to_unit`.

    Args:
        source: an array of images, or an iterable (a `tf.data.Dataset`) of images or of batches of images; an element
            may be a tuple whose first entry is the images, or a dict with the entry "images".
        batch_size: of what is yielded.
        name: of the images in error messages.

    Raises:
        ZooError: as `to_unit`; or `source` is neither an array nor an iterable of images.
    """
    if batch_size < 1:
        raise ZooError(f"batch_size must be at least 1; found {batch_size}")
    whole = hasattr(source, "__array__")
    if whole:
        source = [np.asarray(source)]
    elif not isinstance(source, Iterable):
        raise ZooError(f"{name} must be an array, a data set, or an iterable of images; found {type(source).__name__}")
    waiting: list[np.ndarray] = []
    for element in source:
        images = np.asarray(_images_of(element, name))
        waiting.append(to_unit(images[None] if images.ndim == 3 and not whole else images, name))
        while sum(map(len, waiting)) >= batch_size:
            joined = _joined(waiting, name)
            waiting = [joined[batch_size:]]
            yield joined[:batch_size]
    if sum(map(len, waiting)):
        yield _joined(waiting, name)


def samples_of(model, seed: int, batch_size: int) -> Iterator[np.ndarray]:
    """Yield batches `model.sample(batch_size, seed=...)` for ever; each batch has its own seed, derived from `seed`.

    A model with `classes` whose `sample` takes `labels` is asked for all classes in turn, across the batches: batches
    that each began with class 0 would never reach the classes beyond their size.
    """
    classes = getattr(model, "classes", 0) if _takes_labels(model) else 0
    for index in range(2**31):
        # A positive 31-bit number, as seeds of TensorFlow's stateless functions may be int32.
        derived = int(np.random.SeedSequence([seed, index]).generate_state(1)[0] >> 1)
        labels = {"labels": (index * batch_size + np.arange(batch_size, dtype=np.int32)) % classes} if classes else {}
        images = to_unit(model.sample(batch_size, seed=derived, **labels), "the samples of the model")
        if len(images) != batch_size:
            raise ZooError(f"sample({batch_size}) of the model must return {batch_size} images; found {len(images)}")
        yield images


def take(source: Iterable[np.ndarray], n: int) -> np.ndarray:
    """Return the first `n` images (fewer if there are fewer) of an iterable of batches as one array."""
    taken, count = [], 0
    for batch in source:
        taken.append(batch[: n - count])
        count += len(taken[-1])
        if count >= n:
            break
    return np.concatenate(taken) if taken else np.empty((0, 0, 0, 0), np.float32)


def chosen(images: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Return `n` of the images, drawn without replacement, in their order; all if there are no more than `n`.

    Class-sorted data would otherwise give the first classes alone.
    """
    if len(images) <= n:
        return images
    return images[np.sort(np.random.default_rng(seed).permutation(len(images))[:n])]


def _takes_labels(model) -> bool:
    try:
        return "labels" in inspect.signature(model.sample).parameters
    except (TypeError, ValueError):
        return False


def _images_of(element, name: str):
    if isinstance(element, dict):
        if "images" not in element:
            raise ZooError(f"{name}: a batch that is a dict needs the entry 'images'; found {sorted(element)}")
        return element["images"]
    return element[0] if isinstance(element, tuple) else element


def _joined(parts: list[np.ndarray], name: str) -> np.ndarray:
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1:
        raise ZooError(f"{name} must all have one size; found {' and '.join(map(str, sorted(shapes)))}; resize them")
    return np.concatenate(parts) if len(parts) > 1 else parts[0]
