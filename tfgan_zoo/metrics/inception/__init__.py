"""The Inception network of 2015-12-05, with every quirk on which published scores depend."""

from tfgan_zoo.metrics.inception.frozen import FrozenInception
from tfgan_zoo.metrics.inception.graph import InceptionExtractor, InceptionGraph
from tfgan_zoo.metrics.inception.network import TAPS
from tfgan_zoo.metrics.inception.resize import CONVENTIONS

__all__ = ["CONVENTIONS", "TAPS", "FrozenInception", "InceptionExtractor", "InceptionGraph"]
