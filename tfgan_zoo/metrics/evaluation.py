"""One call from a model (or images) and real data to a table of labelled scores."""

import os
from collections.abc import Callable, Sequence

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.metrics import sides
from tfgan_zoo.metrics.collection import collect
from tfgan_zoo.metrics.extractors import Extractor, label_of
from tfgan_zoo.metrics.reference import Reference
from tfgan_zoo.metrics.saved_generator import SavedGenerator, is_saved_model
from tfgan_zoo.metrics.scores import METRICS, PIXELS, Comparison, checked_image_shape
from tfgan_zoo.metrics.statistics_files import Statistics

DEFAULT = ("fid", "kid", "inception_score")


def evaluate(
    model_or_images_or_folder,
    data,
    metrics: Sequence[str] = DEFAULT,
    samples: int = 2000,
    seed: int = 0,
    extractor: Extractor | str | None = None,
    batch_size: int = 256,
    confidence: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, float | int | str | None]:
    """Return scores of generated images against real ones, each labelled with the network that scored.

    Both sides are compared at the same number of samples: `samples`, or as many as the smaller side has; the number is
    part of the result, as FID depends on it. The same arguments give the same numbers. Images pass through batch by
    batch; what grows with their number is the features that metrics other than "fid" need, and the images themselves
    (as bytes) for "swd" and "ms_ssim". The images of a `Dataset` are held as float32, as
    their number is not known beforehand.

    metric                scores                                                           better
    "fid"                 fid                                                              low
    "fid_infinity"        fid_infinity: FID extrapolated to endlessly many samples         low
    "kid"                 kid, kid std (of its subsets)                                    low
    "inception_score"     inception_score, inception_score std (of its splits)             high
    "precision_recall"    precision, recall                                                high
    "density_coverage"    density, coverage                                                about 1
    "swd"                 swd, and by level "swd 32", "swd 16", ... (ProGAN's, of pixels)  low
    "ms_ssim"             ms_ssim, "ms_ssim real" (of pixels)                              ms_ssim as of the real

    Args:
        model_or_images_or_folder: an object with `sample(n, seed=...)` that returns NHWC images, float32 in [-1, 1] or
            uint8 (sampled in chunks of `batch_size`, each with a seed derived from `seed`); the folder of an exported
            SavedModel (one that is conditional is asked for the classes of `data` in turn); or images in any form that
            `data` may have.
        data: real images: an array (float32 in [-1, 1], or uint8); a `tf.data.Dataset` of images or (images, labels);
            a `tfgan_zoo.data.Source`; or a name or folder that `tfgan_zoo.data.open_source` knows, opened in the size
            of the other side, of which the test part is taken if there is one. Of a `Dataset` the first images are
            taken, of the others a random choice (by `seed`). Or a statistics file: `.npz` with "mu" and "sigma", with
            which only "fid" and "inception_score" can be had, and which are compared with all `samples` whatever its
            own number. Or a `Reference` of any of these, for several calls.
        metrics: names in the table.
        samples: how many images to compare, at least 2.
        seed: of samples, choices, subsets and splits.
        extractor: what `as_extractor` takes: an extractor, its name, an `InceptionGraph`, a Keras model. Default: the
            shipped classifier that judges this image shape.
        batch_size: images sampled and judged at once.
        confidence: such as 0.95, adds the ends of bootstrap intervals, "kid low" and "kid high", where they are cheap:
            to kid, inception_score, precision, recall, density and coverage. (Resampling biases FID.)
        progress: called as progress(what, done, total) with "real images", "generated images" and names of metrics.

    Returns:
        The scores, each under its name and in brackets the extractor's label, or [pixels] where it took none:
        "fid[fashion]", "kid[fashion]", "kid std[fashion]", ... Then "samples"; "extractor" (None if none was needed)
        and "accuracy of the extractor" (None if it states none); and "protocol": what was compared and how, in words.

    Raises:
        ZooError: unknown metric or data, images of different shapes, no fitting extractor, wrong range, NaN, fewer
            than two images, or statistics of another network.
    """
    _check(samples, seed, batch_size, confidence)
    reference = data if isinstance(data, Reference) else Reference(data)
    metrics = checked_metrics(metrics, reference)
    real, fake = _sides(reference, model_or_images_or_folder, samples, seed, batch_size)
    n = fake.count if real is None else min(real.count, fake.count)
    if n < 2:
        found = "" if real is None else f" and {real.count} real"
        raise ZooError(f"at least two images on each side are needed; found {fake.count} to judge{found}")
    if real is not None and real.shape != fake.shape:
        raise ZooError(f"the images to judge are {fake.shape}, the real ones {real.shape}; resize one of them")
    judged = [metric for metric in metrics if METRICS[metric].label != PIXELS]
    for metric in metrics:
        checked_image_shape(metric, fake.shape)
    extractor = reference.extractor(extractor, fake.shape) if judged else None
    wanted_real, wanted_fake = (
        frozenset().union(*(getattr(METRICS[metric], side) for metric in metrics)) for side in ("real", "fake")
    )
    if real is None:
        outputs, statistics = None, reference.statistics
    else:
        outputs, statistics = reference.outputs(real, n, extractor, batch_size, wanted_real, progress)
    check = (lambda output: _fitting(reference, output, extractor)) if real is None and extractor else None
    made = collect(fake, n, extractor, batch_size, wanted_fake, progress, "generated images", check)
    comparison = Comparison(outputs, made, statistics, seed, confidence)
    scores, words = {}, [_sizes(n, real, fake, reference), f"seed {seed}, batches of {batch_size}"]
    if judged:
        way = getattr(extractor, "protocol", "")
        words.append(f"images reach {extractor.name} " + (f"by the resize convention {way}" if way else "as they are"))
    for index, metric in enumerate(metrics):
        if progress:
            progress(metric, index, len(metrics))
        meaning = METRICS[metric]
        label = meaning.label or label_of(extractor)
        scores |= {f"{name}[{label}]": value for name, value in meaning.scores(comparison).items()}
        said = [
            meaning.protocol(comparison),
            getattr(extractor, "class_scores", "") if "logits" in meaning.fake else "",
        ]
        words.append(f"{metric}: {', '.join(filter(None, said))}")
    if confidence:
        words.append(f"low and high: bootstrap intervals of {confidence:.0%} at 1000 resamples")
    return scores | {
        "samples": n,
        "extractor": label_of(extractor) if judged else None,
        "accuracy of the extractor": getattr(extractor, "accuracy", None),
        "protocol": "; ".join(words),
    }


