"""`tfgan-zoo project`: the codes of images in a style generator, and how near their pictures come."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tfgan_zoo.cli import sources, values
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing


def add_project(parser):
    """Options of `project`."""
    parser.add_argument("source", metavar="SOURCE", help=sources.HELP)
    parser.add_argument("images", metavar="IMAGE", nargs="+", help="file; cropped to the middle square and resized")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of projection.png and codes.npz")
    parser.add_argument("--space", choices=("w", "w+"), default="w", help="one w, or one for each layer; default w")
    parser.add_argument("--steps", type=values.positive, default=1000, metavar="N", help="default %(default)s")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.set_defaults(run=project)


def project(arguments) -> None:
    """Write target beside projection, and the codes; print the distances."""
    import numpy as np

    from tfgan_zoo.data import to_uint8

    for path in arguments.images:
        if not Path(path).is_file():
            raise ZooError(f"no image file {path}")
    out = Path(arguments.out)
    if out.exists() and not out.is_dir():
        raise ZooError(f"--out {out} is a file; choose a folder")
    model, _ = sources.open_model(arguments.source)
    if not all(hasattr(model, part) for part in ("map", "synthesize", "of_layers")):
        raise ZooError(f"{model.name} is no style generator: images are projected into styles; use such as stylegan2")
    from tfgan_zoo.captions import labelled_grid
    from tfgan_zoo.latent.projection import project as find

    targets = np.stack([_pixels(path, model.image_shape) for path in arguments.images])
    report = _Report(arguments.steps)
    found = find(model, targets, arguments.space, arguments.steps, seed=arguments.seed, report=report)
    names = [Path(path).name for path in arguments.images]
    pairs = np.stack([to_uint8(targets), to_uint8(found.images)], axis=1).reshape(-1, *model.image_shape)
    rows = [f"{_shortened(name)}\ndistance {distance:.4f}" for name, distance in zip(names, found.distances)]
    title = f"{model.name}: projection into {arguments.space}, {arguments.steps} steps"
    labelled_grid(pairs, out / "projection.png", 2, ["target", "projection"], rows, title)
    arrays = {"styles": found.styles, "distances": found.distances, "names": np.array(names)}
    arrays |= {f"noise_{k}": noise for k, noise in enumerate(found.noises)}
    with replacing(out / "codes.npz") as temporary:
        np.savez(temporary, **arrays)
    wide = max(map(len, ["image", *names])) + 2
    print(f"{'image':<{wide}}distance  (mean squared difference of pixels in [-1, 1])")
    for name, distance in zip(names, found.distances):
        print(f"{name:<{wide}}{distance:.5f}")
    print(f"  picture  {out / 'projection.png'}\n  codes    {out / 'codes.npz'}")


class _Report:
    """Says on standard error now and then how far it is."""

    def __init__(self, steps: int, seconds: float = 10.0):
        self.steps, self.seconds, self.due = steps, seconds, time.monotonic() + seconds

    def __call__(self, step: int, distances) -> None:
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + self.seconds
            print(f"project: step {step}/{self.steps}, mean distance {distances.mean():.4f}", file=sys.stderr)


def _pixels(path, image_shape):
    """The image in the model's shape, float32 in [-1, 1]."""
    from tfgan_zoo.data.decoding import decode, reason

    side, _, channels = image_shape
    try:
        return decode(path, channels, side).astype("float32") / 127.5 - 1.0
    except Exception as error:  # Pillow fails in many ways on what is no image
        raise ZooError(f"cannot read {path}: {reason(error)}") from error


def _shortened(name, most=24):
    return name if len(name) <= most else f"{name[: most - 10]}...{name[-7:]}"
