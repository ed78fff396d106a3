"""Tensors of a file into the variables of networks, after all names and shapes have been compared."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import keras
import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.sources.rules import Rule

_SHOWN = 8  # names of a kind in an error
_LARGEST = 4096  # pixels


class Entry(NamedTuple):
    """A variable, the tensor that belongs in it, and how that is converted."""

    variable: keras.Variable
    name: str
    rule: Rule


def assign(tensors: Mapping[str, np.ndarray], entries: Iterable[Entry], ignored: str) -> None:
    """Give every variable its tensor, which several may share; nothing is written if anything is wrong.

    Args:
        tensors: of the file, by name.
        entries: for every variable.
        ignored: regular expression of the names (from their start) that the file may have besides: filters, states of
            optimizers.

    Raises:
        ZooError: it names all tensors that are missing, of another shape, or left over.
    """
    entries = list(entries)
    wanted = {entry.name: tuple(entry.rule.shape(tuple(entry.variable.shape))) for entry in entries}
    missing = [f"{name} {shape}" for name, shape in wanted.items() if name not in tensors]
    other = [
        f"{name} {tensors[name].shape} instead of {shape}"
        for name, shape in wanted.items()
        if name in tensors and tensors[name].shape != shape
    ]
    extra = [name for name in tensors if name not in wanted and not re.match(ignored, name)]
    problems = [("missing", missing), ("of another shape", other), ("left over", extra)]
    if any(names for _, names in problems):
        listed = "; ".join(f"{kind}: {_listed(names)}" for kind, names in problems if names)
        raise ZooError(f"tensors do not fit the model that their sizes tell of; {listed}")
    for variable, name, rule in entries:
        variable.assign(rule.convert(np.asarray(tensors[name], np.float32)))


def shape_of(tensors: Mapping[str, np.ndarray], name: str, axes: int) -> tuple[int, ...]:
    """Return the shape of a tensor that tells sizes.

    Raises:
        ZooError: there is none of this name, or it has another number of axes.
    """
    if name not in tensors:
        raise ZooError(f"no tensor {name}, which tells the sizes; is the file of another source?")
    if tensors[name].ndim != axes:
        raise ZooError(f"tensor {name} must have {axes} axes, found shape {tensors[name].shape}")
    return tensors[name].shape


def square(side: int, channels: int) -> tuple[int, int, int]:
    """Return an image shape, after a check that keeps a damaged file from asking for all memory.

    Raises:
        ZooError: the side is beyond all published networks'.
    """
    if side > _LARGEST:
        raise ZooError(f"the tensors tell of images of {side} pixels a side; more than {_LARGEST} are not imported")
    return side, side, channels


def numbers(tensors: Mapping[str, np.ndarray], before: str, after: str) -> list[int]:
    """Return, sorted, the numbers k for which there are tensors named `before`k`after`...

    Raises:
        ZooError: there are none.
    """
    pattern = re.compile(f"{re.escape(before)}(\\d+){re.escape(after)}")
    found = {int(match[1]) for name in tensors if (match := pattern.match(name))}
    if not found:
        raise ZooError(f"no tensor is named {before}NUMBER{after}*; is the file of another source?")
    return sorted(found)


def count(tensors: Mapping[str, np.ndarray], before: str, after: str) -> int:
    """Return how many there are by the largest of `numbers`, counted from 0.

    Raises:
        ZooError: there are none, or the number is larger than that of all tensors.
    """
    last = numbers(tensors, before, after)[-1]
    if last >= len(tensors):
        raise ZooError(f"a tensor is named {before}{last}{after}*, but there are only {len(tensors)}; is it damaged?")
    return last + 1


def chosen(options: Mapping[str, object], **told: object) -> dict[str, object]:
    """Return constructor arguments: those that the file tells, and the user's options.

    Raises:
        ZooError: an option contradicts the file.
    """
    for name, value in told.items():
        if name in options and options[name] != value:
            raise ZooError(f"{name} follows from the file: it is {value!r}, not {options[name]!r}; leave it out")
    return {**options, **told}


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
