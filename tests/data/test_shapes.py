"""shapes32: colours, areas, and the hidden correspondence."""

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import shapes
from tfgan_zoo.errors import ZooError


def test_domains():
    pair = data.open_source("shapes32")
    assert pair.kind == "unpaired" and pair.image_shape == (32, 32, 3) == pair.target_shape and len(pair) == 2_000
    x, y = pair.x.images.astype(int), pair.y.images.astype(int)
    assert (x[..., 0].max(axis=(1, 2)) == 230).all() and (y[..., 2].max(axis=(1, 2)) == 240).all()
    assert (x[..., 0] >= x[..., 2]).all() and (y[..., 2] >= y[..., 0]).all()
    # Nothing is cut off: the margin is black.
    edge = np.ones((32, 32), bool)
    edge[1:-1, 1:-1] = False
    assert (x[:, edge] == 0).all() and (y[:, edge] == 0).all()
    assert np.bincount(pair.x.labels).min() > 500
    images, targets = next(iter(data.load("shapes32", batch_size=16)))
    assert images.shape == targets.shape == (16, 32, 32, 3)
    assert images.numpy().min() == -1


def test_areas_are_those_of_the_shapes():
    for kind, area in ((0, np.pi), (1, 1.7**2), (2, 3 * np.sqrt(3) / 4)):
        drawn = shapes.Shapes(np.array([kind]), np.array([[16.0, 16.0]]), np.array([9.0]))
        filled = shapes.render(drawn, "x")[..., 0].sum() / 230
        assert filled == pytest.approx(area * 81, rel=0.02)
    ring = shapes.render(shapes.Shapes(np.array([0]), np.array([[16.0, 16.0]]), np.array([9.0])), "y")
    assert ring[..., 2].sum() / 240 == pytest.approx(np.pi * (81 - 49), rel=0.02)
    assert ring[0, 16, 16].tolist() == [0, 0, 0]


def test_true_partners_and_independence():
    pair = data.open_source("shapes32", seed=4)
    partner = shapes.partners(seed=4)
    assert sorted(partner) == list(range(2_000))
    np.testing.assert_array_equal(pair.y.labels[partner], pair.x.labels)
    # An outline lies inside its shape: where the partner is blue, x is red.
    blue = pair.y.images[partner, ..., 2] > 100
    assert (pair.x.images[..., 0][blue] > 60).all()
    assert (partner == np.arange(2_000)).sum() < 10
    same_shape = (pair.x.labels == pair.y.labels).mean()
    assert 0.28 < same_shape < 0.39


def test_render_gives_the_counterpart_of_fresh_shapes():
    drawn = shapes.draw_shapes(50, seed=1)
    x, y = shapes.render(drawn, "x"), shapes.render(drawn, "y")
    assert x.shape == y.shape == (50, 32, 32, 3) and x.dtype == np.uint8
    assert ((y[..., 2] > 0) <= (x[..., 0] > 0)).all()
    np.testing.assert_array_equal(shapes.render(drawn[10:12], "x"), x[10:12])


def test_seeds_splits_sizes():
    a, b, c = (data.open_source("shapes32", seed=s, split=t) for s, t in ((0, "test"), (0, "test"), (1, "test")))
    assert (a.x.images == b.x.images).all() and not (a.x.images == c.x.images).all()
    small = data.open_source("shapes32", 16, split="test", channels=1)
    assert small.image_shape == (16, 16, 1) and len(small) == 500
    with pytest.raises(ZooError, match="unknown domain 'z'"):
        shapes.render(shapes.draw_shapes(1), "z")
    with pytest.raises(ZooError, match="'shapes32' has no labels"):
        data.load("shapes32", labels=True)
