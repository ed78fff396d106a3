"""Pickles as NVIDIA's StyleGAN packages write them, made opcode by opcode, without those packages."""

import pickle
import struct
from collections.abc import Mapping

import numpy as np


class Raw(bytes):
    """Opcodes that leave one object on the stack."""


def whole(value) -> bytes:
    """A pickle of plain values, arrays and `Raw`."""
    return b"\x80\x03" + opcodes(value) + b"."


def opcodes(value) -> bytes:
    """Opcodes that leave `value` on the stack."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, Mapping):
        return b"}(" + b"".join(opcodes(part) for pair in value.items() for part in pair) + b"u"
    if isinstance(value, list | tuple):
        inside = b"(" + b"".join(map(opcodes, value))
        return inside + b"t" if isinstance(value, tuple) else b"]" + inside + b"e"
    if isinstance(value, np.ndarray | np.generic):
        return numpy_array(value)
    return pickle.dumps(value, 3)[2:-1]


def called(name: str, *arguments) -> Raw:
    """A call of a function, by its dotted name."""
    module, _, function = name.rpartition(".")
    return Raw(f"c{module}\n{function}\n".encode() + opcodes(tuple(arguments)) + b"R")


def made(name: str, state=None, items: Mapping | None = None) -> Raw:
    """An object of a class, with its state, and items if it is a dict."""
    module, _, kind = name.rpartition(".")
    found = f"c{module}\n{kind}\n".encode() + b")\x81"
    if items is not None:
        found += b"(" + opcodes(items)[2:]
    return Raw(found if state is None else found + opcodes(state) + b"b")


def numpy_array(array) -> Raw:
    """An array, or a scalar, as NumPy < 2 writes it."""
    array = np.asarray(array, order="C")
    kind = Raw(called("numpy.dtype", array.dtype.str[1:], 0, 1) + opcodes((3, "<", None, None, None, -1, -1, 0)) + b"b")
    if not array.ndim:
        return called("numpy.core.multiarray.scalar", kind, array.tobytes())
    empty = called("numpy.core.multiarray._reconstruct", Raw(b"cnumpy\nndarray\n"), (0,), b"b")
    return Raw(empty + opcodes((1, array.shape, kind, False, array.tobytes())) + b"b")


def tensor(array) -> Raw:
    """A PyTorch tensor whose storage is a file in the pickle."""
    array = np.ascontiguousarray(array, "<f4").reshape(np.shape(array))
    strides = tuple(step // 4 for step in array.strides)
    storage = called("torch.storage._load_from_bytes", storage_file(array.tobytes(), array.size))
    return called(
        "torch._utils._rebuild_tensor_v2", storage, 0, array.shape, strides, False, called("collections.OrderedDict")
    )


def storage_file(data: bytes, count: int) -> bytes:
    """What `torch.save` of PyTorch < 1.6 writes of a storage of float32 numbers."""
    head = (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}})
    reference = ("storage", Raw(b"ctorch\nFloatStorage\n"), "7", "cpu", count, None)
    body = b"\x80\x02" + opcodes(reference) + b"Q."
    return b"".join(
        [*(pickle.dumps(part, 2) for part in head), body, pickle.dumps(["7"], 2), struct.pack("<q", count), data]
    )


def module(tensors: Mapping[str, np.ndarray], **attributes) -> Raw:
    """A persistent PyTorch module with the modules in it, of tensors by their dotted names."""
    return _module(_tree(tensors), attributes)


def _module(tree, attributes):
    own = {name: tensor(value) for name, value in tree.items() if not isinstance(value, dict)}
    if "weight" in own:
        own["weight"] = called(
            "torch._utils._rebuild_parameter", own["weight"], True, called("collections.OrderedDict")
        )
    modules = {name: child for name, child in tree.items() if isinstance(child, dict)}
    inside = lambda name: {
        key.removeprefix(f"{name}."): v for key, v in attributes.items() if key.startswith(f"{name}.")
    }
    state = {
        "training": False,
        "_parameters": made("dnnlib.util.EasyDict", items={n: v for n, v in own.items() if n == "weight"}),
        "_buffers": {n: v for n, v in own.items() if n != "weight"} | {"unused": None},
        "_modules": {name: _module(child, inside(name)) for name, child in modules.items()},
        **{key: value for key, value in attributes.items() if "." not in key},
    }
    meta = {"type": "class", "version": 6, "module_src": "raise SystemExit", "class_name": "Layer", "state": state}
    return called("torch_utils.persistence._reconstruct_persistent_obj", meta)


def _tree(tensors):
    found = {}
    for name, value in tensors.items():
        *path, last = name.split(".")
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return found


def network(tensors: Mapping[str, np.ndarray], version: int, components=(), **static_kwargs) -> Raw:
    """A TensorFlow network, of variables by their names; those that begin with a component's go there."""
    belongs = lambda name: next((part for part in components if name.startswith(f"{part}/")), None)
    inner = {
        part: {n.removeprefix(f"{part}/"): a for n, a in tensors.items() if belongs(n) == part} for part in components
    }
    state = {
        "version": version,
        "name": "network",
        "static_kwargs": static_kwargs,
        "components": {part: network(own, version) for part, own in inner.items()},
        "build_module_src": "raise SystemExit",
        "build_func_name": "build",
        "variables": [(name, array) for name, array in tensors.items() if not belongs(name)],
    }
    return made("dnnlib.tflib.network.Network", state)


def networks(tensors: Mapping[str, np.ndarray], version: int, **static_kwargs) -> bytes:
    """A pickle of (G, D, Gs), of variables named as "Gs/mapping/Dense0/weight"."""
    of = lambda part: {n.removeprefix(f"{part}/"): a for n, a in tensors.items() if n.startswith(f"{part}/")}
    parts = [
        network(of(part), version, () if part == "D" else ("mapping", "synthesis"), **static_kwargs)
        for part in ("G", "D", "Gs")
    ]
    return whole(tuple(map(Raw, parts)))
