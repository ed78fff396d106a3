"""Exponential moving averages of networks."""

import keras
import tensorflow as tf


def average_of(network: keras.Model, name: str) -> keras.Model:
    """Return a frozen copy of `network` that starts with its weights and will follow them."""
    average = keras.models.clone_model(network)
    average.name = name
    average.set_weights(network.get_weights())
    average.trainable = False
    return average


def follow(average: keras.Model, network: keras.Model, rate: tf.Tensor) -> None:
    """Move every variable of `average`, batch statistics included, by `rate` towards that of `network`."""
    for slow, fast in zip(average.variables, network.variables):
        slow.value.assign_add(rate * (fast.value - slow.value))


def warm_rate(decay: float, step: tf.Tensor) -> tf.Tensor:
    """1 - min(decay, (1 + step) / (10 + step)): early on the average forgets its random start quickly."""
    step = tf.cast(step, tf.float32)
    return 1.0 - tf.minimum(decay, (1.0 + step) / (10.0 + step))
