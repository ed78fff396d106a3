"""`tfgan-zoo sample`: a picture of samples."""

from pathlib import Path

from tfgan_zoo.catalogue import BY_NAME
from tfgan_zoo.cli import sources, values
from tfgan_zoo.errors import ZooError


def add_sample(parser):
    """Options of `sample`."""
    parser.add_argument("source", metavar="SOURCE", help=sources.HELP)
    parser.add_argument("--out", required=True, metavar="PNG")
    parser.add_argument("--count", type=values.positive, default=64, metavar="N", help="default %(default)s")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="default %(default)s")
    parser.add_argument(
        "--labels", type=values.labels, metavar="L,L,...", help="classes, repeated to --count; default: all in turn"
    )
    parser.set_defaults(run=sample)


def sample(arguments) -> None:
    """Write the picture."""
    if Path(arguments.out).suffix.lower() != ".png":
        raise ZooError(f"--out {arguments.out}: expected the name of a .png file")
    model, run = sources.open_model(arguments.source)
    conditions = sources.sides_of_picture(run.config, arguments.count) if run else {}
    if arguments.labels is not None:
        if BY_NAME[model.name].data != "labelled":
            raise ZooError(f"{model.name} takes no --labels: it is unconditional")
        if not arguments.labels:
            raise ZooError("--labels: expected class ids with commas between them, found none")
        times = -(-arguments.count // len(arguments.labels))
        conditions["labels"] = (arguments.labels * times)[: arguments.count]
    from tfgan_zoo.callbacks import save_samples

    save_samples(model, arguments.out, arguments.count, arguments.seed, **conditions)
    print(arguments.out)
