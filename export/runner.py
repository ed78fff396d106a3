"""Run an exported model where this package cannot be imported.

`verification` starts this file as a script with the path of a folder that holds `request.json` and `inputs.npz`; it
leaves `reply.json` and `outputs.npz` there. It needs NumPy and, by the format, TensorFlow or LiteRT; nothing else.
"""

import json
import sys
from pathlib import Path


class Refusal:
    """An import hook that refuses `tfgan_zoo`, wherever it may lie."""

    def find_spec(self, name, path=None, target=None):
        """Raise ModuleNotFoundError for the package and its parts, leave all else to other hooks."""
        if name.split(".")[0] == "tfgan_zoo":
            raise ModuleNotFoundError(f"{name} is refused here: exported models must run without it")


def importable(name: str) -> bool:
    """Whether `import name` works."""
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def saved_model(path: str) -> tuple[str, dict]:
    """The format, and signature name -> function of arrays by name that returns arrays by name."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)

    def runner(function):
        types = {name: spec.dtype for name, spec in function.structured_input_signature[1].items()}

        def run(**inputs):
            # NumPy's byte strings of one length become tensors of strings only element by element.
            tensors = {k: tf.constant(v.tolist() if v.dtype.kind == "S" else v, types[k]) for k, v in inputs.items()}
            return {name: value.numpy() for name, value in function(**tensors).items()}

        return run

    return "SavedModel", {name: runner(function) for name, function in loaded.signatures.items()}


def tflite(path: str) -> tuple[str, dict]:
    """As `saved_model`; the format says how weights and activations are stored."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path)
    tensors = interpreter.get_tensor_details()
    stored = {np.dtype(t["dtype"]).name for t in tensors}
    # The open batch size marks activations: weights have none.
    if any(t["dtype"] == np.int8 and -1 in t["shape_signature"] for t in tensors):
        kind = "int8"
    else:
        kind = "dynamic" if "int8" in stored else "float16" if "float16" in stored else "float32"
    return f"TFLite {kind}", {s: interpreter.get_signature_runner(s) for s in interpreter.get_signature_list()}


def main(folder: Path) -> None:
    """Answer the request in `folder`: {"path", "loader", "import_paths", "inputs": {signature: [[name, ...], ...]}}."""
    sys.meta_path.insert(0, Refusal())
    request = json.loads((folder / "request.json").read_text())
    sys.path += [p for p in request["import_paths"] if p not in sys.path]
    import numpy as np

    reply = {"isolated": not importable("tfgan_zoo"), "problems": {}}
    outputs = {}
    try:
        reply["format"], signatures = {"saved_model": saved_model, "tflite": tflite}[request["loader"]](request["path"])
    except Exception as error:  # whatever a damaged file provokes is the answer
        reply["failure"] = str(error) or type(error).__name__
    else:
        reply["signatures"] = sorted(signatures)
        inputs = np.load(folder / "inputs.npz", allow_pickle=False)
        for name, batches in request["inputs"].items():
            try:
                for i, names in enumerate(batches):
                    result = signatures[name](**{key: inputs[f"{name}/{i}/{key}"] for key in names})
                    outputs |= {f"{name}/{i}/{key}": _plain(value) for key, value in result.items()}
            except Exception as error:  # the file of another model lacks signatures or takes other inputs
                found = f"no such signature; the file has {sorted(signatures)}"
                reply["problems"][name] = str(error) if name in signatures else found
    np.savez(folder / "outputs.npz", **outputs)
    (folder / "reply.json").write_text(json.dumps(reply))


def _plain(value):
    """Arrays of Python bytes as arrays of type S, which need no pickle."""
    import numpy as np

    return np.array(value.tolist(), dtype="S") if value.dtype == object else value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
