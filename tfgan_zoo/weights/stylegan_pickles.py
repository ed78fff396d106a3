"""NVIDIA's StyleGAN pickles, of PyTorch and of TensorFlow 1, read without either and without running anything.

Both hold whole objects and the source text of their networks, which the original loaders run. Here the text is
dropped and every object becomes an `_Object`: a box for its state. Of Python's own library and of NumPy only the names
in a table are known, as stand-ins; others are refused. Source: `torch_utils/persistence.py` of
NVlabs/stylegan2-ada-pytorch, `dnnlib/tflib/network.py` of NVlabs/stylegan2 and NVlabs/stylegan.
"""

import io
import math
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.torch_files import Inert, Storage, Tensor, Unpickler, arrays_of, read_legacy, reading, unpickle

_DEPTH, _COUNT = 32, 100_000  # of nested modules, and of all
_NUMBERS = re.compile(r"[<>|=]?(f[248]|[iu][1248]|b1)")
_PLAIN = (bool, int, float, str, type(None))


class Networks(NamedTuple):
    """What a pickle tells of its networks.

    Attributes:
        tensors: name -> read-only array, "G_ema.synthesis.b4.const" (PyTorch) or "Gs/synthesis/4x4/Const/const".
        arguments: network -> the arguments that it was made with.
        attributes: name -> numbers, strings and None that networks and their parts keep: "D.b4.mbstd.group_size",
            "Gs/version".
    """

    tensors: dict[str, np.ndarray]
    arguments: dict[str, dict[str, Any]]
    attributes: dict[str, Any]


def read_pytorch(path: str | Path) -> Networks:
    """Return the networks of a `.pkl` of NVlabs/stylegan2-ada-pytorch: parameters and buffers of G, D and G_ema.

    Arrays have PyTorch's shapes and axis order.

    Raises:
        ZooError: the file is missing, cut short, damaged or another one, or names a function that is of no use here.
    """
    with reading(path := Path(path), "a pickle of stylegan2-ada-pytorch"):
        unpickler = unpickle(io.BytesIO(path.read_bytes()), _Unpickler)
        root = unpickler.root
        if not isinstance(root, dict) or not isinstance(root.get("G_ema"), _Object):
            raise ZooError("expected a pickle of a dict with a network G_ema, as stylegan2-ada-pytorch writes it")
        tensors, attributes, arguments = {}, {}, {}
        for network, module in root.items():
            if isinstance(module, _Object) and network in ("G", "D", "G_ema", "augment_pipe"):
                for name, value in _parts(module, network):
                    (tensors if isinstance(value, Tensor) else attributes)[name] = value
                arguments[network] = _plain(module.state.get("_init_kwargs"))
        return Networks(arrays_of(tensors, lambda storage: unpickler.buffers[storage.key]), arguments, attributes)


def read_tensorflow(path: str | Path) -> Networks:
    """Return the networks of a `.pkl` of NVlabs/stylegan2 or NVlabs/stylegan: variables of G, D and Gs.

    Arrays have TensorFlow's shapes and axis order. The attribute "Gs/version" is 4 for stylegan2, less for stylegan.

    Raises:
        ZooError: the file is missing, cut short, damaged or another one, or names a function that is of no use here.
    """
    with reading(path := Path(path), "a pickle of stylegan or stylegan2"):
        root = unpickle(io.BytesIO(path.read_bytes()), _Unpickler).root
        if not isinstance(root, tuple | list) or len(root) != 3 or not all(isinstance(n, _Object) for n in root):
            raise ZooError("expected a pickle of three networks (G, D, Gs), as stylegan and stylegan2 write it")
        found = Networks({}, {}, {})
        for network, box in zip(("G", "D", "Gs"), root):
            _add_variables(found, box, network)
        if not found.tensors:
            raise ZooError("the networks in the file have no variables")
        return found


