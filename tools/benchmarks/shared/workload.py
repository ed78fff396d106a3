"""What either side is given, and how a worker tells what it measured. Only numpy is needed."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def features(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets (n, d) float32 with a spectrum that falls, as the Inception network's does."""
    generator = np.random.default_rng([n, d])
    mixing = generator.standard_normal((d, d), np.float32) * np.float32(d**-0.5)
    mixing *= np.geomspace(1, 0.03, d, dtype=np.float32)[:, None]
    real, fake = (generator.standard_normal((n, d), np.float32) @ mixing for _ in range(2))
    return real + np.float32(0.4), fake + np.float32(0.42)


def images(n: int, side: int) -> np.ndarray:
    """Return uint8 images (n, side, side, 3)."""
    return np.random.default_rng([n, side]).integers(0, 256, (n, side, side, 3), np.uint8)


def seconds(call: Callable) -> tuple[float, object]:
    """Return how long one call took, and what it returned."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def peak_mib() -> float:
    """Return the most memory that this process has held so far.

    Not `getrusage`: its figure survives exec, so it may be that of the process that started this one.
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def tell(**found) -> None:
    """Print what was found as the last line."""
    sys.stdout.flush()
    print(json.dumps(found), flush=True)
