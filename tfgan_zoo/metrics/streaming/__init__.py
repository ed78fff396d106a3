"""Metrics as Keras metrics: `update_state` batch by batch, `result`, `reset_state`; memory does not grow with samples.

Shells over the pure functions of `tfgan_zoo.metrics`. Inside `strategy.run` every update is synchronized, so that each
replica's copy is the state of the global batch. Make the metric in the strategy's scope. Importing this package loads
TensorFlow.
"""

from tfgan_zoo.metrics.streaming.density_coverage import DensityCoverage
from tfgan_zoo.metrics.streaming.fid import FID
from tfgan_zoo.metrics.streaming.gaussian import GaussianAccumulator
from tfgan_zoo.metrics.streaming.inception_score import InceptionScore
from tfgan_zoo.metrics.streaming.kid import KID
from tfgan_zoo.metrics.streaming.precision_recall import PrecisionRecall
from tfgan_zoo.metrics.streaming.reservoir import Reservoir

__all__ = [
    "FID",
    "KID",
    "DensityCoverage",
    "GaussianAccumulator",
    "InceptionScore",
    "PrecisionRecall",
    "Reservoir",
]
