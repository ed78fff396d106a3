"""NVIDIA's pickles are read to the last bit; hostile and broken ones are refused and run nothing."""

import builtins
import os
import pickle
import struct

import made_pickles as made
import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.weights.stylegan_pickles import read_pytorch, read_tensorflow

RNG = np.random.default_rng(0)
TENSORS = {
    "synthesis.b4.const": RNG.standard_normal((3, 4, 4)).astype("f"),
    "synthesis.b4.conv1.weight": RNG.standard_normal((3, 3, 3, 3)).astype("f"),
    "synthesis.b4.conv1.noise_strength": np.float32(0.25),
    "mapping.w_avg": RNG.standard_normal(5).astype("f"),
}
ATTRIBUTES = {"z_dim": 5, "synthesis.b4.conv1.activation": "lrelu"}


def pytorch(path, **others):
    """A file of a G_ema, and more beside it."""
    arguments = made.made("dnnlib.util.EasyDict", items={"z_dim": 5, "synthesis_kwargs": {"conv_clamp": 256}})
    network = made.module(TENSORS, **ATTRIBUTES, _init_kwargs=arguments)
    path.write_bytes(made.whole({"G_ema": network, "training_set_kwargs": None, **others}))
    return path


VARIABLES = {
    "Gs/dlatent_avg": RNG.standard_normal(5).astype("f"),
    "Gs/lod": np.float32(1.5),
    "Gs/mapping/Dense0/weight": RNG.standard_normal((5, 4)).astype("f"),
    "Gs/synthesis/noise0": RNG.standard_normal((1, 1, 4, 4)).astype("f"),
    "G/dlatent_avg": np.zeros(5, "f"),
    "D/Output/bias": np.ones(1, "f"),
}


def tensorflow(path, variables=VARIABLES, version=4, **static_kwargs):
    path.write_bytes(made.networks(variables, version, **static_kwargs))
    return path


def test_modules_of_pytorch(tmp_path):
    found = read_pytorch(pytorch(tmp_path / "a.pkl", D=made.module({"b4.out.weight": np.eye(2)}, **{"b4.n": 4})))
    assert set(found.tensors) == {f"G_ema.{name}" for name in TENSORS} | {"D.b4.out.weight"}
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(found.tensors[f"G_ema.{name}"], array, strict=True)
    assert found.arguments["G_ema"] == {"z_dim": 5, "synthesis_kwargs": {"conv_clamp": 256}}
    assert found.attributes["G_ema.synthesis.b4.conv1.activation"] == "lrelu" and found.attributes["D.b4.n"] == 4


def test_networks_of_tensorflow(tmp_path):
    found = read_tensorflow(tensorflow(tmp_path / "a.pkl", mbstd_group_size=2, resample_kernel=[1, 3, 3, 1]))
    assert set(found.tensors) == set(VARIABLES)
    for name, array in VARIABLES.items():
        np.testing.assert_array_equal(found.tensors[name], array, strict=np.ndim(array) > 0)
    assert found.arguments["D"] == {"mbstd_group_size": 2, "resample_kernel": [1, 3, 3, 1]}
    assert found.attributes["Gs/version"] == found.attributes["Gs/mapping/version"] == 4


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("order", "CF")
def test_arrays_that_numpy_wrote_are_read(protocol, order, tmp_path):
    array = np.asarray(RNG.standard_normal((3, 4)), "f", order=order)
    scalar = np.float32(0.5)
    values = [("w", array), ("s", scalar), ("i", np.arange(3)), ("v", np.arange(6.0)[::2])]
    # Networks without a module: their state is put around what pickle itself writes.
    state = pickle.dumps({"version": 4, "variables": values, "static_kwargs": {}, "components": {}}, protocol)
    body = state[2 if protocol >= 2 else 0 : -1]
    if protocol >= 4:  # without frames
        body = body[9:]
    network = b"cdnnlib.tflib.network\nNetwork\n)\x81" + body + b"b"
    content = b"\x80" + bytes([max(protocol, 2)]) + network + b"0" * 0
    empty = made.network({}, 4)
    path = tmp_path / "a.pkl"
    path.write_bytes(content + empty + empty + b"\x87.")
    found = read_tensorflow(path).tensors
    np.testing.assert_array_equal(found["G/w"], array, strict=True)
    assert found["G/s"] == 0.5 and found["G/v"].tolist() == [0, 2, 4] and found["G/i"].tolist() == [0, 1, 2]


# Hostile files.

TRAPS = [
    "os.system",
    "posix.system",
    "builtins.eval",
    "builtins.exec",
    "subprocess.Popen",
    "numpy.load",
    "pickle.loads",
]


