"""Adversarial objectives: what each player minimizes, as pure functions of discriminator outputs."""

from tfgan_zoo.objectives.divergences import log_ratio, minimax, non_saturating
from tfgan_zoo.objectives.energies import ENERGIES, energy_margin
from tfgan_zoo.objectives.f_divergences import divergence, variational
from tfgan_zoo.objectives.fisher import augmented_lagrangian, second_moments
from tfgan_zoo.objectives.least_squares import least_squares, least_squares_codes
from tfgan_zoo.objectives.margins import hinge, ranking, wasserstein
from tfgan_zoo.objectives.objective import Objective
from tfgan_zoo.objectives.relativistic import relativistic, relativistic_average
from tfgan_zoo.objectives.smoothing import smoothed

__all__ = [
    "ENERGIES",
    "Objective",
    "augmented_lagrangian",
    "divergence",
    "energy_margin",
    "hinge",
    "least_squares",
    "least_squares_codes",
    "log_ratio",
    "minimax",
    "non_saturating",
    "ranking",
    "relativistic",
    "relativistic_average",
    "second_moments",
    "smoothed",
    "variational",
    "wasserstein",
]
