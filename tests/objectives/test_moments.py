"""The divergence of a batch by its moments, at known moments."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.objectives.moments import moment_kl


def batch(mean, deviation, n=6):
    """Rows whose columns have exactly these moments."""
    signs = np.where(np.arange(n) % 2, 1.0, -1.0)[:, None]
    return tf.constant(np.asarray(mean) + signs * np.asarray(deviation), tf.float32)


@pytest.mark.parametrize(
    "mean, deviation, expected",
    [
        ([0.0, 0.0], [1.0, 1.0], 0.0),
        ([0.0], [math.e], math.e**2 / 2 - 1.5),
        ([1.0], [1.0], 0.5),
        ([1.0, 0.0], [1.0, math.e], (0.5 + 2.194528) / 2),
    ],
)
def test_known_moments(mean, deviation, expected):
    assert float(moment_kl(batch(mean, deviation))) == pytest.approx(expected, abs=1e-6)


def test_it_is_of_the_batch_and_not_of_single_codes():
    """Single codes lie far from 0, where a divergence per example would see them; the batch is standard normal."""
    codes = tf.constant(np.random.default_rng(0).normal(size=(100_000, 3)), tf.float32)
    assert float(moment_kl(codes)) < 1e-4
    whole, parts = moment_kl(batch([0.0], [1.0])), [moment_kl(batch([0.0], [1.0])[i::2]) for i in range(2)]
    assert float(whole) == pytest.approx(0.0, abs=1e-6) and min(parts) > 10


def test_least_on_the_sphere_is_the_uniform_distribution():
    codes = np.random.default_rng(0).normal(size=(50_000, 4)) * [1.0, 1.0, 1.0, 3.0]
    project = lambda x: tf.constant(x / np.linalg.norm(x, axis=1, keepdims=True), tf.float32)
    uniform = project(codes / [1.0, 1.0, 1.0, 3.0])
    assert float(moment_kl(uniform)) == pytest.approx(0.5 * (0.25 + math.log(4) - 1), abs=1e-3)
    assert float(moment_kl(project(codes))) > float(moment_kl(uniform)) + 0.05


def test_a_collapsed_batch_is_far_and_finite():
    codes = tf.zeros((4, 2))
    with tf.GradientTape() as tape:
        tape.watch(codes)
        value = moment_kl(codes)
    assert 10 < float(value) < 20
    assert np.isfinite(tape.gradient(value, codes)).all()


def test_of_two_replicas(mirrored):
    values = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")

    @tf.function
    def both(cross_replica):
        def replica():
            part = tf.constant(values)[tf.distribute.get_replica_context().replica_id_in_sync_group]
            return moment_kl(part, cross_replica)

        return mirrored.run(replica)

    found = lambda cross: [float(v) for v in mirrored.experimental_local_results(both(cross))]
    assert found(True) == pytest.approx([float(moment_kl(tf.constant(values.reshape(8, 3))))] * 2, rel=1e-5)
    assert found(False) == pytest.approx([float(moment_kl(tf.constant(v))) for v in values], rel=1e-5)
