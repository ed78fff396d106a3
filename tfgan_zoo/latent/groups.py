"""Two groups of codes by a score of an attribute: the labels that a boundary is fitted to."""

from typing import NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError


class Groups(NamedTuple):
    """Who belongs where: fit to `codes[kept]` and `labels`."""

    labels: np.ndarray
    """0 for low and 1 for high scores, of the kept ones in their order, int32 (m,)."""
    kept: np.ndarray
    """Which of all the scores have a label, bool (n,)."""


def median_labels(scores) -> Groups:
    """Return y = 1[score > median]; what equals the median, and NaN (a missing score), is dropped.

    Without ties the groups differ by one at most. A score of few values loses a whole value, and the rest may be
    unbalanced: counting it as high or as low would only hide that.

    Args:
        scores: (n,), of an attribute; infinite ones are ordered like others.

    Raises:
        ZooError: no array (n,) of numbers, or nothing is left on one side of the median.

    Source: practice of seeprettyface's directions; compare `extremes`.

    >>> median_labels([3.0, 1.0, 2.0, float("nan"), 5.0, 2.0, 2.0])
    Groups(labels=array([1, 0, 1], dtype=int32), kept=array([ True,  True, False, False,  True, False, False]))
    """
    scores, present = _scores(scores)
    with np.errstate(invalid="ignore"):  # between -inf and inf there is none, and no side
        median = np.median(scores[present])
    low, high = scores < median, scores > median
    if not (low.any() and high.any()):
        raise ZooError(
            f"scores: {np.count_nonzero(scores == median)} of {np.count_nonzero(present)} equal the median {median:g}, "
            f"{np.count_nonzero(low)} are below and {np.count_nonzero(high)} above; both sides are needed: give a "
            "finer score, or use labels of your own"
        )
    kept = low | high
    return Groups(high[kept].astype(np.int32), kept)


def extremes(scores, share: float = 0.02) -> Groups:
    """Return the lowest and the highest share of the scores that are there, as many of each; ties go in order.

    Args:
        scores: (n,), of an attribute; NaN is a missing score.
        share: of each group, in (0, 0.5]; int(share * number of scores that are there) codes.

    Raises:
        ZooError: no array (n,) of numbers, `share`, or groups that are empty or overlap in score.

    Source: Shen, Gu, Tang, Zhou, 2019 (1907.10786), section 3, and genforce/interfacegan `utils/manipulator.py`.
    """
    scores, present = _scores(scores)
    if not 0 < share <= 0.5:
        raise ZooError(f"share must be in (0, 0.5]; found {share!r}")
    total = np.count_nonzero(present)
    # + 1e-9: 0.07 * 100 is 7.000000000000001, but 0.29 * 100 is 28.999999999999996.
    chosen = int(share * total + 1e-9)
    if chosen < 1:
        raise ZooError(f"share={share} of {total} scores leaves none; give more scores or a larger share")
    order = np.argsort(scores, kind="stable")[:total]  # NaN sorts last
    low, high = order[:chosen], order[-chosen:]
    if scores[low[-1]] >= scores[high[0]]:
        raise ZooError(
            f"scores: the lowest and the highest {chosen} share the value {scores[low[-1]]:g}; give a finer score or a "
            "smaller share"
        )
    labels = np.full(len(scores), -1, np.int32)
    labels[low], labels[high] = 0, 1
    return Groups(labels[labels >= 0], labels >= 0)


def _scores(scores) -> tuple[np.ndarray, np.ndarray]:
    try:
        scores = np.asarray(scores, np.float64)
    except (TypeError, ValueError) as error:
        raise ZooError(f"scores must be an array of numbers (n,); found {type(scores).__name__}") from error
    present = ~np.isnan(scores)
    if scores.ndim != 1 or np.count_nonzero(present) < 2:
        raise ZooError(
            f"scores must have shape (n,) with at least two that are not NaN; found shape {scores.shape} with "
            f"{np.count_nonzero(present)}"
        )
    return scores, present
