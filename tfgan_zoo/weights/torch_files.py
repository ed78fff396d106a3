"""State dicts of PyTorch files (`.pth`, `.pt`), read without PyTorch and without running anything that they contain.

A PyTorch file is a pickle of the object, whose tensors point to raw storages. Two containers are read: the zip of
PyTorch >= 1.6 (`NAME/data.pkl`, `NAME/data/KEY`) and the legacy one (five pickles, then the storages one by one).
A pickle may name any function to be called. Here such a name is looked up in a table of inert stand-ins (`stand_ins`)
and in nothing else, sizes are compared with the file before anything is allocated, and arrays are views of what was
read. Source: `torch/serialization.py` and `torch/_utils.py` of PyTorch 2.13.
"""

import contextlib
import io
import math
import pickle
import pickletools
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tfgan_zoo.errors import ZooError

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
# Of what is flattened; a dict that contains itself, or a "bomb" of shared dicts, goes beyond.
_LIMITS = {"depth": 32, "count": 100_000, "name": 500}

#: Storage class of PyTorch -> type of its numbers in the file, all little-endian.
_STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "<c8",
    "ComplexDoubleStorage": "<c16",
}
_DTYPES = (
    "float16 float32 float64 bfloat16 complex64 complex128 bool uint8 int8 int16 int32 int64 "
    "half float double short int long"
).split()


def read_tensors(path: str | Path) -> dict[str, np.ndarray]:
    """Return the tensors of a PyTorch file by name, in the file's order.

    Nested dicts, lists and tuples are flattened with dots: `{"g_ema": {"conv1.weight": t}, "latent_avg": u}` gives
    "g_ema.conv1.weight" and "latent_avg". What is no tensor (numbers, strings, None) is left out.

    Args:
        path: a file that `torch.save` wrote from a state dict or from dicts of them, zip or legacy format, of any
            device.

    Returns:
        Read-only arrays in PyTorch's shapes and axis order (convolution kernels are OIHW, dense ones (out, in)), views
        of the storages that they share in the file. Types are the file's, but bfloat16 becomes float32 (exactly).

    Raises:
        ZooError: the file is missing, cut short, damaged, big-endian or not PyTorch's; it names a class or function
            that a state dict has no need of (whole modules, TorchScript, hostile files); or it holds no tensors.
    """
    path = Path(path)
    with reading(path, "a PyTorch file"), path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
        file.seek(0)
        root, raw = _read_zip(file, path.stat().st_size) if is_zip else read_legacy(path.read_bytes())
        return arrays_of(root, raw)


@contextlib.contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Make every error of reading a file a ZooError that names it; `kind` is what it should be, with its article."""
    try:
        yield
    except OSError as error:
        raise ZooError(f"cannot read {path}: {error.strerror}; check the path") from error
    except ZooError as error:
        raise ZooError(f"{path}: {error}") from error
    except Exception as error:
        # A damaged pickle can make the unpickler raise nearly anything; to the user it is always the same thing.
        raise ZooError(
            f"{path}: cut short, damaged, or not {kind} ({type(error).__name__}: {str(error)[:100]}); get it "
            "again and compare its size"
        ) from error


def take(tensors: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Return the tensor `name`, as float32, after comparing its shape; `what` names the network in errors.

    Raises:
        ZooError: there is no such tensor, or it has another shape.
    """
    if name not in tensors:
        raise ZooError(f"no tensor {name} among the weights given for {what}; they are of another network")
    if tensors[name].shape != tuple(shape):
        raise ZooError(
            f"tensor {name} of {what} must have shape {tuple(shape)}; found {tensors[name].shape}: another network"
        )
    return np.asarray(tensors[name], np.float32)


class Inert:
    """Stands for a global of the file: does nothing, or only what it was made with."""

    __slots__ = ("action", "name")

    def __init__(self, name: str, action: Callable | None = None):
        self.name, self.action = name, action

    def __call__(self, *arguments):
        """Return what the stand-in makes of the arguments, if it is of a function."""
        if self.action is None:
            raise ZooError(f"the file calls {self.name}, which is no function of state dicts")
        return self.action(*arguments)

    def __setstate__(self, state) -> None:
        """Take nothing: without this method a pickle could set attributes of an object that other files share."""


class _Mapping(dict):
    """An OrderedDict of the file; its attributes (`_metadata` of modules) are dropped."""

    def __setstate__(self, state) -> None:
        pass


class _Dropped:
    """An object of the file that has no part in tensors, such as the options of a training run."""

    def __new__(cls, *arguments):
        return super().__new__(cls)

    def __setstate__(*_) -> None:
        # Takes nothing, called on an object or (by a hostile pickle) on the class.
        pass


@dataclass(eq=False)
class Storage:
    """A run of `count` numbers in the file."""

    key: str
    kind: str  # a value of _STORAGES
    count: int

    @property
    def itemsize(self) -> int:
        """Bytes of a number."""
        return 2 if self.kind == "bfloat16" else np.dtype(self.kind).itemsize

    def __setstate__(self, state) -> None:
        pass


