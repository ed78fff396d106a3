"""Directions in a latent space and what moves along them: SeFa's closed form, boundaries of attributes, projection.

Codes are (n, d) of z or w, or (n, L, d) of W+, one row a layer of the generator. A direction is (d,), or (L, d) where
each layer has its own. Importing this package loads no TensorFlow; functions that take a model load it when they are
used.
"""

import importlib

from tfgan_zoo.latent.boundaries import Boundary, distance, fit_direction
from tfgan_zoo.latent.conditioning import conditional
from tfgan_zoo.latent.editing import edit

# `sefa` is the function: the module of that name is loaded before, so that it does not take its place.
from tfgan_zoo.latent.factors import layer_weights, sefa
from tfgan_zoo.latent.files import Directions, read_directions, write_directions
from tfgan_zoo.latent.groups import Groups, extremes, median_labels
from tfgan_zoo.latent.layers import layer_range
from tfgan_zoo.latent.projection import Projection, StyleStatistics, project, style_statistics
from tfgan_zoo.latent.sefa import Factors, factorize, place_columns

__all__ = [
    "Boundary",
    "Directions",
    "Factors",
    "Groups",
    "Projection",
    "StyleStatistics",
    "attribute_direction",
    "conditional",
    "distance",
    "edit",
    "extremes",
    "factorize",
    "fit_direction",
    "layer_range",
    "layer_weights",
    "median_labels",
    "mixes",
    "place_columns",
    "project",
    "read_directions",
    "sefa",
    "strips",
    "style_statistics",
    "truncations",
    "write_directions",
]

_LAZY = {"attribute_direction": "attributes", "mixes": "sheets", "strips": "sheets", "truncations": "sheets"}


def __dir__():
    return sorted({*globals(), *_LAZY})


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module(f"tfgan_zoo.latent.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'tfgan_zoo.latent' has no attribute {name!r}")
