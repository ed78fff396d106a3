"""Any Keras model as a feature extractor, such as one's own classifier or a network of keras.applications."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.metrics.images import to_bytes

BYTES = (0, 255)


class KerasExtractor:
    """Features and class scores of a functional or Sequential Keras model, run in inference mode.

    By default the features are what its last dense layer gets, and the logits what that layer gives before its softmax,
    provided that it is the model's output. Feature maps (n, height, width, d) are averaged over space, other shapes
    flattened. Weights are the model's own: training it further changes what the extractor gives.

    Args:
        model: one input of images (n, height, width, channels).
        name: labels its scores, as in `fid[NAME]`. Default: the model's name.
        features: name or index of the layer whose output is taken as features.
        logits: name or index of the layer whose output is taken as class scores; of a dense or activation layer with
            softmax, what enters the softmax. False for none.
        input_range: lowest and highest value of the images that the model was trained on: (-1, 1), (0, 1) or another
            pair, to which [-1, 1] is mapped linearly; at (0, 255) images are first rounded to bytes. A network of
            keras.applications that scales its inputs itself (EfficientNet, MobileNetV3) takes (0, 255).
        resize_to: side, or (height, width), to which images are resized: bilinear, half-pixel centers, no smoothing
            before shrinking. It becomes part of the scores' label. Default: images must have the model's size.

    Attributes:
        protocol: "resized to HEIGHTxWIDTH", or "" when images are taken as they are.

    Raises:
        ZooError: the model has no symbolic graph or not one input of images; no such layer; no dense layer and no
            `features`; a range that is empty.
    """

    def __init__(
        self,
        model: keras.Model,
        name: str | None = None,
        features: str | int | None = None,
        logits: str | int | bool | None = None,
        input_range: tuple[float, float] = (-1, 1),
        resize_to: int | tuple[int, int] | None = None,
    ):
        inputs = _inputs(model)
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            found = ", ".join(str(tensor.shape) for tensor in inputs)
            raise ZooError(f"model {model.name} must have one input (n, height, width, channels); found {found}")
        low, high = input_range
        if not low < high:
            raise ZooError(f"input_range must be (lowest, highest); found {input_range}")
        self.name = name or model.name
        self.input_range = (low, high)
        self.resize_to = (resize_to, resize_to) if isinstance(resize_to, int) else resize_to
        self.protocol = f"resized to {self.resize_to[0]}x{self.resize_to[1]}" if self.resize_to else ""
        self.input_shape = tuple(inputs[0].shape[1:])
        outputs = {"features": _vectors(_features(model, features))}
        scores = None if logits is False else _logits(model, logits)
        if scores is not None:
            outputs["logits"] = _vectors(scores)
        self.network = keras.Model(inputs[0], outputs, name=f"{model.name}_features")
        self._run = tf.function(lambda images: self.network(images, training=False), autograph=False)

    def prepare(self, images: np.ndarray) -> tf.Tensor:
        """Return images float32 NHWC in [-1, 1] as the model takes them: size, range and channels (1 -> 3 by copying).

        Raises:
            ZooError: images of another number of channels or, without `resize_to`, of another size.
        """
        images = np.asarray(images, np.float32)
        height, width, channels = self.input_shape
        if images.ndim != 4 or (channels not in (None, images.shape[3]) and (images.shape[3], channels) != (1, 3)):
            raise ZooError(f"{self.name} takes images (n, height, width, {channels}); found shape {images.shape}")
        low, high = self.input_range
        if self.input_range == BYTES:
            images = to_bytes(images).astype(np.float32)
        elif self.input_range != (-1, 1):
            images = (images + 1) * np.float32((high - low) / 2) + np.float32(low)
        images = tf.constant(images)
        if self.resize_to:
            images = tf.image.resize(images, self.resize_to)
        elif height not in (None, images.shape[1]) or width not in (None, images.shape[2]):
            raise ZooError(
                f"{self.name} takes images of {height}x{width}, found {images.shape[1]}x{images.shape[2]}; resize "
                f"them, or pass resize_to=({height}, {width})"
            )
        return tf.repeat(images, 3, axis=3) if (images.shape[3], channels) == (1, 3) else images

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return `{"features": (n, d), "logits": (n, k)}`, float32, of images float32 NHWC in [-1, 1].

        "logits" is there only where the model has any.

        Raises:
            ZooError: see `prepare`.
        """
        return {key: np.asarray(value, np.float32) for key, value in self._run(self.prepare(images)).items()}