@dataclass(eq=False)
class Tensor:
    """A strided view of a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def __setstate__(self, state) -> None:
        pass  # the state of a Parameter of early PyTorch: gradient flags and hooks


def _first(value, *_):
    return value


def stand_ins() -> dict[tuple[str, str], object]:
    """Return all that a file may name, (module, name) -> our stand-in. Nothing of PyTorch or Python itself is here."""
    known = {
        ("collections", "OrderedDict"): Inert("collections.OrderedDict", _Mapping),
        ("torch._utils", "_rebuild_tensor"): Inert("torch._utils._rebuild_tensor", Tensor),
        ("torch._utils", "_rebuild_tensor_v2"): Inert("torch._utils._rebuild_tensor_v2", lambda *a: Tensor(*a[:4])),
        ("torch._utils", "_rebuild_parameter"): Inert("torch._utils._rebuild_parameter", _first),
        ("torch.nn.parameter", "Parameter"): Inert("torch.nn.parameter.Parameter", _first),
        ("torch", "Size"): Inert("torch.Size", lambda sizes=(): tuple(sizes)),
        ("torch", "device"): Inert("torch.device", lambda *_: None),
        ("argparse", "Namespace"): _Dropped,  # rosinality's checkpoints keep the options of their training
    }
    for name in _STORAGES:
        known["torch", name] = known["torch.cuda", name] = Inert(name)
    for name in _DTYPES:
        known["torch", name] = Inert(f"torch.{name}")
    return known


class Unpickler(pickle.Unpickler):
    """Resolves names in `stand_ins` alone; `storages` are those that tensors pointed to, by key."""

    encoding = "utf-8"  # names written by Python 2 are byte strings

    def __init__(self, stream: io.BytesIO):
        super().__init__(stream, encoding=self.encoding)
        self.known = stand_ins()
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str):
        """Return the stand-in of a name."""
        try:
            return self.known[module, name]
        except KeyError:
            raise ZooError(
                f"the file names {module}.{name}, which no state dict needs; it was not run and nothing was loaded. If "
                "you trust the file, save model.state_dict() in PyTorch and give that file"
            ) from None

    def persistent_load(self, reference) -> Storage:
        """Return the storage that a reference ("storage", class, key, device, count, view) means."""
        word, kind, key, _device, count, *view = reference
        if word != "storage" or not isinstance(kind, Inert) or kind.name not in _STORAGES or not isinstance(key, str):
            raise ZooError("a tensor's reference to its storage is damaged")
        if any(part is not None for part in view):
            raise ZooError("views of storages, of PyTorch before 0.4, are not read; save the file again in PyTorch")
        if not _is_count(count):
            raise ZooError(f"storage {key[:40]!r} has an impossible size; the file is damaged")
        storage = Storage(key, _STORAGES[kind.name], count)
        self.storages[key] = storage
        return storage


def unpickle(stream: io.BytesIO, kind: type[Unpickler] | None = None) -> Unpickler:
    """Return the unpickler, of a class, after reading one pickle at the stream's position; `.root` is its object."""
    _check_memo(stream)
    unpickler = (kind or Unpickler)(stream)
    unpickler.root = unpickler.load()
    return unpickler


def _check_memo(stream: io.BytesIO) -> None:
    """Read the opcodes once without running them: whole, and no memo index that makes C allocate a huge table."""
    start = stream.tell()
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if "PUT" in opcode.name and argument > count:
            raise ZooError("the pickle in the file is damaged (memo index out of order)")
    stream.seek(start)


