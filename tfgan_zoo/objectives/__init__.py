"""Adversarial objectives: what each player minimizes, as pure functions of discriminator outputs."""

from tfgan_zoo.objectives.divergences import minimax, non_saturating
from tfgan_zoo.objectives.least_squares import least_squares
from tfgan_zoo.objectives.margins import hinge, wasserstein
from tfgan_zoo.objectives.objective import Objective

__all__ = ["Objective", "hinge", "least_squares", "minimax", "non_saturating", "wasserstein"]