class _Object(dict):
    """An object of the file: does nothing, has the state that it was saved with. A dict, as some of them are."""

    __hash__, __eq__ = object.__hash__, object.__eq__

    def __new__(cls, *arguments, **named):
        made = super().__new__(cls)
        made.state = {}
        return made

    def __init__(self, *arguments):
        super().__init__()

    def __setstate__(*arguments) -> None:
        # A hostile pickle can call it with the state alone, on the class.
        if len(arguments) == 2 and isinstance(arguments[1], dict):
            arguments[0].state = arguments[1]

    def extend(*arguments) -> None:
        pass

    append = add = update = extend


class _Kind:
    """A NumPy dtype: nothing but its name, and a byte order that comes as its state."""

    def __init__(self, name: str, *_):
        if not isinstance(name, str) or not _NUMBERS.fullmatch(name):
            raise ZooError(f"the file has an array of type {str(name)[:20]!r}; only numbers are read")
        self.name = name.lstrip("<>|=")

    def __setstate__(self, state) -> None:
        if state[1] == ">":
            raise ZooError("the file has big-endian arrays; save it again on a little-endian machine")

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(f"<{self.name}")


class _Array:
    """A NumPy array; what it is comes as its state (version, shape, type, columns first, bytes)."""

    value = None

    def __init__(self, *_):
        pass

    def __setstate__(self, state) -> None:
        _, shape, kind, columns_first, data = state
        self.value = _array(data, kind, shape, "F" if columns_first else "C")


def _array(data, kind, shape, order="C") -> np.ndarray:
    """Return the array of these bytes, after checking that they are as many as the shape says."""
    data = data.encode("latin1") if isinstance(data, str) else data
    counts = isinstance(shape, tuple) and len(shape) <= 32 and all(type(n) is int and 0 <= n < 2**62 for n in shape)
    if not isinstance(kind, _Kind) or not counts or not isinstance(data, bytes | bytearray):
        raise ZooError("an array in the file has an impossible type, shape or content; the file is damaged")
    if math.prod(shape) * kind.dtype.itemsize != len(data):
        raise ZooError(f"an array of shape {shape} in the file has {len(data)} bytes; the file is damaged")
    return np.frombuffer(bytes(data), kind.dtype).reshape(shape, order="F" if order == "F" else "C")


def _scalar(kind, data=b"") -> float | int | bool:
    return _array(data, kind, ()).item()


def _reconstructed(meta) -> _Object:
    """What stands for `torch_utils.persistence._reconstruct_persistent_obj`, which runs `meta["module_src"]`."""
    found = _Object()
    found.__setstate__(meta.get("state") if isinstance(meta, dict) else None)
    return found


def _encoded(text, encoding="latin1") -> bytes:
    """What stands for `_codecs.encode`, by which early pickle protocols write bytes."""
    if encoding != "latin1":
        raise ZooError(f"the file encodes bytes as {str(encoding)[:20]!r}, which no pickle does")
    return text.encode("latin1")


