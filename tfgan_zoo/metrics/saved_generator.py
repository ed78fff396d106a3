"""An exported SavedModel as something to sample from."""

import os
from pathlib import Path

import numpy as np

from tfgan_zoo.errors import ZooError


def is_saved_model(path) -> bool:
    """Whether `path` is the folder of a SavedModel, or of numbered versions of one, as `export.saved_model` writes."""
    if not isinstance(path, str | os.PathLike):
        return False
    folder = Path(path)
    return (folder / "saved_model.pb").is_file() or any(
        (version / "saved_model.pb").is_file() for version in folder.glob("*") if version.name.isdecimal()
    )


class SavedGenerator:
    """Samples from the signature `generate` of a SavedModel, as TF Serving would.

    >>> generator = SavedGenerator("serving/dcgan")  # doctest: +SKIP
    >>> generator.sample(16, seed=0).shape  # doctest: +SKIP
    (16, 32, 32, 1)

    Args:
        path: the folder of a version, or of versions: then the highest.
        classes: of a conditional model: it is asked for all classes in turn.

    Attributes:
        conditional: the signature takes labels.
        classes: as given; None if it is not conditional.
        image_shape: (height, width, channels) of what it makes, None where the file leaves it open.

    Raises:
        ZooError: no SavedModel, a damaged one, or one that makes no images from a seed.
    """

    def __init__(self, path: str | os.PathLike, classes: int | None = None):
        import tensorflow as tf

        from tfgan_zoo.export.verification import locate

        folder, kind = locate(path)
        if kind != "saved_model":
            raise ZooError(f"{path} is no SavedModel; only those can be sampled from")
        try:
            self._loaded = tf.saved_model.load(str(folder))  # holds the weights
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            first = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise ZooError(f"{folder} is damaged or of another kind: {first}; export it again") from error
        self._generate = self._loaded.signatures.get("generate")
        names = set() if self._generate is None else set(self._generate.structured_input_signature[1])
        images = None if self._generate is None else self._generate.structured_outputs.get("images")
        if names not in ({"seed", "count"}, {"seed", "labels"}) or images is None:
            found = ", ".join(sorted(self._loaded.signatures)) or "none"
            raise ZooError(
                f"{folder} makes no images from a seed: it needs a signature 'generate', found {found}; of a "
                "translator, translate some images into a folder and evaluate that"
            )
        shape = tuple(images.shape[1:]) if images.shape.rank == 4 else (None,)
        self.image_shape = None if None in shape else shape
        self.conditional, self.classes, self.path = "labels" in names, None, folder
        if self.conditional:
            self.classes = classes

    def sample(self, n: int, seed: int = 0, labels=None) -> np.ndarray:
        """Return `n` images, uint8 NHWC; of a conditional model those of the labels (n,) or of all classes in turn.

        Raises:
            ZooError: a conditional model whose number of classes was not given, or labels that it does not know;
                labels for one that is not conditional.
        """
        import tensorflow as tf

        inputs = {"seed": tf.constant(seed, tf.int32)}
        if labels is not None:
            if not self.conditional:
                raise ZooError(f"{self.path} takes no labels: it is not conditional")
            inputs["labels"] = tf.constant(labels, tf.int32)
        elif self.conditional:
            if not self.classes:
                raise ZooError(
                    f"{self.path} is conditional: say how many classes it has, as SavedGenerator(path, classes=10) or "
                    "--classes 10"
                )
            inputs["labels"] = tf.range(n, dtype=tf.int32) % self.classes
        else:
            inputs["count"] = tf.constant(n, tf.int32)
        try:
            return self._generate(**inputs)["images"].numpy()
        except tf.errors.InvalidArgumentError as error:
            raise ZooError(
                f"{self.path} refuses {n} images of {self.classes or 'no'} classes: {error.message.splitlines()[0]}"
            ) from error
