"""Which name means what."""

import subprocess
import sys

import pytest

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(ZooError, match="unknown data set 'fashion_mnst'; did you mean .*'fashion_mnist'"):
        data.open_source("fashion_mnst")
    with pytest.raises(ZooError, match="unknown data set 'ring9'; did you mean 'ring8'"):
        data.load("ring9")
    with pytest.raises(ZooError, match="no such folder: some/where"):
        data.open_source("some/where")


def test_names_without_their_second_half():
    for name in ("tfds:", "paired:", "unpaired:"):
        with pytest.raises(ZooError, match=f"unknown data set '{name}'"):
            data.open_source(name)


@pytest.mark.parametrize("name", sorted(set(data.list_names()) - {"fashion_mnist_full", "mnist"}))
def test_every_name_opens_and_gives_batches(name):
    source = data.open_source(name)
    assert source.name == name and len(source) >= 1_000
    batch = next(iter(source.batches(8)))
    for part, side in zip(batch if isinstance(batch, tuple) else (batch,), source.sides, strict=True):
        assert part.shape == (8, *side.image_shape)
        if side.kind == "images":
            assert part.numpy().min() >= -1 and part.numpy().max() <= 1


def test_common_arguments_are_checked_first():
    with pytest.raises(ZooError, match="unknown resize policy"):
        data.open_source("fashion_mnist", 32, resize="stretch")
    with pytest.raises(ZooError, match="channels must be"):
        data.load("fashion_mnist", channels=4)
    with pytest.raises(ZooError, match="image_size must be"):
        data.load("fashion_mnist", image_size=-1)


def test_opening_needs_no_tensorflow():
    program = "import sys, tfgan_zoo.data as d; d.open_source('digits', 16); assert 'tensorflow' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
