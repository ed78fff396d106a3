"""The frozen graph of 2015, run as it is: the original that the Keras network is compared with."""

import os

import numpy as np
import tensorflow as tf

from tfgan_zoo import downloads
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.images import to_bytes
from tfgan_zoo.metrics.inception.weights import read_graph

_OPERATIONS = frozenset(
    "Add AvgPool BatchNormWithGlobalNormalization BiasAdd Cast CheckNumerics Concat ConcatV2 Const Conv2D DecodeJpeg "
    "ExpandDims Identity MatMul MaxPool Mul Placeholder Relu Reshape ResizeBilinear Softmax Sub".split()
)


class FrozenInception:
    """Runs `classify_image_graph_def.pb` by TensorFlow 1's session.

    >>> graph = FrozenInception("inception-2015-12-05.tgz")  # doctest: +SKIP
    >>> graph(images)["2048"].shape  # doctest: +SKIP
    (16, 2048)

    Args:
        path: or URL of the `.pb` or `.tgz` file.
        sha256: of the file; a URL needs it.

    Raises:
        ZooError: the file holds no such graph, or one with operations other than the network's: a graph from elsewhere
            might read or write files.
    """

    def __init__(self, path: str | os.PathLike, sha256: str | None = None):
        graph = read_graph(downloads.local(path, sha256))
        foreign = sorted({node.op for node in graph.node} - _OPERATIONS)
        foreign += [f"the function {function.signature.name}" for function in graph.library.function]
        if foreign:
            raise ZooError(f"{path} holds operations that the Inception network has not: {', '.join(foreign)}")
        self._graph = tf.Graph()
        with self._graph.as_default():
            images = tf.compat.v1.placeholder(tf.float32, (None, None, None, 3))
            try:
                pool, weights, bias = tf.import_graph_def(
                    graph,
                    {"ExpandDims:0": images},
                    ["pool_3:0", "softmax/weights:0", "softmax/biases:0"],
                    name="",
                )
            except ValueError as error:
                raise ZooError(f"{path} is not the Inception graph of 2015: {error}") from error
            # The graph's own logits are reshaped for one image.
            pool = tf.reduce_mean(pool, (1, 2))
            unbiased = tf.matmul(pool, weights)
            self._outputs = {"2048": pool, "logits_unbiased": unbiased, "logits": unbiased + bias}
        self._images = images
        self._session = tf.compat.v1.Session(graph=self._graph)

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return the taps "2048", "logits_unbiased" and "logits" of images as `InceptionGraph` takes them."""
        return self._session.run(self._outputs, {self._images: to_bytes(images).astype(np.float32)})
