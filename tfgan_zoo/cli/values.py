"""Types of command line values: argparse turns their errors into a usage line and exit code 2."""

import argparse
import ast
import math
from typing import Any


def positive(text: str) -> int:
    """A whole number of at least 1."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """A whole number of at least 0."""
    return _whole(text, 0)


def share_or_count(text: str) -> float | int:
    """A share such as 0.1, or a whole number of at least 1."""
    if text.isdecimal():
        return _whole(text, 1)
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(
            f"expected a share such as 0.1 or a whole number of at least 1, found {text!r}"
        )
    return share


def words(text: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def labels(text: str) -> tuple[int, ...]:
    """Class ids with commas between them."""
    return tuple(_whole(word, 0) for word in words(text))


def whole_numbers(text: str) -> tuple[int, ...]:
    """Whole numbers of at least 0 and ranges of them, both ends included, with commas between.

    >>> whole_numbers("0-3,7")
    (0, 1, 2, 3, 7)
    """
    found = []
    for word in words(text):
        first, dash, last = word.partition("-")
        first = _whole(first, 0)
        found += range(first, (_whole(last, first) if dash else first) + 1)
    if not found:
        raise argparse.ArgumentTypeError(f"expected whole numbers such as 0-3,7, found {text!r}")
    return tuple(found)


def numbers(text: str) -> tuple[float, ...]:
    """Numbers with commas between them, or first:last:count for equal steps, both ends included.

    >>> numbers("-3:3:5"), numbers("0.5,1")
    ((-3.0, -1.5, 0.0, 1.5, 3.0), (0.5, 1.0))
    """
    try:
        first, colon, rest = text.partition(":")
        if not colon:
            found = [float(word) for word in words(text)]
        else:
            last, _, count = rest.partition(":")
            first, last, count = float(first), float(last), int(count)
            found = [first + (last - first) * k / (count - 1) for k in range(count)] if count > 1 else []
    except ValueError:
        found = []
    if not found or not all(map(math.isfinite, found)):
        raise argparse.ArgumentTypeError(
            f"expected numbers such as -3,0,3, or first:last:count such as -3:3:7, found {text!r}"
        )
    return tuple(found)


def setting(text: str) -> tuple[str, Any]:
    """One `name=value`.

    >>> setting("image_shape=32,32,1"), setting("normalize=false"), setting("rate=1e-4"), setting("mode=soft")
    (('image_shape', (32, 32, 1)), ('normalize', False), ('rate', 0.0001), ('mode', 'soft'))
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"expected name=value, found {text!r}")
    constant = {"true": True, "false": False, "none": None}.get(value.lower(), value)
    if constant is value:
        try:
            constant = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            pass
    return name.strip().replace("-", "_"), tuple(constant) if isinstance(constant, list) else constant


def _whole(text, least):
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or number < least:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least {least}, found {text!r}")
    return number
