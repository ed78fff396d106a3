"""Served evaluators: the numbers of the extractor, from bytes and from files, in a process without this package."""

import io

import keras
import made_inception
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_zoo import export
from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export.extractor import served
from tfgan_zoo.metrics import FashionClassifier
from tfgan_zoo.metrics.images import to_unit
from tfgan_zoo.metrics.inception import InceptionGraph
from tfgan_zoo.metrics.keras_extractor import KerasExtractor


def png(image):
    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def fashion(tmp_path_factory):
    return export.extractor("fashion", tmp_path_factory.mktemp("fashion"))


def test_fashion_scores_real_files_as_the_classifier_does(fashion):
    report = export.verify_extractor(fashion, "fashion")
    assert report.ok and report.max_error < 1e-5, report
    outputs = {(check.signature, check.output) for check in report.checks}
    assert outputs == {(s, o) for s in ("serving_default", "score_png") for o in ("features", "logits")}
    images, labels = (x[:200] for x in (lambda s: (s.images, s.labels))(open_source("fashion_mnist", split="test")))
    signatures = tf.saved_model.load(str(fashion)).signatures
    served = signatures["score_png"](png=tf.constant([png(image) for image in images]))
    own = FashionClassifier()(images / np.float32(127.5) - 1)
    for key in ("features", "logits"):
        np.testing.assert_allclose(served[key], own[key], atol=1e-5)
    assert (np.argmax(served["logits"], 1) == labels).mean() > 0.85
    # Files of 28x28 and padded to 32x32 in one batch are the same picture.
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    both = signatures["score_png"](png=tf.constant([png(images[0]), png(padded[0])]))["features"].numpy()
    np.testing.assert_allclose(both[0], both[1], atol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="judges images of 28x28 or 32x32"):
        signatures["score_png"](png=tf.constant([png(np.zeros((30, 30, 1), np.uint8))]))


def test_digits_take_one_size(tmp_path):
    path = export.extractor("digits", tmp_path, version=3)
    assert path.name == "3"
    assert export.verify_extractor(tmp_path, "digits").ok
    images = tf.saved_model.load(str(path)).signatures["serving_default"].structured_input_signature[1]["images"]
    assert tuple(images.shape) == (None, 8, 8, 1) and images.dtype == tf.uint8


def test_inception_scores_files_of_any_sizes(tmp_path):
    graph = InceptionGraph(made_inception.state(0), taps=("2048", "logits_unbiased"))
    path = export.extractor(graph, tmp_path)
    report = export.verify_extractor(path, graph)
    assert report.ok and len(report.checks) == 4, report
    signature = tf.saved_model.load(str(path)).signatures["score_png"]
    small, wide = made_inception.images(1, 40, 56)[0], made_inception.images(1, 33, 90, seed=2)[0]
    features = signature(png=tf.constant([png(small), png(wide)]))["features"].numpy()
    for row, image in zip(features, (small, wide)):
        expected = graph(image[None])["2048"].numpy()[0]
        np.testing.assert_allclose(row, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    # Grey files are repeated to three channels, as the extractor does.
    grey = signature(png=tf.constant([png(small[..., :1])]))["features"].numpy()
    np.testing.assert_allclose(grey, graph(small[None, ..., :1])["2048"], rtol=1e-4, atol=1e-4)


def small_network(channels=3, side=12):
    keras.utils.set_random_seed(1)
    x = images = keras.Input((side, side, channels))
    x = keras.layers.Conv2D(6, 3, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, keras.layers.Dense(4, name="classes")(x), name="small")


@pytest.mark.parametrize("input_range", [(-1, 1), (0, 1), (0, 255)])
@pytest.mark.parametrize("resize_to", [None, 12])
def test_keras_networks(input_range, resize_to):
    extractor = KerasExtractor(small_network(), input_range=input_range, resize_to=resize_to)
    size = (20, 14) if resize_to else (12, 12)
    images = np.random.default_rng(0).integers(0, 256, (3, *size, 3), np.uint8)
    expected = extractor(to_unit(images))
    signatures = served(extractor).serving_signatures()
    for found in (
        signatures["serving_default"](images),
        signatures["score_png"](tf.constant([png(image) for image in images])),
    ):
        for key in ("features", "logits"):
            np.testing.assert_allclose(found[key], expected[key], atol=1e-5 * np.abs(expected[key]).max())


def test_a_keras_network_runs_without_this_package(tmp_path):
    network = small_network()
    export.extractor(network, tmp_path)
    report = export.verify_extractor(tmp_path, network)
    assert report.ok and "SavedModel" in str(report), report


def test_another_network_is_found(fashion, tmp_path):
    other = KerasExtractor(small_network(1, 28))
    report = export.verify_extractor(fashion, other)
    assert not report.ok and all(check.problem or not check.ok for check in report.checks)


def test_refusals(fashion, tmp_path):
    class Means:
        name = "means"

        def __call__(self, images):
            return {"features": images.mean((1, 2))}

    with pytest.raises(ZooError, match="'means' cannot be exported: it is neither"):
        export.extractor(Means(), tmp_path)
    with pytest.raises(ZooError, match="version 1 exists"):
        export.extractor("fashion", fashion.parent)
    with pytest.raises(ZooError, match="takes images of any size without resizing"):
        export.extractor(KerasExtractor(small_network(side=None)), tmp_path)
    with pytest.raises(ZooError, match="expected a .tflite file or a folder"):
        export.verify_extractor(tmp_path / "none", "fashion")
