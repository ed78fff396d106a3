"""`tfgan-zoo export`: files for serving and for phones, verified against the model they came from."""

from pathlib import Path

from tfgan_zoo.catalogue import BY_NAME
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
        "--signature", metavar="NAME", help="of the TFLite file, such as encode; default serving_default"
    )
    parser.add_argument(
        "--version", dest="number", type=values.positive, default=1, metavar="N", help="of the SavedModel"
    )
    parser.add_argument(
        "--directions",
        metavar="FILE.npz",
        help="of edit --directions: adds the signature edit (latents, direction, strength)",
    )
    parser.set_defaults(run=export)


def export(arguments) -> int:
    """Write, verify, print the reports; 1 if one of them fails."""
    for kind in arguments.to:
        if kind not in KINDS:
            raise unknown("export format", kind, KINDS)
    for option in ("quantize", "signature"):
        if getattr(arguments, option) and "tflite" not in arguments.to:
            raise ZooError(f"--{option} is of TFLite files; add tflite to --to")
    model, run = sources.open_model(arguments.source)
    real = _calibration(arguments, run)
    directions = None
    if arguments.directions:
        from tfgan_zoo.latent import read_directions

        directions = read_directions(arguments.directions)
    from tfgan_zoo import export as exporter

    out, failed = Path(arguments.out), False
    for kind in arguments.to:
        if kind == "savedmodel":
            base = out / "savedmodel" / model.name
            exporter.saved_model(model, base, version=arguments.number, directions=directions)
            path = base / str(arguments.number)
        else:
            parts = [part for part in (model.name, arguments.signature, arguments.quantize) if part]
            path = out / f"{'-'.join(parts)}.tflite"
            signature = arguments.signature or "serving_default"
            given = {"quantize": arguments.quantize, "representative": real, "signature": signature}
            exporter.tflite(model, path, **given, directions=directions)
        verdict = exporter.verify(path, model, directions=directions)
        failed |= not verdict.ok
        print(verdict)
    return int(failed)


def _calibration(arguments, run):
    """Real images of the run for an int8 function that takes images; None for the exporter's own choice."""
    if not run or arguments.quantize != "int8":
        return None
    if arguments.signature in ("encode", "reconstruct", "classify") and BY_NAME[run.config.model].data != "unpaired":
        return sources.pixels(sources.open_data(run.config, "test"), 256)
    return sources.sides_of_picture(run.config, 256).get("images")
