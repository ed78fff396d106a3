"""Inception weights made up from a seed, and files that hold them in the published formats."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.metrics.inception import network
from tfgan_zoo.metrics.inception.layout import BLOCKS, STEM, convolutions


def state(seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights under PyTorch's names and in its layouts, float32.

    Drawn in the order of `convolutions()`, for each: conv.weight, bn.weight, bn.bias, bn.running_mean, bn.running_var;
    then fc.weight, fc.bias. Scaled so that activations neither vanish nor explode.
    """
    generator = np.random.default_rng(seed)
    shapes, tensors = network.shapes(network.build()), {}
    for name in (convolution.name for convolution in convolutions()):
        height, width, channels, filters = shapes[f"{name}.kernel"]
        kernel = generator.standard_normal((filters, channels, height, width), np.float32)
        tensors[f"{name}.conv.weight"] = kernel * np.float32(np.sqrt(2 / (height * width * channels)))
        tensors[f"{name}.bn.weight"] = generator.uniform(0.8, 1.2, filters).astype(np.float32)
        tensors[f"{name}.bn.bias"] = generator.normal(0, 0.1, filters).astype(np.float32)
        tensors[f"{name}.bn.running_mean"] = generator.normal(0, 0.1, filters).astype(np.float32)
        tensors[f"{name}.bn.running_var"] = generator.uniform(0.5, 1.5, filters).astype(np.float32)
    tensors["fc.weight"] = generator.normal(0, 0.05, (1008, 2048)).astype(np.float32)
    tensors["fc.bias"] = generator.normal(0, 0.5, 1008).astype(np.float32)
    return tensors


def images(count: int = 2, height: int = 40, width: int = 56, seed: int = 1) -> np.ndarray:
    """Return random bytes (count, height, width, 3), smooth enough that resizing matters less than content."""
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def graph(tensors: dict[str, np.ndarray]) -> tf.compat.v1.GraphDef:
    """Return a frozen graph with the nodes, names and old operations of that of 2015."""
    return _Graph(tensors).definition


