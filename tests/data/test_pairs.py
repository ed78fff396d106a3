"""Unpaired domains and pairs by name."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError


def write(path, level: int, size: int = 8) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size, size, 3), level, np.uint8)).save(path)


def levels(images) -> list[int]:
    return np.asarray(images)[:, 0, 0, 0].tolist()


@pytest.fixture
def domains(tmp_path):
    for name, count, base in (("trainA", 6, 0), ("trainB", 4, 100), ("testA", 2, 50), ("testB", 3, 150)):
        for k in range(count):
            write(tmp_path / name / f"{k}.png", base + k)
    return tmp_path


def test_cyclegan_layout(domains):
    pair = data.open_source(domains)
    assert pair.kind == "unpaired" and (len(pair.x), len(pair.y), len(pair)) == (6, 4, 6)
    assert pair.image_shape == pair.target_shape == (8, 8, 3)
    assert levels(pair.x.images) == list(range(6)) and levels(pair.y.images) == list(range(100, 104))
    test = data.open_source(domains, split="test")
    assert levels(test.x.images) == [50, 51] and levels(test.y.images) == [150, 151, 152]
    with pytest.raises(ZooError, match="has trainA/ and trainB/, but no valA/ and valB/"):
        data.open_source(domains, split="val")


def test_a_and_b(tmp_path):
    write(tmp_path / "A/1.png", 1)
    write(tmp_path / "B/2.png", 2)
    pair = data.open_source(tmp_path)
    assert pair.kind == "unpaired" and levels(pair.y.images) == [2]
    x, y = next(iter(data.load(tmp_path, batch_size=1)))
    assert x.shape == y.shape == (1, 8, 8, 3)
    with pytest.raises(ZooError, match="is one split, 'train', asked for 'test'"):
        data.open_source(tmp_path, split="test")


def test_unpaired_of_any_two(domains):
    pair = data.open_source(f"unpaired:{domains / 'trainA'},fashion_mnist", 32, channels=3)
    assert len(pair) == 10_000 and pair.x.image_shape == pair.y.image_shape == (32, 32, 3)
    x, y = next(iter(data.load(f"unpaired:{domains / 'trainA'},{domains / 'trainB'}", batch_size=4)))
    assert x.numpy().max() < y.numpy().min()
    with pytest.raises(ZooError, match="batch size 5 is larger than the data: '.*trainB' has 4 examples"):
        data.load(domains, batch_size=5)
    with pytest.raises(ZooError, match="each side must be a single data set, but 'shapes32' is unpaired"):
        data.open_source("unpaired:shapes32,fashion_mnist")
    with pytest.raises(ZooError, match="expected two names with a comma between them, found 1"):
        data.open_source("unpaired:fashion_mnist")
    with pytest.raises(ZooError, match="expected two names with a comma between them, found 3"):
        data.open_source("unpaired:digits,digits,digits")
    with pytest.raises(ZooError, match="unknown data set 'digit'; did you mean 'digits'"):
        data.open_source("unpaired:digits,digit")


@pytest.fixture
def matched(tmp_path):
    """Five pairs a/k.png, b/k.bmp whose levels differ by 100; written in different orders."""
    for k in range(5):
        write(tmp_path / f"a/{k}.png", k)
    for k in (3, 1, 4, 0, 2):
        write(tmp_path / f"b/{k}.bmp", 100 + k)
    return tmp_path


def test_paired_by_name(matched):
    name = f"paired:{matched / 'a'},{matched / 'b'}"
    pair = data.open_source(name)
    assert pair.kind == "paired" and len(pair) == 5 and pair.name == name
    for source, target in data.load(name, batch_size=2, seed=3):
        difference = (np.asarray(target) - np.asarray(source)) * 127.5
        np.testing.assert_allclose(difference, 100, atol=1e-4)
    with pytest.raises(ZooError, match="has no labels"):
        data.load(name, batch_size=2, labels=True)


def test_paired_of_different_sizes(matched):
    for k in range(5):
        write(matched / f"large/{k}.png", 200, 16)
    pair = data.open_source(f"paired:{matched / 'a'},{matched / 'large'}")
    assert pair.image_shape == (8, 8, 3) and pair.target_shape == (16, 16, 3)


def test_missing_partner_is_named(matched):
    (matched / "b/3.bmp").unlink()
    name = f"paired:{matched / 'a'},{matched / 'b'}"
    with pytest.raises(ZooError, match=r"1 images of .*/a have no partner of the same name in .*/b: 3.png; add"):
        data.open_source(name)
    write(matched / "b/9.bmp", 1)
    (matched / "a/3.png").unlink()
    with pytest.raises(ZooError, match=r"1 images of .*/b have no partner of the same name in .*/a: 9.bmp; add"):
        data.open_source(name)


def test_ambiguous_partner_is_named(matched):
    write(matched / "a/3.bmp", 1)
    with pytest.raises(ZooError, match="3.bmp and 3.png have the same name; pairs are matched by name, keep one"):
        data.open_source(f"paired:{matched / 'a'},{matched / 'b'}")


def test_broken_files_take_their_partners_along(matched):
    (matched / "a/1.png").write_text("no image")
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    Image.fromarray(noise).save(matched / "b/3.bmp")
    (matched / "b/3.bmp").write_bytes((matched / "b/3.bmp").read_bytes()[:100])
    name = f"paired:{matched / 'a'},{matched / 'b'}"
    with pytest.raises(ZooError, match="1 of 5 files in .*/a cannot be read as images: 1.png"):
        data.open_source(name)
    with pytest.warns(UserWarning, match="left out"):
        pair = data.open_source(name, skip_broken=True)
    assert levels(pair.x.images) == [0, 2, 4] and levels(pair.y.images) == [100, 102, 104]
    assert {file.rsplit("/", 1)[1] for file in pair.skipped} == {"1.png", "3.bmp"}


def test_no_pairs_at_all(matched):
    with pytest.raises(ZooError, match="no such folder: .*/c"):
        data.open_source(f"paired:{matched / 'a'},{matched / 'c'}")
    (matched / "c").mkdir()
    with pytest.raises(ZooError, match="no images in .*/c"):
        data.open_source(f"paired:{matched / 'a'},{matched / 'c'}")
