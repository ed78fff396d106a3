"""What the sources of networks that grow share: how far their model has grown."""

import math

from tfgan_zoo.errors import ZooError
from tfgan_zoo.growing import Growing


def grow_to(model: Growing, lod: float) -> None:
    """Set the model's schedule to where its level of detail is `lod`, 0 for images of full size.

    Raises:
        ZooError: the networks have no such level.
    """
    last = len(model.sides) - 1
    if not 0 <= lod <= last:
        raise ZooError(f"the file is at the level of detail {lod}; expected one from 0 to {last}")
    fades = math.ceil(lod) - lod  # how far the level below has come in
    passed = (last - math.ceil(lod)) * (model.stabilize_images + model.transition_images)
    within = model.stabilize_images + round(fades * model.transition_images) if fades else 0
    model.images_seen.assign(passed + within)
