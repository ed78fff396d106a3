"""Files that PyTorch wrote are read to the last bit; hostile and broken ones are refused and run nothing."""

import builtins
import os
import pickle
import resource
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.torch_files import read_tensors, take

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = dict(np.load(FIXTURES / "expected.npz"))
FORMATS = ("zip", "legacy")


def expected(group: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(f"{group}/"): array for name, array in EXPECTED.items() if name.startswith(f"{group}/")}


# Files that PyTorch 2.13 wrote (fixtures/make.py).


@pytest.mark.parametrize("form", FORMATS)
def test_every_type_shape_and_stride_is_read_exactly(form):
    found = read_tensors(FIXTURES / f"flat_{form}.pth")
    wanted = expected("flat")
    assert list(found) == list(wanted)  # in the file's order
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype, name
        np.testing.assert_array_equal(found[name], array, err_msg=name, strict=True)


@pytest.mark.parametrize("form", FORMATS)
def test_nested_dicts_are_flattened_and_other_things_left_out(form):
    found = read_tensors(FIXTURES / f"nested_{form}.pt")
    module, flat = expected("module"), expected("flat")
    assert list(found) == [
        *(f"g_ema.{name}" for name in module),
        "latent_avg",
        "history.0",
        "optimizer.state.0.exp_avg",
    ]
    for name, array in module.items():
        np.testing.assert_array_equal(found[f"g_ema.{name}"], array, strict=True)
    np.testing.assert_array_equal(found["latent_avg"], flat["half"])
    np.testing.assert_array_equal(found["history.0"], flat["row"])
    np.testing.assert_array_equal(found["optimizer.state.0.exp_avg"], flat["long"])


@pytest.mark.parametrize("form", FORMATS)
def test_views_of_one_storage_share_memory_and_cannot_be_written(form):
    found = read_tensors(FIXTURES / f"flat_{form}.pth")
    assert np.shares_memory(found["float"], found["transposed"]) and np.shares_memory(found["float"], found["row"])
    with pytest.raises(ValueError, match="read-only"):
        found["float"][0, 0] = 1


@pytest.mark.parametrize("name", ["flat_zip.pth", "flat_legacy.pth", "nested_zip.pt", "nested_legacy.pt"])
def test_a_file_cut_anywhere_is_an_error(name, tmp_path):
    content = (FIXTURES / name).read_bytes()
    cut = tmp_path / name
    for length in [*range(0, 64), *range(64, len(content), 37), len(content) - 1]:
        cut.write_bytes(content[:length])
        with pytest.raises(ZooError, match=name):
            read_tensors(cut)


def test_a_changed_byte_of_a_zip_storage_is_noticed(tmp_path):
    content = bytearray((FIXTURES / "flat_zip.pth").read_bytes())
    place = content.index(EXPECTED["flat/float"].tobytes())
    content[place] ^= 1
    (tmp_path / "flipped.pth").write_bytes(content)
    with pytest.raises(ZooError, match="flipped.pth: .*CRC"):
        read_tensors(tmp_path / "flipped.pth")


# Files made by hand: a pickle as bytes, opcode by opcode, in either container.


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    return b"I%d\n" % value


def numbers(values) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def called(name: str, *arguments: bytes) -> bytes:
    module, _, function = name.rpartition(".")
    return f"c{module}\n{function}\n(".encode() + b"".join(arguments) + b"tR"


def storage(kind="FloatStorage", key="0", count=4) -> bytes:
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(count) + b"tQ"


def tensor(offset=0, size=(2, 2), stride=(2, 1), rebuild="torch._utils._rebuild_tensor_v2", **of_storage) -> bytes:
    parts = [storage(**of_storage), number(offset), numbers(size), numbers(stride)]
    return called(rebuild, *parts, *([b"\x89", b"N"] if rebuild.endswith("v2") else []))


def state_dict(*pairs: tuple[str, bytes]) -> bytes:
    return b"\x80\x02}(" + b"".join(text(name) + value for name, value in pairs) + b"u."


FOUR = np.arange(4, dtype=np.float32).tobytes()