class _Graph:
    """Writes nodes one by one: today's functions would not make the operations of 2015."""

    def __init__(self, tensors):
        self.tensors, self.definition = tensors, tf.compat.v1.GraphDef()
        self.definition.versions.producer = 8  # the batch normalization of 2015 is refused from version 9 on
        self.nodes = {c.name: c.node for c in convolutions()}
        self.constant("DecodeJpeg/contents", np.array(b""))
        self.node("DecodeJpeg", "DecodeJpeg", ["DecodeJpeg/contents"], channels=3)
        self.node("Cast", "Cast", ["DecodeJpeg"], SrcT=tf.uint8, DstT=tf.float32)
        self.constant("ExpandDims/dim", np.int32(0))
        x = self.node("ExpandDims", "ExpandDims", ["Cast", "ExpandDims/dim"], T=tf.float32)
        self.constant("ResizeBilinear/size", np.int32([299, 299]))
        x = self.node("ResizeBilinear", "ResizeBilinear", [x, "ResizeBilinear/size"], T=tf.float32)
        self.constant("Sub/y", np.float32(128))
        x = self.node("Sub", "Sub", [x, "Sub/y"], T=tf.float32)
        self.constant("Mul/y", np.float32(0.0078125))
        x = self.node("Mul", "Mul", [x, "Mul/y"], T=tf.float32)
        x = self.convolve(x, "Conv2d_1a_3x3", 2, "VALID")
        x = self.convolve(x, "Conv2d_2a_3x3", 1, "VALID")
        x = self.convolve(x, "Conv2d_2b_3x3")
        x = self.pool(x, "MaxPool", "pool")
        x = self.convolve(x, "Conv2d_3b_1x1", 1, "VALID")
        x = self.convolve(x, "Conv2d_4a_3x3", 1, "VALID")
        x = self.pool(x, "MaxPool", "pool_1")
        assert len(STEM) == 5
        for block in BLOCKS:
            x = self.block(block, x)
        x = self.pool(x, "AvgPool", "pool_3", 8, 1)
        self.constant("pool_3/_reshape/shape", np.int32([1, 2048]))
        flat = self.node("pool_3/_reshape", "Reshape", [x, "pool_3/_reshape/shape"], T=tf.float32)
        self.constant("softmax/weights", tensors["fc.weight"].T)
        self.constant("softmax/biases", tensors["fc.bias"])
        x = self.node("softmax/logits/MatMul", "MatMul", [flat, "softmax/weights"], T=tf.float32)
        x = self.node("softmax/logits", "BiasAdd", [x, "softmax/biases"], T=tf.float32)
        self.node("softmax", "Softmax", [x], T=tf.float32)

    def node(self, name, operation, inputs=(), **attributes):
        node = self.definition.node.add(name=name, op=operation, input=inputs)
        for key, value in attributes.items():
            if isinstance(value, tf.DType):
                node.attr[key].type = value.as_datatype_enum
            elif isinstance(value, str):
                node.attr[key].s = value.encode()
            elif isinstance(value, list):
                node.attr[key].list.i.extend(value)
            elif isinstance(value, float):
                node.attr[key].f = value
            elif isinstance(value, bool):
                node.attr[key].b = value
            else:
                node.attr[key].i = value
        return name

    def constant(self, name, value):
        node = self.definition.node.add(name=name, op="Const")
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
        node.attr["dtype"].type = node.attr["value"].tensor.dtype
        return name

    def convolve(self, x, layer, stride=1, padding="SAME"):
        name, part = self.nodes[layer], lambda key: self.tensors[f"{layer}.{key}"]
        self.constant(f"{name}/conv2d_params", part("conv.weight").transpose(2, 3, 1, 0))
        x = self.node(
            f"{name}/Conv2D",
            "Conv2D",
            [x, f"{name}/conv2d_params"],
            T=tf.float32,
            strides=[1, stride, stride, 1],
            padding=padding,
        )
        parts = {"moving_mean": "running_mean", "moving_variance": "running_var", "beta": "bias", "gamma": "weight"}
        names = [self.constant(f"{name}/batchnorm/{key}", part(f"bn.{value}")) for key, value in parts.items()]
        x = self.node(
            f"{name}/batchnorm",
            "BatchNormWithGlobalNormalization",
            [x, *names],
            T=tf.float32,
            variance_epsilon=0.001,
            scale_after_normalization=True,
        )
        x = self.node(f"{name}/CheckNumerics", "CheckNumerics", [x], T=tf.float32, message="")
        x = self.node(f"{name}/control_dependency", "Identity", [x], T=tf.float32)
        return self.node(name, "Relu", [x], T=tf.float32)

    def pool(self, x, operation, name, size=3, stride=2, padding="VALID"):
        strides, window = [1, stride, stride, 1], [1, size, size, 1]
        return self.node(name, operation, [x], T=tf.float32, ksize=window, strides=strides, padding=padding)

    def block(self, block, x):
        prefix, branches = BLOCKS[block]
        chain = lambda y, *names, **options: [y := self.convolve(y, f"{block}.{n}", **options) for n in names][-1]
        if "branch5x5_1" in branches:
            mean = self.pool(x, "AvgPool", f"{prefix}/tower_2/pool", 3, 1, "SAME")
            parts = [
                chain(x, "branch1x1"),
                chain(x, "branch5x5_1", "branch5x5_2"),
                chain(x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
                chain(mean, "branch_pool"),
            ]
        elif "branch7x7_1" in branches:
            mean = self.pool(x, "AvgPool", f"{prefix}/tower_2/pool", 3, 1, "SAME")
            parts = [
                chain(x, "branch1x1"),
                chain(x, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
                chain(x, *(f"branch7x7dbl_{i}" for i in range(1, 6))),
                chain(mean, "branch_pool"),
            ]
        elif "branch3x3_2a" in branches:
            kind = "MaxPool" if block == "Mixed_7c" else "AvgPool"
            pooled = self.pool(x, kind, f"{prefix}/tower_2/pool", 3, 1, "SAME")
            single, double = chain(x, "branch3x3_1"), chain(x, "branch3x3dbl_1", "branch3x3dbl_2")
            parts = [
                chain(x, "branch1x1"),
                chain(single, "branch3x3_2a"),
                chain(single, "branch3x3_2b"),
                chain(double, "branch3x3dbl_3a"),
                chain(double, "branch3x3dbl_3b"),
                chain(pooled, "branch_pool"),
            ]
        elif "branch7x7x3_1" in branches:
            half = {"stride": 2, "padding": "VALID"}
            parts = [
                chain(chain(x, "branch3x3_1"), "branch3x3_2", **half),
                chain(chain(x, *(f"branch7x7x3_{i}" for i in range(1, 4))), "branch7x7x3_4", **half),
                self.pool(x, "MaxPool", f"{prefix}/pool"),
            ]
        else:
            half = {"stride": 2, "padding": "VALID"}
            parts = [
                chain(x, "branch3x3", **half),
                chain(chain(x, "branch3x3dbl_1", "branch3x3dbl_2"), "branch3x3dbl_3", **half),
                self.pool(x, "MaxPool", f"{prefix}/pool"),
            ]
        self.constant(f"{prefix}/join/concat_dim", np.int32(3))
        return self.node(f"{prefix}/join", "Concat", [f"{prefix}/join/concat_dim", *parts], T=tf.float32, N=len(parts))
