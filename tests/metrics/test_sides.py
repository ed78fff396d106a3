"""Where images come from: chosen, sampled, opened; always the same for the same seed."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.collection import collect
from tfgan_zoo.metrics.reference import Reference
from tfgan_zoo.metrics.sides import SampledImages, StoredImages, opened


class Model:
    """Draws from its seed, and keeps the sizes that it was asked for."""

    def __init__(self):
        self.asked = []

    def sample(self, n, seed=0):
        self.asked.append(n)
        return np.random.default_rng(seed).uniform(-1, 1, (n, 4, 4, 1)).astype(np.float32)


def joined(side, n, batch_size):
    parts = list(side.batches(n, batch_size))
    assert all(len(part) == batch_size for part in parts[:-1])
    return np.concatenate(parts)


def test_samples_do_not_depend_on_how_they_are_taken():
    model = Model()
    side = SampledImages(model, 25, seed=3, batch_size=10)
    assert side.shape == (4, 4, 1) and side.count == 25
    first = joined(side, 25, 10)
    assert model.asked == [10, 10, 10]  # the batch that told the shape is not made twice
    np.testing.assert_array_equal(joined(side, 25, 4), first)
    np.testing.assert_array_equal(joined(side, 7, 10), first[:7])
    assert not np.array_equal(joined(SampledImages(Model(), 25, 4, 10), 25, 10), first)


def test_a_choice_is_random_in_order_and_a_choice_of_it_is_part_of_it():
    images = np.arange(100, dtype=np.uint8)[:, None, None, None]
    side = StoredImages(images, samples=40, seed=1)
    chosen = np.rint((joined(side, 40, 16).ravel() + 1) * 127.5).astype(int)
    assert side.count == 40 and (np.diff(chosen) > 0).all() and chosen[-1] > 60
    part = np.rint((joined(side, 15, 16).ravel() + 1) * 127.5).astype(int)
    assert len(part) == 15 and set(part) <= set(chosen)


def test_content_tells_images_shape_scale_and_choice_apart():
    images = np.random.default_rng(0).integers(0, 16, (50, 4, 4, 1), np.uint8)
    changed = images.copy()
    changed[7, 0, 0, 0] ^= 1
    sides = [
        StoredImages(images),
        StoredImages(changed),
        StoredImages(images, maximum=16),
        StoredImages(images.reshape(50, 2, 8, 1)),
        StoredImages(images, samples=49, seed=1),
        StoredImages(images, samples=49, seed=2),
    ]
    assert len({side.content(side.count) for side in sides}) == 6
    assert StoredImages(images.copy()).content(50) == sides[0].content(50) != sides[0].content(49)


def test_names_sources_and_data_sets():
    side = opened("digits", 50, 0, 16)
    source = opened(open_source("digits", split="test"), 50, 0, 16)
    assert side.lasting and side.name == "digits" and side.classes == 10
    np.testing.assert_array_equal(joined(side, 50, 16), joined(source, 50, 16))
    batches = [(np.full((3, 4, 4, 1), value, np.float32), np.arange(3)) for value in (0.0, 0.5)]
    listed = opened(batches, 5, 0, 16)
    assert not listed.lasting and listed.count == 5
    assert joined(listed, 5, 16)[:, 0, 0, 0].tolist() == [0, 0, 0, 0.5, 0.5]
    with pytest.raises(ZooError, match="say how many samples"):
        opened(Model(), None, 0, 16)
    with pytest.raises(ZooError, match="images of ring8 must have shape|mode_coverage"):
        opened("ring8", 50, 0, 16)


def test_collecting_keeps_what_is_asked_for():
    class Means:
        name = "means"

        def __call__(self, images):
            return {"features": images.mean((1, 2)), "logits": images[:, 0, :2, 0]}

    side = SampledImages(Model(), 25, 0, 10)
    images = joined(side, 25, 10)
    made = collect(side, 25, Means(), 10, ("gaussian", "features", "images"))
    assert made.n == made.gaussian.n == 25 and made.logits is None
    np.testing.assert_array_equal(made.features, images.mean((1, 2)))
    np.testing.assert_array_equal(made.images, np.rint((images + 1) * 127.5).astype(np.uint8))
    np.testing.assert_allclose(made.gaussian.covariance(), np.cov(made.features, rowvar=False).reshape(1, 1), rtol=1e-6)
    alone = collect(side, 25, None, 10, ("images",))
    assert alone.features is None and not alone.gaussian.n


def write(folder, count, value):
    folder.mkdir(parents=True)
    for index in range(count):
        Image.fromarray(np.full((8, 8), value, np.uint8)).save(folder / f"{index}.png")


def test_a_broken_test_part_is_not_replaced_by_the_train_part(tmp_path):
    write(tmp_path / "train", 4, 0)
    write(tmp_path / "test", 3, 255)
    assert joined(opened(str(tmp_path), None, 0, 16), 3, 16).min() == 1
    (tmp_path / "test" / "1.png").write_bytes(b"\x89PNG cut short")
    with pytest.raises(ZooError, match=r"1 of 3 files in .*test cannot be read as images: 1.png"):
        opened(str(tmp_path), None, 0, 16)


def test_broken_files_are_left_out_when_asked(tmp_path):
    write(tmp_path / "a", 3, 255)
    (tmp_path / "a" / "1.png").write_bytes(b"\x89PNG cut short")
    with pytest.raises(ZooError, match="cannot be read as images"):
        Reference(tmp_path / "a").side(None, 0, 16, None)
    with pytest.warns(UserWarning, match="1.png"):
        assert Reference(tmp_path / "a", skip_broken=True).side(None, 0, 16, None).count == 2
