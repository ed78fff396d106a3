"""Types of command line values: argparse turns their errors into a usage line and exit code 2."""

import argparse
import ast
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
