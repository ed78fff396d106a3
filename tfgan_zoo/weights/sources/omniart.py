"""omniart-eye-generator (PyPI): a conditional DCGAN of painted eyes by color, 128x128 (`generator_model_state.pth`)."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.models.latent.cgan import CGAN
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import dcgan
from tfgan_zoo.weights.sources.assignment import assign, chosen
from tfgan_zoo.weights.torch_files import read_tensors

#: Class ids of the package's file.
CLASSES = ("amber", "blue", "brown", "gray", "grayscale", "green", "hazel", "red")

_PREFIX = "main."
_DROPOUT = 3  # number of the module, after the first activation


def convert(path: Path, **options: Any) -> CGAN:
    """Return `cgan` with the weights of the package's generator; its discriminator was not published.

    The package puts the label as a one-hot vector beside the latents; here the embedding of labels is the identity.

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    tensors = read_tensors(path)
    image_shape, inputs, width = dcgan.sizes(tensors, _PREFIX)
    classes = len(CLASSES)
    if inputs <= classes:
        raise ZooError(f"expected latents and {classes} classes as inputs, found {inputs}")
    told = {"image_shape": image_shape, "latent_dim": inputs - classes, "width": width}
    model = create("cgan", **chosen(options, **told, classes=classes, embedding_dim=classes))
    entries = []
    for network in {id(n): n for n in (model.generator, model.deployed("generator"))}.values():
        entries += dcgan.generator(_layer(network, keras.Sequential), _PREFIX, _DROPOUT)
    assign(tensors, entries, dcgan.COUNTERS)
    for network in (model.generator, model.deployed("generator")):
        _layer(network, keras.layers.Embedding).embeddings.assign(np.eye(classes))
    return model


def _layer(network, kind):
    return next(layer for layer in network.layers if isinstance(layer, kind))
