"""One image file to uint8 pixels, whatever its format, depth, palette, transparency or orientation."""

import os
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tfgan_zoo.data.resize import fit

#: What Pillow may decode. A file is judged by its content, not by the ending of its name.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")

_GREY_MODES = ("1", "L", "LA", "La", "F")
_TURNED = (5, 6, 7, 8)  # Exif orientations that exchange width and height.


@dataclass(frozen=True)
class Header:
    """Size in pixels as shown (after Exif orientation), and whether the image is grey."""

    height: int
    width: int
    grey: bool


def read_header(path: str | os.PathLike) -> Header:
    """Return what is known of an image without decoding its pixels."""
    with Image.open(path, formats=FORMATS) as image:
        width, height = image.size
        if image.getexif().get(0x0112) in _TURNED:
            width, height = height, width
        return Header(height, width, _is_grey(image))


def decode(path: str | os.PathLike, channels: int, size: int | None = None, policy: str = "crop") -> np.ndarray:
    """Return the image as uint8 (height, width, channels), the first frame of an animation.

    Transparent pixels become white, 16-bit grey is scaled to 8 bits, Exif orientation is applied.
    """
    with Image.open(path, formats=FORMATS) as image:
        plain = _flatten(ImageOps.exif_transpose(image)).convert("L" if channels == 1 else "RGB")
    if size is not None:
        plain = fit(plain, size, policy)
    return np.asarray(plain).reshape(plain.height, plain.width, channels)


def reason(error: Exception) -> str:
    """Return in a few words why Pillow could not read a file."""
    if isinstance(error, UnidentifiedImageError):
        return "not a png, jpeg, webp, bmp or gif image"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"more than Pillow's limit of {Image.MAX_IMAGE_PIXELS:,} pixels"
    if isinstance(error, FileNotFoundError):
        return "a link to nothing"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _is_grey(image: Image.Image) -> bool:
    if image.mode == "P":
        palette = np.array(image.getpalette("RGB")).reshape(-1, 3)
        return bool((palette == palette[:, :1]).all())
    return image.mode in _GREY_MODES or image.mode.startswith("I")


def _flatten(image: Image.Image) -> Image.Image:
    """Return an L or RGB image without transparency."""
    if image.mode.startswith("I"):
        # Pillow's own conversion of 16 bits to L clips instead of scaling.
        levels = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        return Image.fromarray(((levels * 255 + 32767) // 65535).astype(np.uint8))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    return image if image.mode == "L" else image.convert("L" if image.mode == "1" else "RGB")
