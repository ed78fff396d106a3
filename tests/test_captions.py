"""Labelled grids: where images stand, where words stand, and that neither covers the other."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.captions import enlarged, labelled, labelled_grid
from tfgan_zoo.errors import ZooError


def squares(n, side=64, channels=3):
    """Images of one colour each, no two the same, none of them grey."""
    images = np.zeros((n, side, side, channels), np.uint8)
    images[..., 0] = 255
    images[..., 1] = (np.arange(n) * 5 % 200)[:, None, None]
    return images


def corners(picture, images):
    """Top left corner (y, x) of each image, which must be there whole and once."""
    found = []
    for image in images:
        there = np.argwhere((picture == image[0, 0]).all(axis=-1))
        (y, x), (bottom, right) = there.min(axis=0), there.max(axis=0)
        height, width = image.shape[:2]
        assert (bottom - y + 1, right - x + 1, len(there)) == (height, width, height * width)
        found.append((y, x))
    return np.array(found)


def ink(picture):
    """Where words are: all that is neither white nor of an image's colour."""
    grey = (picture.max(axis=-1) == picture.min(axis=-1)) & (picture[..., 0] < 255)
    return np.argwhere(grey)


@pytest.mark.parametrize("side,factor", [(8, 8), (28, 3), (33, 2), (63, 2), (64, 1), (100, 1)])
def test_small_images_are_enlarged_by_whole_pixels(side, factor):
    image = np.random.default_rng(0).integers(0, 256, (1, side, side, 1), np.uint8)
    large = enlarged(image)
    assert large.shape == (1, side * factor, side * factor, 1)
    np.testing.assert_array_equal(large[:, ::factor, ::factor], image)
    np.testing.assert_array_equal(large[:, factor - 1 :: factor, factor - 1 :: factor], image)


def test_floats_are_scaled_and_greys_have_a_channel():
    assert enlarged(np.array([[[-1.0, 1.0]]]), side=1).tolist() == [[[[0], [255]]]]


def test_images_stand_in_rows_below_and_right_of_their_words():
    images = squares(6)
    picture = labelled(images, 3, ["-1", "0", "+1"], ["seed 3", "seed 4\nagain"], "a title")
    at = corners(picture, images)
    assert len({tuple(x) for x in at[:, 1].reshape(2, 3)}) == 1 and (np.ptp(at[:, 0].reshape(2, 3), axis=1) == 0).all()
    assert np.diff(at[:3, 1]).tolist() == [66, 66] and at[3, 0] - at[0, 0] == 66
    words = ink(picture)
    above, left = words[words[:, 0] < at[0, 0]], words[words[:, 0] >= at[0, 0]]
    assert len(above) > 100 and len(left) > 100
    assert left[:, 1].max() < at[0, 1] - 4  # nothing is written onto images
    for row in (0, 3):  # words of a row at its height, about its middle
        beside = left[(left[:, 0] >= at[row, 0]) & (left[:, 0] < at[row, 0] + 64)]
        assert abs((beside[:, 0].min() + beside[:, 0].max()) / 2 - at[row, 0] - 32) < 5


def test_a_column_label_is_above_the_middle_of_its_column():
    images = squares(3)
    for k in range(3):
        picture = labelled(images, 3, ["x" if j == k else "" for j in range(3)])
        at, words = corners(picture, images), ink(picture)
        assert abs((words[:, 1].min() + words[:, 1].max()) / 2 - (at[k, 1] + 31.5)) <= 1.5
        assert words[:, 0].max() < at[k, 0]


def test_long_words_push_columns_and_rows_apart_instead_of_touching():
    images = squares(2)
    picture = labelled(images, 2, ["a very long label", "another long one"])
    at, words = corners(picture, images), ink(picture)
    used = np.zeros(picture.shape[1], bool)
    used[words[:, 1]] = True
    middle = (at[0, 1] + 64 + at[1, 1]) // 2
    assert not used[middle - 2 : middle + 2].any() and at[1, 1] - at[0, 1] > 66
    tall = labelled(images, 1, (), ["\n".join("abcdefgh"), "b"])
    assert np.diff(corners(tall, images)[:, 0])[0] > 120


def test_without_words_there_is_the_grid_and_a_margin_only():
    assert labelled(squares(4), 2).shape == (64 * 2 + 2 + 20, 64 * 2 + 2 + 20, 3)


def test_groups_of_rows_are_parted_and_named_at_their_middle():
    images = squares(4)
    picture = labelled(images, 1, (), ["a", "b", "c", "d"], groups=["", "second"])
    at, words = corners(picture, images), ink(picture)
    assert np.diff(at[:, 0]).tolist() == [66, 76, 66]
    name = words[words[:, 1] < 50]
    assert abs((name[:, 0].min() + name[:, 0].max()) / 2 - (at[2, 0] + 65)) < 5
    rows = words[words[:, 1] > name[:, 1].max() + 5]  # "a" to "d", between the groups' names and the images
    assert len(rows) > 20 and rows[:, 1].max() < at[0, 1]


def test_an_incomplete_last_row_is_left_white(tmp_path):
    path = tmp_path / "deep" / "grid.png"
    labelled_grid(squares(3), path, 2, ["a", "b"], ["c", "d"])
    with Image.open(path) as image:
        picture = np.asarray(image)
    at = corners(picture, squares(3))
    assert at[2].tolist() == [at[0, 0] + 66, at[0, 1]]
    assert (picture[at[2, 0] : at[2, 0] + 64, at[1, 1] : at[1, 1] + 64] == 255).all()
    assert [p.name for p in path.parent.iterdir()] == ["grid.png"]


def test_a_wrong_number_of_labels_or_no_images_are_named():
    with pytest.raises(ZooError, match="expected 2 column labels, found 3"):
        labelled(squares(4), 2, ["a", "b", "c"])
    with pytest.raises(ZooError, match="expected 2 row labels, found 1"):
        labelled(squares(4), 2, (), ["a"])
    with pytest.raises(ZooError, match="3 rows do not make 2 groups"):
        labelled(squares(3), 1, groups=["a", "b"])
    with pytest.raises(ZooError, match=r"expected images \(n, height, width, 1 or 3\), found \(0, 8, 8, 1\)"):
        labelled(np.zeros((0, 8, 8, 1), np.uint8), 2)
