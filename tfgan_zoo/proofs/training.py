"""What proofs share: training for a number of steps, and toy data as endless batches."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.game import Game


def train(model: Game, dataset: tf.data.Dataset, steps: int, **compile_options) -> dict[str, float]:
    """Compile unless compiled, make `steps` train steps on an endless data set, return the terms' means."""
    if compile_options or not model.compiled:
        model.compile(**compile_options)
    history = model.fit(dataset, epochs=1, steps_per_epoch=steps, verbose=0).history
    return {name: float(values[-1]) for name, values in history.items()}


def endless(*arrays: np.ndarray, batch_size: int, seed: int) -> tf.data.Dataset:
    """Return endless shuffled batches of in-memory arrays."""
    dataset = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])
    dataset = dataset.shuffle(len(arrays[0]), seed=seed).repeat()
    return dataset.batch(batch_size, drop_remainder=True).prefetch(4)


def adam(rate: float, beta_1: float = 0.5, beta_2: float = 0.999) -> keras.optimizers.Adam:
    """Return Adam with the references' epsilon."""
    return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=1e-8)
