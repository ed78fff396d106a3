"""Pictures of samples: a grid of images, or a scatter plot of points. No TensorFlow here."""

import math
import os

import numpy as np
from PIL import Image

from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

_GAP = 2


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Return images as uint8: floats in [-1, 1] become round((x + 1) 127.5), clipped; NaN becomes 0."""
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    return np.rint(np.clip(np.nan_to_num((images.astype(np.float32) + 1) * 127.5), 0, 255)).astype(np.uint8)


def grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Return one uint8 picture (height, width, channels) with the images in rows, white gaps of 2 pixels between.

    Args:
        images: (n, h, w, 1 or 3) or (n, h, w); uint8, or floats in [-1, 1].
        columns: images in a row; by default the least number that makes the grid no taller than wide.
    """
    images = to_uint8(images)
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ZooError(f"a grid needs images (n, height, width, 1 or 3) or points (n, 2), found {images.shape}")
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    step_y, step_x = height + _GAP, width + _GAP
    picture = np.full((rows * step_y - _GAP, columns * step_x - _GAP, channels), 255, np.uint8)
    for k, image in enumerate(images):
        top, left = k // columns * step_y, k % columns * step_x
        picture[top : top + height, left : left + width] = image
    return picture


def save_grid(images: np.ndarray, path: str | os.PathLike, columns: int | None = None) -> None:
    """Write images as one PNG (see `grid`), or points (n, 2) as a scatter plot; the file appears whole or not at all.

    Raises:
        ZooError: another shape, or the file cannot be written.
    """
    images = np.asarray(images)
    if images.ndim == 2 and images.shape[1] == 2:
        return _save_scatter(images, path)
    picture = grid(images, columns)
    with replacing(path) as temporary:
        Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).save(temporary, format="PNG")


def _save_scatter(points: np.ndarray, path: str | os.PathLike) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = points[np.isfinite(points).all(axis=1)]
    # Limits move in steps, so that plots of one training can be laid side by side.
    limit = max(1.0, math.ceil(2.2 * float(np.abs(points).max(initial=0.0))) / 2)
    figure = Figure(figsize=(4, 4), dpi=100, layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
    axes.scatter(points[:, 0], points[:, 1], s=4, alpha=0.5, linewidths=0)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")
