"""TFLite files: the deployed function for phones, browsers and microcontrollers."""

import contextlib
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfgan_zoo import files
from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.export import directions as along
from tfgan_zoo.export import examples, saved

if TYPE_CHECKING:
    from tfgan_zoo.game import Game
    from tfgan_zoo.latent import Directions

SIGNATURE = "serving_default"
QUANTIZATIONS = ("float16", "dynamic", "int8")


def tflite(
    model: "Game",
    path: str | os.PathLike,
    quantize: str | None = None,
    representative: np.ndarray | Mapping[str, np.ndarray] | None = None,
    signature: str = SIGNATURE,
    directions: "Directions | None" = None,
) -> Path:
    """Write one of the model's signatures as a TFLite file of built-in operations only, with an open batch size.

    A file holds the weights of its own function only: of an auto-encoder, `serving_default` the generator's, "encode"
    the encoder's, "reconstruct" both. Signatures that draw random numbers or read PNG files have no such operations.

    A model in mixed precision is converted as its float32 twin. Inputs and outputs are those of the signature, float32
    for images and latents, however the weights are stored:

    quantize    weights stored as, arithmetic               size
    None        float32, float32                            1
    "float16"   float16, float32                            about 1/2
    "dynamic"   int8, products in int8 with ranges on the   about 1/4
                fly (weights of over 1,024 numbers)
    "int8"      int8, int8 with ranges from calibration     about 1/4

    Args:
        model: any model of the zoo.
        path: of the file; an existing one is replaced.
        quantize: None, "float16", "dynamic" or "int8".
        representative: for "int8", inputs that the ranges of activations are measured on: an array, or one for each
            input by name, some hundred rows. By default the model's own prior of latents and all classes; models that
            take images get synthetic ones by default and want real ones.
        signature: one of `model.serving_signatures()`, or "edit"; the file's has the same name.
        directions: of "edit", what `tfgan_zoo.latent.read_directions` returns.

    Returns:
        The file's path.

    Raises:
        ZooError: an unknown quantization or signature, representative data or directions that do not fit, an operation
            that TFLite lacks, or a path that cannot be written.
    """
    if quantize is not None and quantize not in QUANTIZATIONS:
        raise unknown("quantization", quantize, QUANTIZATIONS)
    if representative is not None and quantize != "int8":
        raise ZooError(f"representative data serve quantize='int8', found quantize={quantize!r}; leave them out")
    functions = along.signatures(float32_twin(model), directions)
    if signature not in functions:
        raise unknown(f"signature of {model.name}", signature, functions)
    function = functions[signature]
    rows = None
    if quantize == "int8":
        rows = examples.representative(model, function, representative, along.count(directions))
    with files.replacing(path) as temporary:
        temporary.write_bytes(convert(model.name, signature, function, quantize, rows))
    return Path(path)


def convert(
    name: str, signature: str, function: Any, quantize: str | None, rows: Mapping[str, np.ndarray] | None
) -> bytes:
    """Return the TFLite file of a function with an input signature."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        saved.write({signature: function}, Path(folder))  # conversion of a concrete function loses the weights
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[signature])
        if quantize:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantize == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if quantize == "int8":
            kinds = tf.lite.OpsSet
            converter.target_spec.supported_ops = [kinds.TFLITE_BUILTINS_INT8, kinds.TFLITE_BUILTINS]
            size = max(len(row) for row in rows.values() if row.ndim)
            converter.representative_dataset = lambda: (
                {key: row[i : i + 1] if row.ndim else row for key, row in rows.items()} for i in range(size)
            )
        try:
            with _quiet():
                return converter.convert()
        except Exception as error:  # the converter raises its own types, RuntimeError and ValueError alike
            raise ZooError(_explain(name, str(error))) from error


def float32_twin(model: "Game") -> "Game":
    """Return the model, or if it computes in mixed precision, one with the same weights that computes in float32."""
    if model.dtype_policy.compute_dtype == "float32":
        return model
    twin = type(model).from_config({**model.get_config(), "dtype": "float32"})
    twin.set_weights(model.get_weights())
    return twin


def load_tflite(path: str | os.PathLike) -> Any:
    """Return the runner of a TFLite file: call it with arrays by name, it returns arrays by name.

    >>> load_tflite("dcgan.tflite")(latents=latents)["images"]  # doctest: +SKIP

    LiteRT's interpreter runs it, TensorFlow is not imported. Rows of a batch may be any number.

    Raises:
        ZooError: no such file, or none that LiteRT can read.
    """
    from ai_edge_litert.interpreter import Interpreter

    if not Path(path).is_file():
        raise ZooError(f"{path} is not a file; expected a .tflite file, as export.tflite writes it")
    try:
        with _quiet():
            interpreter = Interpreter(model_path=str(path))
            return interpreter.get_signature_runner(*interpreter.get_signature_list())
    except (TypeError, ValueError, RuntimeError) as error:
        raise ZooError(
            f"{path} is damaged or no TFLite file of this package: {first_line(error)}; export it again"
        ) from error


def first_line(message: object) -> str:
    """The first line of a message that says something."""
    return next((line.strip() for line in str(message).splitlines() if line.strip()), "no reason given")


def _explain(name: str, message: str) -> str:
    if operations := re.search(r"(?:TF Select|Custom) ops: (.+)", message):
        return f"{name} cannot become a TFLite file: TFLite has no {operations[1]}; deploy the SavedModel instead"
    if operation := re.search(r"error: '?(?:tf\.)?([\w.]+)'? op", message):
        return f"{name} cannot become a TFLite file: {operation[1]} does not convert; deploy the SavedModel instead"
    return f"{name} cannot become a TFLite file: {first_line(message)}; deploy the SavedModel instead"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the terminal clean of what native code writes to standard error (a page per operation) and of warnings."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
