"""Data: a name to batches that a model can be fitted to. TensorFlow is imported when the first batches are made."""

from tfgan_zoo.data.names import list_names, load, open_source
from tfgan_zoo.data.pictures import grid, save_grid, to_uint8
from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.data.toys import modes

__all__ = ["Pair", "Source", "grid", "list_names", "load", "modes", "open_source", "save_grid", "to_uint8"]
