"""Grids of images with words: what a row is, what a column is. No TensorFlow here."""

import math
import os
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tfgan_zoo.data.pictures import to_uint8
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

SMALLEST = 64  # side in pixels below which images are enlarged, so that they can be seen
_GAP, _MARGIN, _SPACING = 2, 10, 3
_INK, _PAPER = (40, 40, 40), (255, 255, 255)


def enlarged(images: np.ndarray, side: int = SMALLEST) -> np.ndarray:
    """Return uint8 images (n, h, w, 1 or 3), every pixel repeated to a square such that the lesser side reaches `side`.

    The factor is the least whole number that does it: images that are large enough stay as they are.

    Args:
        images: (n, h, w, 1 or 3) or (n, h, w); uint8, or floats in [-1, 1].
        side: in pixels.

    Raises:
        ZooError: another shape, or nothing in it.
    """
    images = to_uint8(images)
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ZooError(f"expected images (n, height, width, 1 or 3), found {images.shape}")
    factor = max(1, math.ceil(side / min(images.shape[1:3])))
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def labelled(
    images: np.ndarray,
    columns: int,
    column_labels: Sequence[str] = (),
    row_labels: Sequence[str] = (),
    title: str = "",
    groups: Sequence[str] = (),
) -> np.ndarray:
    """Return one uint8 picture (height, width, 3): rows of images with words above columns and left of rows.

    Args:
        images: as `enlarged` takes them; a last row may be incomplete.
        columns: images in a row.
        column_labels: one a column, or none at all; "" for none of that column.
        row_labels: one a row, or none at all; lines are parted by newlines.
        title: one line above everything; "" for none.
        groups: labels of as many groups of rows, all of the same size, wider gaps between; or none at all.

    Raises:
        ZooError: images that are none, a number of labels other than that of columns or rows, or rows that do not make
            whole groups.
    """
    tiles = enlarged(images)
    count, height, width, _ = tiles.shape
    rows = math.ceil(count / columns)
    for kind, labels, expected in (("column", column_labels, columns), ("row", row_labels, rows)):
        if labels and len(labels) != expected:
            raise ZooError(f"expected {expected} {kind} labels, found {len(labels)}")
    if groups and rows % len(groups):
        raise ZooError(f"{rows} rows do not make {len(groups)} groups of the same size")
    of_group = rows // len(groups) if groups else rows
    font, large = (ImageFont.load_default(min(20, max(13, height // part))) for part in (7, 6))
    widest = lambda labels: max([0, *(_size(label, font)[0] + _MARGIN for label in labels)])
    highest = lambda labels: max([0, *(_size(label, font)[1] for label in labels)])
    # Columns and rows stand so far apart that their words never touch.
    step_x = max(width + _GAP, widest(column_labels))
    step_y = max(height + _GAP, highest(row_labels) + _GAP, math.ceil((highest(groups) + _GAP) / of_group))
    left_of_rows = _MARGIN + widest(groups)
    lefts = [left_of_rows + widest(row_labels) + k * step_x for k in range(columns)]
    head = _size(title, large)[1] + _MARGIN if title else 0
    first = _MARGIN + head + (highest(column_labels) + _MARGIN // 2 if any(column_labels) else 0)
    tops = [first + row * step_y + row // of_group * _MARGIN for row in range(rows)]
    right = max(lefts[-1] + step_x - _GAP, _MARGIN + _size(title, large)[0])
    picture = Image.new("RGB", (right + _MARGIN, tops[-1] + step_y - _GAP + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(picture)
    write = lambda at, text, anchor, font, align: draw.multiline_text(
        at, text, fill=_INK, font=font, anchor=anchor, align=align, spacing=_SPACING
    )
    write((_MARGIN, _MARGIN), title, "la", large, "left")
    inset = (step_x - _GAP - width) // 2
    for left, label in zip(lefts, column_labels):
        write((left + inset + width / 2, first - _MARGIN // 2), label, "md", font, "center")
    for top, label in zip(tops, row_labels):
        write((lefts[0] - _MARGIN, top + (step_y - _GAP) / 2), label, "rm", font, "right")
    for top, label in zip(tops[::of_group], groups):
        write((_MARGIN, top + (of_group * step_y - _GAP) / 2), label, "lm", font, "left")
    for k, tile in enumerate(tiles):
        at = (lefts[k % columns] + inset, tops[k // columns] + (step_y - _GAP - height) // 2)
        picture.paste(Image.fromarray(np.broadcast_to(tile, (height, width, 3))), at)
    return np.asarray(picture)


def labelled_grid(
    images: np.ndarray,
    path: str | os.PathLike,
    columns: int,
    column_labels: Sequence[str] = (),
    row_labels: Sequence[str] = (),
    title: str = "",
    groups: Sequence[str] = (),
) -> None:
    """Write the picture of `labelled` as a PNG; the file appears whole or not at all.

    Raises:
        ZooError: as `labelled`, or the file cannot be written.
    """
    picture = labelled(images, columns, column_labels, row_labels, title, groups)
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG")


def _size(text: str, font: ImageFont.FreeTypeFont) -> tuple[int, int]:
    """Width and height in pixels of lines of text, as Pillow places them."""
    if not text:
        return 0, 0
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = draw.multiline_textbbox((0, 0), text, font=font, spacing=_SPACING)
    return math.ceil(right - left), math.ceil(bottom)
