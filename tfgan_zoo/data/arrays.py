"""From an array of whatever a file holds to a collection: checks, channels, size."""

import numpy as np

from tfgan_zoo.data.resize import fit_array, set_channels
from tfgan_zoo.data.source import Source
from tfgan_zoo.errors import ZooError


def from_arrays(
    name: str,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    image_size: int | None = None,
    *,
    channels: int | None = None,
    resize: str | None = None,
    class_names: tuple[str, ...] | None = None,
    maximum: int = 255,
) -> Source:
    """Return a collection of uint8 images (n, h, w[, 1 | 3 | 4]) or of float points (n, 2).

    Transparent pixels (4 channels) become white. Labels are whole numbers >= 0 of shape (n,).

    Raises:
        ZooError: another shape or type, no examples, labels that don't fit, image_size or channels given for points.
    """
    labels, class_names = _labels(name, labels, len(images) if images.ndim else 0, class_names)
    if images.ndim == 2 and images.shape[1] == 2 and images.dtype.kind == "f":
        if image_size is not None or channels is not None or resize is not None:
            raise ZooError(f"{name!r} holds points in the plane: leave image_size, channels and resize out")
        if not np.isfinite(images).all():
            raise ZooError(f"{name!r}: points must be finite numbers, found NaN or infinity")
        return _not_empty(Source(name, images.astype(np.float32), labels, class_names))
    if images.dtype != np.uint8:
        raise ZooError(
            f"{name!r}: images must be uint8 in 0..255, found {images.dtype}; scale them and save them as uint8"
        )
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or 0 in images.shape[1:]:
        raise ZooError(
            f"{name!r}: images must have shape (n, height, width), (n, height, width, 1) or (n, height, width, 3), "
            f"found {images.shape}"
        )
    if images.shape[-1] == 4:
        opacity = images[..., 3:].astype(np.uint32)
        images = ((images[..., :3] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
    if image_size is not None and maximum != 255 and not (max(images.shape[1:3]) <= image_size and resize == "pad"):
        # Interpolation between the few levels of a coarse scale would round them away.
        images, maximum = np.rint(images * (255 / maximum)).astype(np.uint8), 255
    images = set_channels(fit_array(images, image_size, resize), channels)
    return _not_empty(Source(name, images, labels, class_names, maximum))


def _not_empty(source: Source) -> Source:
    if not len(source):
        raise ZooError(f"{source.name!r} holds no examples; expected at least one")
    return source


def _labels(
    name: str, labels: np.ndarray | None, count: int, class_names: tuple[str, ...] | None
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if labels is None:
        return None, ()
    if labels.dtype.kind not in "iu":
        raise ZooError(f"{name!r}: labels must be whole numbers (class ids from 0), found {labels.dtype}")
    if labels.shape != (count,):
        raise ZooError(f"{name!r}: labels must have shape ({count},), one per image, found {labels.shape}")
    if count and labels.min() < 0:
        raise ZooError(f"{name!r}: labels are class ids from 0, found {labels.min()}")
    highest = int(labels.max()) if count else -1
    if highest >= 2**20:
        raise ZooError(f"{name!r}: labels are class ids from 0, found {highest}; number the classes 0, 1, 2, ...")
    if class_names is not None and highest >= len(class_names):
        raise ZooError(f"{name!r}: labels must be below the number of classes {len(class_names)}, found {highest}")
    return labels.astype(np.int32), class_names or tuple(str(k) for k in range(highest + 1))
