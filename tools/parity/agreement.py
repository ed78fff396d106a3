"""How a number of ours is held against a peer's: the relative difference, its tolerance, and a record of both."""

import os
from pathlib import Path

import numpy as np

STORED = Path(__file__).resolve().parents[2] / "tests" / "metrics" / "fixtures"
"""The committed numbers; `tools/parity/run` holds ours against fresh ones, by the variable ZOO_PARITY_FIXTURES."""


def load(name: str) -> dict[str, np.ndarray]:
    """Return the peers' numbers in one fixture: "features", "tfgan", "resize" or "inception"."""
    folder = Path(os.environ.get("ZOO_PARITY_FIXTURES", STORED))
    with np.load(folder / f"parity_{name}.npz") as stored:
        return {key: stored[key] for key in stored.files}


def difference(ours, theirs) -> float:
    """Return max |ours - theirs| / max |theirs|; infinity where one has NaN or another shape."""
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape or not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return float("inf")
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


class Record:
    """Asserts, and tells pytest (`record_property`) how close it was, for the table that `tools/parity/run` prints."""

    def __init__(self, record_property):
        self._record = record_property

    def agrees(self, what: str, ours, theirs, tolerance: float) -> None:
        """Assert that `difference(ours, theirs)` is at most `tolerance`; 0 asks for equal numbers."""
        self.within(what, difference(ours, theirs), tolerance)

    def within(self, what: str, found: float, tolerance: float, unit: str = "relative") -> None:
        """Assert that `found` is at most `tolerance`."""
        self._record(f"parity: {what}", f"{found:.3g} {tolerance:.3g} {unit}")
        assert found <= tolerance, f"{what}: {unit} difference {found:.3g}, tolerance {tolerance:.3g}"
