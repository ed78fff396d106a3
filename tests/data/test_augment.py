"""Known answers of the augmentations."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.data import augment
from tfgan_zoo.data.source import Source

IMAGES = np.random.default_rng(0).integers(0, 256, (400, 8, 7, 3)).astype(np.uint8)


def seed(number: int) -> tf.Tensor:
    return tf.constant([7, number], tf.int64)


def test_flip_mirrors_about_half_left_to_right():
    out = augment.apply(tf.constant(IMAGES), ("flip",), seed(0)).numpy()
    same = (out == IMAGES).all(axis=(1, 2, 3))
    mirrored = (out == IMAGES[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert 160 < mirrored.sum() < 240


def test_shift_takes_each_of_the_25_moves_with_a_mirrored_margin():
    out = augment.apply(tf.constant(IMAGES), ("shift",), seed(0)).numpy()
    padded = np.pad(IMAGES, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    windows = [padded[:, a : a + 8, b : b + 7] for a in range(5) for b in range(5)]
    hits = np.array([(out == window).all(axis=(1, 2, 3)) for window in windows])
    assert (hits.sum(axis=0) == 1).all()
    assert hits.sum(axis=1).min() >= 4


def test_shift_of_tiny_images_stays_inside():
    tiny = tf.constant(IMAGES[:, :1, :2])
    assert augment.apply(tiny, ("shift",), seed(0)).shape == tiny.shape


def test_same_seed_same_change():
    images = tf.constant(IMAGES)
    a, b, c = (augment.apply(images, ("flip", "shift"), seed(k)).numpy() for k in (1, 1, 2))
    assert (a == b).all() and not (a == c).all()


def test_each_batch_gets_its_own_changes():
    ramp = np.tile(np.arange(8, dtype=np.uint8)[None, None, :, None], (32, 8, 1, 1))
    batches = list(Source("ramp", ramp).batches(32, augment="flip", repeat=True).take(3))
    assert not np.array_equal(batches[0], batches[1]) and not np.array_equal(batches[1], batches[2])


def test_names():
    assert augment.parse(None) == () == augment.parse("")
    assert augment.parse("flip, shift") == ("flip", "shift") == augment.parse(["flip", "shift"])
