"""One call from a model (or images) and real data to a table of labelled scores."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.metrics.classifier_score import inception_score
from tfgan_zoo.metrics.extractors import Extractor, default_extractor, extract
from tfgan_zoo.metrics.frechet import fid
from tfgan_zoo.metrics.images import batches, chosen, samples_of, take, to_unit
from tfgan_zoo.metrics.kernel_distance import kid

METRICS = ("fid", "kid", "inception_score")


def evaluate(
    model_or_images_or_folder,
    data,
    metrics: Sequence[str] = METRICS,
    samples: int = 2000,
    seed: int = 0,
    extractor: Extractor | None = None,
    batch_size: int = 256,
) -> dict[str, float | int | str | None]:
    """Return scores of generated images against real ones, each labelled with the network that scored.

    Both sides are compared at the same number of samples: `samples`, or as many as the smaller side has; the number is
    part of the result, as FID depends on it. The same arguments give the same numbers.

    Args:
        model_or_images_or_folder: an object with `sample(n, seed=...)` that returns float32 NHWC images in [-1, 1]
            (sampled in chunks of `batch_size`, each with a seed derived from `seed`); or images in any form that
            `data` may have.
        data: real images: an array (float32 in [-1, 1], or uint8); a `tf.data.Dataset` of images or (images, labels);
            a `tfgan_zoo.data.Source`; or a name or folder that `tfgan_zoo.data.open_source` knows, opened in the size
            of the other side, of which the test part is taken if there is one. Of a `Dataset` the first images are
            taken, of the others a random choice (by `seed`).
        metrics: of "fid", "kid", "inception_score".
        samples: how many images to compare, at least 2.
        seed: of samples, choices, subsets and splits.
        extractor: default: the shipped classifier that judges this image shape.
        batch_size: images sampled and judged at once.

    Returns:
        "fid[NAME]"; "kid[NAME]" and "kid std[NAME]"; "inception_score[NAME]" and "inception_score std[NAME]" with NAME
        that of the extractor, at most 10 splits and at least 100 images in each; "samples", "extractor" and "accuracy
        of the extractor" (None if it states none).

    Raises:
        ZooError: unknown metric or data, images of different shapes, no fitting extractor, wrong range, NaN, or fewer
            than two images.
    """
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    for metric in metrics:
        if metric not in METRICS:
            raise unknown("metric", metric, METRICS)
    if samples < 2:
        raise ZooError(f"samples must be at least 2; found {samples}")
    if batch_size < 1:
        raise ZooError(f"batch_size must be at least 1; found {batch_size}")
    if seed < 0:
        raise ZooError(f"seed must not be negative; found {seed}")
    real, fake = _both(data, model_or_images_or_folder, samples, seed, batch_size)
    n = min(len(real), len(fake))
    if n < 2:
        raise ZooError(f"at least two images on each side are needed; found {len(fake)} to judge and {len(real)} real")
    if real.shape[1:] != fake.shape[1:]:
        raise ZooError(f"the images to judge are {fake.shape[1:]}, the real ones {real.shape[1:]}; resize one of them")
    real, fake = chosen(real, n, seed), chosen(fake, n, seed)
    extractor = extractor or default_extractor(real.shape[1:])
    real_outputs = extract(extractor, real, batch_size) if {"fid", "kid"} & set(metrics) else None
    fake_outputs = extract(extractor, fake, batch_size)
    label = f"[{extractor.name}]"
    scores: dict[str, float | int | str | None] = {}
    for metric in metrics:
        if metric == "fid":
            scores["fid" + label] = fid(real_outputs["features"], fake_outputs["features"])
        elif metric == "kid":
            result = kid(real_outputs["features"], fake_outputs["features"], seed=seed)
            scores["kid" + label], scores["kid std" + label] = result
        else:
            if "logits" not in fake_outputs:
                raise ZooError(
                    f"inception_score needs class scores, which the extractor {extractor.name!r} does not give"
                )
            # Splits of fewer than a hundred images say nothing.
            result = inception_score(fake_outputs["logits"], splits=max(1, min(10, n // 100)), seed=seed)
            scores["inception_score" + label], scores["inception_score std" + label] = result
    return scores | {
        "samples": n,
        "extractor": extractor.name,
        "accuracy of the extractor": getattr(extractor, "accuracy", None),
    }


def _both(data, judged, samples: int, seed: int, batch_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (real, fake) images. A side given by name is opened in the size and channels that the other side has."""
    if _is_name(data):
        fake = _images(judged, samples, seed, batch_size)
        return _images(data, samples, seed, batch_size, fake.shape[1:]), fake
    real = _images(data, samples, seed, batch_size)
    return real, _images(judged, samples, seed, batch_size, real.shape[1:])


def _images(source, samples: int, seed: int, batch_size: int, shape: tuple[int, ...] | None = None) -> np.ndarray:
    if hasattr(source, "sample"):
        return take(samples_of(source, seed, min(batch_size, samples)), samples)
    if _is_name(source):
        source = _opened(os.fspath(source), shape)
    if hasattr(source, "images"):
        return to_unit(chosen(source.images, samples, seed), f"the images of {source.name}", source.maximum)
    if isinstance(source, np.ndarray):
        source = chosen(source, samples, seed)
    return take(batches(source, batch_size), samples)


def _is_name(source) -> bool:
    return isinstance(source, str | os.PathLike)


def _opened(name: str, shape: tuple[int, ...] | None):
    from tfgan_zoo import data  # reads pictures: needed only for names

    fitting = {}
    if shape and shape[0] == shape[1]:
        fitting = {"image_size": shape[0], "channels": shape[2] if shape[2] in (1, 3) else None}
    try:
        source = data.open_source(name, split="test", **fitting)
    except ZooError:
        if not Path(name).expanduser().exists():
            raise
        # A plain folder or file, such as one of generated images, has no test part.
        source = data.open_source(name, split="train", **fitting)
    if not hasattr(source, "images"):
        raise ZooError(f"{name!r} has two sides; give the one to compare with, such as its folder or its array")
    return source
