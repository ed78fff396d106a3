"""Initializers by the papers' names."""

import keras


def normal(deviation: float, mean: float = 0.0) -> keras.initializers.Initializer:
    """N(mean, deviation^2)."""
    return keras.initializers.RandomNormal(mean, deviation)
