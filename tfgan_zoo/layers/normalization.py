"""Normalization layers with the settings that the papers' codes use."""

import keras

from tfgan_zoo.layers.initializers import normal


def batch_norm() -> keras.layers.BatchNormalization:
    """Batch normalization with scale drawn from N(1, 0.02), momentum 0.9, epsilon 1e-5.

    Keras' momentum of 0.99 is too slow for runs of a few thousand steps. Statistics are each replica's own; the core
    averages the moving ones. `synchronize_batch_norm` takes them over all replicas.
    """
    return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=normal(0.02, mean=1.0))


def instance_norm() -> keras.layers.GroupNormalization:
    """Instance normalization without scale and offset (Ulyanov et al., 2016, arXiv:1607.08022)."""
    return keras.layers.GroupNormalization(groups=-1, center=False, scale=False, epsilon=1e-5)


def synchronize_batch_norm(*networks: keras.Model) -> None:
    """Take batch statistics over all replicas. Call it before `compile`; not together with XLA on several replicas."""
    for network in networks:
        for layer in network._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
