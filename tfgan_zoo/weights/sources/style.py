"""What the sources of StyleGAN2 weights share: sizes, where a generator's weights go, filters, the mean style."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.stylegan2 import channels_at
from tfgan_zoo.weights.sources.assignment import Entry

FIRST_SIDE = 4  # of all published networks
_TAPS = np.outer((1, 3, 3, 1), (1, 3, 3, 1)) / 64
_LATENTS = 10_000  # of a mean style that the file lacks


def channels(widths: Mapping[int, int]) -> dict[str, int]:
    """Return `channel_base` and `channel_max` that give these channels, side -> channels.

    >>> channels({4: 512, 32: 512, 64: 256})
    {'channel_base': 16384, 'channel_max': 512}

    Raises:
        ZooError: there are none.
    """
    base, most = max(side * width for side, width in widths.items()), max(widths.values())
    made = {side: channels_at(side, base, most) for side in widths}
    if made != dict(widths):
        raise ZooError(f"channels at the sides {dict(widths)} are not min(base // side, max) of any base and max")
    return {"channel_base": base, "channel_max": most}


def check_filters(filters: Mapping[str, np.ndarray]) -> None:
    """Compare resampling filters of a file with [1, 3, 3, 1], the only one that the model has, at any gain.

    Raises:
        ZooError: a filter is another one.
    """
    for name, found in filters.items():
        total = found.sum()
        if found.shape != _TAPS.shape or not total or not np.allclose(found / total, _TAPS, atol=1e-6):
            raise ZooError(f"the filter {name} is not [1, 3, 3, 1] by [1, 3, 3, 1]; such networks are not imported")


def generator_entries(
    model: StyleGAN2, entries: Callable[..., Iterable[Entry]], deployed: str, trained: str | None
) -> list[Entry]:
    """Entries of mapping and synthesis network, and of their moving averages.

    Args:
        model: that gets the weights.
        entries: (prefix, mapping, synthesis) to entries.
        deployed: prefix of the generator to deploy.
        trained: prefix of the one that is trained on, None if the file has only the other.
    """
    networks, averages = (model.mapping, model.synthesis), (model.deployed("mapping"), model.deployed("synthesis"))
    found = list(entries(deployed, *averages))
    if averages[0] is not model.mapping:
        found += entries(trained or deployed, *networks)
    return found


def set_mean_style(model: StyleGAN2) -> None:
    """Give both mapping networks the mean of what the deployed one makes of 10,000 latents."""
    with draws.seeded((0, 0)):
        latents = model.sample_latents(_LATENTS)
    mean = tf.reduce_mean(tf.cast(model.deployed("mapping")(latents), tf.float32), axis=0)
    model.mapping.average.assign(mean)
    model.deployed("mapping").average.assign(mean)
