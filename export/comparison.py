"""Comparing the outputs of an exported model with the original's."""

import io

import numpy as np

from tfgan_zoo.export.report import Check


def compare(
    signature: str, output: str, expected: list[np.ndarray], found: list[np.ndarray], bound: float, bounded: str = "max"
) -> Check:
    """Return the check of an output from its values in several batches.

    uint8 values, and byte strings of outputs called "png" after decoding, may differ by a level; integers, booleans and
    other strings may not differ; floats by `bound`, relative to the largest expected value where that exceeds 1.

    Args:
        signature: name of the function.
        output: name of the output.
        expected: the original's values, an array for every batch.
        found: the exported model's.
        bound: on the error of floats.
        bounded: which error of floats is bounded, "max" or "mean".
    """
    if output == "png":
        try:
            expected, found = (
                [image for files in batches for image in map(_decode, files)] for batches in (expected, found)
            )
        except OSError as error:  # what Pillow raises
            return Check(signature, output, problem=f"not all are PNG files: {error}")
    if len(expected) != len(found):
        return Check(signature, output, problem=f"expected {len(expected)} arrays, found {len(found)}")
    for a, b in zip(expected, found):
        if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
            return Check(
                signature, output, problem=f"expected {a.dtype} of shape {a.shape}, found {b.dtype} of shape {b.shape}"
            )
    unequal = np.concatenate([(a != b).ravel() for a, b in zip(expected, found)])
    kind = expected[0].dtype
    if kind.kind == "f":
        bound *= max(1.0, *(float(np.abs(a).max(initial=0.0, where=np.isfinite(a))) for a in expected))
        with np.errstate(invalid="ignore"):
            errors = np.concatenate([np.abs(a.astype("float64") - b).ravel() for a, b in zip(expected, found)])
        errors[~np.isfinite(errors)] = np.inf
    elif kind == np.uint8:
        errors = np.concatenate([np.abs(a.astype("int32") - b).ravel() for a, b in zip(expected, found)])
        bound, bounded = 1.0, "max"
    else:
        errors, bound, bounded = unequal, 0.0, "max"
    return Check(
        signature,
        output,
        "levels" if kind == np.uint8 else "",
        float(errors.max(initial=0.0)),
        float(errors.mean()) if len(errors) else 0.0,
        float(unequal.mean()) if len(errors) else 0.0,
        bound,
        bounded,
    )


def _decode(file: bytes) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(file)))
