"""Where a command finds a model: a run folder, `MODEL:WEIGHTS` such as `dcgan:fashion_mnist`, or a `.keras` file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfgan_zoo import runs
from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.cli import quiet
from tfgan_zoo.errors import ZooError

if TYPE_CHECKING:
    import numpy as np

    from tfgan_zoo.data import Pair, Source
    from tfgan_zoo.game import Game

HELP = "a run folder, MODEL:WEIGHTS such as dcgan:fashion_mnist, or a .keras file"


def is_pretrained(source: str) -> bool:
    """Whether `source` is written as `MODEL:WEIGHTS` rather than a path."""
    name, colon, _ = source.partition(":")
    return bool(colon) and name.replace("_", "").isalnum()


def is_saved(source: str) -> bool:
    """Whether `source` is the path of a `.keras` file."""
    return source.endswith(".keras")


def open_model(source: str) -> tuple[Game, runs.Run | None]:
    """Return the model that `source` means, and its run if it has one.

    Raises:
        ZooError: neither a run folder nor a pretrained set nor a saved model.
    """
    if runs.is_run(source):
        quiet.import_tensorflow()
        run = runs.Run.open(source)
        return run.model(), run
    if is_saved(source):
        from tfgan_zoo import registry

        quiet.import_tensorflow()
        return registry.load(source), None
    if not is_pretrained(source):
        kind = "a model without weights" if source in BY_NAME else "not a run folder"
        raise ZooError(f"{source} is {kind}; give {HELP}")
    from tfgan_zoo import registry

    name, _, weights = source.partition(":")
    registry.info(name)
    quiet.import_tensorflow()
    return registry.create(name, weights=weights), None


def open_data(config: runs.Config, split: str = "train") -> Source | Pair:
    """Open a run's data set; a set without a test part gives all it has.

    Raises:
        ZooError: as `tfgan_zoo.data.open_source`, or the model's batches are of another kind.
    """
    from tfgan_zoo.data import open_source

    options = {"image_size": config.image_size, "seed": config.seed, "skip_broken": config.skip_broken}
    if split == "train":
        options["labelled"] = config.labelled
    if shape := config.arguments.get("image_shape"):
        options["channels"] = shape[2] if len(shape) == 3 else None
    try:
        return open_source(config.data, split=split, **options)
    except ZooError:
        if split == "train":
            raise
        return open_source(config.data, **options)


def sides_of_picture(config: runs.Config, count: int) -> dict[str, Any]:
    """Return what `sample` needs beside a seed: for a translator the first real images of its first domain."""
    if BY_NAME[config.model].data != "unpaired":
        return {}
    return {"images": pixels(open_data(config, "test").x, count)}


def pixels(source: Any, count: int | None = None) -> np.ndarray:
    """The first images of a source, float32 in [-1, 1]."""
    return source.images[:count].astype("float32") / (source.maximum / 2) - 1.0
