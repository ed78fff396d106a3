"""`tfgan-zoo view`: a picture of what a model has learned."""

from pathlib import Path

from tfgan_zoo.cli import sources, values
from tfgan_zoo.errors import ZooError

KINDS = ("classes", "interpolations", "traversals", "reconstructions")


def add_view(parser):
    """Options of `view`."""
    parser.add_argument("source", metavar="SOURCE", help=sources.HELP)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--out", required=True, metavar="PNG")
    parser.add_argument("--rows", type=values.positive, default=8, metavar="N", help="default %(default)s")
    parser.add_argument("--steps", type=values.positive, default=8, metavar="N", help="in a row; default %(default)s")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.add_argument("--method", choices=("slerp", "lerp"), default="slerp", help="of interpolations")
    parser.add_argument("--coordinates", type=values.labels, metavar="K,K,...", help="of traversals, from 0 on")
    parser.add_argument("--data", metavar="NAME", help="images to reconstruct; default: the run's test images")
    parser.set_defaults(run=view)


def view(arguments) -> None:
    """Write the picture."""
    if Path(arguments.out).suffix.lower() != ".png":
        raise ZooError(f"--out {arguments.out}: expected the name of a .png file")
    model, run = sources.open_model(arguments.source)
    from tfgan_zoo import data, views

    rows, steps, seed = arguments.rows, arguments.steps, arguments.seed
    if arguments.kind == "classes":
        found = views.classes(model, rows, seed)
    elif arguments.kind == "interpolations":
        found = views.interpolations(model, rows, steps, seed, arguments.method)
    elif arguments.kind == "traversals":
        found = views.traversals(model, arguments.coordinates or (), steps, seed=seed)
    else:
        found = views.reconstructions(model, _images(arguments, model, run)[: (rows + 1) // 2 * steps], steps)
    data.save_grid(found[0], arguments.out, found[1])
    print(arguments.out)


def _images(arguments, model, run):
    """Test images in [-1, 1]."""
    from tfgan_zoo.data import open_source

    if arguments.data:
        side, *_, channels = model.image_shape
        source = open_source(arguments.data, side, channels=channels, split="test")
    elif run:
        source = sources.open_data(run.config, "test")
    else:
        raise ZooError("--data: name the images to reconstruct, such as fashion_mnist")
    return sources.pixels(source)
