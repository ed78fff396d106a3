"""Density and coverage of features that arrive in batches."""

import keras

from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.reservoir_metric import ReservoirMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class DensityCoverage(ReservoirMetric):
    """Streaming `tfgan_zoo.metrics.density_coverage` on a random sample of each side.

    `result()` is `{"density": ..., "coverage": ...}`.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        dimensions: d; taken from the first batch if None.
        capacity: features kept a side, 8 d capacity bytes in all.
        k: neighbours.
        seed: of the samples kept.
        reset_real: whether `reset_state` forgets the real samples too.
        name: in logs; another than the default is put before the values' names.

    Source: Naeem et al., 2020 (2002.09797).
    """

    values = ("density", "coverage")
    default_name = "density_coverage"

    def __init__(
        self,
        extractor: Extractor | None = None,
        dimensions: int | None = None,
        capacity: int = 10_000,
        k: int = 5,
        seed: int = 0,
        reset_real: bool = True,
        name: str = default_name,
    ):
        self.k = k
        super().__init__(name, capacity, seed, extractor, dimensions, reset_real)

    def compare_rows(self, real, generated) -> tuple[float, float]:
        """Return density and coverage."""
        from tfgan_zoo.metrics.density_coverage import density_coverage

        result = density_coverage(real, generated, k=self.k)
        return result.density, result.coverage

    def get_config(self) -> dict:
        """Return the constructor's numbers; as `ReservoirMetric`."""
        return {**super().get_config(), "k": self.k}