def checked_metrics(metrics: Sequence[str] | str, reference: Reference) -> tuple[str, ...]:
    """Return the names of metrics that can be had of these real data.

    Raises:
        ZooError: none, an unknown one, or one that needs more than a statistics file holds.
    """
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    if not metrics:
        raise ZooError(f"name at least one metric of {', '.join(METRICS)}")
    for metric in metrics:
        if metric not in METRICS:
            raise unknown("metric", metric, METRICS)
        if reference.statistics and METRICS[metric].real - {"gaussian"}:
            raise ZooError(
                f"{metric} needs real images, and {reference.data} holds only the statistics that FID takes; give the "
                "images, or ask for fid alone"
            )
    return metrics


def _check(samples, seed, batch_size, confidence) -> None:
    if samples < 2:
        raise ZooError(f"samples must be at least 2; found {samples}")
    if batch_size < 1:
        raise ZooError(f"batch_size must be at least 1; found {batch_size}")
    if seed < 0:
        raise ZooError(f"seed must not be negative; found {seed}")
    if confidence is not None and not 0 < confidence < 1:
        raise ZooError(f"confidence must lie between 0 and 1, such as 0.95; found {confidence}")


def _sides(reference: Reference, judged, samples: int, seed: int, batch_size: int):
    """Return (real, fake). A side given by name is opened in the size and channels that the other side has."""
    if is_saved_model(judged):
        judged = SavedGenerator(judged)
    if isinstance(judged, SavedGenerator) and judged.conditional and not judged.classes and not reference.statistics:
        judged.classes = reference.side(samples, seed, batch_size, judged.image_shape).classes
    if reference.statistics or reference.adapts:
        fake = sides.opened(judged, samples, seed, batch_size)
        return None if reference.statistics else reference.side(samples, seed, batch_size, fake.shape), fake
    real = reference.side(samples, seed, batch_size, None)
    return real, sides.opened(judged, samples, seed, batch_size, real.shape)


def _fitting(reference: Reference, output, extractor) -> None:
    """Raise ZooError unless the statistics are of this extractor, as far as the file tells."""
    statistics: Statistics = reference.statistics
    if statistics.extractor and statistics.extractor != label_of(extractor):
        raise ZooError(
            f"{os.fspath(reference.data)} holds statistics of {statistics.extractor!r}; the extractor is "
            f"{label_of(extractor)!r}: use the one that made them"
        )
    found = output["features"].shape[-1]
    if statistics.mean.size != found:
        raise ZooError(
            f"{os.fspath(reference.data)} holds statistics of {statistics.mean.size} dimensions, the features of "
            f"{label_of(extractor)!r} have {found}; use the extractor that made them (2048: an Inception network)"
        )


def _sizes(n, real, fake, reference: Reference) -> str:
    shape = "x".join(map(str, fake.shape))
    if real is not None:
        return f"{n} generated against {n} real images of {shape}"
    held = reference.statistics.n
    return f"{n} generated images of {shape} against statistics of {held or 'an unknown number of'} real ones"