def zip_file(path, body: bytes, data: bytes = FOUR, byteorder: bytes = b"little", method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("archive/data.pkl", body)
        archive.writestr("archive/byteorder", byteorder)
        archive.writestr("archive/data/0", data)
    return path


def legacy_file(path, body: bytes, data: bytes = FOUR, count: int = 4, little: bool = True):
    head = (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": little, "type_sizes": {}})
    parts = [pickle.dumps(part, 2) for part in head]
    path.write_bytes(b"".join([*parts, body, pickle.dumps(["0"], 2), struct.pack("<q", count), data]))
    return path


MAKERS = pytest.mark.parametrize("make", [zip_file, legacy_file])


@MAKERS
def test_files_made_by_hand_are_read(make, tmp_path):
    found = read_tensors(make(tmp_path / "a.pth", state_dict(("w", tensor()))))
    np.testing.assert_array_equal(found["w"], [[0, 1], [2, 3]])


@MAKERS
def test_forms_of_early_pytorch_are_read(make, tmp_path):
    old = tensor(rebuild="torch._utils._rebuild_tensor")
    parameter = called("torch.nn.parameter.Parameter", old) + b"(\x88\x89N" + b"tb"  # its state: flags and hooks
    found = read_tensors(make(tmp_path / "a.pth", state_dict(("w", parameter))))
    np.testing.assert_array_equal(found["w"], [[0, 1], [2, 3]])


@MAKERS
@pytest.mark.parametrize(
    "name",
    ["os.system", "posix.system", "builtins.eval", "builtins.getattr", "torch.load", "torchvision.models.vgg.VGG"],
)
@pytest.mark.parametrize("where", ["root", "value", "in a list", "as an argument"])
def test_a_hostile_name_is_refused_and_not_run(make, name, where, tmp_path, monkeypatch):
    def trap(*arguments):
        raise AssertionError("the file ran code")

    monkeypatch.setattr(os, "system", trap)
    monkeypatch.setattr(builtins, "eval", trap)
    evil = called(name, text("touch /tmp/owned"))
    body = {
        "root": b"\x80\x02" + evil + b".",
        "value": state_dict(("w", tensor()), ("x", evil)),
        "in a list": state_dict(("w", tensor()), ("x", b"](" + evil + b"e")),
        "as an argument": state_dict(("w", called("torch._utils._rebuild_parameter", evil))),
    }[where]
    with pytest.raises(ZooError, match=name):
        read_tensors(make(tmp_path / "a.pth", body))


class Evil:
    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


@MAKERS
@pytest.mark.parametrize("protocol", range(6))
def test_a_hostile_object_of_any_pickle_protocol_is_refused(make, protocol, tmp_path):
    marker = tmp_path / "owned"
    body = pickle.dumps({"g": {"w": Evil(eval, f"open({str(marker)!r}, 'w')")}}, protocol)
    with pytest.raises(ZooError, match=r"builtin(s|__)\.eval"):
        read_tensors(make(tmp_path / "a.pth", body))
    assert not marker.exists()


@MAKERS
def test_a_call_of_what_is_no_function_is_refused(make, tmp_path):
    with pytest.raises(ZooError, match="FloatStorage"):
        read_tensors(make(tmp_path / "a.pth", state_dict(("w", called("torch.FloatStorage", number(10**12))))))


@MAKERS
@pytest.mark.parametrize("name", ["collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "argparse.Namespace"])
def test_a_file_cannot_change_what_later_files_are_read_with(make, name, tmp_path):
    """BUILD with a state sets attributes of whatever object it is given, also of functions and classes."""
    module, _, function = name.rpartition(".")
    for state in (text("action") + b"N", text("__call__") + b"N", text("__new__") + b"N"):
        change = f"c{module}\n{function}\n".encode() + b"N}(" + state + b"u\x86b"
        make(tmp_path / "bad.pth", state_dict(("w", tensor()), ("x", change)))
        assert list(read_tensors(tmp_path / "bad.pth")) == ["w"]
    found = read_tensors(FIXTURES / "nested_zip.pt")
    np.testing.assert_array_equal(found["g_ema.0.weight"], EXPECTED["module/0.weight"])


@MAKERS
@pytest.mark.parametrize(
    "wrong",
    [
        dict(count=10**15),
        dict(count=-1),
        dict(offset=1),
        dict(offset=-1),
        dict(size=(2, 3)),
        dict(size=(10**9, 10**9), stride=(0, 0)),
        dict(size=(-1, -1)),
        dict(size=(2, 2, 1)),
        dict(stride=(-2, 1)),
        dict(stride=(10**30, 1)),
        dict(size=(2**63, 0)),
        dict(size=(0, 2**61, 2**61), stride=(1, 1, 1)),
        dict(size=(1,) * 40, stride=(1,) * 40),
        dict(kind="DoubleStorage", size=(2, 2)),
        dict(key="7"),
        dict(key="../data.pkl"),
    ],
    ids=str,
)
def test_sizes_that_do_not_fit_the_file_are_refused(make, wrong, tmp_path):
    with pytest.raises(ZooError, match="damaged|cut short"):
        read_tensors(make(tmp_path / "a.pth", state_dict(("w", tensor(**wrong)))))


@pytest.mark.parametrize("count", [5, 10**12, 2**62, -1])
def test_a_legacy_storage_beyond_the_end_is_refused(count, tmp_path):
    with pytest.raises(ZooError, match="beyond the end"):
        read_tensors(legacy_file(tmp_path / "a.pth", state_dict(("w", tensor())), count=count))


@MAKERS
@pytest.mark.parametrize(
    "body",
    [
        b"\x80\x02N" + b"r\xff\xff\xff\x7f" + b".",  # memo index 2**31 - 1: C would make a table of it
        b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",  # a byte array of 2**40
        b"\x80\x04\x8d" + struct.pack("<Q", 2**40) + b"x.",  # a string of 2**40
        b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b"N.",  # a frame of 2**40
        b"\x80\x02\x8b\xff\xff\xff\x7f.",  # an integer of 2 GiB
        b"\x80\x02" + b"(" * 100_000 + b".",
        b"\x80\x02]" + b"\x94" + b"h\x00a.",  # garbage after a list
        b"garbage",
        b"",
    ],
)
def test_pickles_that_ask_for_too_much_are_refused_in_little_memory(make, body, tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ZooError, match="a.pth"):
        read_tensors(make(tmp_path / "a.pth", body))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@MAKERS
def test_a_cycle_and_a_bomb_of_shared_dicts_end(make, tmp_path):
    leaf = b"\x80\x02}q\x00(" + text("w") + tensor() + b"u"
    cycle = leaf + text("a") + b"h\x00s."
    bomb = leaf
    for level in range(30):  # a dict whose two entries are the dict before: 2**30 names
        before = b"h%c" % level
        bomb += b"}(" + text("a") + before + text("b") + before + b"uq%c" % (level + 1)
    for body in (cycle, bomb + b"."):
        with pytest.raises(ZooError, match="nested too deeply"):
            read_tensors(make(tmp_path / "a.pth", body))


def test_big_endian_files_are_refused(tmp_path):
    body = state_dict(("w", tensor()))
    for path in (
        zip_file(tmp_path / "a.pth", body, byteorder=b"big"),
        legacy_file(tmp_path / "b.pth", body, little=False),
    ):
        with pytest.raises(ZooError, match="big-endian"):
            read_tensors(path)


def test_compressed_records_are_refused(tmp_path):
    path = zip_file(tmp_path / "a.pth", state_dict(("w", tensor())), bytes(10**7), method=zipfile.ZIP_DEFLATED)
    with pytest.raises(ZooError, match="compressed"):
        read_tensors(path)


def test_a_zip_record_that_claims_more_than_the_file_is_refused(tmp_path):
    path = zip_file(tmp_path / "a.pth", state_dict(("w", tensor(count=10**6))), bytes(4 * 10**6))
    content = path.read_bytes()
    # In the central directory both sizes of data/0 become 4 GB; the data itself is cut out.
    size = struct.pack("<II", 4 * 10**6, 4 * 10**6)
    where = content.rindex(size)
    path.write_bytes(content[:where] + struct.pack("<II", 4 * 10**9, 4 * 10**9) + content[where + 8 :])
    with pytest.raises(ZooError, match="larger than the file"):
        read_tensors(path)


def test_files_of_other_kinds_are_named(tmp_path):
    (tmp_path / "text.pth").write_text("hello")
    (tmp_path / "empty.pth").write_bytes(b"")
    for name in ("text.pth", "empty.pth"):
        with pytest.raises(ZooError, match=f"{name}: not a PyTorch file"):
            read_tensors(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ZooError, match="no data.pkl"):
        read_tensors(tmp_path / "other.zip")
    with pytest.raises(ZooError, match="cannot read .*none.pth: No such file"):
        read_tensors(tmp_path / "none.pth")
    with pytest.raises(ZooError, match="cannot read .*directory"):
        read_tensors(tmp_path)
    with pytest.raises(ZooError, match="holds no named tensors"):
        read_tensors(zip_file(tmp_path / "a.pth", b"\x80\x02" + tensor() + b"."))
    with pytest.raises(ZooError, match="two tensors have the name a.b"):
        inner = b"}(" + text("b") + tensor() + b"u"
        read_tensors(zip_file(tmp_path / "b.pth", state_dict(("a", inner), ("a.b", tensor()))))


def test_take_names_what_is_missing_or_of_another_shape():
    tensors = {"conv.weight": np.ones((2, 3), np.float16)}
    assert take(tensors, "conv.weight", (2, 3), "the net").dtype == np.float32
    with pytest.raises(ZooError, match="no tensor conv.bias among the weights given for the net"):
        take(tensors, "conv.bias", (2,), "the net")
    with pytest.raises(ZooError, match=r"conv.weight of the net must have shape \(3, 2\); found \(2, 3\)"):
        take(tensors, "conv.weight", (3, 2), "the net")
