"""Improved precision and recall of features that arrive in batches."""

import keras

from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.reservoir_metric import ReservoirMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class PrecisionRecall(ReservoirMetric):
    """Streaming `tfgan_zoo.metrics.precision_recall` on a random sample of each side.

    Radii shrink as more samples are kept, so compare only values at equal capacity and at least as many samples.
    `result()` is `{"precision": ..., "recall": ...}`.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        dimensions: d; taken from the first batch if None.
        capacity: features kept a side, 8 d capacity bytes in all.
        k: neighbours.
        seed: of the samples kept.
        reset_real: whether `reset_state` forgets the real samples too.
        name: in logs; another than the default is put before the values' names.

    Source: Kynkäänniemi et al., 2019 (1904.06991).
    """

    values = ("precision", "recall")
    default_name = "precision_recall"

    def __init__(
        self,
        extractor: Extractor | None = None,
        dimensions: int | None = None,
        capacity: int = 10_000,
        k: int = 3,
        seed: int = 0,
        reset_real: bool = True,
        name: str = default_name,
    ):
        self.k = k
        super().__init__(name, capacity, seed, extractor, dimensions, reset_real)

    def compare_rows(self, real, generated) -> tuple[float, float]:
        """Return precision and recall."""
        from tfgan_zoo.metrics.precision_recall import precision_recall

        result = precision_recall(real, generated, k=self.k)
        return result.precision, result.recall

    def get_config(self) -> dict:
        """Return the constructor's numbers; as `ReservoirMetric`."""
        return {**super().get_config(), "k": self.k}
