"""How steps of StyleGAN2 with lazy regularization are timed on either side. Only the standard library is needed."""

from collections.abc import Callable

import workload

R1, PATH = 4, 2
"""Every so many steps D and G are regularized here; four steps show every kind. They cost as much as at 16 and 4."""


def tell(measurement: str, step: Callable, calls: int, parameters: int) -> None:
    """Time `step`, which counts its calls from 0, and print what was found.

    Training: milliseconds of a step without regularizers, of either regularizer, and `step_ms`, their average with R1
    on every 16th step and path lengths on every fourth.

    Args:
        measurement: "training" or "inference".
        step: what is timed.
        calls: timed, after one that is not; of training, so many times four.
        parameters: trained by either player.
    """
    first, _ = workload.seconds(step)
    if measurement == "inference":
        found = {"step_ms": 1e3 * min(workload.seconds(step)[0] for _ in range(calls))}
    else:
        times = [1e3 * workload.seconds(step)[0] for _ in range(R1 * calls)]
        plain, lengths, both = min(times[::2]), min(times[1::4]), min(times[3::4])
        found = {"step_ms": plain + max(both - lengths, 0) / 16 + max(lengths - plain, 0) / 4}
        found |= {"plain_ms": plain, "r1_ms": both - lengths, "path_ms": lengths - plain}
    rounded = {name: round(value, 1) for name, value in found.items()}
    workload.tell(**rounded, first_step_s=round(first, 1), parameters=parameters, peak_mib=round(workload.peak_mib()))
