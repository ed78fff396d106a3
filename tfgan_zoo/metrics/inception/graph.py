"""`InceptionGraph`: bytes in, features and class scores out."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.images import to_bytes
from tfgan_zoo.metrics.inception import network
from tfgan_zoo.metrics.inception.resize import convention
from tfgan_zoo.metrics.inception.weights import read

_CHUNK = 50  # about 1 GB of maps


class InceptionGraph:
    """The Inception network of 2015-12-05, on which Inception Score, FID and KID are defined.

    >>> inception = InceptionGraph("pt_inception-2015-12-05-6726825d.pth")  # doctest: +SKIP
    >>> inception(images)["2048"].shape  # images: uint8 (n, h, w, 3)  # doctest: +SKIP
    TensorShape([16, 2048])

    Taps, each (n, size), float32: "64", "192" and "768", the means over space after the first and the second pooling
    and after the last 17x17 block; "2048", the features of FID and KID (`pool_3`); "logits_unbiased", the class scores
    without bias, of which the published Inception Score is made; and "logits".

    Args:
        weights: path or URL (with `sha256`) of pytorch-fid's or torch-fidelity's `.pth`, of the frozen graph `.pb` or
            `.tgz`, or the folder of TF-GAN's SavedModel; or a mapping from the `.pth` file's names to arrays.
        resize: how images become 299x299: "tf1" (the graph's own way), "pytorch_fid" or "clean"; see `resize`.
        taps: which to compute. Nothing that they do not need is computed.
        sha256: of the file.

    Attributes:
        name: "inception-2015-12-05" if the weights are a published file; else "inception-" and a hash of the numbers,
            so that no other network's score bears the published name.
        protocol: the name of the resize convention.

    On GPUs TensorFlow computes convolutions in TF32 unless it is told not to
    (`tf.config.experimental.enable_tensor_float_32_execution(False)`); published scores are of float32.

    Raises:
        ZooError: the file is missing, damaged or of another network; an unknown tap or convention.

    Source: Szegedy et al., 2015 (1512.00567); Heusel et al., 2017 (1706.08500).
    """

    def __init__(
        self,
        weights: str | os.PathLike | Mapping[str, np.ndarray],
        resize: str = "tf1",
        taps: Sequence[str] = network.TAPS,
        sha256: str | None = None,
    ):
        self._resize, self.protocol = convention(resize), resize
        whole = network.build()
        self.network = network.up_to(whole, taps)
        tensors, self.name = read(weights, network.shapes(whole), sha256)
        network.set_tensors(whole, tensors)
        self._compute = tf.function(
            self.features, input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32)], autograph=False
        )

    def features(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the taps of float32 images (n, h, w, 3) with values 0 to 255, unchecked; for use inside other graphs.

        Images of 299x299 are not resized by any convention.
        """
        return self.network(self._resize(images), training=False)

    def __call__(self, images) -> dict[str, tf.Tensor]:
        """Return the taps of images uint8 (n, h, w, 3) or (n, h, w, 1), or float32 in [-1, 1], which are quantized.

        One channel is repeated three times.

        Raises:
            ZooError: another shape, kind of number or range.
        """
        images = to_bytes(images)
        if images.shape[-1] not in (1, 3):
            raise ZooError(f"the Inception network takes images of 3 channels, or 1; found shape {images.shape}")
        images = images.astype(np.float32)
        return self._compute(np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images)


class InceptionExtractor:
    """An `InceptionGraph` as evaluation wants it: `{"features", "logits"}` of images float32 in [-1, 1], or uint8.

    Args:
        graph: which must have both taps.
        features: the tap that FID, KID and the others compare.
        logits: the tap of the Inception Score; published scores leave the bias out.
    """

    def __init__(self, graph: InceptionGraph, features: str = "2048", logits: str = "logits_unbiased"):
        missing = {features, logits} - set(graph.network.output)
        if missing:
            raise ZooError(f"this InceptionGraph does not compute {', '.join(sorted(missing))}; name it in taps=")
        self.graph, self.taps = graph, {"features": features, "logits": logits}
        self.name = graph.name if features == "2048" else f"{graph.name}:{features}"
        self.protocol = graph.protocol

    @property
    def class_scores(self) -> str:
        """What the class scores are, for the protocol."""
        return "class scores with the bias" if self.taps["logits"] == "logits" else "class scores without the bias"

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `{"features": (n, d), "logits": (n, 1008)}`, float32; `_CHUNK` images are in memory at 299x299."""
        chunks = [self.graph(images[start : start + _CHUNK]) for start in range(0, max(len(images), 1), _CHUNK)]
        return {key: np.concatenate([chunk[tap] for chunk in chunks]) for key, tap in self.taps.items()}
