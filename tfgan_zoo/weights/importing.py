"""Public weights of other packages, as ready models. TensorFlow is imported when a file is converted, not before."""

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgan_zoo.errors import ZooError, unknown

if TYPE_CHECKING:
    from tfgan_zoo.game import Game

#: Source -> module of `tfgan_zoo.weights.sources`, whose function `convert(path, **options)` makes the model.
SOURCES = {
    "rosinality/stylegan2-pytorch": "rosinality",
    "NVlabs/stylegan2-ada-pytorch": "stylegan2_ada",
    "NVlabs/stylegan2": "stylegan2_tf",
    "NVlabs/stylegan": "stylegan_tf",
    "genforce/genforce": "genforce",
    "gan-face-generate": "gan_face_generate",
    "omniart-eye-generator": "omniart",
}


def import_weights(path: str | os.PathLike, source: str, **options: Any) -> "Game":
    """Return a model with the weights of a file that another package wrote.

    The model makes the images that the package's own model makes of the same latents, and its discriminator, where the
    file has one, gives the same scores. All sizes follow from the tensors. What a file has no weights for, such as the
    discriminator of a file with a generator only, starts at random as in a new model. Nothing of the file is run.

    Args:
        path: of the file.
        source: who wrote it; a key of `SOURCES`.
        **options: further arguments of the model's constructor that do not follow from the file, and `dtype`.

    Raises:
        ZooError: an unknown source; a file that cannot be read, or is of another source; tensors that are missing, of
            another shape, or more than the model has; an option that is unknown or that the file decides.
    """
    if source not in SOURCES:
        raise unknown("source of weights", source, SOURCES)
    path = Path(path)
    if not path.is_file():
        raise ZooError(f"no weights file {path}; check the path")
    converter = importlib.import_module(f"tfgan_zoo.weights.sources.{SOURCES[source]}")
    try:
        return converter.convert(path, **options)
    except ZooError as error:
        if str(path) in str(error):
            raise
        raise ZooError(f"{path}, as a file of {source}: {error}") from error
