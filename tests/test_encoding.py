"""What models with an encoder share: codes, reconstructions, signatures, and errors of models without one."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.encoding import Encoding

IMAGES = np.random.default_rng(0).uniform(-1, 1, (5, 8, 8, 1)).astype("float32")


@pytest.fixture(scope="module")
def model():
    return zoo.create("ali", image_shape=(8, 8, 1), latent_dim=3, width=8)


def test_reconstructions_are_decoded_codes(model):
    codes = model.encode(IMAGES)
    assert codes.shape == (5, *model.code_shape) == (5, 3) and codes.dtype == tf.float32
    np.testing.assert_allclose(model.reconstruct(IMAGES), model(codes), atol=1e-6)


def test_codes_do_not_depend_on_the_other_images_nor_on_their_number(model):
    many = np.tile(IMAGES, (60, 1, 1, 1))  # more than one chunk
    np.testing.assert_allclose(model.encode(many), np.tile(model.encode(IMAGES), (60, 1)), atol=1e-6)
    np.testing.assert_allclose(model.encode(IMAGES[3:4])[0], model.encode(IMAGES)[3], atol=1e-6)


def test_signatures_give_the_same(model):
    served = model.serving_signatures()
    np.testing.assert_allclose(served["encode"](IMAGES)["latents"], model.encode(IMAGES), atol=1e-6)
    np.testing.assert_allclose(served["reconstruct"](IMAGES)["images"], model.reconstruct(IMAGES), atol=1e-6)
    assert {"serving_default", "generate", "generate_png"} < set(served)


def test_points_are_reconstructed_as_points():
    model = zoo.create("ali", image_shape=(2,), latent_dim=3, width=8)
    points = np.zeros((4, 2), "float32")
    found = model.serving_signatures()["reconstruct"](points)["points"]
    np.testing.assert_allclose(found, model.reconstruct(points), atol=1e-6)


@pytest.mark.parametrize(
    "images, message",
    [
        (IMAGES[:, 1:], r"ali encodes float images \(None, 8, 8, 1\), found \(5, 7, 8, 1\) of float32"),
        (IMAGES[0], r"found \(8, 8, 1\)"),
        ((IMAGES * 127 + 127).astype("uint8"), "of uint8"),
        (IMAGES * 127.5 + 127.5, r"expected values in \[-1, 1\]"),
        (IMAGES * np.nan, "NaN"),
        (IMAGES[:0], "at least one sample"),
    ],
)
def test_wrong_images_are_named(model, images, message):
    for function in (model.encode, model.reconstruct):
        with pytest.raises(zoo.ZooError, match=message):
            function(images)


def test_a_model_without_an_encoder_says_so():
    model = zoo.create("gan", image_shape=(8, 8, 1), latent_dim=3, width=10)
    assert not isinstance(model, Encoding)
    with pytest.raises(zoo.ZooError, match="gan has no encoder"):
        model.encode(IMAGES)
    with pytest.raises(zoo.ZooError, match="gan has no encoder"):
        model.reconstruct(IMAGES)
