"""Perceptual path length of steps that arrive in batches."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.perceptual_path import trimmed
from tfgan_zoo.metrics.streaming.one_sample import OneSampleMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class PathLength(OneSampleMetric):
    """Streaming mean of `tfgan_zoo.metrics.ppl`: of the steps that the percentiles leave, of a random sample of them.

    Percentiles need the steps themselves, hence the sample. Up to `capacity` steps the result is `ppl(...).mean` of the
    same steps, to the rounding of float32.

    Args:
        lower: percentile, rounded down to a step's value.
        higher: percentile, rounded up to a step's value.
        capacity: steps kept, 12 capacity bytes in all. 100,000 are all that the papers take.
        seed: of the sample kept.
        name: in logs.

    Raises:
        ZooError: not 0 <= lower < higher <= 100, or capacity < 1.

    Source: Karras, Laine, Aila, 2018 (1812.04948), section 4.1.

    >>> metric = PathLength(lower=0, higher=100)
    >>> metric.update_state([1.0, 2.0, 6.0])
    >>> float(metric.result())
    3.0
    """

    def __init__(
        self, lower: float = 1.0, higher: float = 99.0, capacity: int = 100_000, seed: int = 0, name: str = "ppl"
    ):
        if not 0 <= lower < higher <= 100:
            raise ZooError(f"{name}: percentiles must have 0 <= lower < higher <= 100; found {lower!r} and {higher!r}")
        self.lower, self.higher = lower, higher
        super().__init__(capacity, 1, seed, name)

    @tf.autograph.experimental.do_not_convert
    def update_state(self, lengths) -> None:
        """Add step lengths (n,), n >= 0: distances of the images at t and t + epsilon, divided by epsilon^2.

        Raises:
            ZooError: another rank or kind of number; NaN or infinity, as `StreamingState.update_state`.
        """
        lengths = tf.convert_to_tensor(lengths)
        if lengths.shape.rank != 1:
            raise ZooError(f"{self.name} needs lengths of shape (n,), one a step; found shape {lengths.shape}")
        super().update_state(lengths[:, None])

    def value(self, rows: np.ndarray) -> float:
        """Return the mean of the steps between the percentiles."""
        return float(trimmed(rows[:, 0].astype(np.float64), self.lower, self.higher).mean())

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        config = {**super().get_config(), "lower": self.lower, "higher": self.higher}
        del config["dimensions"]
        return config
