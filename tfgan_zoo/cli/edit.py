"""`tfgan-zoo edit`: pictures of what directions, mixed styles, truncation and ways between latents change."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tfgan_zoo.cli import attributes, sources, values
from tfgan_zoo.errors import ZooError

if TYPE_CHECKING:
    import numpy as np

    from tfgan_zoo.latent import Directions

# Option -> the methods that it belongs to; every other method refuses it.
_OF = {
    "directions": ("sefa", "boundary"),
    "strengths": ("sefa", "boundary"),
    "layers": ("sefa", "boundary", "mix"),
    "count": ("sefa",),
    "attribute": ("boundary",),
    "direction": ("boundary",),
    "samples": ("boundary",),
    "columns": ("mix",),
    "space": ("boundary", "interpolate"),
    "steps": ("interpolate",),
    "rate": ("interpolate",),
    "label": ("sefa", "boundary", "interpolate"),
}
_DEFAULTS = {
    "strengths": (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    "count": 5,
    "samples": 2000,
    "layers": "coarse",
    "rate": 24.0,
}


def add_edit(parser):
    """Options of `edit`."""
    parser.add_argument("source", metavar="SOURCE", help=sources.HELP)
    parser.add_argument("--method", choices=sorted(METHODS), required=True)
    parser.add_argument(
        "--out", required=True, metavar="PICTURE", help=".png; of interpolate also .gif or .mp4, a closed loop"
    )
    parser.add_argument("--seeds", type=values.whole_numbers, metavar="S", help="such as 0-4 or 1,5,7; default 0-3")
    parser.add_argument(
        "--psi",
        type=values.numbers,
        metavar="P",
        help="of the truncation, default 1; of truncate several, default 0:1:6",
    )
    parser.add_argument("--label", type=values.natural, metavar="L", help="class of all images, of conditional models")
    sefa = parser.add_argument_group("sefa")
    sefa.add_argument("--count", type=values.positive, metavar="K", help="directions, default 5")
    boundary = parser.add_argument_group("boundary: one of --attribute and --direction")
    boundary.add_argument("--attribute", metavar="A", help=attributes.HELP)
    boundary.add_argument("--direction", metavar="NPZ", help="a file of directions, as --directions writes them")
    boundary.add_argument("--samples", type=values.positive, metavar="N", help="to fit to, default 2000")
    both = parser.add_argument_group("sefa and boundary")
    both.add_argument("--strengths", type=values.numbers, metavar="A", help="such as -2,0,2; default -3:3:7")
    both.add_argument("--directions", metavar="NPZ", help="also write the directions to this file")
    mix = parser.add_argument_group("mix")
    mix.add_argument(
        "--columns", type=values.whole_numbers, metavar="S", help="seeds of columns; default: those after --seeds"
    )
    interpolate = parser.add_argument_group("interpolate")
    interpolate.add_argument("--steps", type=values.positive, metavar="N", help="default 8, of animations 24")
    interpolate.add_argument("--rate", type=float, metavar="R", help="frames per second, default 24")
    several = parser.add_argument_group("several methods")
    several.add_argument(
        "--layers",
        metavar="L",
        help="sefa, boundary, mix: coarse, middle, fine, or such as 0-1,4; default: all; of mix coarse",
    )
    several.add_argument(
        "--space", choices=("z", "w"), help="boundary: default w where there is one; interpolate: default z"
    )
    parser.set_defaults(run=edit)


@dataclass
class _Picture:
    """What is written, and the words that go with it."""

    images: np.ndarray
    columns: int
    column_labels: list[str]
    row_labels: list[str]
    title: str
    groups: list[str] = field(default_factory=list)
    directions: Directions | None = None


def edit(arguments) -> None:
    """Write the picture, and the directions if asked for."""
    animated = _checked(arguments)
    for option, value in _DEFAULTS.items():
        if getattr(arguments, option) is None and not (option == "layers" and arguments.method != "mix"):
            setattr(arguments, option, value)
    arguments.seeds = arguments.seeds or (0, 1, 2, 3)
    model, _ = sources.open_model(arguments.source)
    if getattr(model, "image_shape", ())[2:] not in ((1,), (3,)):
        raise ZooError(f"{model.name} makes no grey or colour images of random numbers: there is nothing to edit")
    if animated:
        from tfgan_zoo.animation import save_animation
        from tfgan_zoo.walks import walk

        options = {"space": arguments.space or "z", "psi": _psi(arguments), "label": arguments.label}
        save_animation(walk(model, arguments.seeds, arguments.steps or 24, **options), arguments.out, arguments.rate)
        print(arguments.out)
        return
    picture = METHODS[arguments.method](arguments, model)
    from tfgan_zoo.captions import labelled_grid

    words = (picture.column_labels, picture.row_labels, picture.title, picture.groups)
    labelled_grid(picture.images, arguments.out, picture.columns, *words)
    print(arguments.out)
    if arguments.directions:
        from tfgan_zoo.latent import write_directions

        print(write_directions(arguments.directions, *picture.directions))


def _checked(arguments) -> bool:
    """Refuse, before any time is spent, options that do not fit; whether an animation is asked for."""
    from tfgan_zoo.animation import SUFFIXES, is_animation

    for option, methods in _OF.items():
        if getattr(arguments, option) is not None and arguments.method not in methods:
            raise ZooError(f"--{option} is of --method {' or '.join(methods)}, not of {arguments.method}; leave it out")
    animated = arguments.method == "interpolate" and is_animation(arguments.out)
    if not animated and Path(arguments.out).suffix.lower() != ".png":
        more = f" ({' or '.join(SUFFIXES)} for an animation)" if arguments.method == "interpolate" else ""
        raise ZooError(f"--out {arguments.out}: expected the name of a .png file{more}")
    if arguments.rate is not None and not animated:
        raise ZooError("--rate is of animations; let --out end in .gif or .mp4, or leave --rate out")
    if arguments.directions and Path(arguments.directions).suffix != ".npz":
        raise ZooError(f"--directions {arguments.directions}: expected the name of an .npz file")
    if arguments.psi is not None and len(arguments.psi) > 1 and arguments.method != "truncate":
        raise ZooError(f"--psi: {arguments.method} takes one number; only truncate takes several")
    if arguments.method == "boundary" and (arguments.attribute is None) == (arguments.direction is None):
        raise ZooError("--method boundary needs either --attribute or --direction")
    if arguments.method == "boundary":
        read = arguments.direction is not None
        if arguments.samples is not None and (read or attributes.is_file(arguments.attribute)):
            raise ZooError("--samples is of attributes that are measured; a file has what it has; leave it out")
        if arguments.space is not None and read:
            raise ZooError("--space: a file of directions says of which space they are; leave it out")
    from tfgan_zoo.latent.layers import SCALES  # not before: it loads SciPy

    if arguments.layers is not None and arguments.layers not in SCALES:
        try:
            values.whole_numbers(arguments.layers)
        except argparse.ArgumentTypeError as error:
            raise ZooError(
                f"--layers: expected {', '.join(SCALES)} or numbers such as 0-1,4, found {arguments.layers!r}"
            ) from error
    return animated


def _sefa(arguments, model):
    from tfgan_zoo.latent import layer_range, sefa

    layers = layer_range(model, arguments.layers)
    found = sefa(model, layers=layers, k=arguments.count)
    every = sefa(model, layers=layers, k=found.directions.shape[-1])  # all of them, to know the first ones' share
    shares = found.arrays["eigenvalues"] / every.arrays["eigenvalues"].sum()
    names = [f"direction {k}\n{share:.1%}" for k, share in enumerate(shares)]
    return _strips(arguments, model, found._replace(arrays={**found.arrays, "shares": shares}), names, "SeFa")


def _boundary(arguments, model):
    from tfgan_zoo.latent import attribute_direction, layer_range, read_directions

    space = arguments.space or ("w" if hasattr(model, "map") else "z")
    if arguments.direction:
        found = read_directions(arguments.direction)
    elif attributes.is_file(arguments.attribute):
        found = _fitted(model, arguments.attribute, space, arguments.label)
    else:
        score = attributes.score_of(arguments.attribute, model.image_shape)
        found = attribute_direction(model, score, n=arguments.samples, space=space)
        found = found._replace(names=(arguments.attribute,))
    if arguments.layers is not None:
        found = found._replace(meta={**found.meta, "layers": layer_range(model, arguments.layers)})
    accuracies = found.arrays.get("validation_accuracy")
    names = list(found.names)
    if accuracies is not None:
        names = [f"{name}\n{accuracy:.0%} right" for name, accuracy in zip(names, accuracies)]
    return _strips(arguments, model, found, names, "boundary")


def _fitted(model, path, space, label):
    """The direction of a file of scores."""
    import numpy as np

    from tfgan_zoo.latent import Directions, fit_direction, median_labels
    from tfgan_zoo.walks import codes_of

    seeds, scores = attributes.read_scores(path)
    groups = median_labels(scores)
    boundary = fit_direction(codes_of(model, seeds, space, label)[groups.kept], groups.labels)
    meta = {"method": "boundary", "model": model.name, "space": space, "layers": None}
    arrays = {"bias": np.array([boundary.bias]), "validation_accuracy": np.array([boundary.validation_accuracy])}
    return Directions(boundary.direction[None], (Path(path).stem,), meta, arrays)


def _strips(arguments, model, found, names, method):
    """Rows of a seed each, for one direction after the other."""
    from tfgan_zoo.latent import strips

    seeds, psi = arguments.seeds, _psi(arguments)
    labels = None if arguments.label is None else [arguments.label] * len(seeds)
    images, columns = strips(model, found, arguments.strengths, seeds, psi=psi, labels=labels)
    rows = [f"seed {seed}" for seed in seeds] * len(names)
    where = found.meta.get("layers")
    layers = "" if where is None else f", layers {_layers_in_words(where)}"
    title = f"{model.name}: {method} in {found.meta.get('space', 'z')}{layers}{_psi_in_words(model, psi)}"
    heads = [f"{strength:+.3g}" if strength else "0" for strength in arguments.strengths]
    return _Picture(images, columns, heads, rows, title, names, found)


def _mix(arguments, model):
    from tfgan_zoo.latent import layer_range, mixes

    rows, psi = arguments.seeds, _psi(arguments)
    columns = arguments.columns or tuple(range(max(rows) + 1, max(rows) + 6))
    layers = layer_range(model, arguments.layers)
    images, width = mixes(model, rows, columns, layers, psi=psi)
    words = f"layers {_layers_in_words(layers)} of the columns, all others of the rows"
    title = f"{model.name}: {words}{_psi_in_words(model, psi)}"
    return _Picture(images, width, ["", *(f"seed {s}" for s in columns)], ["", *(f"seed {s}" for s in rows)], title)


def _truncate(arguments, model):
    from tfgan_zoo.latent import truncations

    psis = arguments.psi or tuple(k / 5 for k in range(6))
    images, columns = truncations(model, psis, arguments.seeds)
    heads, rows = [f"psi {psi:.3g}" for psi in psis], [f"seed {seed}" for seed in arguments.seeds]
    return _Picture(images, columns, heads, rows, f"{model.name}: truncation")


def _interpolate(arguments, model):
    from tfgan_zoo.walks import ways

    seeds, space, psi = arguments.seeds, arguments.space or "z", _psi(arguments)
    images, columns = ways(model, seeds, arguments.steps or 8, space, psi, arguments.label)
    heads = [f"{k / (columns - 1):.2g}" for k in range(columns)]
    rows = [f"seed {a}\nto {b}" for a, b in zip(seeds, seeds[1:])]
    way = "along the sphere in z" if space == "z" else "straight in w"
    return _Picture(images, columns, heads, rows, f"{model.name}: {way}{_psi_in_words(model, psi)}")


METHODS = {
    "sefa": _sefa,
    "boundary": _boundary,
    "mix": _mix,
    "truncate": _truncate,
    "interpolate": _interpolate,
}


def _psi(arguments):
    return 1.0 if arguments.psi is None else arguments.psi[0]


def _psi_in_words(model, psi):
    return f", psi {psi:g}" if hasattr(model, "truncate") else ""


def _layers_in_words(layers):
    """[0, 1, 2, 5] as "0-2, 5"."""
    runs = []
    for layer in layers:
        if runs and layer == runs[-1][1] + 1:
            runs[-1][1] = layer
        else:
            runs.append([layer, layer])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)