def _read_zip(file: BinaryIO, size: int):
    """Return the object of a zip file of `size` bytes, and a function that gives a storage's bytes while it is open."""
    archive = zipfile.ZipFile(file)
    records = {entry.filename: entry for entry in archive.infolist()}
    pickles = [name for name in records if name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise ZooError("a zip file, but not one that PyTorch wrote (it has no data.pkl)")
    prefix = pickles[0].removesuffix("data.pkl")

    def raw(name: str) -> bytes:
        if name not in records:
            raise ZooError(f"record {name[:60]} is missing; the file is damaged")
        entry = records[name]
        # PyTorch never compresses; so no record can be larger than the file, and a compressed one is a trap.
        if entry.compress_type != zipfile.ZIP_STORED or not entry.file_size == entry.compress_size <= size:
            raise ZooError(f"record {name[:60]} is compressed or larger than the file; PyTorch writes no such files")
        return archive.read(entry)

    if prefix + "byteorder" in records and raw(prefix + "byteorder") != b"little":
        raise ZooError("a big-endian file; save it again on a little-endian machine")
    unpickler = unpickle(io.BytesIO(raw(pickles[0])))
    return unpickler.root, lambda storage: raw(f"{prefix}data/{storage.key}")


def read_legacy(content: bytes):
    """Return the object of a legacy file and a function that gives a storage's bytes."""
    stream = io.BytesIO(content)
    try:
        magic = unpickle(stream).root
    except Exception:
        magic = None
    if magic != _LEGACY_MAGIC:
        raise ZooError("not a PyTorch file (neither a zip file nor PyTorch's magic number); expected a .pth or .pt")
    protocol, system = unpickle(stream).root, unpickle(stream).root
    if protocol != _LEGACY_PROTOCOL:
        raise ZooError(f"unknown protocol {str(protocol)[:40]} of the legacy format; expected {_LEGACY_PROTOCOL}")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ZooError("a big-endian file; save it again on a little-endian machine")
    unpickler = unpickle(stream)
    keys, buffers = unpickle(stream).root, {}
    position = stream.tell()
    for key in keys:
        if key not in unpickler.storages:
            raise ZooError("the list of storages names one that no tensor uses; the file is damaged")
        count = int.from_bytes(content[position : position + 8], "little", signed=True)
        size = count * unpickler.storages[key].itemsize
        if not 0 <= size <= len(content) - position - 8:
            raise ZooError(f"storage {key[:40]!r} of {count} numbers goes beyond the end; the file is cut short")
        buffers[key] = memoryview(content)[position + 8 : position + 8 + size]
        position += 8 + size

    def raw(storage: Storage) -> memoryview:
        if storage.key not in buffers:
            raise ZooError(f"storage {storage.key[:40]!r} is missing; the file is damaged")
        return buffers[storage.key]

    return unpickler.root, raw


def arrays_of(root, raw: Callable) -> dict[str, np.ndarray]:
    """Return the arrays of all tensors in the object, each storage decoded once."""
    decoded, arrays = {}, {}
    for name, tensor in _leaves(root):
        storage = tensor.storage
        if not isinstance(storage, Storage):
            raise ZooError(f"tensor {name} has no storage; the file is damaged")
        if (storage.key, storage.kind) not in decoded:
            decoded[storage.key, storage.kind] = _decode(storage, raw(storage))
        if name in arrays:
            raise ZooError(f"two tensors have the name {name}; save the state dict that is meant alone")
        arrays[name] = _view(name, tensor, decoded[storage.key, storage.kind])
    if not arrays:
        raise ZooError("the file holds no named tensors; expected a state dict, or dicts of them")
    return arrays


def _leaves(value, name: str = "", depth: int = 0, seen: list[int] | None = None) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of nested dicts, lists and tuples with their dotted names; `seen` counts dicts and tensors."""
    seen = seen or [0]
    seen[0] += 1
    if depth > _LIMITS["depth"] or seen[0] > _LIMITS["count"] or len(name) > _LIMITS["name"]:
        raise ZooError("dicts are nested too deeply, endlessly or in too great a number for a checkpoint")
    if isinstance(value, Tensor) and name:
        yield name, value
    elif isinstance(value, dict | list | tuple):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(child, Tensor | dict | list | tuple) and isinstance(key, str | int):
                yield from _leaves(child, f"{name}.{key}" if name else str(key), depth + 1, seen)


def _decode(storage: Storage, buffer) -> np.ndarray:
    """Return the numbers of a storage."""
    if len(buffer) < storage.count * storage.itemsize:
        raise ZooError(
            f"storage {storage.key[:40]!r} should have {storage.count} numbers of {storage.itemsize} bytes, the file "
            f"has {len(buffer)} bytes of it; the file is damaged or cut short"
        )
    buffer = memoryview(buffer)[: storage.count * storage.itemsize]
    if storage.kind == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(buffer, "<u2").astype(np.uint32) << 16).view(np.float32)
    if storage.kind == "bool":
        return np.frombuffer(buffer, np.uint8) != 0
    return np.frombuffer(buffer, storage.kind)


def _view(name: str, tensor: Tensor, numbers: np.ndarray) -> np.ndarray:
    """Return the array of a tensor, after checking that every element lies in its storage."""
    offset, size, stride = tensor.offset, tensor.size, tensor.stride
    if (
        not isinstance(size, tuple)
        or not isinstance(stride, tuple)
        or len(size) != len(stride)
        or len(size) > 32
        or not all(map(_is_count, (offset, *size, *stride)))
    ):
        raise ZooError(f"tensor {name} has an impossible offset, shape or strides; the file is damaged")
    if 0 in size:
        return np.empty(size, numbers.dtype)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride))
    if last >= len(numbers) or math.prod(size) > len(numbers):
        raise ZooError(
            f"tensor {name} of shape {size} does not fit in its storage of {len(numbers)} numbers; the file is damaged "
            "(or holds an expanded tensor: save it with .contiguous())"
        )
    strides = [step * numbers.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(numbers[offset:], size, strides, writeable=False)


def _is_count(value) -> bool:
    return type(value) is int and 0 <= value < 2**62