def _inputs(model: keras.Model) -> list:
    try:
        return list(model.inputs)
    except (AttributeError, ValueError, TypeError):
        raise ZooError(
            f"model {getattr(model, 'name', model)} is no functional or built Sequential Keras model, so its layers' "
            "outputs cannot be taken; give an object with a name that maps images to features instead"
        ) from None


def _layer(model: keras.Model, which: str | int, what: str) -> keras.Layer:
    names = [layer.name for layer in model.layers]
    if isinstance(which, int):
        if not -len(names) <= which < len(names):
            raise ZooError(f"{what}: model {model.name} has {len(names)} layers, found index {which}")
        return model.layers[which]
    if which not in names:
        raise unknown(f"layer for {what} of model {model.name}", which, names)
    return model.layers[names.index(which)]


def _last_dense(model: keras.Model) -> keras.layers.Dense | None:
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    return dense[-1] if dense else None


def _features(model: keras.Model, which: str | int | None):
    """Return the symbolic tensor of the features."""
    if which is not None:
        return _single(_layer(model, which, "features").output)
    dense = _last_dense(model)
    if dense is None:
        names = ", ".join(layer.name for layer in model.layers[-4:])
        raise ZooError(f"model {model.name} has no dense layer; pass features=, the name of a layer (last: {names})")
    return _single(dense.input)


def _logits(model: keras.Model, which: str | int | None):
    """Return the symbolic tensor of the class scores; None when `which` is None and the model has none."""
    output = _layer(model, which, "logits") if which is not None else _output_layer(model)
    if isinstance(output, keras.layers.Dense):
        activation = output.activation
        if activation is keras.activations.softmax:
            return _before_activation(output)
        # Sigmoids and the like are no distribution over classes; whoever wants them names the layer.
        return output.output if which is not None or activation is keras.activations.linear else None
    softmax = isinstance(output, keras.layers.Softmax) or (
        isinstance(output, keras.layers.Activation) and output.activation is keras.activations.softmax
    )
    if softmax:
        return _single(output.input)
    return None if which is None else _single(output.output)


def _output_layer(model: keras.Model) -> keras.Layer | None:
    """Return the layer that gives the model's only output."""
    if len(model.outputs) != 1:
        return None
    return next((layer for layer in reversed(model.layers) if _gives(layer, model.outputs[0])), None)


def _gives(layer: keras.Layer, tensor) -> bool:
    try:
        return layer.output is tensor
    except (AttributeError, ValueError):
        return False


def _before_activation(dense: keras.layers.Dense):
    """Return the symbolic output of a dense layer without its activation; the weights stay the layer's."""
    scores = keras.ops.matmul(dense.input, dense.kernel)
    return scores if dense.bias is None else keras.ops.add(scores, dense.bias)


def _single(tensor):
    if isinstance(tensor, dict | list | tuple):
        raise ZooError("a layer with several inputs or outputs cannot be taken; name one with a single tensor")
    return tensor


def _vectors(tensor):
    """Return a symbolic tensor as (n, d)."""
    if len(tensor.shape) == 4:
        return keras.ops.mean(tensor, axis=(1, 2) if keras.config.image_data_format() == "channels_last" else (2, 3))
    return tensor if len(tensor.shape) == 2 else keras.layers.Flatten(data_format="channels_last")(tensor)
