"""`tfgan-zoo import`: another package's weights as a `.keras` file, which the other commands take."""

from pathlib import Path

from tfgan_zoo.cli import quiet, values
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.files import replacing
from tfgan_zoo.weights.importing import SOURCES

_PICTURES = 36


def add_import(parser):
    """Options of `import`."""
    parser.add_argument("file", metavar="FILE", help="of weights; nothing in it is run")
    parser.add_argument("--source", dest="origin", required=True, metavar="NAME", help=f"of {', '.join(SOURCES)}")
    parser.add_argument("--out", required=True, metavar="MODEL.keras")
    parser.add_argument("--picture", metavar="PNG", help=f"also draw {_PICTURES} samples")
    parser.add_argument("--seed", type=values.natural, default=0, metavar="S", help="of samples; default %(default)s")
    parser.add_argument(
        "--set", type=values.setting, nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        help="a constructor argument that the file does not decide",
    )  # fmt: skip
    parser.set_defaults(run=import_file)


def import_file(arguments) -> None:
    """Write the model, and the picture if asked for."""
    if arguments.origin not in SOURCES:
        raise unknown("source of weights", arguments.origin, SOURCES)
    if Path(arguments.out).suffix != ".keras":
        raise ZooError(f"--out {arguments.out}: expected the name of a .keras file")
    if arguments.picture and Path(arguments.picture).suffix.lower() != ".png":
        raise ZooError(f"--picture {arguments.picture}: expected the name of a .png file")
    if not Path(arguments.file).is_file():
        raise ZooError(f"no weights file {arguments.file}; check the path")
    quiet.import_tensorflow()
    from tfgan_zoo import import_weights

    model = import_weights(arguments.file, source=arguments.origin, **dict(arguments.set))
    with replacing(arguments.out) as temporary:
        model.save(temporary)
    shape = "x".join(map(str, model.image_shape))
    print(f"{model.name}, images {shape}, {model.count_params():,} parameters\n  model    {arguments.out}")
    if arguments.picture:
        from tfgan_zoo.callbacks import save_samples

        save_samples(model, arguments.picture, _PICTURES, arguments.seed)
        print(f"  picture  {arguments.picture}")
