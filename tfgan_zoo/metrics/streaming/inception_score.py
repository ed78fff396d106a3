"""Inception Score of class scores that arrive in batches."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor
from tfgan_zoo.metrics.streaming import replicas
from tfgan_zoo.metrics.streaming.extraction import Extraction
from tfgan_zoo.metrics.streaming.results import computed
from tfgan_zoo.metrics.streaming.state import StreamingState, refuse_broken


class SplitSums(NamedTuple):
    """Arrays or tensors: count (), broken (), probabilities (splits, k), negentropies (splits,)."""

    count: np.ndarray
    broken: np.ndarray
    probabilities: np.ndarray
    negentropies: np.ndarray


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class InceptionScore(StreamingState):
    """Streaming Inception Score with the splits dealt round robin, exact in float64, 8 splits (k + 1) bytes.

    Consecutive splits need the number of samples beforehand, so here sample i goes to split i mod `splits`. For each
    split the sums of p(y | x) and of sum_y p log p over its n samples give

        log score = (1/n) sum_x sum_y p(y|x) log p(y|x) - sum_y p(y) log p(y),    p(y) = (1/n) sum_x p(y | x).

    It equals `tfgan_zoo.metrics.inception_score(logits, splits, shuffle=False)` of the samples dealt in this order.
    Samples sorted by class need no shuffle. `result()` is `{name: mean over the splits, name + " std": their standard
    deviation (ddof 0)}`, NaN if nothing was added since the last reset.

    Args:
        extractor: if `update_state` is to take images: an extractor, a Keras model or a text such as "fashion".
        classes: k; taken from the first batch if None.
        splits: number of parts.
        name: in logs, followed there by the extractor's label.

    Raises:
        ZooError: splits < 1.

    Source: Salimans et al., 2016 (1606.03498), section 4.

    >>> metric = InceptionScore(splits=1)
    >>> metric.update_state([[100.0, 0.0], [0.0, 100.0]])
    >>> round(float(metric.result()["inception_score"]), 6)
    2.0
    """

    wide = "probabilities"

    def __init__(
        self,
        extractor: Extractor | None = None,
        classes: int | None = None,
        splits: int = 10,
        name: str = "inception_score",
    ):
        if splits < 1:
            raise ZooError(f"{name}: splits must be at least 1; found {splits}")
        self.splits = splits
        self._extraction = Extraction(extractor, "logits", name)
        super().__init__(classes, name + self._extraction.label)
        self._keys = tuple(key + self._extraction.label for key in (name, f"{name} std"))

    def build_state(self, dimensions: int) -> None:
        """Make the sums of each split."""
        self.probabilities = self.state((self.splits, dimensions), "probabilities")
        self.negentropies = self.state((self.splits,), "negentropies")

    @tf.autograph.experimental.do_not_convert
    def update_state(self, logits) -> None:
        """Add class scores before the softmax (n, k), n >= 0; with an extractor, images.

        Raises:
            ZooError: as `StreamingState.update_state`.
        """
        super().update_state(self._extraction(logits, self.dimensions))

    def add(self, rows: tf.Tensor, broken: tf.Tensor) -> None:
        """Add the batch to the sums of its splits."""
        log_conditional = tf.nn.log_softmax(tf.cast(rows, tf.float64))
        conditional = tf.exp(log_conditional)
        n = tf.cast(tf.shape(rows)[0], tf.int64)
        index = self.count.value + replicas.rows_before(n) + tf.range(n)
        member = tf.one_hot(index % self.splits, self.splits, dtype=tf.float64, axis=0)
        sums = tf.concat([conditional, tf.reduce_sum(conditional * log_conditional, 1, keepdims=True)], axis=1)
        sums = replicas.total(tf.matmul(member, sums))
        n, broken = tf.unstack(replicas.total(tf.stack([n, broken])))
        self.probabilities.value.assign_add(sums[:, :-1])
        self.negentropies.value.assign_add(sums[:, -1])
        self.count.value.assign_add(n)
        self.broken.value.assign_add(broken)

    def tensors(self) -> SplitSums:
        """Return the state as tensors; of k = 0 if no rows have come."""
        if self.dimensions is None:
            zero, empty = tf.zeros((), tf.int64), tf.zeros((self.splits,), tf.float64)
            return SplitSums(zero, zero, empty[:, None][:, :0], empty)
        variables = (self.count, self.broken, self.probabilities, self.negentropies)
        return SplitSums(*(tf.convert_to_tensor(variable.value) for variable in variables))

    @tf.autograph.experimental.do_not_convert
    def result(self) -> dict[str, tf.Tensor]:
        """Return `{name: mean, name + " std": std}`.

        Raises:
            ZooError: fewer than two samples a split, or NaN or infinity among them.
        """
        mean, std = computed(lambda *arrays: self._scores(SplitSums(*arrays)), self.tensors(), 2)
        return dict(zip(self._keys, (mean, std)))

    def get_config(self) -> dict:
        """Return the constructor's numbers.

        Raises:
            ZooError: the metric has an extractor, which no config can hold.
        """
        if self._extraction.extractor is not None:
            raise ZooError(f"{self.name}: an extractor cannot be written into a config; make the metric anew")
        return {"name": self.name, "classes": self.dimensions, "splits": self.splits}

    def _scores(self, sums: SplitSums) -> tuple[float, float]:
        if sums.count == 0:
            return np.nan, np.nan
        refuse_broken(sums.broken, self.name)
        if sums.count < 2 * self.splits:
            raise ZooError(
                f"{self.name} needs two samples a split; found {int(sums.count)} samples for splits={self.splits}; "
                "draw more or use fewer splits"
            )
        each = (sums.count - np.arange(self.splits) + self.splits - 1) // self.splits
        marginal = sums.probabilities / each[:, None]
        # 0 log 0 = 0: a class that is improbable everywhere underflows, and adds nothing.
        entropy = -(marginal * np.log(np.where(marginal > 0, marginal, 1))).sum(axis=1)
        scores = np.exp(sums.negentropies / each + entropy)
        return float(scores.mean()), float(scores.std())
