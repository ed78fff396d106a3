"""Fréchet distance of features that arrive in batches."""

import keras
import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.frechet import frechet_distance
from tfgan_zoo.metrics.statistics import GaussianStatistics
from tfgan_zoo.metrics.streaming.gaussian import GaussianAccumulator, GaussianState, as_statistics
from tfgan_zoo.metrics.streaming.two_sample import TwoSampleMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class FID(TwoSampleMetric):
    """Streaming Fréchet distance: `tfgan_zoo.metrics.fid` without keeping the features.

    Two Gaussians accumulate in float64 (`GaussianAccumulator`), 68 MB at d = 2048 however many samples come. Biased
    upwards at few samples: see `fid`.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        dimensions: d; taken from the first batch if None.
        reference: known (mean (d,), covariance (d, d)) of the real samples, for example published statistics; the
            metric then takes generated samples only.
        ddof: of the covariances of what is added; 1 (TTUR, pytorch-fid) or 0 (StyleGAN2-ADA).
        reset_real: whether `reset_state` forgets the real samples too.
        name: in logs, followed there by the extractor's label.

    Raises:
        ZooError: a reference that is not a mean and a covariance.

    Source: Heusel et al., 2017 (1706.08500).

    >>> metric = FID()
    >>> metric.update_state([[0.0], [2.0]], real=True)
    >>> metric.update_state([[3.0], [5.0]], real=False)
    >>> float(metric.result())
    9.0
    """

    values = ("fid",)

    def __init__(
        self,
        extractor: Extractor | None = None,
        dimensions: int | None = None,
        reference: tuple | None = None,
        ddof: int = 1,
        reset_real: bool = True,
        name: str = "fid",
    ):
        if ddof not in (0, 1):
            raise ZooError(f"{name}: ddof must be 0 or 1; found {ddof!r}")
        self._reference = None
        if reference is not None:
            self._reference = _checked_reference(reference, name)
            dimensions = len(self._reference[0]) if dimensions is None else dimensions
            if dimensions != len(self._reference[0]):
                raise ZooError(
                    f"{name}: the reference has {len(self._reference[0])} dimensions, dimensions={dimensions}"
                )
        self.ddof = ddof
        super().__init__(
            name,
            None if reference is not None else GaussianAccumulator(dimensions, name=f"{name}_real"),
            GaussianAccumulator(dimensions, name=f"{name}_generated"),
            extractor,
            reset_real,
        )

    def compare(self, real: GaussianState | None, generated: GaussianState) -> tuple[float]:
        """Return the Fréchet distance."""
        generated = as_statistics(generated, self.generated.name)
        if real is None:
            mean, covariance = self._reference
        else:
            real = as_statistics(real, self.real.name)
            mean, covariance = real.mean, real.covariance(self.ddof)
        return (frechet_distance(mean, covariance, generated.mean, generated.covariance(self.ddof)),)

    def statistics(self, real: bool) -> GaussianStatistics:
        """Return the Gaussian accumulated so far on one side, for example to store that of a data set.

        Raises:
            ZooError: the real side of a metric with a reference, or NaN or infinity among the samples.
        """
        return self._side(real).statistics()

    def get_config(self) -> dict:
        """Return the constructor's numbers.

        Raises:
            ZooError: the metric has an extractor or a reference, which no config can hold.
        """
        if self._reference is not None:
            raise ZooError(f"{self.name}: reference statistics cannot be written into a config; make the metric anew")
        return {**super().get_config(), "ddof": self.ddof}


def _checked_reference(reference, name: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(reference, (tuple, list)) or len(reference) != 2:
        raise ZooError(f"{name}: reference must be (mean, covariance); found {type(reference).__name__}")
    mean, covariance = (np.asarray(array, np.float64) for array in reference)
    if mean.ndim != 1 or covariance.shape != (mean.size, mean.size) or not mean.size:
        raise ZooError(
            f"{name}: reference must be (mean (d,), covariance (d, d)); found {mean.shape}, {covariance.shape}"
        )
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ZooError(f"{name}: the reference holds NaN or infinity; its file is broken")
    return mean, covariance
