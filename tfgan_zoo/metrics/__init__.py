"""Evaluation: pure functions on features, the networks that give features, and `evaluate`, which joins them.

Importing this package loads no TensorFlow; the first use of a shipped extractor does.
"""

from tfgan_zoo.metrics.classifier_score import InceptionScore, inception_score
from tfgan_zoo.metrics.classifiers import DigitsClassifier, FashionClassifier
from tfgan_zoo.metrics.evaluation import evaluate
from tfgan_zoo.metrics.extractors import Extractor, default_extractor, extract
from tfgan_zoo.metrics.frechet import fid, frechet_distance
from tfgan_zoo.metrics.kernel_distance import KID, kid
from tfgan_zoo.metrics.modes import ModeCoverage, mode_coverage
from tfgan_zoo.metrics.statistics import GaussianStatistics

__all__ = [
    "KID",
    "DigitsClassifier",
    "Extractor",
    "FashionClassifier",
    "GaussianStatistics",
    "InceptionScore",
    "ModeCoverage",
    "default_extractor",
    "evaluate",
    "extract",
    "fid",
    "frechet_distance",
    "inception_score",
    "kid",
    "mode_coverage",
]
