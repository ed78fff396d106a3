"""How an image of any size becomes one of the size that a model wants.

Policies:
    crop: the largest centered square, then an antialiased (Lanczos) resize. Keeps shapes, loses the margins.
        The default for photographs.
    squash: an antialiased resize of the whole image to a square. Keeps everything, changes proportions.
    pad: centered on black (-1 after scaling). Pixels are kept as they are; only an image that is larger than the
        target is shrunk, in proportion, until it fits. The default for arrays of grey images that are to grow by
        less than half (28 -> 32).
"""

import numpy as np
from PIL import Image

from tfgan_zoo.errors import ZooError, unknown

POLICIES = ("crop", "squash", "pad")


def check(image_size: int | None, resize: str | None) -> None:
    """Raise ZooError unless `image_size` is None or a positive integer and `resize` is None or a policy's name."""
    if image_size is not None and (isinstance(image_size, bool) or not isinstance(image_size, int | np.integer)):
        raise ZooError(f"image_size must be one whole number of pixels (images become squares), found {image_size!r}")
    if image_size is not None and image_size < 1:
        raise ZooError(f"image_size must be at least 1 pixel, found {image_size}")
    if resize is not None and resize not in POLICIES:
        raise unknown("resize policy", resize, POLICIES)


def default_policy(shape: tuple[int, int, int], image_size: int) -> str:
    """Return the policy for an array of images of (height, width, channels): "pad" or "crop", see the module."""
    side = max(shape[:2])
    return "pad" if shape[2] == 1 and side <= image_size < 1.5 * side else "crop"


def fit(image: Image.Image, size: int, policy: str = "crop") -> Image.Image:
    """Return a Pillow image of mode L or RGB as a square of `size` pixels, by the policy of that name."""
    width, height = image.size
    if (width, height) == (size, size):
        return image
    if policy == "squash":
        return image.resize((size, size), Image.Resampling.LANCZOS)
    if policy == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        # Not `resize(box=...)`, whose filter looks beyond the box.
        square = image.crop((left, top, left + side, top + side))
        return square.resize((size, size), Image.Resampling.LANCZOS)
    if max(width, height) > size:
        scale = size / max(width, height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    canvas = Image.new(image.mode, (size, size), 0)
    canvas.paste(image, ((size - width) // 2, (size - height) // 2))
    return canvas


def fit_array(images: np.ndarray, size: int | None, policy: str | None = None) -> np.ndarray:
    """Return uint8 images (n, h, w, 1 or 3) as (n, size, size, channels); size None changes nothing.

    A policy of None is `default_policy`.
    """
    count, height, width, channels = images.shape
    if size is None or (height, width) == (size, size):
        return images
    policy = policy or default_policy(images.shape[1:], size)
    if policy == "pad" and max(height, width) <= size:
        top, left = (size - height) // 2, (size - width) // 2
        margins = ((0, 0), (top, size - height - top), (left, size - width - left), (0, 0))
        return np.pad(images, margins)
    fitted = np.empty((count, size, size, channels), np.uint8)
    for row, image in zip(fitted, images):
        picture = Image.fromarray(image[..., 0] if channels == 1 else image)
        row[...] = np.asarray(fit(picture, size, policy)).reshape(size, size, channels)
    return fitted


def set_channels(images: np.ndarray, channels: int | None) -> np.ndarray:
    """Return uint8 images (..., 1 or 3) with `channels` (1, 3, or None: unchanged).

    Colour becomes grey by ITU-R 601 luma with Pillow's rounding; grey becomes colour by repetition.
    """
    if channels is None or images.shape[-1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=-1)
    luma = images.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32) + 0x8000
    return (luma >> 16).astype(np.uint8)[..., None]


def check_channels(channels: int | None) -> None:
    """Raise ZooError unless `channels` is None, 1 or 3."""
    if channels not in (None, 1, 3):
        raise ZooError(f"channels must be 1 (grey), 3 (colour) or None (as the data is), found {channels!r}")
