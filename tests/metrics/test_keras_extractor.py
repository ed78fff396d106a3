"""The right layers of a Keras model are taken, and images reach it as it expects them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import extract
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.images import to_bytes
from tfgan_zoo.metrics.keras_extractor import KerasExtractor


def classifier(head=(), size=8, channels=3, **of_dense) -> keras.Model:
    """Convolution -> mean -> dense 5 -> dense 4 (the head); weights from a seed."""
    keras.utils.set_random_seed(3)
    images = keras.Input((size, size, channels))
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="maps")(images)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Dense(5, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(4, name="scores", bias_initializer="normal", **of_dense)(x)
    for layer in head:
        x = layer(x)
    return keras.Model(images, x, name="judge")


def images(n=3, size=8, channels=3) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (n, size, size, channels)).astype(np.float32)


def outputs(model, x, *names):
    return [np.asarray(keras.Model(model.input, model.get_layer(name).output)(x)) for name in names]


def test_the_last_dense_layer_gives_features_and_logits():
    model, x = classifier(), images()
    extractor = KerasExtractor(model)
    hidden, scores = outputs(model, x, "hidden", "scores")
    found = extractor(x)
    assert isinstance(extractor, Extractor) and extractor.name == "judge" and extractor.protocol == ""
    np.testing.assert_allclose(found["features"], hidden, rtol=1e-6)
    np.testing.assert_allclose(found["logits"], scores, rtol=1e-6)
    assert found["features"].dtype == found["logits"].dtype == np.float32
    np.testing.assert_allclose(extract(extractor, x, batch_size=2)["logits"], scores, rtol=1e-5)


@pytest.mark.parametrize(
    "head, of_dense",
    [
        ((), {"activation": "softmax"}),
        ((), {"activation": "softmax", "use_bias": False}),
        ([layers.Softmax], {}),
        ([lambda: layers.Activation("softmax")], {}),
    ],
)
def test_logits_are_taken_before_a_softmax(head, of_dense):
    model, x = classifier([make() for make in head], **of_dense), images()
    found = KerasExtractor(model)(x)
    np.testing.assert_allclose(keras.ops.softmax(found["logits"]), model(x), rtol=1e-5)
    kernel = model.get_layer("scores").kernel
    bias = model.get_layer("scores").bias
    expected = outputs(model, x, "hidden")[0] @ np.asarray(kernel) + (0 if bias is None else np.asarray(bias))
    np.testing.assert_allclose(found["logits"], expected, rtol=1e-5, atol=1e-6)


def test_a_sigmoid_or_no_class_scores_give_no_logits():
    assert set(KerasExtractor(classifier(activation="sigmoid"))(images())) == {"features"}
    assert set(KerasExtractor(classifier(), logits=False)(images())) == {"features"}
    assert KerasExtractor(classifier(activation="sigmoid"), logits="scores")(images())["logits"].shape == (3, 4)


def test_layers_by_name_and_index_maps_are_averaged():
    model, x = classifier(), images()
    maps, pooled = outputs(model, x, "maps", "pooled")
    found = KerasExtractor(model, features="maps", logits="hidden")(x)
    np.testing.assert_allclose(found["features"], maps.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found["logits"], outputs(model, x, "hidden")[0], rtol=1e-6)
    np.testing.assert_allclose(KerasExtractor(model, features=2)(x)["features"], pooled, rtol=1e-6)
    np.testing.assert_allclose(KerasExtractor(model, features=-4)(x)["features"], pooled, rtol=1e-6)


def test_other_shapes_are_flattened():
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, layers.Reshape((8, 2))(inputs))
    x = images(2, 4, 1)
    np.testing.assert_array_equal(KerasExtractor(model, features=-1, logits=False)(x)["features"], x.reshape(2, 16))


def test_a_sequential_model_and_later_training_are_followed():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
    extractor, x = KerasExtractor(model), images(2, 4, 1)
    before = extractor(x)
    np.testing.assert_array_equal(before["features"], x.reshape(2, 16))
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 2)
    np.testing.assert_allclose(extractor(x)["logits"], 2 * before["logits"], rtol=1e-6)


@pytest.mark.parametrize("low, high", [(-1, 1), (0, 1), (0, 255), (-2, 5)])
def test_images_reach_the_model_in_its_range(low, high):
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, layers.Flatten()(inputs))
    x = images(2, 4)
    x[0, 0, 0] = [-1, 0, 1]
    found = KerasExtractor(model, features=-1, logits=False, input_range=(low, high))(x)["features"].reshape(x.shape)
    wanted = to_bytes(x).astype(np.float32) if (low, high) == (0, 255) else low + (x + 1) / 2 * (high - low)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    assert found[0, 0, 0, 0] == low and found[0, 0, 0, 2] == high


def test_resizing_is_bilinear_and_in_the_label():
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, layers.Flatten()(inputs))
    extractor = KerasExtractor(model, features=-1, logits=False, resize_to=4)
    row = np.float32([-1, 1]).reshape(1, 1, 2, 1).repeat(2, 1)
    found = extractor(row)["features"].reshape(4, 4)
    np.testing.assert_allclose(found, [[-1, -0.5, 0.5, 1]] * 4)  # half-pixel centers
    assert extractor.protocol == "resized to 4x4"
    x = images(2, 9, 1)
    found = KerasExtractor(model, features=-1, logits=False, resize_to=(4, 4))(x)["features"]
    np.testing.assert_allclose(found, np.reshape(tf.image.resize(x, (4, 4)), (2, 16)), rtol=1e-6)


def test_grey_images_are_copied_to_three_channels():
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, layers.Flatten()(inputs))
    x = images(2, 4, 1)
    found = KerasExtractor(model, features=-1, logits=False)(x)["features"]
    np.testing.assert_array_equal(found.reshape(2, 4, 4, 3), x.repeat(3, -1))


def test_batches_of_any_size_run_without_dropout():
    extractor = KerasExtractor(classifier())
    x = images(5)
    np.testing.assert_array_equal(extractor(x)["logits"], extractor(x)["logits"])
    assert extractor(x[:1])["features"].shape == (1, 5)


class Subclassed(keras.Model):
    def call(self, x):
        return x


def test_mistakes_are_named():
    model = classifier()
    with pytest.raises(ZooError, match="unknown layer for features of model judge 'hiden'; did you mean 'hidden'"):
        KerasExtractor(model, features="hiden")
    with pytest.raises(ZooError, match="logits: model judge has 6 layers, found index 9"):
        KerasExtractor(model, logits=9)
    with pytest.raises(ZooError, match="no functional or built Sequential"):
        KerasExtractor(Subclassed())
    with pytest.raises(ZooError, match="no functional or built Sequential"):
        KerasExtractor(keras.Sequential([layers.Dense(3)]))
    with pytest.raises(ZooError, match=r"one input .* found \(None, 3\)"):
        KerasExtractor(keras.Sequential([keras.Input((3,)), layers.Dense(3)]))
    with pytest.raises(ZooError, match="input_range"):
        KerasExtractor(model, input_range=(1, -1))
    inputs = keras.Input((4, 4, 3))
    with pytest.raises(ZooError, match=r"has no dense layer; pass features=, .* maps"):
        KerasExtractor(keras.Model(inputs, layers.Conv2D(2, 3, name="maps")(inputs)))
    extractor = KerasExtractor(model)
    with pytest.raises(ZooError, match=r"judge takes images of 8x8, found 9x9; .* resize_to=\(8, 8\)"):
        extractor(images(size=9))
    with pytest.raises(ZooError, match=r"found shape \(3, 8, 8, 2\)"):
        extractor(images(channels=2))
    with pytest.raises(ZooError, match=r"found shape \(8, 8, 3\)"):
        extractor(images()[0])
