"""Penalties: pure functions that hold a player's network to a property."""

from tfgan_zoo.penalties.gradients import gradient_norms, gradient_penalty, interpolate
from tfgan_zoo.penalties.path_length import PathLength, path_lengths
from tfgan_zoo.penalties.pull_away import pull_away
from tfgan_zoo.penalties.r1 import r1
from tfgan_zoo.penalties.spectral_norm import SpectralNorms

__all__ = [
    "PathLength",
    "SpectralNorms",
    "gradient_norms",
    "gradient_penalty",
    "interpolate",
    "path_lengths",
    "pull_away",
    "r1",
]
