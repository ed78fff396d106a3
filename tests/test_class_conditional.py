"""Games on labelled images: who gets the labels, and labels that are wrong."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.class_conditional import checked_labels


@pytest.fixture(scope="module")
def model():
    return zoo.create("acgan", image_shape=(8, 8, 1), latent_dim=3, classes=4, width=8)


def test_served_labels_decide_the_images(model):
    generate = model.serving_signatures()["generate"]
    found = generate(tf.constant(3), tf.constant([2, 0, 2]))["images"].numpy()
    expected = np.round((model.sample(3, seed=3, labels=[2, 0, 2]).numpy() + 1) * 127.5)
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("given", [None, [0, 1, 2, 3, 0, 1], np.array([0, 1, 2, 3, 0, 1], "int64")])
def test_labels_in_turn(given):
    found = checked_labels(given, 6, 4)
    assert found.dtype == tf.int32 and found.numpy().tolist() == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0, 1, 2], r"labels: expected 2 integers, found shape \(3,\) of int"),
        ([0.0, 1.0], r"labels: expected 2 integers, found shape \(2,\) of float64"),
        ([True, False], "of bool"),
        (1, r"found shape \(\) of int"),
        ([0, 4], r"labels: expected class ids 0..3, found 0..4"),
        ([-1, 0], r"labels: expected class ids 0..3, found -1..0"),
    ],
)
def test_wrong_labels_are_named(model, labels, message):
    with pytest.raises(zoo.ZooError, match=message):
        model.sample(2, labels=labels)


def test_an_unconditional_model_takes_no_labels():
    model = zoo.create("gan", image_shape=(8, 8, 1), latent_dim=3, width=10)
    with pytest.raises(zoo.ZooError, match="gan takes no labels: it is unconditional"):
        model.sample(2, labels=[0, 1])


@pytest.mark.parametrize("classes", [1, 0, -3, 2.0, "ten"])
def test_a_wrong_number_of_classes_is_named(classes):
    with pytest.raises(zoo.ZooError, match="classes: expected a number from 2 on"):
        zoo.create("acgan", image_shape=(8, 8, 1), latent_dim=3, classes=classes, width=8)


def test_points_have_no_classes():
    with pytest.raises(zoo.ZooError, match=r"acgan makes images \(side, side, channels\), found \(2,\)"):
        zoo.create("acgan", image_shape=(2,), latent_dim=3, width=8)
