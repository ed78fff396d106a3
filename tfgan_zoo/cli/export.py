"""`tfgan-zoo export`: files for serving and for phones, verified against the model they came from."""

from pathlib import Path

from tfgan_zoo.cli import sources, values
from tfgan_zoo.errors import ZooError, unknown

KINDS = ("savedmodel", "tflite")


def add_export(parser):
    """Options of `export`."""
    parser.add_argument("source", metavar="SOURCE", help=sources.HELP)
    parser.add_argument("--to", type=values.words, default=KINDS, metavar="savedmodel,tflite", help="default: both")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--quantize", choices=("float16", "int8", "dynamic"), help="of the TFLite file")
    parser.add_argument(
        "--version", dest="number", type=values.positive, default=1, metavar="N", help="of the SavedModel"
    )
    parser.set_defaults(run=export)


def export(arguments) -> int:
    """Write, verify, print the reports; 1 if one of them fails."""
    for kind in arguments.to:
        if kind not in KINDS:
            raise unknown("export format", kind, KINDS)
    if arguments.quantize and "tflite" not in arguments.to:
        raise ZooError("--quantize is of TFLite files; add tflite to --to")
    model, run = sources.open_model(arguments.source)
    real = sources.sides_of_picture(run.config, 256) if run and arguments.quantize == "int8" else {}
    from tfgan_zoo import export as exporter

    out, failed = Path(arguments.out), False
    for kind in arguments.to:
        if kind == "savedmodel":
            base = out / "savedmodel" / model.name
            exporter.saved_model(model, base, version=arguments.number)
            path = base / str(arguments.number)
        else:
            suffix = f"-{arguments.quantize}" if arguments.quantize else ""
            path = out / f"{model.name}{suffix}.tflite"
            exporter.tflite(model, path, quantize=arguments.quantize, representative=real.get("images"))
        verdict = exporter.verify(path, model)
        failed |= not verdict.ok
        print(verdict)
    return int(failed)