def placed(evil, where):
    """A pickle for either reader with an object somewhere."""
    network = made.module({"w": np.ones(2)}, x=evil) if where == "state" else made.module({"w": np.ones(2)})
    state = {"version": 4, "variables": [("w", evil if where == "tensor" else np.ones(2, "f"))], "x": evil}
    boxed = made.made("dnnlib.tflib.network.Network", state)
    return {
        "root": (evil, evil),
        "beside": ({"G_ema": network, "training_set_kwargs": evil}, (boxed, boxed, [evil])),
        "state": ({"G_ema": network}, (boxed, boxed, boxed)),
        "tensor": ({"G_ema": made.Raw(made.called("torch._utils._rebuild_parameter", evil))}, (boxed, boxed, boxed)),
        "storage": (
            {"G_ema": made.called("torch.storage._load_from_bytes", made.whole(evil))},
            (made.called("torch.storage._load_from_bytes", made.whole(evil)), boxed, boxed),
        ),
    }[where]


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("where", ["root", "beside", "state", "tensor", "storage"])
def test_a_hostile_name_is_refused_and_not_run(name, where, tmp_path, monkeypatch):
    def trap(*arguments):
        raise AssertionError("the file ran code")

    monkeypatch.setattr(os, "system", trap)
    monkeypatch.setattr(builtins, "eval", trap)
    marker = tmp_path / "owned"
    evil = made.called(name, f"__import__('pathlib').Path({str(marker)!r}).touch()" if "." in name else "")
    for reader, content in zip((read_pytorch, read_tensorflow), placed(evil, where)):
        path = tmp_path / "a.pkl"
        path.write_bytes(made.whole(content))
        with pytest.raises(ZooError, match="a.pkl: .*" + ("" if where == "storage" else name)):
            reader(path)
    assert not marker.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_hostile_object_of_any_pickle_protocol_is_refused(protocol, tmp_path):
    marker = tmp_path / "owned"

    class Evil:
        def __reduce__(self):
            return eval, (f"open({str(marker)!r}, 'w')",)

    for name, content in (("a", {"G_ema": Evil()}), ("b", (Evil(), 1, 2))):
        (tmp_path / name).write_bytes(pickle.dumps(content, protocol))
        for reader in (read_pytorch, read_tensorflow):
            with pytest.raises(ZooError, match=r"builtin(s|__)\.eval"):
                reader(tmp_path / name)
    assert not marker.exists()


def test_a_hostile_storage_in_a_tensor_runs_nothing(tmp_path):
    """A file within the file, legacy PyTorch's, whose object is a call."""
    marker = tmp_path / "owned"
    evil = made.called("os.system", f"touch {marker}")
    head = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    inner = b"".join(pickle.dumps(part, 2) for part in head) + made.whole(evil)
    storage = made.called("torch.storage._load_from_bytes", inner)
    rebuilt = made.called("torch._utils._rebuild_tensor_v2", storage, 0, (2,), (1,), False, {})
    with pytest.raises(ZooError, match="os.system"):
        read_pytorch(pytorch(tmp_path / "a.pkl", D=rebuilt))
    assert not marker.exists()


def test_functions_of_other_packages_are_boxes(tmp_path, monkeypatch):
    """What is not Python's own is never looked up: a call of it makes an empty box."""
    (tmp_path / "evil_package.py").write_text("raise AssertionError('the file imported a module')")
    monkeypatch.syspath_prepend(tmp_path)
    found = read_pytorch(pytorch(tmp_path / "a.pkl", training_set_kwargs=made.called("evil_package.run", "x")))
    assert len(found.tensors) == len(TENSORS)
    (tmp_path / "b.pkl").write_bytes(made.whole({"G_ema": made.called("torch.hub.load", "x")}))
    with pytest.raises(ZooError, match="no named tensors"):
        read_pytorch(tmp_path / "b.pkl")
    (tmp_path / "c.pkl").write_bytes(made.whole((made.called("torch.hub.load", "x"),) * 3))
    with pytest.raises(ZooError, match="have no variables"):
        read_tensorflow(tmp_path / "c.pkl")


@pytest.mark.parametrize("name", ["dnnlib.tflib.network.Network", "collections.OrderedDict", "numpy.dtype"])
def test_a_file_cannot_change_what_later_files_are_read_with(name, tmp_path):
    module, _, kind = name.rpartition(".")
    for key in ("state", "__setstate__", "action", "__new__"):
        change = made.Raw(f"c{module}\n{kind}\n".encode() + b"N" + made.opcodes({key: None}) + b"\x86b")
        assert len(read_pytorch(pytorch(tmp_path / "a.pkl", training_set_kwargs=change)).tensors) == len(TENSORS)
        change = made.Raw(f"c{module}\n{kind}\n".encode() + made.opcodes({key: 1}) + b"b")
        pytorch(tmp_path / "a.pkl", training_set_kwargs=change)
        assert len(read_pytorch(tmp_path / "a.pkl").tensors) == len(TENSORS)
    np.testing.assert_array_equal(read_tensorflow(tensorflow(tmp_path / "b.pkl")).tensors["G/dlatent_avg"], np.zeros(5))


