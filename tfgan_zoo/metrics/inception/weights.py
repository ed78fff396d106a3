"""The network's weights from the files in which they are published. Nothing in a file is executed."""

import hashlib
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2, trackable_object_graph_pb2

from tfgan_zoo import downloads
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.inception.layout import convolutions
from tfgan_zoo.weights.torch_files import read_tensors

NAME = "inception-2015-12-05"
"""The name of the published network."""
PUBLISHED = {
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2": "SHA-256 of pytorch-fid's .pth",
    "e6bb154e85f5d4331c22abcddb5dcf31": "MD5 of the frozen graph of 2015, or of its archive",
}
"""Hashes of the files whose scores bear the published network's name."""
GRAPH_FILE = "classify_image_graph_def.pb"
"""The graph inside the archive of 2015."""
WHERE = (
    "give the path, or the URL and SHA-256, of pt_inception-2015-12-05-6726825d.pth (of pytorch-fid; torch-fidelity's "
    f"weights-inception-2015-12-05-6726825d.pth is the same), of inception-2015-12-05.tgz or the {GRAPH_FILE} in it, "
    "or of TF-GAN's SavedModel folder"
)
_PARTS = {  # ours: (in PyTorch's files, in the graph)
    "kernel": ("conv.weight", "conv2d_params"),
    "gamma": ("bn.weight", "batchnorm/gamma"),
    "beta": ("bn.bias", "batchnorm/beta"),
    "mean": ("bn.running_mean", "batchnorm/moving_mean"),
    "variance": ("bn.running_var", "batchnorm/moving_variance"),
}


class Weights(NamedTuple):
    """What was read."""

    tensors: dict[str, np.ndarray]
    """float32 by the names of `network.shapes`."""
    name: str
    """`NAME` if the file is a published one, else "inception-" and eight digits of a hash of the numbers."""


class _Entry(NamedTuple):
    """A tensor in a file that was not unpacked yet: what it claims to be can be checked first."""

    shape: tuple[int, ...]
    load: Callable[[], np.ndarray]


def read(source, shapes: Mapping[str, tuple[int, ...]], sha256: str | None = None) -> Weights:
    """Return the weights in `source`, checked against the shapes that the network needs.

    Args:
        source: path or URL of a `.pth` (PyTorch's names), `.pb` or `.tgz`; the folder of a SavedModel; or a mapping
            from PyTorch's names to arrays.
        shapes: of `network.shapes`.
        sha256: of the file; a URL needs it, a file is checked against it.

    Raises:
        ZooError: no such file, another kind of file, another SHA-256, or a tensor that is missing, has another shape or
            holds NaN.
    """
    if isinstance(source, Mapping):
        entries, what, published = _of_state(source), "the mapping of tensors", False
    else:
        path = Path(source) if os.path.isdir(source) else downloads.local(source, sha256)
        entries, what, published = _of_path(path), path.name, path.is_file() and _is_published(path)
    tensors = {}
    for name, shape in shapes.items():
        if name not in entries:
            raise ZooError(f"{what} is not the Inception network of FID: {name} is missing; {WHERE}")
        entry = entries[name]
        if entry.shape != shape:
            raise ZooError(
                f"{what} is not the Inception network of FID: {name} has shape {entry.shape}, expected {shape}; {WHERE}"
            )
        tensors[name] = np.ascontiguousarray(entry.load(), np.float32)
        if not np.isfinite(tensors[name]).all():
            raise ZooError(f"{what} is damaged: {name} holds NaN or infinity")
    return Weights(tensors, NAME if published else f"inception-{_digest(tensors)[:8]}")


def read_graph(path: str | os.PathLike) -> tf.compat.v1.GraphDef:
    """Return the frozen graph in a `.pb` or `.tgz` file. Parsing runs nothing of it.

    Raises:
        ZooError: the file holds no graph.
    """
    path, graph = Path(path), tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(_content(path))
    except (OSError, EOFError, tarfile.TarError, DecodeError) as error:
        raise ZooError(f"{path.name} holds no TensorFlow graph ({error}); {WHERE}") from error
    return graph


