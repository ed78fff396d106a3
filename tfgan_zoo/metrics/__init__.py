"""Evaluation: pure functions on features, the networks that give features, and `evaluate`, which joins them.

Importing this package loads no TensorFlow; the first use of a network, or of `streaming`, does.
"""

import importlib
from typing import TYPE_CHECKING

from tfgan_zoo.metrics.accuracy_score import Accuracies, cas
from tfgan_zoo.metrics.bootstrap import bootstrap
from tfgan_zoo.metrics.classifier_score import InceptionScore, inception_score
from tfgan_zoo.metrics.classifiers import DigitsClassifier, FashionClassifier
from tfgan_zoo.metrics.density_coverage import DensityCoverage, density_coverage
from tfgan_zoo.metrics.evaluation import evaluate
from tfgan_zoo.metrics.extractors import Extractor, as_extractor, default_extractor, extract
from tfgan_zoo.metrics.extrapolation import FIDInfinity, fid_infinity
from tfgan_zoo.metrics.frechet import fid, frechet_distance
from tfgan_zoo.metrics.kernel_distance import KID, kid
from tfgan_zoo.metrics.lpips import LPIPS, pixel_l2
from tfgan_zoo.metrics.modes import ModeCoverage, mode_coverage
from tfgan_zoo.metrics.ms_ssim import ms_ssim
from tfgan_zoo.metrics.perceptual_path import PathLength, ppl
from tfgan_zoo.metrics.precision_recall import PrecisionRecall, precision_recall, realism
from tfgan_zoo.metrics.reference import Reference
from tfgan_zoo.metrics.saved_generator import SavedGenerator
from tfgan_zoo.metrics.separability import Separability, linear_separability
from tfgan_zoo.metrics.sliced_wasserstein import laplacian_swd, sliced_wasserstein
from tfgan_zoo.metrics.statistics import GaussianStatistics
from tfgan_zoo.metrics.statistics_files import Statistics, read_statistics, statistics_of, write_statistics

if TYPE_CHECKING:
    from tfgan_zoo.metrics import streaming
    from tfgan_zoo.metrics.efficientnet import EfficientNetLite0
    from tfgan_zoo.metrics.inception import FrozenInception, InceptionExtractor, InceptionGraph
    from tfgan_zoo.metrics.keras_extractor import KerasExtractor

_NETWORKS = {
    "EfficientNetLite0": "efficientnet",
    "FrozenInception": "inception",
    "InceptionExtractor": "inception",
    "InceptionGraph": "inception",
    "KerasExtractor": "keras_extractor",
}

__all__ = [
    "KID",
    "LPIPS",
    "Accuracies",
    "DensityCoverage",
    "DigitsClassifier",
    "EfficientNetLite0",
    "Extractor",
    "FIDInfinity",
    "FashionClassifier",
    "FrozenInception",
    "GaussianStatistics",
    "InceptionExtractor",
    "InceptionGraph",
    "InceptionScore",
    "KerasExtractor",
    "ModeCoverage",
    "PathLength",
    "PrecisionRecall",
    "Reference",
    "SavedGenerator",
    "Separability",
    "Statistics",
    "as_extractor",
    "bootstrap",
    "cas",
    "default_extractor",
    "density_coverage",
    "evaluate",
    "extract",
    "fid",
    "fid_infinity",
    "frechet_distance",
    "inception_score",
    "kid",
    "laplacian_swd",
    "linear_separability",
    "mode_coverage",
    "ms_ssim",
    "pixel_l2",
    "ppl",
    "precision_recall",
    "read_statistics",
    "realism",
    "sliced_wasserstein",
    "statistics_of",
    "streaming",
    "write_statistics",
]


def __getattr__(name: str):
    """Import the networks, and `streaming`, when they are asked for: they need TensorFlow."""
    if name == "streaming":
        return importlib.import_module("tfgan_zoo.metrics.streaming")
    if name in _NETWORKS:
        return getattr(importlib.import_module(f"tfgan_zoo.metrics.{_NETWORKS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
