"""What `--attribute` means: a number for each image, from its pixels, from a shipped judge, or from a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    import numpy as np

MEASURED = ("brightness", "contrast", "saturation", "sharpness")
HELP = f"{', '.join(MEASURED)}; a class that the shipped judge knows, such as bag; or a .csv or .npz file of scores"


def is_file(attribute: str) -> bool:
    """Whether scores are to be read rather than measured."""
    return attribute.lower().endswith((".csv", ".npz"))


def score_of(attribute: str, image_shape: tuple[int, ...]) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function of images (n, h, w, c) in [-1, 1] that measures `attribute`, (n,).

    brightness: the mean of pixels; contrast: their standard deviation; saturation: the mean over pixels of the largest
    minus the least colour; sharpness: the mean absolute difference of neighbours. Of a class: log p - log(1 - p), where
    p is the judge's probability.

    Raises:
        ZooError: neither a measure nor a class of the judge that fits the images, or colour is asked of grey images.
    """
    if attribute in MEASURED:
        if attribute == "saturation" and image_shape[-1] != 3:
            raise ZooError("--attribute saturation is of colour images; these are grey")
        return _measures()[attribute]
    from tfgan_zoo.data.archives import GARMENTS, NUMERALS
    from tfgan_zoo.metrics.classifiers import DigitsClassifier, FashionClassifier

    for judge, names in ((FashionClassifier, GARMENTS), (DigitsClassifier, NUMERALS)):
        if tuple(image_shape) in judge.image_shapes:
            if attribute not in names:
                raise unknown("attribute", attribute, (*MEASURED, *names))
            return _odds(judge(), names.index(attribute))
    raise unknown("attribute", attribute, MEASURED)


def read_scores(path: str) -> tuple[list[int], np.ndarray]:
    """Return seeds and their scores, float64; NaN where a score is missing.

    A `.csv` has a header, and the columns `score` and, if seeds are not 0, 1, ..., `seed`; a `.npz` the arrays `scores`
    and `seeds`.

    Raises:
        ZooError: no such file, or not of this form.
    """
    import numpy as np

    if not os.path.isfile(path):
        raise ZooError(f"--attribute: no file of scores {path}")
    try:
        if path.lower().endswith(".npz"):
            with np.load(path, allow_pickle=False) as held:
                scores = np.asarray(held["scores"], np.float64)
                seeds = np.asarray(held["seeds"] if "seeds" in held else np.arange(scores.size))
        else:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
            scores = np.array([float(row["score"] or "nan") for row in rows])
            seeds = np.array([int(row.get("seed", k)) for k, row in enumerate(rows)])
        if scores.ndim != 1 or seeds.shape != scores.shape or seeds.dtype.kind not in "iu" or (seeds < 0).any():
            raise ValueError(f"{scores.shape} scores and {seeds.shape} seeds of {seeds.dtype}")
    except KeyError as error:
        raise ZooError(f"{path} has no {error}; expected scores, and seeds where they are not 0, 1, ...") from error
    except Exception as error:  # zip, numpy and csv fail in many ways on damaged files
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ZooError(f"{path} is no readable file of scores and seeds: {first}") from error
    return seeds.tolist(), scores


def _measures():
    import numpy as np

    def sharpness(images):
        return sum(np.abs(np.diff(images, axis=axis)).mean(axis=(1, 2, 3)) for axis in (1, 2)) / 2

    return {
        "brightness": lambda images: images.mean(axis=(1, 2, 3)),
        "contrast": lambda images: images.std(axis=(1, 2, 3)),
        "saturation": lambda images: (images.max(axis=-1) - images.min(axis=-1)).mean(axis=(1, 2)),
        "sharpness": sharpness,
    }


def _odds(judge, k):
    import numpy as np

    def score(images):
        logits = judge(images)["logits"].astype(np.float64)
        return logits[:, k] - np.logaddexp.reduce(np.delete(logits, k, axis=1), axis=1)

    return score
