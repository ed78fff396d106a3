"""The one error that users meet: a line that names the thing, what was expected, what was found, what to do."""

import difflib
from collections.abc import Iterable


class ZooError(ValueError):
    """A mistake in the input that the user can mend. The command line prints its text and exits with code 2."""


def unknown(kind: str, name: object, known: Iterable[str]) -> ZooError:
    """Return the error for a name that is not in `known`, with the nearest known names.

    >>> print(unknown("model", "dcgann", ["dcgan", "vae"]))
    unknown model 'dcgann'; did you mean 'dcgan'? Known: dcgan, vae
    """
    known = sorted(known)
    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    return ZooError(f"unknown {kind} {str(name)!r}{hint} Known: {', '.join(known)}")
