"""Mixture: outputs side by side, weights, and choices as frequent as the weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import Mixture


def make(logits):
    layer = Mixture(len(logits))
    layer([tf.zeros((1, 2))] * len(logits))
    layer.logits.assign(np.array(logits, "float32"))
    return layer


def test_outputs_side_by_side():
    outputs = [tf.fill((3, 2, 5), float(k)) for k in range(4)]
    stack = make([0.0] * 4)(outputs).numpy()
    assert stack.shape == (3, 4, 2, 5) and np.array_equal(stack[0, :, 0, 0], [0, 1, 2, 3])


def test_weights_start_equal_and_are_the_softmax():
    assert Mixture(5).members == 5
    assert make([0.0] * 5).shares().numpy() == pytest.approx([0.2] * 5)
    assert make(np.log([0.5, 0.25, 0.25])).shares().numpy() == pytest.approx([0.5, 0.25, 0.25])


def test_a_number_between_two_sums_of_weights_chooses_the_member_between():
    layer = make(np.log([0.5, 0.125, 0.375]))
    u = tf.constant([[0.01], [0.49], [0.51], [0.62], [0.63], [0.999999]])
    chosen = layer([tf.fill((6, 1), float(k)) for k in range(3)], choice=u).numpy()[:, 0]
    assert np.array_equal(chosen, [0, 0, 1, 1, 2, 2])
    assert np.array_equal(make([0.0])([tf.fill((6, 1), 7.0)], choice=u), np.full((6, 1), 7.0))


def test_unevenness_is_smallest_for_equal_weights():
    """R = -(1/T) sum log w: log T if equal, else more; finite for weights that vanish."""
    assert float(make([0.0] * 7).unevenness()) == pytest.approx(np.log(7), rel=1e-6)
    assert float(make([3.0] * 7).unevenness()) == pytest.approx(np.log(7), rel=1e-6)
    w = np.array([0.7, 0.2, 0.1])
    assert float(make(np.log(w)).unevenness()) == pytest.approx(-np.log(w).mean(), rel=1e-6)
    rng = np.random.default_rng(0)
    assert all(float(make(rng.normal(size=7)).unevenness()) > np.log(7) for _ in range(20))
    assert float(make([0.0, -300.0]).unevenness()) == pytest.approx(150.0)


def test_it_is_serialized():
    layer = Mixture(3, dtype="float32", name="mix")
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (twin.members, twin.name, twin.compute_dtype) == (3, "mix", "float32")
