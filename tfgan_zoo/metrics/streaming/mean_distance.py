"""Mean distance of pairs of images that arrive in batches: LPIPS, MS-SSIM and the like."""

import threading
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.lpips import LPIPS
from tfgan_zoo.metrics.streaming import replicas
from tfgan_zoo.metrics.streaming.results import computed
from tfgan_zoo.metrics.streaming.state import StreamingState, refuse_broken


@keras.saving.register_keras_serializable("tfgan_zoo.streaming")
class MeanDistance(StreamingState):
    """Streaming mean of d(a_i, b_i) over pairs of images; sum and count in float64, whatever the number of pairs.

    An `LPIPS` is computed on tensors. Other functions take arrays, so inside a `tf.function` they run on the host as a
    `tf.numpy_function`, not under XLA; their errors arrive as `tf.errors.InvalidArgumentError`.

    Args:
        distance: `LPIPS(...)`, or a function of two batches of images -> (n,), such as `pixel_l2` or
            `ms_ssim.ms_ssim_between`.
        name: in logs; default the distance's own, as `lpips_vgg`.

    Raises:
        ZooError: `distance` is no function.

    >>> from tfgan_zoo.metrics import pixel_l2
    >>> metric = MeanDistance(pixel_l2)
    >>> metric.update_state([[[[0.0]]], [[[0.0]]]], [[[[1.0]]], [[[2.0]]]])
    >>> metric.name, float(metric.result())
    ('pixel_l2', 2.5)
    """

    wide = "total"

    def __init__(self, distance: LPIPS | Callable, name: str | None = None):
        if not callable(distance):
            raise ZooError(f"distance must be LPIPS(...) or a function of two batches of images; found {distance!r}")
        own = getattr(distance, "name", None) or getattr(distance, "__name__", type(distance).__name__)
        self.distance = distance
        # Replicas call from several threads; the functions are not known to bear that.
        self._lock = threading.Lock()
        super().__init__(1, name or str(own))

    def build_state(self, dimensions: int) -> None:
        """Make the sum."""
        self.total = self.state((dimensions,), "total")

    @tf.autograph.experimental.do_not_convert
    def update_state(self, images_a, images_b) -> None:
        """Add pairs of images (n, height, width, channels), n >= 0, floats in [-1, 1] or uint8.

        Raises:
            ZooError: the shapes differ, the distance refuses the images or does not give (n,); NaN or infinity in
                images or distances, at once where this runs eagerly outside `strategy.run`, otherwise at `result`.
        """
        a, b = _unit(images_a), _unit(images_b)
        floats = a.dtype.is_floating and b.dtype.is_floating
        if not floats or a.shape.rank != 4 or not a.shape.is_compatible_with(b.shape):
            raise ZooError(
                f"{self.name} compares image by image, both (n, height, width, channels), floats in [-1, 1] or uint8; "
                f"found {a.dtype.name} {a.shape} and {b.dtype.name} {b.shape}"
            )
        # Where n is known in the step alone, other numbers of images must fail: LPIPS would split them in the middle.
        b = tf.ensure_shape(tf.reshape(b, tf.shape(a)), a.shape)
        broken = tf.reduce_any([~tf.reduce_all(tf.math.is_finite(x), axis=(1, 2, 3)) for x in (a, b)], axis=0)
        if tf.executing_eagerly() and not replicas.several():
            refuse_broken(np.count_nonzero(broken), self.name)
        # What is broken is counted below; the distances themselves may raise for it, or not show it (ReLU).
        a, b = (tf.where(broken[:, None, None, None], tf.zeros_like(x), x) for x in (a, b))
        distances = tf.where(broken, tf.constant(np.nan, tf.float64), self._distances(a, b))
        super().update_state(distances[:, None])

    def add(self, rows: tf.Tensor, broken: tf.Tensor) -> None:
        """Add the distances of all replicas to the sum."""
        n = tf.cast(tf.shape(rows)[0], tf.int64)
        n, broken = tf.unstack(replicas.total(tf.stack([n, broken])))
        self.total.value.assign_add(replicas.total(tf.reduce_sum(rows, axis=0)))
        self.count.value.assign_add(n)
        self.broken.value.assign_add(broken)

    @tf.autograph.experimental.do_not_convert
    def result(self) -> tf.Tensor:
        """Return the mean as a float64 scalar; NaN if nothing was added since the last reset.

        Raises:
            ZooError: NaN or infinity among the images or distances.
        """

        def mean(count, broken, total):
            refuse_broken(broken, self.name)
            return [total[0] / count if count else np.nan]

        variables = self.count, self.broken, self.total
        return computed(mean, [tf.convert_to_tensor(variable.value) for variable in variables], 1)[0]

    def get_config(self) -> dict:
        """Refuse: no config can hold the distance.

        Raises:
            ZooError: always.
        """
        raise ZooError(f"{self.name}: a distance cannot be written into a config; make the metric anew")

    def _distances(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        if isinstance(self.distance, LPIPS):
            n = tf.shape(a)[0]
            if not a.shape[0]:
                # A replica may have no images, which TensorFlow's convolutions on a CPU refuse: then one is added.
                extra = tf.zeros([tf.cast(n == 0, tf.int32), *a.shape[1:]], a.dtype)
                a, b = (tf.concat([x, tf.cast(extra, x.dtype)], axis=0) for x in (a, b))
            return tf.cast(self.distance.distance(a, b)[:n], tf.float64)
        if tf.executing_eagerly():
            return tf.constant(self._compared(a.numpy(), b.numpy()))
        return tf.ensure_shape(tf.numpy_function(self._compared, [a, b], tf.float64), (None,))

    def _compared(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        with self._lock:
            distances = np.asarray(self.distance(a, b), np.float64)
        if distances.shape != (len(a),):
            raise ZooError(f"{self.name} must give {len(a)} distances for {len(a)} pairs; found {distances.shape}")
        return distances


def _unit(images) -> tf.Tensor:
    images = tf.convert_to_tensor(images)
    return tf.cast(images, tf.float32) / 127.5 - 1 if images.dtype == tf.uint8 else images