def array_of(shape=(2,), kind="f4", data=bytes(8), order="<"):
    dtype = made.Raw(
        made.called("numpy.dtype", kind, 0, 1) + made.opcodes((3, order, None, None, None, -1, -1, 0)) + b"b"
    )
    empty = made.called("numpy.core.multiarray._reconstruct", made.Raw(b"cnumpy\nndarray\n"), (0,), b"b")
    return made.Raw(empty + made.opcodes((1, shape, dtype, False, data)) + b"b")


@pytest.mark.parametrize(
    "wrong",
    [
        dict(shape=(10**12,)),
        dict(shape=(-2,)),
        dict(shape=(-1, -2)),
        dict(shape=(2**40, 2**40, 0)[:2]),
        dict(shape=(1,) * 40),
        dict(shape="ab"),
        dict(kind="O8"),
        dict(kind="V8"),
        dict(kind="f4,f4"),
        dict(kind="M8"),
        dict(order=">"),
        dict(data=bytes(7)),
        dict(data=[1, 2]),
    ],
    ids=str,
)
def test_arrays_that_cannot_be_are_refused(wrong, tmp_path):
    with pytest.raises(ZooError, match="a.pkl: .*(damaged|only numbers|big-endian)"):
        read_tensorflow(tensorflow(tmp_path / "a.pkl", VARIABLES | {"Gs/x": array_of(**wrong)}))


def test_an_array_made_by_hand_is_read(tmp_path):
    data = struct.pack("<2f", 1, 2)
    found = read_tensorflow(tensorflow(tmp_path / "a.pkl", VARIABLES | {"Gs/x": array_of(data=data)}))
    assert found.tensors["Gs/x"].tolist() == [1, 2]


@pytest.mark.parametrize("count, size", [(10**15, 4), (-1, 4), (4, 10**12), (3, 4)])
def test_storages_that_do_not_fit_are_refused(count, size, tmp_path):
    storage = made.called("torch.storage._load_from_bytes", made.storage_file(bytes(16), count))
    evil = made.called("torch._utils._rebuild_tensor_v2", storage, 0, (size,), (1,), False, {})
    meta = {"module_src": "", "state": {"_buffers": {"w": evil}}}
    network = made.called("torch_utils.persistence._reconstruct_persistent_obj", meta)
    with pytest.raises(ZooError, match="a.pkl: .*(beyond the end|impossible size|does not fit|goes beyond)"):
        read_pytorch(pytorch(tmp_path / "a.pkl", D=network))


@pytest.mark.parametrize("reader, make", [(read_pytorch, pytorch), (read_tensorflow, tensorflow)])
def test_a_file_cut_anywhere_is_an_error(reader, make, tmp_path):
    content = make(tmp_path / "a.pkl").read_bytes()
    for length in [*range(0, 64), *range(64, len(content), 97), len(content) - 1]:
        (tmp_path / "cut.pkl").write_bytes(content[:length])
        with pytest.raises(ZooError, match="cut.pkl"):
            reader(tmp_path / "cut.pkl")


def test_modules_and_networks_without_end(tmp_path):
    cycle = b"\x80\x03}q\x06(" + made.opcodes("_modules") + b"}(" + made.opcodes("a")
    cycle += b"ctorch.nn\nModule\n)\x81h\x06b" + b"uu"  # the module's state is the dict that holds it
    body = b"\x80\x03}(" + made.opcodes("G_ema") + b"ctorch.nn\nModule\n)\x81" + cycle[2:] + b"bu."
    (tmp_path / "a.pkl").write_bytes(body)
    with pytest.raises(ZooError, match="nested too deeply"):
        read_pytorch(tmp_path / "a.pkl")


def test_files_of_other_kinds_are_named(tmp_path):
    (tmp_path / "a.pkl").write_text("hello")
    with pytest.raises(ZooError, match="a.pkl: .*not a pickle of stylegan2-ada-pytorch"):
        read_pytorch(tmp_path / "a.pkl")
    with pytest.raises(ZooError, match="cannot read .*none.pkl"):
        read_tensorflow(tmp_path / "none.pkl")
    with pytest.raises(ZooError, match="expected a pickle of three networks"):
        read_tensorflow(pytorch(tmp_path / "b.pkl"))
    with pytest.raises(ZooError, match="expected a pickle of a dict with a network G_ema"):
        read_pytorch(tensorflow(tmp_path / "c.pkl"))
    with pytest.raises(ZooError, match="storages outside"):
        (tmp_path / "d.pkl").write_bytes(b"\x80\x03N" + b"Q.")
        read_pytorch(tmp_path / "d.pkl")
