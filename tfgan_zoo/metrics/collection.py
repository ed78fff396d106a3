"""What an extractor makes of the images of one side, in one pass over them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor, label_of
from tfgan_zoo.metrics.images import to_bytes
from tfgan_zoo.metrics.statistics import GaussianStatistics

KEPT = ("gaussian", "features", "logits", "images")
"""What there can be of a side. Memory grows with the number of images for all but the first."""


@dataclass
class Outputs:
    """Of n images; None where it was not asked for."""

    n: int = 0
    gaussian: GaussianStatistics = field(default_factory=GaussianStatistics)
    """Of the features."""
    features: np.ndarray | None = None
    """(n, d)."""
    logits: np.ndarray | None = None
    """(n, k)."""
    images: np.ndarray | None = None
    """uint8 NHWC, as saved as PNG."""


def collect(
    side,
    n: int,
    extractor: Extractor | None,
    batch_size: int,
    keep: Collection[str] = ("gaussian",),
    progress: Callable[[str, int, int], None] | None = None,
    what: str = "real images",
    check: Callable[[dict[str, np.ndarray]], None] | None = None,
) -> Outputs:
    """Return what is asked for of `n` images of a side.

    Args:
        side: see `sides.opened`.
        n: images.
        extractor: the network that judges; None where only the images are wanted.
        batch_size: images judged at once.
        keep: of KEPT.
        progress: called as progress(what, done, n).
        what: name of the side.
        check: called with the extractor's outputs for the first batch, to refuse before time is spent.

    Raises:
        ZooError: class scores are wanted, which this extractor does not give; or what it or the side raises.
    """
    made, kept = Outputs(), {key: [] for key in KEPT[1:] if key in keep}
    judged = extractor is not None and set(keep) - {"images"}
    for batch in side.batches(n, batch_size):
        if judged:
            output = {key: np.asarray(value) for key, value in extractor(batch).items()}
            if "logits" in keep and "logits" not in output:
                raise ZooError(
                    f"inception_score needs class scores, which the extractor {label_of(extractor)!r} does not give"
                )
            if check and not made.n:
                check(output)
            if "gaussian" in keep:
                made.gaussian.update(output["features"])
            for key in kept.keys() - {"images"}:
                kept[key].append(output[key])
        if "images" in kept:
            kept["images"].append(to_bytes(batch))
        made.n += len(batch)
        if progress:
            progress(what, made.n, n)
    for key, parts in kept.items():
        setattr(made, key, np.concatenate(parts))
    return made
