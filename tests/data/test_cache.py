"""The cache of decoded images is whole or not there."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tfgan_zoo.data import cache
from tfgan_zoo.errors import ZooError


def test_folder(monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", "~/somewhere")
    assert cache.folder() == Path.home() / "somewhere"
    monkeypatch.delenv("TFGAN_ZOO_CACHE")
    assert cache.folder() == Path.home() / ".cache" / "tfgan_zoo"


@pytest.mark.parametrize("limit", [0, 10**9])
def test_rows_that_could_not_be_filled_are_dropped(tmp_path, monkeypatch, limit):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "MEMORY_LIMIT", limit)

    def fill(rows):
        rows[:] = np.arange(6)[:, None]
        return np.array([0, 2, 5])

    for _ in range(2):
        rows, kept = cache.uint8_rows((6, 3), "key", fill)
        assert rows[:, 0].tolist() == [0, 2, 5] == kept.tolist()


def test_an_interrupted_fill_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "MEMORY_LIMIT", 0)

    def fill(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.uint8_rows((6, 3), "key", fill)
    assert list((tmp_path / "decoded").iterdir()) == []


def test_a_full_disk_is_said_before_work_begins(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "MEMORY_LIMIT", 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(ZooError, match="decoded images need 0.0 GiB in .* free some space, name another folder"):
        cache.uint8_rows((6, 3), "key", lambda rows: np.arange(6))


def test_digest():
    assert cache.digest("a", 1) == cache.digest("a", 1) != cache.digest("a", 2)
    assert cache.digest("ab", "c") != cache.digest("a", "bc")
