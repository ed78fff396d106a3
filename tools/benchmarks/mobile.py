"""Sizes and times of exported StyleGAN2 generators: SavedModels and TFLite files, batch 1, on this machine's CPU.

    tools/bench mobile --out mobile.json
    tools/bench mobile --sides 64 --threads 1

From latents to images in [-1, 1], mapping and synthesis, with static noise. Weights are random: they are as large and
take as long as trained ones. Configuration E: 512 feature maps up to 32 pixels, 256 at 64, ..., 16 at 1024. Every file
is timed in a process of its own, as somebody who has the file and not this package would run it; the median of a few
runs after a warm-up counts; memory is the most that the process has held. TFLite runs with XNNPACK, as by default.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tfgan_zoo.files import replacing

RUNNER = Path(__file__).resolve().parent / "mobile_workers" / "runner.py"
FORMATS = ("savedmodel", "float32", "float16", "dynamic")
COLUMNS = ("side", "format", "MiB", "threads", "ms", "first ms", "peak MiB")


def exported(side: int, formats: list[str], folder: Path) -> dict[str, Path]:
    """Files of a generator with random weights, by format; made in a process of its own, which frees its memory."""
    command = [sys.executable, __file__, "--export", str(folder), "--sides", str(side), "--formats", ",".join(formats)]
    done = subprocess.run(command, env=_environ(1), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"exporting {side} px failed:\n{done.stderr[-3000:]}")
    return {kind: Path(path) for kind, path in json.loads(done.stdout.splitlines()[-1]).items()}


def export(side: int, formats: list[str], folder: Path) -> dict[str, str]:
    """The same in this process."""
    import tfgan_zoo as zoo
    from tfgan_zoo import export as exporter

    model = zoo.create("stylegan2", image_shape=(side, side, 3), channel_base=16384, ema_decay=0.0)
    made = {}
    for kind in formats:
        if kind == "savedmodel":
            made[kind] = exporter.saved_model(model, folder / "savedmodel")
        else:
            quantize = None if kind == "float32" else kind
            made[kind] = exporter.tflite(model, folder / f"{kind}.tflite", quantize)
    return {kind: str(path) for kind, path in made.items()}


def run(path: Path, threads: int, runs: int) -> dict:
    """What the runner tells of a file."""
    command = [sys.executable, "-I", RUNNER, path, str(threads), str(runs)]
    done = subprocess.run(command, env=_environ(threads), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"running {path} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def mebibytes(path: Path) -> float:
    """Size of a file, or of all files in a folder."""
    parts = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return round(sum(p.stat().st_size for p in parts) / 2**20, 1)


def _environ(threads: int) -> dict[str, str]:
    quiet = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    limits = {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, **quiet, **limits, "PYTHONPATH": os.pathsep.join([root, str(RUNNER.parents[1])])}


def main() -> None:
    numbers = lambda text: [int(part) for part in text.split(",")]
    parser = argparse.ArgumentParser(
        prog="tools/bench mobile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sides", type=numbers, default=[64, 256, 1024], metavar="N,N,...")
    parser.add_argument("--formats", type=lambda text: text.split(","), default=list(FORMATS), metavar="NAME,...")
    parser.add_argument("--threads", type=numbers, default=[1, 2], metavar="N,N,...")
    parser.add_argument("--runs", type=int, default=5, help="timed of each, after one that is not")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if wrong := set(options.formats) - set(FORMATS):
        parser.error(f"unknown formats {', '.join(sorted(wrong))}; known: {', '.join(FORMATS)}")
    if options.export:
        print(json.dumps(export(options.sides[0], options.formats, options.export)))
        return

    rows = []
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    for side in options.sides:
        with tempfile.TemporaryDirectory() as folder:
            for kind, path in exported(side, options.formats, Path(folder)).items():
                for threads in options.threads:
                    found = run(path, threads, options.runs)
                    row = {"side": side, "format": kind, "MiB": mebibytes(path), "threads": threads, **found}
                    rows.append(row)
                    print("| " + " | ".join(str(row[column]) for column in COLUMNS) + " |", flush=True)
    if options.out:
        with replacing(options.out) as temporary:
            temporary.write_text(json.dumps({"runs": options.runs, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
