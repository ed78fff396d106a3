"""Sliced Wasserstein distance of features that arrive in batches."""

import keras

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.reservoir_metric import ReservoirMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class SlicedWasserstein(ReservoirMetric):
    """Streaming `tfgan_zoo.metrics.sliced_wasserstein` on a random sample of each side; biased upwards where few.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        dimensions: d; taken from the first batch if None.
        capacity: features kept a side, 8 d capacity bytes in all.
        projections: number of random directions.
        p: order, >= 1.
        seed: of the samples kept and of the directions.
        reset_real: whether `reset_state` forgets the real samples too.
        name: in logs, followed there by the extractor's label.

    Raises:
        ZooError: p, projections or capacity < 1.

    Source: Bonneel et al., 2015, section 4.
    """

    values = ("sliced_wasserstein",)

    def __init__(
        self,
        extractor: Extractor | None = None,
        dimensions: int | None = None,
        capacity: int = 10_000,
        projections: int = 512,
        p: float = 2,
        seed: int = 0,
        reset_real: bool = True,
        name: str = "sliced_wasserstein",
    ):
        if not (p >= 1 and projections >= 1):
            raise ZooError(f"{name}: p and projections must be at least 1; found {p} and {projections}")
        self.projections, self.p = projections, p
        super().__init__(name, capacity, seed, extractor, dimensions, reset_real)

    def compare_rows(self, real, generated) -> tuple[float]:
        """Return the distance."""
        from tfgan_zoo.metrics.sliced_wasserstein import sliced_wasserstein

        return (sliced_wasserstein(real, generated, self.projections, self.seed, self.p),)

    def get_config(self) -> dict:
        """Return the constructor's numbers; as `ReservoirMetric`."""
        return {**super().get_config(), "projections": self.projections, "p": self.p}
