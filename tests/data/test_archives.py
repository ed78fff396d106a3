"""Embedded sets, fetched sets and .npz files."""

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError


def test_fashion_mnist():
    train, test = (data.open_source("fashion_mnist", split=split) for split in ("train", "test"))
    assert train.images.shape == (10_000, 28, 28, 1) and test.images.shape == (2_000, 28, 28, 1)
    assert train.classes == 10 and train.class_names[9] == "ankle boot"
    # The published first label is an ankle boot, the first test label too.
    assert train.labels[0] == 9 and test.labels[0] == 9
    assert train.labels.dtype == np.int32 and np.bincount(train.labels).min() > 900


def test_fashion_mnist_at_32_is_padded_and_scaled():
    source = data.open_source("fashion_mnist", 32)
    raw = data.open_source("fashion_mnist").images
    assert source.image_shape == (32, 32, 1)
    np.testing.assert_array_equal(source.images[:, 2:30, 2:30], raw)
    batches = data.load("fashion_mnist", image_size=32, batch_size=64, shuffle=False)
    assert batches.element_spec.shape == (64, 32, 32, 1) and int(batches.cardinality()) == 156
    first = next(iter(batches)).numpy()
    np.testing.assert_array_equal(first[:, 2:30, 2:30], raw[:64].astype(np.float32) / np.float32(127.5) - 1)
    margin = np.ones((32, 32), bool)
    margin[2:30, 2:30] = False
    assert (first[:, margin] == -1).all()


def test_fashion_mnist_in_other_sizes_and_colour():
    assert data.open_source("fashion_mnist", 16).image_shape == (16, 16, 1)
    assert data.open_source("fashion_mnist", 64, split="test").image_shape == (64, 64, 1)
    squashed = data.open_source("fashion_mnist", 32, split="test", resize="squash", channels=3)
    assert squashed.image_shape == (32, 32, 3) and (squashed.images[..., 0] == squashed.images[..., 2]).all()


def test_digits():
    train, test = (data.open_source("digits", split=split) for split in ("train", "test"))
    assert len(train) == 1_400 and len(test) == 397 and train.image_shape == (8, 8, 1)
    from sklearn.datasets import load_digits

    published = load_digits()
    together = np.concatenate([train.images, test.images])[..., 0]
    assert sorted(map(bytes, together)) == sorted(map(bytes, published.images.astype(np.uint8)))
    assert (np.bincount(np.r_[train.labels, test.labels]) == np.bincount(published.target)).all()
    images, labels = next(iter(train.batches(1_400, labels=True, shuffle=False)))
    np.testing.assert_array_equal(images, train.images / np.float32(8) - 1)
    np.testing.assert_array_equal(labels, train.labels)
    assert images.numpy().min() == -1 and images.numpy().max() == 1


def test_digits_padded_and_enlarged_keep_their_range():
    small = data.open_source("digits").images
    padded = next(iter(data.load("digits", 10, 1_400, shuffle=False))).numpy()
    np.testing.assert_array_equal(padded[:, 1:9, 1:9], small / np.float32(8) - 1)
    assert (padded[:, 0] == -1).all()
    large = next(iter(data.load("digits", 32, 1_400, shuffle=False))).numpy()
    assert large.shape == (1_400, 32, 32, 1) and large.min() == -1 and large.max() == 1
    assert abs(large.mean() - (small / 8 - 1).mean()) < 0.02


def test_unknown_split():
    with pytest.raises(ZooError, match="unknown split of fashion_mnist 'tets'; did you mean 'test'"):
        data.open_source("fashion_mnist", split="tets")


def test_fetched_sets(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path))
    for name, command in (("fashion_mnist_full", "fashion_mnist"), ("mnist", "mnist")):
        with pytest.raises(ZooError, match=f"'{name}' is not in .*; fetch it with: tools/fetch_data {command}"):
            data.open_source(name)
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
    parts = {"train_images": images, "train_labels": np.arange(12) % 10}
    parts |= {"test_images": images[:3], "test_labels": np.arange(3)}
    np.savez(tmp_path / "mnist.npz", **parts)
    source = data.open_source("mnist", 32)
    np.testing.assert_array_equal(source.images[:, 2:30, 2:30, 0], images)
    assert source.class_names == tuple("0123456789") and len(data.open_source("mnist", split="test")) == 3


