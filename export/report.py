"""What a comparison of an exported model with its original found."""

import math
from dataclasses import dataclass
from pathlib import Path

MAX_DIFFERING = 0.01  # of uint8 values, by a level each: rounding may fall to either side, but rarely does


@dataclass(frozen=True)
class Check:
    """One output of one signature, over all inputs compared.

    Attributes:
        signature: name of the function.
        output: name of its output.
        unit: "levels" for uint8 images and PNG files, else "".
        max_error: largest |exported - original|, infinite where one of them is not finite.
        mean_error: mean of |exported - original|.
        differing: share of values that are not equal.
        bound: the largest error allowed.
        bounded: which error that is, "max" or "mean".
        problem: why there is nothing to compare, else empty.
    """

    signature: str
    output: str
    unit: str = ""
    max_error: float = math.inf
    mean_error: float = math.inf
    differing: float = 1.0
    bound: float = 0.0
    bounded: str = "max"
    problem: str = ""

    @property
    def ok(self) -> bool:
        """The error is within its bound; of uint8 values at most 1 % may differ, too."""
        error = self.mean_error if self.bounded == "mean" else self.max_error
        return not self.problem and error <= self.bound and not (self.unit and self.differing > MAX_DIFFERING)

    def __str__(self):
        name = f"{self.signature} -> {self.output}" if self.output else self.signature
        if self.problem:
            return f"FAILED {name}: {self.problem}"
        unit = f" {self.unit}" if self.unit else ""
        found = f"largest error {self.max_error:.2g}{unit}, mean {self.mean_error:.2g}, {self.differing:.2%} differ"
        allowed = f"{'largest' if self.bounded == 'max' else 'mean'} error allowed: {self.bound:.2g}{unit}"
        return f"{'ok    ' if self.ok else 'FAILED'} {name}: {found} ({allowed})"


@dataclass(frozen=True)
class Report:
    """The comparison of an exported model with its original; printing it shows a line for every output.

    Attributes:
        path: what was run.
        format: "SavedModel" or "TFLite float32", "TFLite float16", "TFLite dynamic", "TFLite int8".
        checks: one for every output of every signature.
    """

    path: Path
    format: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Every check passed."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def max_error(self) -> float:
        """Largest error of the float outputs; if there are none, of the others."""
        return self._worst("max_error")

    @property
    def mean_error(self) -> float:
        """Largest mean error of the float outputs; if there are none, of the others."""
        return self._worst("mean_error")

    def _worst(self, which):
        checks = [check for check in self.checks if not check.unit] or self.checks
        return max((getattr(check, which) for check in checks), default=math.inf)

    def __str__(self):
        verdict = "computes what the model computes" if self.ok else "does NOT compute what the model computes"
        return "\n".join([f"{self.path} ({self.format}) {verdict}", *(f"  {check}" for check in self.checks)])
