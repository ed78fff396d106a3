import pytest

from tfgan_zoo.errors import ZooError, unknown
from tfgan_zoo.files import replacing


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half of the n")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_success_replaces_files_and_folders(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    for content in ("first", "second"):
        with replacing(path) as temporary:
            assert temporary.suffix == ".txt"
            temporary.write_text(content)
        assert path.read_text() == content
    folder = tmp_path / "folder"
    for name in ("one", "two"):
        with replacing(folder) as temporary:
            temporary.mkdir()
            (temporary / name).touch()
        assert [p.name for p in folder.iterdir()] == [name]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deep", "folder"]


def test_an_unwritable_place_and_a_full_disk_are_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ZooError, match="cannot write .*file/a.txt"),
        replacing(tmp_path / "file" / "a.txt") as temporary,
    ):
        temporary.write_text("x")
    with pytest.raises(ZooError, match="cannot write .*a.txt: No space left on device; free some space"):
        with replacing(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")


def test_unknown_names_suggest_the_nearest():
    assert str(unknown("model", "dcgann", ["dcgan", "vae"])) == (
        "unknown model 'dcgann'; did you mean 'dcgan'? Known: dcgan, vae"
    )
    assert str(unknown("model", "zzz", ["vae"])) == "unknown model 'zzz'. Known: vae"
