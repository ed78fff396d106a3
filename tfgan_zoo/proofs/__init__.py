"""Proofs: for every system a runnable experiment of CPU minutes that shows its paper's claim against a baseline.

A proof is a file `proofs/<name>.py` with

- `CLAIM`: what the paper says and the experiment shows, in a sentence;
- `CRITERIA`: what is demanded of the measured values, on every seed;
- `run(seed, report)`: the experiment; returns measured values by name, calls `report(text)` now and then;
- `draw(results, path)`: a picture of all seeds' results.

`run` may return, beside numbers, arrays for the picture under names that start with an underscore; those are not
kept in the result file.
"""

from tfgan_zoo.proofs.result import Criterion, Result, fingerprint
from tfgan_zoo.proofs.runner import list_proofs, prove

__all__ = ["Criterion", "Result", "fingerprint", "list_proofs", "prove"]
