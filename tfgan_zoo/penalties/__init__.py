"""Penalties: pure functions that hold a player's network to a property."""

from tfgan_zoo.penalties.gradients import gradient_norms, gradient_penalty, interpolate
from tfgan_zoo.penalties.pull_away import pull_away
from tfgan_zoo.penalties.spectral_norm import SpectralNorms

__all__ = ["SpectralNorms", "gradient_norms", "gradient_penalty", "interpolate", "pull_away"]