class _Unpickler(Unpickler):
    """Knows tensors, NumPy arrays and `_Object`; `buffers` are the storages, by a key of ours."""

    encoding = "latin1"  # arrays written by Python 2 are byte strings

    def __init__(self, stream: io.BytesIO):
        super().__init__(stream)
        self.buffers: dict[str, Any] = {}
        self.known["torch_utils.persistence", "_reconstruct_persistent_obj"] = Inert("persistence", _reconstructed)
        self.known["torch.storage", "_load_from_bytes"] = Inert("torch.storage._load_from_bytes", self._storage)
        self.known["_codecs", "encode"] = Inert("_codecs.encode", _encoded)
        for module in ("copyreg", "copy_reg"):
            self.known[module, "_reconstructor"] = Inert("copyreg._reconstructor", _Object)
        for module in ("builtins", "__builtin__"):
            self.known[module, "object"] = Inert("object")
            self.known[module, "set"] = Inert("set", lambda values=(): list(values))
        for core in ("numpy.core", "numpy._core"):
            self.known[f"{core}.multiarray", "_reconstruct"] = Inert("numpy._reconstruct", _Array)
            self.known[f"{core}.multiarray", "scalar"] = Inert("numpy.scalar", _scalar)
            self.known[f"{core}.numeric", "_frombuffer"] = Inert("numpy._frombuffer", _array)
        self.known["numpy", "ndarray"] = Inert("numpy.ndarray")
        self.known["numpy", "dtype"] = Inert("numpy.dtype", _Kind)

    def find_class(self, module: str, name: str):
        """Return the stand-in of a name; a class or function of a package that is not here is a box."""
        if (module, name) in self.known:
            return self.known[module, name]
        if module.partition(".")[0] in {*sys.stdlib_module_names, "__builtin__", "copy_reg", "numpy"}:
            raise ZooError(
                f"the file names {module}.{name}, which no StyleGAN needs; it was not run, nothing was loaded"
            )
        return _Object

    def persistent_load(self, reference):
        raise ZooError("the file points to storages outside of the pickle; networks of StyleGAN do not")

    def _storage(self, content) -> Storage:
        """A storage in a file of its own, of PyTorch's legacy format, within the pickle."""
        if not isinstance(content, bytes):
            raise ZooError("a storage in the file is damaged")
        storage, raw = read_legacy(content)
        if not isinstance(storage, Storage):
            raise ZooError("a storage in the file is something else; the file is damaged")
        key = str(len(self.buffers))
        self.buffers[key] = raw(storage)
        return Storage(key, storage.kind, storage.count)


def _parts(module: _Object, name: str, depth: int = 0, seen: list[int] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield tensors and plain attributes of a PyTorch module and the modules in it, with their dotted names."""
    seen = seen or [0]
    seen[0] += 1
    if depth > _DEPTH or seen[0] > _COUNT:
        raise ZooError("modules are nested too deeply, endlessly or in too great a number for a network")
    for key, value in module.state.items():
        if isinstance(key, str) and isinstance(value, _PLAIN) and not key.startswith("_"):
            yield f"{name}.{key}", value
    for group in ("_parameters", "_buffers"):
        for key, value in _dict(module.state.get(group)).items():
            if isinstance(value, Tensor):
                yield f"{name}.{key}", value
    for key, value in _dict(module.state.get("_modules")).items():
        if isinstance(value, _Object):
            yield from _parts(value, f"{name}.{key}", depth + 1, seen)


def _add_variables(found: Networks, network: _Object, name: str, depth: int = 0) -> None:
    """Add what a TensorFlow network and its components have."""
    if depth > 2:
        raise ZooError("networks are nested too deeply for a StyleGAN")
    found.arguments[name] = _plain(network.state.get("static_kwargs"))
    found.attributes[f"{name}/version"] = network.state.get("version")
    variables = network.state.get("variables")
    for pair in variables if isinstance(variables, list | tuple) else ():
        variable, value = pair
        value = value.value if isinstance(value, _Array) else value
        if isinstance(value, bool | int | float):
            value = np.float32(value)
        if not isinstance(variable, str) or not isinstance(value, np.ndarray | np.generic):
            raise ZooError(f"variable {str(variable)[:60]} of {name} is no array; the file is damaged")
        found.tensors[f"{name}/{variable}"] = np.asarray(value)
    for key, component in _dict(network.state.get("components")).items():
        if isinstance(component, _Object):
            _add_variables(found, component, f"{name}/{key}", depth + 1)


def _dict(value) -> Mapping:
    """A dict of the file, or an empty one."""
    return value if isinstance(value, dict) else {}


def _plain(value, depth: int = 0):
    """What is plain of nested dicts and lists."""
    if isinstance(value, dict) or depth == 0:
        pairs = _dict(value).items() if depth < 8 else ()
        return {key: _plain(child, depth + 1) for key, child in pairs if isinstance(key, str)}
    if isinstance(value, list | tuple):
        return [_plain(child, depth + 1) for child in value[:100]] if depth < 8 else None
    return value if isinstance(value, _PLAIN) else None
