"""Images to features inside a metric, eagerly and inside a `tf.function`."""

import threading

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.extractors import Extractor, as_extractor, label_of
from tfgan_zoo.metrics.images import to_unit


class Extraction:
    """One output of an extractor as a function of tensors.

    Extractors are Python functions of arrays, so inside a `tf.function` this is a `tf.numpy_function`: it runs on the
    host, not under XLA. Where that is too slow, compute features in the step and give the metric none.

    Args:
        extractor: what `tfgan_zoo.metrics.extractors.as_extractor` takes (an extractor, a Keras model, a text such as
            "fashion"); None passes its input through.
        key: "features" or "logits".
        name: of the metric, in messages.

    Raises:
        ZooError: it is no extractor.
    """

    def __init__(self, extractor: Extractor | None, key: str, name: str):
        self.extractor = None if extractor is None else as_extractor(extractor)
        self.label = "" if extractor is None else f"[{label_of(self.extractor)}]"
        self.key, self.name = key, name
        # Replicas call from several threads, and extractors build their network at the first call.
        self._lock = threading.Lock()

    def __call__(self, batch, dimensions: int | None):
        """Return features (n, d) of images (n, height, width, channels), float32 in [-1, 1] or uint8.

        Raises:
            ZooError: wrong images, or an extractor without this output; inside a `tf.function`, d is not known.
        """
        if self.extractor is None:
            return batch
        if tf.executing_eagerly():
            return self._extracted(np.asarray(batch))
        if dimensions is None:
            raise ZooError(
                f"{self.name}: the extractor's {self.key} have an unknown size inside a tf.function; pass dimensions="
            )
        features = tf.numpy_function(self._extracted, [batch], tf.float32)
        return tf.ensure_shape(features, (None, dimensions))

    def _extracted(self, images: np.ndarray) -> np.ndarray:
        with self._lock:
            outputs = self.extractor(to_unit(images, f"the images of {self.name}"))
        if not isinstance(outputs, dict) or self.key not in outputs:
            found = sorted(outputs) if isinstance(outputs, dict) else type(outputs).__name__
            raise ZooError(f"{self.name} needs an extractor that gives {self.key!r}; found {found}")
        return np.asarray(outputs[self.key], np.float32)
