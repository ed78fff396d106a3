"""Evaluators as SavedModels: a server that turns images, or batches of PNG files, into features and class scores."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.export import saved
from tfgan_zoo.export.comparison import compare
from tfgan_zoo.export.lite import first_line
from tfgan_zoo.export.report import Check, Report
from tfgan_zoo.export.verification import BOUNDS, locate, run_apart

if TYPE_CHECKING:
    import tensorflow as tf

BATCH_SIZES = (1, 3)
_SOME_SIZES = ((40, 56), (49, 51))


class Served(NamedTuple):
    """An extractor in parts: a graph needs tensors where evaluation hands over arrays."""

    prepare: Callable[["tf.Tensor"], "tf.Tensor"]
    """Float32 images (n, height, width, channels) with values 0 to 255 to what the network takes."""
    network: Callable[["tf.Tensor"], dict[str, "tf.Tensor"]]
    """To "features" and, if there are any, "logits"."""
    shape: tuple[int | None, int | None, int]
    """Of the images; None where any size is taken."""
    native: tuple[int, int, int]
    """Of one image that the network takes."""
    sizes: tuple[tuple[int, int], ...]
    """(height, width) of images that are taken: all of them or, where any is, some."""

    def serving_signatures(self) -> dict:
        """Return `serving_default` and `score_png`; `saved_model` asks for them."""
        import tensorflow as tf

        def score(images):
            return self.network(self.prepare(tf.cast(images, tf.float32)))

        def decoded(file):
            image = tf.io.decode_image(file, channels=self.shape[2], expand_animations=False)
            image.set_shape((None, None, self.shape[2]))
            return tf.ensure_shape(self.prepare(tf.cast(image, tf.float32)[None]), (1, *self.native))[0]

        def score_png(files):
            # Files of one batch may differ in size: each is prepared by itself.
            return self.network(tf.map_fn(decoded, files, fn_output_signature=tf.TensorSpec(self.native, tf.float32)))

        images = tf.TensorSpec((None, *self.shape), tf.uint8, "images")
        files = tf.TensorSpec((None,), tf.string, "png")
        return {
            "serving_default": tf.function(score, input_signature=[images], autograph=False),
            "score_png": tf.function(score_png, input_signature=[files], autograph=False),
        }


def extractor(extractor, directory: str | os.PathLike, version: int = 1) -> Path:
    """Write `<directory>/<version>/`, a SavedModel in TF Serving's layout that computes what an extractor computes.

    Two signatures, both to {"features": (n, d), "logits": (n, k)} in float32, "logits" where there are any:

    serving_default    images: uint8 (n, height, width, channels)
    score_png          png: PNG, JPEG, GIF or BMP files, string (n,); of any sizes, also within a batch, where the
                       extractor resizes (each by its convention), else of its size

    One channel becomes three where the network takes three; transparency is ignored.

    Args:
        extractor: what `tfgan_zoo.metrics.as_extractor` takes: "fashion", "inception:FILE", an `InceptionGraph`, a
            Keras model, ...; a shipped classifier, `InceptionExtractor`, `KerasExtractor` or `EfficientNetLite0`.
        directory: of the versions, made if need be.
        version: positive number of this version.

    Returns:
        The version's folder.

    Raises:
        ZooError: an extractor of another kind; the version exists, is no positive integer, or cannot be written.
    """
    return saved.saved_model(served(extractor), directory, version)


def verify_extractor(path: str | os.PathLike, extractor, tolerance: float | None = None) -> Report:
    """Compare a SavedModel that `extractor` wrote with the extractor, on random images and PNG files.

    It runs on the CPU in a process that refuses to import `tfgan_zoo`. Errors are relative to the largest value, where
    that exceeds 1.

    Args:
        path: the folder of a version, or of versions: then the highest.
        extractor: what was exported.
        tolerance: on the largest error; 1e-5 if None.

    Raises:
        ZooError: there is no SavedModel at `path`, or it is damaged.
    """
    from tfgan_zoo.metrics.extractors import as_extractor

    extractor, parts = as_extractor(extractor), served(extractor)
    path, kind = locate(path)
    if kind != "saved_model":
        raise ZooError(f"{path} is no SavedModel of an extractor")
    made = {
        "serving_default": [_examples(parts, n, parts.sizes[i % len(parts.sizes)]) for i, n in enumerate(BATCH_SIZES)],
        "score_png": [_examples(parts, n, *parts.sizes) for n in BATCH_SIZES],
    }
    inputs = {
        "serving_default": [{"images": np.stack(images)} for images in made["serving_default"]],
        "score_png": [{"png": np.array([_png(image) for image in images])} for images in made["score_png"]],
    }
    reply, found = run_apart(path, kind, inputs)
    bound = BOUNDS[reply["format"]][1] if tolerance is None else tolerance
    checks = []
    for name, batches in made.items():
        if problem := reply["problems"].get(name):
            checks.append(Check(name, "", problem=first_line(problem)))
            continue
        expected = [_expected(extractor, images) for images in batches]
        for output in expected[0]:
            keys = [f"{name}/{i}/{output}" for i in range(len(batches))]
            if any(key not in found for key in keys):
                checks.append(Check(name, output, problem="the file does not return it"))
                continue
            pair = [batch[output] for batch in expected], [found[key] for key in keys]
            checks.append(compare(name, output, *pair, bound))
    return Report(path, reply["format"], tuple(checks))


def served(extractor) -> Served:
    """Return the parts of an extractor as functions of tensors.

    Raises:
        ZooError: it is of a kind whose parts are not known.
    """
    from tfgan_zoo.metrics.classifiers import ShippedClassifier
    from tfgan_zoo.metrics.extractors import as_extractor
    from tfgan_zoo.metrics.inception import InceptionExtractor
    from tfgan_zoo.metrics.keras_extractor import KerasExtractor

    extractor = as_extractor(extractor)
    for kind, parts in ((ShippedClassifier, _shipped), (InceptionExtractor, _inception), (KerasExtractor, _keras)):
        if isinstance(extractor, kind):
            return parts(extractor)
    raise ZooError(
        f"the extractor {extractor.name!r} cannot be exported: it is neither a shipped classifier nor an Inception "
        "nor a Keras network, so there is no graph of it; wrap its model in KerasExtractor"
    )


def _shipped(extractor) -> Served:
    import tensorflow as tf

    native, shapes = extractor.image_shapes[0], extractor.image_shapes
    model = extractor.model
    sizes = tf.constant([shape[:2] for shape in shapes])
    text = f"the {extractor.name} classifier judges images of {' or '.join(f'{h}x{w}' for h, w, _ in shapes)}"

    def prepare(images):
        size = tf.shape(images)[1:3]
        fits = tf.reduce_any(tf.reduce_all(size == sizes, axis=1))
        with tf.control_dependencies([tf.debugging.Assert(fits, [text + "; found", size])]):
            border = (size - native[:2]) // 2
        inner = images[:, border[0] : border[0] + native[0], border[1] : border[1] + native[1]]
        return tf.ensure_shape(inner, (None, *native)) / 127.5 - 1.0

    network = lambda images: dict(model(images, training=False))
    shape = native if len(shapes) == 1 else (None, None, native[2])
    return Served(prepare, network, shape, native, tuple(size[:2] for size in shapes))


def _inception(extractor) -> Served:
    from tfgan_zoo.metrics.inception.network import SIDE
    from tfgan_zoo.metrics.inception.resize import convention

    graph, taps = extractor.graph, extractor.taps

    def network(images):
        outputs = graph.network(images, training=False)
        return {key: outputs[tap] for key, tap in taps.items()}

    return Served(convention(graph.protocol), network, (None, None, 3), (SIDE, SIDE, 3), _SOME_SIZES)


def _keras(extractor) -> Served:
    import tensorflow as tf

    from tfgan_zoo.metrics.keras_extractor import BYTES

    height, width, channels = extractor.input_shape
    low, high = extractor.input_range

    def prepare(images):
        if (low, high) != BYTES:
            images = images / 127.5 - 1.0
            if (low, high) != (-1, 1):
                images = (images + 1.0) * ((high - low) / 2) + low
        return tf.image.resize(images, extractor.resize_to) if extractor.resize_to else images

    network = lambda images: {
        key: tf.cast(value, tf.float32) for key, value in extractor.network(images, training=False).items()
    }
    channels = channels or 3
    if extractor.resize_to:
        return Served(prepare, network, (None, None, channels), (*extractor.resize_to, channels), _SOME_SIZES)
    if height is None or width is None:
        raise ZooError(
            f"the extractor {extractor.name!r} takes images of any size without resizing them, so files of different "
            "sizes make no batch; give KerasExtractor a resize_to"
        )
    return Served(prepare, network, (height, width, channels), (height, width, channels), ((height, width),))


def _examples(parts: Served, n: int, *sizes: tuple[int, int]) -> list[np.ndarray]:
    """Random images of these sizes in turn."""
    generator = np.random.default_rng(n)
    return [generator.integers(0, 256, (*sizes[i % len(sizes)], parts.shape[2]), np.uint8) for i in range(n)]


def _png(image: np.ndarray) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(file, "PNG")
    return file.getvalue()


def _expected(extractor, images: list[np.ndarray]) -> dict[str, np.ndarray]:
    """What the extractor itself gives, on the CPU as the file does; images of different sizes one by one."""
    import tensorflow as tf

    from tfgan_zoo.metrics.images import to_unit

    alike = len({image.shape for image in images}) == 1
    with tf.device("CPU:0"):
        outputs = [extractor(to_unit(x)) for x in ([np.stack(images)] if alike else [i[None] for i in images])]
    return {key: np.concatenate([output[key] for output in outputs]) for key in outputs[0]}