@pytest.mark.parametrize("keys", [("images", "labels"), ("x", "y")])
def test_npz(tmp_path, keys):
    images = np.random.default_rng(0).integers(0, 256, (6, 5, 5, 3)).astype(np.uint8)
    path = tmp_path / "mine.npz"
    np.savez(path, **dict(zip(keys, (images, np.array([0, 1, 2, 0, 1, 2], np.uint8)))))
    source = data.open_source(path)
    np.testing.assert_array_equal(source.images, images)
    assert source.labels.tolist() == [0, 1, 2, 0, 1, 2] and source.labels.dtype == np.int32
    assert source.class_names == ("0", "1", "2") and source.name == str(path)
    assert data.open_source(path, 8).image_shape == (8, 8, 3)
    assert data.open_source(path, channels=1).image_shape == (5, 5, 1)


IMAGES = np.zeros((4, 3, 3), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": IMAGES}, "expected an array 'images'"),
        ({"images": IMAGES / 255.0}, "images must be uint8 in 0..255, found float64"),
        ({"images": IMAGES[0]}, r"images must have shape .* found \(3, 3\)"),
        ({"images": np.zeros((4, 3, 3, 2), np.uint8)}, r"images must have shape .* found \(4, 3, 3, 2\)"),
        ({"images": IMAGES[:0]}, "holds no examples"),
        ({"images": IMAGES, "labels": np.zeros(4)}, "labels must be whole numbers .* found float64"),
        ({"images": IMAGES, "labels": np.zeros(3, int)}, r"labels must have shape \(4,\), one per image, found \(3,\)"),
        ({"images": IMAGES, "labels": np.array([0, 1, -1, 2])}, "labels are class ids from 0, found -1"),
        ({"images": IMAGES, "labels": np.array([0, 1, 2**40, 2])}, "found 1099511627776; number the classes"),
        ({"images": np.array([{}], object)}, "not a readable .npz of plain arrays .*allow_pickle=False"),
        ({"x": np.array([[0.0, np.nan]])}, "points must be finite"),
    ],
)
def test_npz_with_wrong_content(tmp_path, arrays, message):
    path = tmp_path / "wrong.npz"
    np.savez(path, **arrays)
    with pytest.raises(ZooError, match=message):
        data.open_source(path)


def test_npz_that_is_none(tmp_path):
    with pytest.raises(ZooError, match="no such file: .*absent.npz"):
        data.open_source(tmp_path / "absent.npz")
    whole = tmp_path / "whole.npz"
    np.savez_compressed(whole, images=np.random.default_rng(0).integers(0, 256, (50, 9, 9)).astype(np.uint8))
    for name, content in (("text", b"hello"), ("empty", b""), ("cut", whole.read_bytes()[:2_000])):
        (tmp_path / f"{name}.npz").write_bytes(content)
        with pytest.raises(ZooError, match=f"{name}.npz is not a readable .npz"):
            data.open_source(tmp_path / f"{name}.npz")
    with pytest.raises(ZooError, match="one split, 'train'; asked for 'test'"):
        data.open_source(whole, split="test")


def test_npz_of_points_and_of_transparent_images(tmp_path):
    points = np.random.default_rng(0).normal(size=(7, 2))
    np.savez(tmp_path / "points.npz", x=points)
    source = data.open_source(tmp_path / "points.npz")
    assert source.kind == "points" and source.images.dtype == np.float32
    with pytest.raises(ZooError, match="holds points in the plane"):
        data.open_source(tmp_path / "points.npz", 32)
    pixels = np.array([[[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 51]]]], np.uint8)
    np.savez(tmp_path / "rgba.npz", images=pixels)
    images = data.open_source(tmp_path / "rgba.npz").images
    assert images[0, 0].tolist() == [[10, 20, 30], [255, 255, 255], [204, 224, 244]]
