"""Kernel Inception Distance of features that arrive in batches."""

import keras

from tfgan_zoo.metrics import kernel_distance
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.reservoir_metric import ReservoirMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class KID(ReservoirMetric):
    """Streaming `tfgan_zoo.metrics.kid` on a random sample of each side; unbiased at any capacity.

    `result()` is `{name: mean over the subsets, name + " std": their standard deviation}`.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        dimensions: d; taken from the first batch if None.
        capacity: features kept a side, 8 d capacity bytes in all: 164 MB at 10,000 and d = 2048.
        subsets: see `kid`.
        subset_size: see `kid`.
        seed: of the samples kept and of the subsets.
        reset_real: whether `reset_state` forgets the real samples too.
        name: in logs, followed there by the extractor's label.

    Source: Bińkowski et al., 2018 (1801.01401), section 4.
    """

    values = ("kid", "kid std")

    def __init__(
        self,
        extractor: Extractor | None = None,
        dimensions: int | None = None,
        capacity: int = 10_000,
        subsets: int = 100,
        subset_size: int = 1000,
        seed: int = 0,
        reset_real: bool = True,
        name: str = "kid",
    ):
        self.subsets, self.subset_size = subsets, subset_size
        super().__init__(name, capacity, seed, extractor, dimensions, reset_real)

    def compare_rows(self, real, generated) -> tuple[float, float]:
        """Return mean and standard deviation."""
        return kernel_distance.kid(real, generated, self.subsets, self.subset_size, self.seed)

    def keys(self, name: str) -> tuple[str, str]:
        """Return the names of the mean and of the standard deviation."""
        return name, f"{name} std"

    def get_config(self) -> dict:
        """Return the constructor's numbers; as `ReservoirMetric`."""
        return {**super().get_config(), "subsets": self.subsets, "subset_size": self.subset_size}
