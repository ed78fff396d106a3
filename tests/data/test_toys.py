"""The toy distributions have the modes that they claim."""

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import toys
from tfgan_zoo.errors import ZooError


def test_ring8_has_8_distinct_means_on_a_circle_of_radius_2():
    means, sigma = data.modes("ring8")
    assert means.shape == (8, 2) and sigma == 0.02
    np.testing.assert_allclose(np.hypot(*means.T), 2, rtol=1e-6)
    gaps = np.linalg.norm(means[:, None] - means[None], axis=-1) + 10 * np.eye(8)
    np.testing.assert_allclose(gaps.min(axis=1), 4 * np.sin(np.pi / 8), rtol=1e-5)


def test_grid25_has_the_means_of_the_lattice():
    means, sigma = data.modes("grid25")
    lattice = {(2 * i / 2.828, 2 * j / 2.828) for i in range(-2, 3) for j in range(-2, 3)}
    assert {tuple(np.round(m, 5)) for m in means.astype(float)} == {tuple(np.round(m, 5)) for m in lattice}
    assert sigma == pytest.approx(0.05 / 2.828)


@pytest.mark.parametrize(("name", "count"), [("ring8", 8), ("grid25", 25)])
def test_points_lie_around_their_modes(name, count):
    source = data.open_source(name)
    means, sigma = data.modes(name)
    assert source.image_shape == (2,) and source.kind == "points" and source.classes == count and len(source) == 50_000
    offsets = source.images - means[source.labels]
    assert offsets.std() == pytest.approx(sigma, rel=0.02)
    assert abs(offsets.mean()) < 5 * sigma / np.sqrt(offsets.size)
    assert np.bincount(source.labels).min() > 0.9 * 50_000 / count
    nearest = np.linalg.norm(source.images[:500, None] - means, axis=-1).argmin(axis=1)
    np.testing.assert_array_equal(nearest, source.labels[:500])


def test_batches_of_points():
    points, mode = next(iter(data.load("ring8", batch_size=100, labels=True)))
    means, sigma = data.modes("ring8")
    assert points.shape == (100, 2) and points.dtype == np.float32
    assert np.abs(points.numpy() - means[mode.numpy()]).max() < 6 * sigma


def test_swiss_roll_is_a_spiral():
    points, labels = toys.draw("swiss_roll", 20_000)
    assert labels is None and points.dtype == np.float32
    radius = np.hypot(*points.T) * 7.5
    assert 1.5 * np.pi - 1 < radius.min() and radius.max() < 4.5 * np.pi + 1
    # On the curve the radius is the angle, up to whole turns.
    rest = (radius - np.arctan2(points[:, 1], points[:, 0])) / (2 * np.pi)
    assert np.abs(rest - np.rint(rest)).std() < 0.05
    with pytest.raises(ZooError, match="has no modes"):
        data.modes("swiss_roll")


def test_seed_and_split_decide_the_points():
    a, b, c, d = (
        data.open_source("ring8", seed=s, split=t).images[:100]
        for s, t in ((0, "train"), (0, "train"), (1, "train"), (0, "test"))
    )
    assert (a == b).all() and not (a == c).any(axis=1).all() and not (a == d).any(axis=1).all()


def test_errors():
    with pytest.raises(ZooError, match="unknown toy 'ring9'; did you mean 'ring8'"):
        data.modes("ring9")
    with pytest.raises(ZooError, match="'ring8' holds points in the plane: leave image_size, channels and resize out"):
        data.open_source("ring8", 32)
    with pytest.raises(ZooError, match="unknown split of grid25 'val'"):
        data.open_source("grid25", split="val")