def _content(path: Path) -> bytes:
    """Return the bytes of a file; of an archive those of the graph in it."""
    if not tarfile.is_tarfile(path):
        return path.read_bytes()
    with tarfile.open(path) as archive:
        members = [m for m in archive if m.isfile() and Path(m.name).name == GRAPH_FILE]
        if not members:
            raise ZooError(f"{path.name} is an archive without {GRAPH_FILE}; {WHERE}")
        return archive.extractfile(members[0]).read()


def _of_path(path: Path) -> dict[str, _Entry]:
    if path.is_dir():
        return _of_saved_model(path)
    if path.suffix in (".pth", ".pt"):
        return _of_state(read_tensors(path))
    return _of_graph(_constants(read_graph(path).node))


def _of_state(state: Mapping[str, np.ndarray]) -> dict[str, _Entry]:
    """Entries of a PyTorch state: kernels lie as (out, in, height, width), dense weights as (out, in)."""
    state = {name: np.asarray(value) for name, value in state.items()}
    theirs = {"fc.weight": "fc.weight", "fc.bias": "fc.bias"} | {
        f"{convolution.name}.{part}": f"{convolution.name}.{name}"
        for convolution in convolutions()
        for part, (name, _) in _PARTS.items()
    }
    axes = {2: (1, 0), 4: (2, 3, 1, 0)}
    found = {ours: state[name] for ours, name in theirs.items() if name in state}
    found = {ours: value.transpose(axes.get(value.ndim)) for ours, value in found.items()}
    return {ours: _Entry(value.shape, lambda value=value: value) for ours, value in found.items()}


def _of_graph(entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """Entries under our names, of entries under the graph's names with whatever prefix they have in the file."""
    last = "mixed_10/tower_2/conv/conv2d_params"
    prefix = next((name.removesuffix(last) for name in entries if name.endswith(last)), "")
    theirs = {"fc.weight": "softmax/weights", "fc.bias": "softmax/biases"} | {
        f"{convolution.name}.{part}": f"{convolution.node}/{name}"
        for convolution in convolutions()
        for part, (_, name) in _PARTS.items()
    }
    return {ours: entries[prefix + name] for ours, name in theirs.items() if prefix + name in entries}


def _of_saved_model(folder: Path) -> dict[str, _Entry]:
    """Constants of the graph and its functions, and variables."""
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    except (OSError, DecodeError) as error:
        raise ZooError(f"{folder} is not the folder of a SavedModel ({error}); {WHERE}") from error
    entries: dict[str, _Entry] = {}
    for meta in saved.meta_graphs:
        for nodes in (meta.graph_def.node, *(function.node_def for function in meta.graph_def.library.function)):
            entries |= _constants(nodes)
    if (folder / "variables" / "variables.index").exists():
        reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
        names = _variable_names(reader)
        for key, shape in reader.get_variable_to_shape_map().items():
            entries[names.get(key, key)] = _Entry(tuple(shape), lambda key=key: reader.get_tensor(key))
    return _of_graph(entries)


def _variable_names(reader) -> dict[str, str]:
    """The names that variables had when they were saved, by the keys that TensorFlow 2 made of their owners."""
    if not reader.has_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"):
        return {}
    objects = trackable_object_graph_pb2.TrackableObjectGraph()
    objects.ParseFromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))
    return {part.checkpoint_key: part.full_name for node in objects.nodes for part in node.attributes}


def _constants(nodes) -> dict[str, _Entry]:
    tensors = {node.name: node.attr["value"].tensor for node in nodes if node.op == "Const"}
    return {
        name: _Entry(
            tuple(axis.size for axis in tensor.tensor_shape.dim), lambda tensor=tensor: tf.make_ndarray(tensor)
        )
        for name, tensor in tensors.items()
    }


def _is_published(path: Path) -> bool:
    hashes = set()
    for content in (path.read_bytes(), _content(path)):
        hashes |= {hashlib.sha256(content).hexdigest(), hashlib.md5(content, usedforsecurity=False).hexdigest()}
    return not PUBLISHED.keys().isdisjoint(hashes)


def _digest(tensors: Mapping[str, np.ndarray]) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(tensors[name].tobytes())
    return total.hexdigest()
