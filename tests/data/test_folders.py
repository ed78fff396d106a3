"""Folders of images: order, classes, splits, and every way in which they can be wrong."""

import os

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import data
from tfgan_zoo.data import cache
from tfgan_zoo.errors import ZooError


def write(path, level: int, size: tuple[int, int] = (8, 8), grey: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = size if grey else (*size, 3)
    Image.fromarray(np.full(shape, level, np.uint8)).save(path)


def levels(source) -> list[int]:
    return source.images[:, 0, 0, 0].tolist()


def test_flat_folder_in_order_of_names(tmp_path):
    for k, name in enumerate(("b.png", "a.bmp", "c.PNG", "no_ending")):
        write(tmp_path / "x.png", 10 * k)
        Image.open(tmp_path / "x.png").save(tmp_path / name, format="PNG")
    (tmp_path / "x.png").unlink()
    (tmp_path / ".hidden").write_text("not looked at")
    source = data.open_source(tmp_path)
    assert levels(source) == [10, 0, 20, 30] and source.image_shape == (8, 8, 3)
    assert source.labels is None and source.classes == 0 and source.name == str(tmp_path) and source.skipped == ()
    batch = next(iter(data.load(tmp_path, batch_size=4, shuffle=False))).numpy()
    np.testing.assert_array_equal(batch[:, 0, 0, 0], np.float32([10, 0, 20, 30]) / np.float32(127.5) - 1)


def test_classes_are_the_first_level_of_sub_folders(tmp_path):
    for k, name in enumerate(("dog/1.png", "cat/deep/2.png", "cat/1.png", "emu/3.png")):
        write(tmp_path / name, k)
    (tmp_path / ".cache").mkdir()
    source = data.open_source(tmp_path)
    assert source.class_names == ("cat", "dog", "emu") and source.labels.dtype == np.int32
    assert dict(zip(levels(source), source.labels.tolist())) == {0: 1, 1: 0, 2: 0, 3: 2}
    images, labels = next(iter(data.load(tmp_path, batch_size=4, labels=True)))
    found = np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist()
    assert dict(zip(found, labels.numpy().tolist())) == {0: 1, 1: 0, 2: 0, 3: 2}
    write(tmp_path / "loose.png", 9)
    assert data.open_source(tmp_path).labels is None
    with pytest.raises(ZooError, match="has no labels, but labels were asked for"):
        data.load(tmp_path, batch_size=2, labels=True)


def test_splits(tmp_path):
    for k, name in enumerate(("train/cat/1.png", "train/dog/1.png", "val/cat/1.png")):
        write(tmp_path / name, k)
    assert levels(data.open_source(tmp_path)) == [0, 1]
    assert data.open_source(tmp_path).class_names == ("cat", "dog")
    assert levels(data.open_source(tmp_path, split="test")) == [2]
    with pytest.raises(ZooError, match="has the splits train and test, asked for 'all'"):
        data.open_source(tmp_path, split="all")
    with pytest.raises(ZooError, match="is one split, 'train', asked for 'test'"):
        data.open_source(tmp_path / "train", split="test")


def test_a_lone_folder_called_train_is_a_class(tmp_path):
    write(tmp_path / "train/1.png", 0)
    write(tmp_path / "tram/1.png", 1)
    assert data.open_source(tmp_path).class_names == ("train", "tram")


def test_grey_and_colour(tmp_path):
    write(tmp_path / "a.png", 40, grey=True)
    write(tmp_path / "b.png", 50, grey=True)
    assert data.open_source(tmp_path).image_shape == (8, 8, 1)
    assert data.open_source(tmp_path, channels=3).image_shape == (8, 8, 3)
    write(tmp_path / "c.png", 60)
    assert data.open_source(tmp_path).image_shape == (8, 8, 3)
    assert levels(data.open_source(tmp_path, channels=1)) == [40, 50, 60]


def test_sizes(tmp_path):
    write(tmp_path / "a.png", 40, (8, 12))
    write(tmp_path / "b.png", 50, (8, 12))
    assert data.open_source(tmp_path).image_shape == (8, 12, 3)
    write(tmp_path / "c.png", 60, (30, 20))
    with pytest.raises(ZooError, match=r"differ in size: a.png is 8x12, c.png is 30x20 .* give image_size"):
        data.open_source(tmp_path)
    assert data.open_source(tmp_path, 16).image_shape == (16, 16, 3)
    padded = data.open_source(tmp_path, 30, resize="pad").images
    assert (padded[0, 11:19, 9:21] == 40).all() and padded[0].sum() == 40 * 8 * 12 * 3


def test_files_that_are_no_images_are_named_and_skipped_on_demand(tmp_path):
    for k in range(4):
        write(tmp_path / f"{k}.png", k)
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(ZooError) as caught:
        data.open_source(tmp_path)
    message = str(caught.value)
    assert "\n" not in message and "3 of 7 files" in message
    for name in ("notes.txt", "text.png", "empty.jpg", "skip_broken=True", "--skip-broken"):
        assert name in message
    with pytest.warns(UserWarning, match="left out 3 of 7 files .*empty.jpg"):
        source = data.open_source(tmp_path, skip_broken=True)
    assert levels(source) == [0, 1, 2, 3]
    assert sorted(map(os.path.basename, source.skipped)) == ["empty.jpg", "notes.txt", "text.png"]
    for k in range(6):
        (tmp_path / f"more{k}.txt").write_text("")
    with pytest.raises(ZooError, match="9 of 13 files .* and 4 more; remove them"):
        data.open_source(tmp_path)


@pytest.mark.parametrize("limit", [cache.MEMORY_LIMIT, 100])
def test_truncated_files_are_named_and_skipped_on_demand(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(cache, "MEMORY_LIMIT", limit)
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "images"
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    for k, folder in enumerate(("a", "b", "b", "c")):
        write(root / folder / f"{k}.png", 10 * k, (32, 32))
    Image.fromarray(noise).save(root / "b" / "1.png")
    whole = (root / "b" / "1.png").read_bytes()
    (root / "b" / "1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ZooError, match=r"1 of 4 files .*b/1.png \(.*truncated.*\); remove them"):
        data.open_source(root)
    for _ in range(2):  # The second time from the cache, if it is large.
        with pytest.warns(UserWarning, match="left out 1 of 4 files .*b/1.png"):
            source = data.open_source(root, skip_broken=True)
        assert levels(source) == [0, 20, 30] and source.labels.tolist() == [0, 1, 2]
        assert [os.path.basename(file) for file in source.skipped] == ["1.png"]
    with pytest.raises(ZooError, match="b/1.png"):
        data.open_source(root)


def test_decompression_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    write(tmp_path / "fine.png", 1)
    for name, side in (("large.png", 11), ("huge.png", 20)):
        write(tmp_path / name, 2, (side, side))
    with pytest.raises(ZooError, match=r"huge.png \(more than Pillow's limit of 100 pixels\), large.png \(more than"):
        data.open_source(tmp_path, 8)


def test_empty_and_absent_folders(tmp_path):
    with pytest.raises(ZooError, match="no images in .*: expected png, jpeg, webp, bmp or gif files, found 0 other"):
        data.open_source(tmp_path)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ZooError, match="1 of 1 files in .* notes.txt"):
        data.open_source(tmp_path)
    with pytest.raises(ZooError, match="no images in .* found 1 other"):
        data.open_source(tmp_path, skip_broken=True)
    with pytest.raises(ZooError, match="no such folder: .*/absent"):
        data.open_source(tmp_path / "absent")
    with pytest.raises(ZooError, match="notes.txt is a file; expected a folder of images or an .npz file"):
        data.open_source(tmp_path / "notes.txt")


def test_links_are_followed_but_not_in_circles(tmp_path):
    write(tmp_path / "elsewhere/1.png", 7)
    write(tmp_path / "images/a/1.png", 1)
    (tmp_path / "images/b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "images/a/again").symlink_to(tmp_path / "images")
    source = data.open_source(tmp_path / "images")
    assert 7 in levels(source) and len(source) <= 4
    (tmp_path / "images/b/gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(ZooError, match=r"gone.png \(a link to nothing\)"):
        data.open_source(tmp_path / "images")


def test_large_folders_live_in_the_cache(tmp_path, monkeypatch):
    for k in range(5):
        write(tmp_path / f"images/{k}.png", k)
    in_memory = data.open_source(tmp_path / "images")
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "MEMORY_LIMIT", 100)
    mapped = data.open_source(tmp_path / "images")
    assert isinstance(mapped.images, np.memmap) and not isinstance(in_memory.images, np.memmap)
    np.testing.assert_array_equal(mapped.images, in_memory.images)
    for a, b in zip(in_memory.batches(2), mapped.batches(2), strict=True):
        np.testing.assert_array_equal(a, b)
    (entry,) = (tmp_path / "cache/decoded").iterdir()
    before = (entry / "images.npy").stat().st_mtime_ns
    data.open_source(tmp_path / "images")
    assert (entry / "images.npy").stat().st_mtime_ns == before
    write(tmp_path / "images/4.png", 99)
    assert levels(data.open_source(tmp_path / "images")) == [0, 1, 2, 3, 99]
