"""Grids and scatter plots."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import data
from tfgan_zoo.errors import ZooError


def test_floats_become_bytes():
    values = np.array([-1, 1, 0, -3, 3, np.nan, np.inf, -np.inf, 3 / 127.5 - 1], np.float32)
    assert data.to_uint8(values).tolist() == [0, 255, 128, 0, 255, 0, 255, 0, 3]
    every = np.arange(256, dtype=np.uint8)
    assert (data.to_uint8(every.astype(np.float32) / np.float32(127.5) - 1) == every).all()


def test_grid_places_images_in_rows():
    images = np.full((5, 4, 3, 1), 1, np.uint8) * np.arange(5, dtype=np.uint8)[:, None, None, None]
    picture = data.grid(images)
    assert picture.shape == (2 * 4 + 2, 3 * 3 + 2 * 2, 1)
    for k in range(5):
        top, left = k // 3 * 6, k % 3 * 5
        assert (picture[top : top + 4, left : left + 3] == k).all()
    assert (picture[4:6] == 255).all() and (picture[:, 3:5] == 255).all() and (picture[6:, 10:] == 255).all()
    assert data.grid(images, columns=5).shape == (4, 5 * 3 + 4 * 2, 1)
    assert data.grid(images[..., 0]).shape == picture.shape


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_saved_grid_reads_back(tmp_path, channels, mode):
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, channels)).astype(np.float32)
    data.save_grid(images, tmp_path / "new/grid.png")
    with Image.open(tmp_path / "new/grid.png") as picture:
        assert picture.mode == mode and picture.size == (18, 18) and picture.format == "PNG"
        np.testing.assert_array_equal(np.asarray(picture).reshape(18, 18, channels), data.grid(images))
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["grid.png"]


def test_points_are_plotted_where_they_are(tmp_path):
    generator = np.random.default_rng(0)
    points = np.array([1.0, 1.0]) + 0.05 * generator.normal(size=(200, 2))
    points[0] = np.nan
    data.save_grid(points, tmp_path / "points.png")
    with Image.open(tmp_path / "points.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    blue = (pixels[..., 2] - pixels[..., 0]) > 60
    rows, columns = np.nonzero(blue)
    assert blue.any() and rows.mean() < pixels.shape[0] / 2 and columns.mean() > pixels.shape[1] / 2


def test_errors(tmp_path):
    with pytest.raises(ZooError, match=r"a grid needs images .* found \(2, 4, 4, 2\)"):
        data.save_grid(np.zeros((2, 4, 4, 2)), tmp_path / "a.png")
    with pytest.raises(ZooError, match=r"found \(0, 4, 4, 3\)"):
        data.save_grid(np.zeros((0, 4, 4, 3)), tmp_path / "a.png")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ZooError, match="cannot write"):
        data.save_grid(np.zeros((1, 4, 4, 3)), tmp_path / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
