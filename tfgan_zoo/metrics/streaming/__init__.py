"""Metrics as Keras metrics: `update_state` batch by batch, `result`, `reset_state`; memory does not grow with samples.

Shells over the pure functions of `tfgan_zoo.metrics`. Inside `strategy.run` every update is synchronized, so that each
replica's copy is the state of the global batch. Make the metric in the strategy's scope. Importing this package loads
TensorFlow.

`tfgan_zoo.metrics.cas` has no shell and cannot have one: it trains classifiers, for epochs, on all images.
"""

from tfgan_zoo.metrics.streaming.density_coverage import DensityCoverage
from tfgan_zoo.metrics.streaming.fid import FID
from tfgan_zoo.metrics.streaming.gaussian import GaussianAccumulator
from tfgan_zoo.metrics.streaming.inception_score import InceptionScore
from tfgan_zoo.metrics.streaming.kid import KID
from tfgan_zoo.metrics.streaming.mean_distance import MeanDistance
from tfgan_zoo.metrics.streaming.path_length import PathLength
from tfgan_zoo.metrics.streaming.precision_recall import PrecisionRecall
from tfgan_zoo.metrics.streaming.reservoir import Reservoir
from tfgan_zoo.metrics.streaming.separability import LinearSeparability
from tfgan_zoo.metrics.streaming.sliced_wasserstein import SlicedWasserstein

__all__ = [
    "FID",
    "KID",
    "DensityCoverage",
    "GaussianAccumulator",
    "InceptionScore",
    "LinearSeparability",
    "MeanDistance",
    "PathLength",
    "PrecisionRecall",
    "Reservoir",
    "SlicedWasserstein",
]
