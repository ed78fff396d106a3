"""TensorFlow Datasets: made-up data through its own mock, and a real data set prepared on disk."""

import importlib.resources.abc
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError


def test_mock_images_and_labels():
    with tfds.testing.mock_data(num_examples=12):
        source = data.open_source("tfds:mnist", 32)
        batches = data.load("tfds:cifar10", batch_size=4, labels=True, split="test")
    assert source.image_shape == (32, 32, 1) and len(source) == 12 and source.class_names == tuple("0123456789")
    # 28 -> 32 pads, as for every grey set of nearly that size.
    assert (source.images[:, :2] == 0).all() and source.images[:, 2:30, 2:30].any()
    assert source.labels.dtype == np.int32 and 0 <= source.labels.min() <= source.labels.max() < 10
    images, labels = next(iter(batches))
    assert images.shape == (4, 32, 32, 3) and labels.shape == (4,)
    assert -1 <= images.numpy().min() and images.numpy().max() <= 1


def test_mock_keeps_the_order_of_the_data():
    with tfds.testing.mock_data(num_examples=6):
        source = data.open_source("tfds:mnist")
        direct = list(tfds.load("mnist", split="train").as_numpy_iterator())
    np.testing.assert_array_equal(source.images, [example["image"] for example in direct])
    np.testing.assert_array_equal(source.labels, [example["label"] for example in direct])


def test_a_real_set_from_tfds_data_dir(tmp_path, monkeypatch):
    # To write, TensorFlow Datasets needs this package without declaring it; the standard library has the same.
    monkeypatch.setitem(sys.modules, "importlib_resources", importlib.resources)
    examples = [(k, {"picture": np.full((20 + 4 * k, 24, 3), 10 * k, np.uint8), "kind": k % 3}) for k in range(6)]
    features = {"picture": tfds.features.Image(shape=(None, None, 3)), "kind": tfds.features.ClassLabel(names=[*"abc"])}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="own_pictures",
        version="1.0.0",
        data_dir=tmp_path,
        split_datasets={"train": examples},
        features=tfds.features.FeaturesDict(features),
        disable_shuffling=True,
    )
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    source = data.open_source("tfds:own_pictures", 16)
    assert source.image_shape == (16, 16, 3) and source.class_names == ("a", "b", "c")
    found = sorted(zip(source.images[:, 3, 3, 0].tolist(), source.labels.tolist()))
    assert found == [(10 * k, k % 3) for k in range(6)]
    with pytest.raises(ZooError, match="images of 'tfds:own_pictures' differ in size: .* give image_size"):
        data.open_source("tfds:own_pictures")
    with pytest.raises(ZooError, match="unknown split of tfds:own_pictures 'test'. Known: train"):
        data.open_source("tfds:own_pictures", 16, split="test")
    assert len(data.open_source("tfds:own_pictures", 16, split="train[:50%]")) == 3


def test_unknown_name_suggests_the_nearest(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(ZooError, match="unknown tfds data set 'mnitst'; did you mean .*'mnist'"):
        data.open_source("tfds:mnitst")


def test_sets_without_images_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(ZooError, match="'tfds:glue' has no single image feature; its features are"):
        data.open_source("tfds:glue")


def test_failed_download_is_one_line(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("no route to host\nmore")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    with pytest.raises(
        ZooError, match="cannot prepare 'tfds:mnist' .* no route to host; prepare it elsewhere"
    ) as caught:
        data.open_source("tfds:mnist")
    assert "\n" not in str(caught.value)
