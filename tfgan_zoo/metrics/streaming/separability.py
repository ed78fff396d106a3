"""Linear separability of latents and predictions that arrive in batches."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.separability import linear_separability
from tfgan_zoo.metrics.streaming.one_sample import OneSampleMetric


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class LinearSeparability(OneSampleMetric):
    """Streaming score of `tfgan_zoo.metrics.linear_separability` on a random sample of latents and predictions.

    Args:
        attributes: k, columns of the predictions.
        keep: share of the samples kept that each attribute is judged on, in (0, 1].
        dimensions: d of the latents; taken from the first batch if None.
        capacity: samples kept, 4 (d + k) capacity bytes in all.
        seed: of the sample kept and of the fit.
        name: in logs.

    Raises:
        ZooError: keep out of range, attributes < 1 or capacity < 1.

    Source: Karras, Laine, Aila, 2018 (1812.04948), section 4.2.
    """

    def __init__(
        self,
        attributes: int = 1,
        keep: float = 0.5,
        dimensions: int | None = None,
        capacity: int = 10_000,
        seed: int = 0,
        name: str = "linear_separability",
    ):
        if attributes < 1 or not 0 < keep <= 1:
            raise ZooError(
                f"{name}: attributes must be at least 1, keep a share in (0, 1]; found {attributes} and {keep!r}"
            )
        self.attributes, self.keep = attributes, keep
        super().__init__(capacity, None if dimensions is None else dimensions + attributes, seed, name)

    @tf.autograph.experimental.do_not_convert
    def update_state(self, latents, predictions) -> None:
        """Add a batch; inside `strategy.run`, this replica's part of it.

        Args:
            latents: (n, d), n >= 0.
            predictions: (n, attributes), or (n,) of one attribute: logits l with P = sigmoid(2 l). Also bool or
                integers 0 and 1 (others count as NaN) where keep is 1, as all of them are equally confident.

        Raises:
            ZooError: wrong shapes, certain predictions with keep < 1; NaN or infinity, as
                `StreamingState.update_state`.
        """
        latents, predictions = tf.convert_to_tensor(latents), tf.convert_to_tensor(predictions)
        if predictions.shape.rank == 1:
            predictions = predictions[:, None]
        shapes = latents.shape, predictions.shape
        if not (
            [shape.rank for shape in shapes] == [2, 2]
            and shapes[1][1] == self.attributes
            and shapes[0][:1].is_compatible_with(shapes[1][:1])
        ):
            raise ZooError(
                f"{self.name} needs latents (n, d) and predictions (n, {self.attributes}), one row a sample; found "
                f"{shapes[0]} and {shapes[1]} (attributes={self.attributes})"
            )
        if not predictions.dtype.is_floating:
            if self.keep != 1:
                raise ZooError(
                    f"{self.name}: predictions of {predictions.dtype.name} are all equally confident, so that none can "
                    f"be left out; pass keep=1 (found keep={self.keep}) or logits"
                )
            sign = 2 * tf.cast(predictions, tf.float64) - 1
            predictions = tf.where(tf.abs(sign) == 1, sign, np.nan)
        rows = [tf.cast(part, tf.float64) for part in (latents, predictions)]
        super().update_state(tf.concat(rows, axis=1))

    def value(self, rows: np.ndarray) -> float:
        """Return the score."""
        latents, predictions = np.split(rows, [-self.attributes], axis=1)
        return linear_separability(latents, predictions, self.keep, self.seed).score

    def get_config(self) -> dict:
        """Return the constructor's arguments."""
        config = {**super().get_config(), "attributes": self.attributes, "keep": self.keep}
        if self.dimensions is not None:
            config["dimensions"] = self.dimensions - self.attributes
        return config
