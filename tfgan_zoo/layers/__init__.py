"""Keras layers that models share."""

from tfgan_zoo.layers.conditional_batch_norm import ConditionalBatchNorm
from tfgan_zoo.layers.dropout import SeededDropout
from tfgan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense
from tfgan_zoo.layers.image_pool import ImagePool
from tfgan_zoo.layers.maxout import Maxout
from tfgan_zoo.layers.minibatch_stddev import MinibatchStddev
from tfgan_zoo.layers.mixture import Mixture
from tfgan_zoo.layers.modulated import ModulatedConv2D
from tfgan_zoo.layers.moments import MomentScore
from tfgan_zoo.layers.normalization import batch_norm, instance_norm, synchronize_batch_norm
from tfgan_zoo.layers.pixel_norm import PixelNorm
from tfgan_zoo.layers.reflection import ReflectionPadding2D
from tfgan_zoo.layers.spectral import SpectralNormalization, iterate_spectral_norms
from tfgan_zoo.layers.style import AdaIN, NoiseInjection

__all__ = [
    "AdaIN",
    "ConditionalBatchNorm",
    "EqualizedConv2D",
    "EqualizedDense",
    "ImagePool",
    "Maxout",
    "MinibatchStddev",
    "Mixture",
    "ModulatedConv2D",
    "MomentScore",
    "NoiseInjection",
    "PixelNorm",
    "ReflectionPadding2D",
    "SeededDropout",
    "SpectralNormalization",
    "batch_norm",
    "instance_norm",
    "iterate_spectral_norms",
    "synchronize_batch_norm",
]
