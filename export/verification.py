"""The check of an exported model: the same inputs through the file, in a process of its own, and through the model."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.export import directions as along
from tfgan_zoo.export import examples, lite, runner
from tfgan_zoo.export.comparison import compare
from tfgan_zoo.export.report import Check, Report

if TYPE_CHECKING:
    from tfgan_zoo.game import Game
    from tfgan_zoo.latent import Directions

BATCH_SIZES = (1, 5)

# Which error of float outputs is bounded, and by how much. Measured on the catalogue's models after 150 training steps,
# largest values of any: SavedModel 0, TFLite float32 8e-7, float16 1.2e-3; means of dynamic 2.3e-3, of int8 1.3e-2.
# The largest errors of the last two (2e-2, 2e-1) sit on single pixels at edges and say little, hence the mean. Instance
# normalization suffers most from int8: 4e-2 for random weights of large gain. Unrelated images differ by 0.3 and more.
BOUNDS = {
    "SavedModel": ("max", 1e-5),
    "TFLite float32": ("max", 1e-4),
    "TFLite float16": ("max", 2e-2),
    "TFLite dynamic": ("mean", 2e-2),
    "TFLite int8": ("mean", 6e-2),
}


def verify(
    path: str | os.PathLike,
    model: "Game",
    tolerance: float | None = None,
    directions: "Directions | None" = None,
) -> Report:
    """Compare an exported model with `model` on random inputs, in batches of 1 and of 5.

    The file runs on the CPU in a process that refuses to import `tfgan_zoo`. Compared are all signatures of a
    SavedModel, of a TFLite file its one: floats by their absolute error (relative to the output's largest value where
    that exceeds 1), uint8 images and decoded PNG files by levels (one level, for at most 1 % of the values), all else
    for equality. Bounds of the floats' largest error are 1e-5 for a SavedModel, 1e-4 for TFLite in float32, 2e-2 in
    float16; of the mean error 2e-2 with dynamic quantization, 6e-2 with int8. An untrained model's images are so near
    to grey that the last two bounds mean little for it.

    Args:
        path: a SavedModel (the folder of a version, or of versions: then the highest) or a TFLite file.
        model: what was exported. TFLite files are compared with its float32 twin.
        tolerance: instead of the format's bound.
        directions: those that were exported with it, if any.

    Returns:
        A report: `report.ok` tells whether all agrees, `print(report)` shows the errors.

    Raises:
        ZooError: there is no exported model at `path`, or it is damaged.
    """
    path, loader = locate(path)
    functions = along.signatures(lite.float32_twin(model) if loader == "tflite" else model, directions)
    inputs = {
        name: [examples.example_inputs(model, function, n, n, along.count(directions)) for n in BATCH_SIZES]
        for name, function in functions.items()
    }
    reply, found = run_apart(path, loader, inputs)
    if loader == "tflite":  # it has one of the signatures, which only the file tells
        held = reply["signatures"]
        functions = {name: f for name, f in functions.items() if name in held} or {lite.SIGNATURE: None}
    bounded, bound = BOUNDS[reply["format"]]
    bound = bound if tolerance is None else tolerance
    checks = []
    for name, function in functions.items():
        if problem := reply["problems"].get(name):
            checks.append(Check(name, "", problem=lite.first_line(problem)))
            continue
        expected = [_call(function, batch) for batch in inputs[name]]
        for output in expected[0]:
            keys = [f"{name}/{i}/{output}" for i in range(len(expected))]
            if any(key not in found for key in keys):
                checks.append(Check(name, output, problem="the file does not return it"))
                continue
            pair = [batch[output] for batch in expected], [found[key] for key in keys]
            checks.append(compare(name, output, *pair, bound, bounded))
    return Report(path, reply["format"], tuple(checks))


def locate(path: str | os.PathLike) -> tuple[Path, str]:
    """Return the folder of a SavedModel and "saved_model", or a file and "tflite".

    Raises:
        ZooError: there is neither.
    """
    path = Path(path)
    if path.name == "saved_model.pb":
        path = path.parent
    if path.is_file():
        return path, "tflite"
    versions = [p for p in path.glob("*") if p.name.isdecimal() and p.is_dir()]
    for folder in (path, *sorted(versions, key=lambda p: -int(p.name))[:1]):
        if (folder / "saved_model.pb").is_file():
            return folder, "saved_model"
    raise ZooError(f"{path}: expected a .tflite file or a folder with saved_model.pb or versions of it, found none")


def run_apart(path: Path, loader: str, inputs: dict[str, list[dict[str, np.ndarray]]]) -> tuple[dict, dict]:
    """Run every signature on each of its batches in another process.

    Args:
        path: the folder or file.
        loader: "saved_model" or "tflite".
        inputs: signature -> batches, each an array for every input by name.

    Returns:
        The runner's reply, and "<signature>/<batch>/<output>" -> array.

    Raises:
        ZooError: the file cannot be loaded.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        request = {"path": str(path), "loader": loader, "import_paths": [p for p in sys.path if p]}
        request["inputs"] = {name: [list(batch) for batch in batches] for name, batches in inputs.items()}
        (folder / "request.json").write_text(json.dumps(request))
        arrays = {
            f"{s}/{i}/{k}": v for s, batches in inputs.items() for i, b in enumerate(batches) for k, v in b.items()
        }
        np.savez(folder / "inputs.npz", **arrays)
        quiet = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        process = subprocess.run(
            [sys.executable, "-I", runner.__file__, str(folder)],
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if not (folder / "reply.json").exists():
            last = process.stderr.strip().splitlines()[-1:] or ["no message"]
            raise ZooError(
                f"{path} is damaged: running it ended with exit code {process.returncode} ({last[0]}); export it again"
            )
        reply = json.loads((folder / "reply.json").read_text())
        if not reply["isolated"]:
            raise RuntimeError("the process that runs exported models could import tfgan_zoo; the check means nothing")
        if failure := reply.get("failure"):
            raise ZooError(f"{path} is damaged or of another kind: {lite.first_line(failure)}; export it again")
        with np.load(folder / "outputs.npz", allow_pickle=False) as outputs:
            return reply, dict(outputs)


def _call(function: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The model's own outputs, computed on the CPU, as the file's are: GPUs round products to fewer digits."""
    import tensorflow as tf

    tensors = [
        tf.constant(inputs[s.name].tolist() if s.dtype == tf.string else inputs[s.name], s.dtype)
        for s in examples.specs(function)
    ]
    with tf.device("CPU:0"):
        outputs = {name: value.numpy() for name, value in function(*tensors).items()}
    return {name: np.array(v.tolist(), dtype="S") if v.dtype == object else v for name, v in outputs.items()}
