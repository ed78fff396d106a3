"""gan-face-generate (PyPI): a DCGAN of synthetic faces, 64x64 (`weights.tar`)."""

from pathlib import Path
from typing import Any

from tfgan_zoo.models.architectures.dcgan import DCGAN
from tfgan_zoo.registry import create
from tfgan_zoo.weights.sources import dcgan
from tfgan_zoo.weights.sources.assignment import assign, chosen
from tfgan_zoo.weights.torch_files import read_tensors

_GENERATOR, _DISCRIMINATOR = "netG_state_dict.main.", "netD_state_dict.main."
_IGNORED = rf"{dcgan.COUNTERS}|optimizer[DG]_state_dict\.|img_list\."


def convert(path: Path, **options: Any) -> DCGAN:
    """Return `dcgan` with the weights of the package's `weights.tar`, or of its trainings' `checkpoint.tar`.

    The first holds a generator, the second a discriminator too. The networks are those of PyTorch's tutorial, which
    deploys the generator of the last step, and so does this. Latents are from N(0, 1).

    Args:
        path: of the file.
        **options: constructor arguments that do not follow from the file.

    Raises:
        ZooError: as `tfgan_zoo.import_weights`.
    """
    tensors = read_tensors(path)
    image_shape, latent_dim, width = dcgan.sizes(tensors, _GENERATOR)
    told = {"image_shape": image_shape, "latent_dim": latent_dim, "width": width, "kernel": 4, "prior": "normal"}
    model = create("dcgan", **chosen(options, **told))
    entries = list(dcgan.generator(model.generator, _GENERATOR))
    if model.ema_decay:
        entries += dcgan.generator(model.generator_ema, _GENERATOR)
    if any(name.startswith(_DISCRIMINATOR) for name in tensors):
        entries += dcgan.discriminator(model.discriminator, _DISCRIMINATOR)
    assign(tensors, entries, _IGNORED)
    return model
