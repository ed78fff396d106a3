"""A metric of two sets of features, computed on a random sample of each."""

from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming.reservoir import Reservoir, ReservoirState, as_rows
from tfgan_zoo.metrics.streaming.two_sample import TwoSampleMetric


class ReservoirMetric(TwoSampleMetric):
    """A `TwoSampleMetric` that keeps a seeded random sample of at most `capacity` features a side.

    While no side has had more than `capacity` samples, the result is that of the pure function on all of them, in their
    order. Beyond, it is that of the pure function on the samples kept.
    """

    def __init__(
        self,
        name: str,
        capacity: int,
        seed: int,
        extractor: Extractor | None,
        dimensions: int | None,
        reset_real: bool,
    ):
        # Different keys for the two sides: with paired data they must not keep the same pairs.
        sides = [
            Reservoir(capacity, dimensions, 2 * seed + index, name=f"{name}_{side}")
            for index, side in enumerate(("real", "generated"))
        ]
        self.capacity, self.seed = capacity, seed
        super().__init__(name, *sides, extractor, reset_real)

    def compare(self, real: ReservoirState, generated: ReservoirState) -> tuple[float, ...]:
        """Return the values of the rows kept."""
        return self.compare_rows(as_rows(real, self.real.name), as_rows(generated, self.generated.name))

    def compare_rows(self, real, generated) -> tuple[float, ...]:
        """Return the pure function's values on (n, d) and (m, d) features."""
        raise NotImplementedError

    def get_config(self) -> dict:
        """Return the constructor's numbers.

        Raises:
            ZooError: the metric has an extractor, which no config can hold.
        """
        return {**super().get_config(), "capacity": self.capacity, "seed": self.seed}
