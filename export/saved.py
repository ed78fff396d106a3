"""SavedModels in the layout that TF Serving watches."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tfgan_zoo import files
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export import directions as along

if TYPE_CHECKING:
    from tfgan_zoo.game import Game
    from tfgan_zoo.latent import Directions


def saved_model(
    model: "Game", directory: str | os.PathLike, version: int = 1, directions: "Directions | None" = None
) -> Path:
    """Write `<directory>/<version>/`, a SavedModel with all of the model's serving signatures.

    It holds the deployed weights only: no discriminators, optimizers or weights that have a moving average. A loaded
    one offers each signature under `signatures[name]` and as a method:

        loaded = tf.saved_model.load("serving/dcgan/1")
        loaded.generate(seed=0, count=16)["images"]     # uint8

    TF Serving takes `directory` as `--model_base_path` and switches to the highest version as soon as it appears,
    which is when it is complete.

    Args:
        model: any model of the zoo; its batch dimensions stay open.
        directory: of the model's versions, made if need be.
        version: positive number of this version.
        directions: what `tfgan_zoo.latent.read_directions` returns; adds the signature `edit`, which moves latents,
            or their styles, along them: see `tfgan_zoo.export.directions`.

    Returns:
        The version's folder.

    Raises:
        ZooError: the version exists, is no positive integer, or cannot be written; directions that do not fit.
    """
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ZooError(f"version: expected a positive integer, found {version!r}; TF Serving numbers versions from 1")
    path = Path(directory) / str(version)
    if path.exists():
        raise ZooError(f"version {version} exists in {directory}; choose another version, or remove {path} first")
    with files.replacing(path) as temporary:
        write(along.signatures(model, directions), temporary)
    return path


def write(functions: dict, folder: Path) -> None:
    """Write functions with input signatures, and the variables that they read, as a SavedModel.

    Raises:
        OSError: TensorFlow cannot write there.
    """
    import tensorflow as tf

    module = tf.Module()
    signatures = {name: function.get_concrete_function() for name, function in functions.items()}
    variables = (v for function in signatures.values() for v in function.graph.variables)
    module.weights = list({id(v): v for v in variables}.values())
    for name, function in functions.items():
        setattr(module, name, function)
    try:
        tf.saved_model.save(module, str(folder), signatures=signatures)
    except tf.errors.OpError as error:
        raise OSError(error.message) from error
