"""Files of directions: what is written is read; what is damaged or foreign is named."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import factorize, read_directions, write_directions

DIRECTIONS = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
META = {"method": "boundary", "model": "stylegan2", "space": "w", "layers": [0, 1, 2], "C": 1.0}


def test_round_trip(tmp_path):
    path = write_directions(
        tmp_path / "new" / "a.npz", DIRECTIONS, ["smile", "Alter", "眼镜"], META, {"bias": np.array([0.1, 0.2, 0.3])}
    )
    assert [entry.name for entry in path.parent.iterdir()] == ["a.npz"]
    found = read_directions(path)
    np.testing.assert_array_equal(found.directions, DIRECTIONS)
    assert found.directions.dtype == np.float32
    assert found.names == ("smile", "Alter", "眼镜") and found.meta == META
    assert list(found.arrays) == ["bias"] and found.arrays["bias"].tolist() == [0.1, 0.2, 0.3]


def test_factors(tmp_path):
    factors = factorize([np.random.default_rng(1).normal(size=(20, 6))])
    path = write_directions(str(tmp_path / "s.npz"), factors.directions, arrays={"eigenvalues": factors.eigenvalues})
    found = read_directions(str(path))
    np.testing.assert_array_equal(found.directions, factors.directions)
    np.testing.assert_array_equal(found.arrays["eigenvalues"], factors.eigenvalues)
    assert found.names == ("0", "1", "2", "3", "4") and found.meta == {}


def test_w_plus_and_replacing(tmp_path):
    path = write_directions(tmp_path / "a.npz", DIRECTIONS)
    write_directions(path, np.ones((2, 18, 8)), ("x", "y"))
    assert read_directions(path).directions.shape == (2, 18, 8)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("a.npy", (DIRECTIONS,), "ends with .npz"),
        ("a.npz", (DIRECTIONS[0],), r"float \(k, d\) or \(k, L, d\); found float32 \(8,\)"),
        ("a.npz", (np.ones((2, 3), int),), "found int64"),
        ("a.npz", (1.0,), r"found float64 \(\)"),
        ("a.npz", (np.zeros((0, 3)),), r"found float64 \(0, 3\)"),
        ("a.npz", (DIRECTIONS * np.nan,), "NaN"),
        ("a.npz", (DIRECTIONS, ["a", "b"]), "expected 3 different names"),
        ("a.npz", (DIRECTIONS, ["a", "b", "a"]), r"found .* \['a', 'b', 'a'\]"),
        ("a.npz", (DIRECTIONS, None, {"x": object()}), "meta must hold what JSON can"),
        ("a.npz", (DIRECTIONS, None, {"x": np.nan}), "meta must hold what JSON can"),
        ("a.npz", (DIRECTIONS, None, None, {"x": np.array([None])}), "cannot keep array 'x' of object"),
        ("a.npz", (DIRECTIONS, None, None, {"file": DIRECTIONS}), "cannot keep array 'file'"),
        ("a.npz", (DIRECTIONS, None, None, {"meta": DIRECTIONS}), "cannot keep array 'meta'"),
        ("a.npz", (DIRECTIONS, None, None, {"../x": DIRECTIONS}), "cannot keep array '../x'"),
    ],
)
def test_what_is_not_written(tmp_path, name, arguments, message):
    with pytest.raises(ZooError, match=message):
        write_directions(tmp_path / name, *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ({"directions": DIRECTIONS}, "names, meta missing, found directions"),
        ({}, "found nothing"),
        ({"directions": DIRECTIONS, "names": ["a", "b", "c"], "meta": "[1]"}, r"JSON object; found '\[1\]'"),
        ({"directions": DIRECTIONS, "names": ["a", "b", "c"], "meta": "{"}, "JSON object"),
        ({"directions": DIRECTIONS, "names": ["a", "b", "c"], "meta": "[" * 100_000}, "JSON object"),
        ({"directions": DIRECTIONS, "names": [1, 2, 3], "meta": "{}"}, "expected 3 different names"),
        ({"directions": DIRECTIONS, "names": "abc", "meta": "{}"}, "expected 3 different names"),
        ({"directions": np.inf * DIRECTIONS, "names": ["a", "b", "c"], "meta": "{}"}, "NaN or infinity"),
        ({"directions": np.array([None]), "names": ["a"], "meta": "{}"}, "not a readable .npz of plain arrays"),
    ],
)
def test_foreign_files(tmp_path, held, message):
    np.savez(tmp_path / "a.npz", **held)
    with pytest.raises(ZooError, match=message):
        read_directions(tmp_path / "a.npz")


def test_missing_damaged_and_single_arrays(tmp_path):
    with pytest.raises(ZooError, match="no such file of directions: .*none.npz"):
        read_directions(tmp_path / "none.npz")
    path = write_directions(tmp_path / "a.npz", DIRECTIONS)
    whole = path.read_bytes()
    for damaged in (b"", b"text", whole[: len(whole) // 2], whole[:200] + bytes(40) + whole[240:]):
        path.write_bytes(damaged)
        with pytest.raises(ZooError, match="not a readable .npz of plain arrays"):
            read_directions(path)
    np.save(tmp_path / "b.npy", DIRECTIONS)
    with pytest.raises(ZooError, match="it holds a single array"):
        read_directions(tmp_path / "b.npy")
