"""A metric of one set of rows, computed on a random sample of it."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.metrics.streaming.reservoir import Reservoir, ReservoirState, as_rows
from tfgan_zoo.metrics.streaming.results import computed


class OneSampleMetric(Reservoir):
    """A `Reservoir` whose result is a number, which a subclass computes in `value`.

    While no more than `capacity` rows have come, the result is that of the pure function on all of them, in their order
    and as float32. Beyond, it is that of the pure function on the rows kept.
    """

    @tf.autograph.experimental.do_not_convert
    def result(self) -> tf.Tensor:
        """Return the value as a float64 scalar; NaN if nothing was added since the last reset.

        Inside a `tf.function` the numpy computation runs at every call: see `TwoSampleMetric.result`.

        Raises:
            ZooError: fewer rows than the metric needs, or NaN or infinity among them.
        """

        def values(*arrays):
            state = ReservoirState(*arrays)
            return [self.value(as_rows(state, self.name)) if state.count else np.nan]

        return computed(values, self.tensors(), 1)[0]

    def value(self, rows: np.ndarray) -> float:
        """Return the pure function's value on (n, d) float32 rows, n >= 1."""
        raise NotImplementedError
