"""Conditional batch normalization: whose statistics, whose scale and offset, and what each mode uses."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import ConditionalBatchNorm, synchronize_batch_norm

MAPS = tf.random.stateless_normal((6, 4, 4, 3), (0, 0)) * [1.0, 2.0, 3.0] + [0.0, 1.0, -2.0]
LABELS = tf.constant([0, 1, 1, 3, 0, 3])


def make(classes=4, seed=0):
    layer = ConditionalBatchNorm(classes)
    layer.build([(None, 4, 4, 3), (None,)])
    generator = np.random.default_rng(seed)
    layer.gamma.assign(generator.normal(1.0, 0.3, (classes, 3)))
    layer.beta.assign(generator.normal(0.0, 0.3, (classes, 3)))
    return layer


def expected(layer, mean, variance):
    gamma, beta = (w.numpy()[LABELS.numpy()][:, None, None] for w in (layer.gamma, layer.beta))
    return gamma * (MAPS.numpy() - mean) / np.sqrt(variance + 2e-5) + beta


def test_statistics_are_of_all_examples_scale_and_offset_of_the_class():
    layer = make()
    mean, variance = MAPS.numpy().mean((0, 1, 2)), MAPS.numpy().var((0, 1, 2))
    np.testing.assert_allclose(layer([MAPS, LABELS], training=True), expected(layer, mean, variance), atol=1e-5)
    np.testing.assert_allclose(layer.normalize.moving_mean, 0.1 * mean, atol=1e-6)
    np.testing.assert_allclose(layer.normalize.moving_variance, 0.9 + 0.1 * variance, rtol=1e-5)


def test_inference_uses_the_moving_statistics_and_the_class():
    layer = make()
    for _ in range(3):
        layer([MAPS, LABELS], training=True)
    moving = layer.normalize.moving_mean.numpy(), layer.normalize.moving_variance.numpy()
    found = layer([MAPS, LABELS]).numpy()
    np.testing.assert_allclose(found, expected(layer, *moving), atol=1e-5)
    np.testing.assert_array_equal(moving[0], layer.normalize.moving_mean)
    np.testing.assert_allclose(layer([MAPS[:1], LABELS[:1]]), found[:1], atol=1e-6)  # nobody else matters


def test_it_starts_as_plain_normalization_and_takes_units_as_well_as_maps():
    units = tf.random.stateless_normal((50, 7), (0, 1))
    layer, plain = ConditionalBatchNorm(5), keras.layers.BatchNormalization(epsilon=2e-5)
    found = layer([units, tf.range(50) % 5], training=True)
    np.testing.assert_allclose(found, plain(units, training=True), atol=1e-6)


def test_only_classes_of_the_batch_learn():
    layer = make()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer([MAPS, LABELS], training=True) ** 3)
    for gradient in tape.gradient(loss, [layer.gamma.value, layer.beta.value]):
        dense = tf.convert_to_tensor(gradient).numpy()
        np.testing.assert_array_equal(np.abs(dense).max(axis=1) > 0, [True, True, False, True])


def test_xla_equals_plain():
    layer = make()
    compiled = tf.function(lambda *pair: layer(list(pair), training=False), jit_compile=True)
    np.testing.assert_allclose(compiled(MAPS, LABELS), layer([MAPS, LABELS]), atol=1e-6)


def network():
    maps, labels = keras.Input((4, 4, 3)), keras.Input((), dtype="int32")
    return keras.Model([maps, labels], ConditionalBatchNorm(4)([maps, labels]))


def test_two_replicas_with_joint_statistics_equal_one(mirrored):
    alone = network()([MAPS, LABELS], training=True).numpy()
    with mirrored.scope():
        model = network()
    synchronize_batch_norm(model)

    @tf.function
    def step():
        def replica():
            rows = tf.range(3) + 3 * tf.distribute.get_replica_context().replica_id_in_sync_group
            return model([tf.gather(MAPS, rows), tf.gather(LABELS, rows)], training=True)

        return mirrored.experimental_local_results(mirrored.run(replica))

    np.testing.assert_allclose(np.concatenate(step()), alone, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_low_precision_in_and_out_float32_within(policy):
    layer = ConditionalBatchNorm(4, dtype=policy)
    half = tf.cast(MAPS, layer.compute_dtype)
    found = layer([half, LABELS], training=True)
    assert found.dtype == half.dtype and layer.gamma.dtype == layer.normalize.compute_dtype == "float32"
    reference = ConditionalBatchNorm(4)([tf.cast(half, tf.float32), LABELS], training=True)
    np.testing.assert_array_equal(found, tf.cast(reference, half.dtype))


def test_configuration_and_weights_survive_saving(tmp_path):
    model = network()
    model.layers[-1].gamma.assign(np.random.default_rng(0).normal(size=(4, 3)))
    model([MAPS, LABELS], training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded([MAPS, LABELS]), model([MAPS, LABELS]))
