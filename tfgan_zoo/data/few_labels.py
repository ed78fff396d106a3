"""Labelled data of which most labels are forgotten, for semi-supervised learning."""

import numbers
from dataclasses import replace

import numpy as np

from tfgan_zoo.data.source import Pair, Source
from tfgan_zoo.errors import ZooError

#: The label of an example whose class is not known.
UNLABELLED = -1


def forget_labels(source: Source | Pair, labelled: float | int, seed: int = 0) -> Source:
    """Return the collection with only some labels kept, the others -1.

    Which examples keep theirs follows from the seed and the labels alone; with the same seed, those of a smaller
    number are among those of a larger one.

    Args:
        source: with labels.
        labelled: a share in (0, 1] as a float: every class keeps that share of its labels, rounded, at least one; or
            a whole number: so many labels of every class.
        seed: of the choice.

    Raises:
        ZooError: no labels, `labelled` out of range, or a class with fewer examples than labels are to be kept of it.
    """
    if source.labels is None:
        raise ZooError(f"{source.name!r} has no labels of which labelled={labelled!r} could keep some; leave it out")
    of_class = [np.flatnonzero(source.labels == k) for k in range(source.classes)]
    if isinstance(labelled, bool) or not isinstance(labelled, numbers.Real):
        raise ZooError(f"labelled: expected a share such as 0.1 or a number of labels per class, found {labelled!r}")
    if isinstance(labelled, numbers.Integral):
        counts = [int(labelled)] * len(of_class)
        if labelled < 1 or labelled > min(map(len, of_class)):
            fewest = min(range(len(of_class)), key=lambda k: len(of_class[k]))
            raise ZooError(
                f"labelled: expected from 1 to {len(of_class[fewest])} labels per class (class "
                f"{source.class_names[fewest]!r} of {source.name!r} has no more), found {labelled}"
            )
    else:
        if not 0 < labelled <= 1:
            raise ZooError(f"labelled: expected a share of the labels in (0, 1], found {labelled!r}")
        counts = [min(len(rows), max(1, round(labelled * len(rows)))) for rows in of_class]
    labels = np.full(len(source), UNLABELLED, np.int32)
    for k, (rows, count) in enumerate(zip(of_class, counts)):
        order = np.random.default_rng([seed % 2**64, k, 0x1ABE1]).permutation(len(rows))
        labels[rows[order[:count]]] = k
    return replace(source, labels=labels)
