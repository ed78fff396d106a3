"""Views: which latent, class or image stands where."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import cli, draws, views


@pytest.fixture(scope="module")
def plain():
    return zoo.create("gan", image_shape=(8, 8, 1), latent_dim=4, width=10)


@pytest.fixture(scope="module")
def conditional():
    return zoo.create("acgan", image_shape=(8, 8, 1), latent_dim=4, classes=3, width=8)


def latents(model, n, seed):
    with draws.seeded((seed, 0)):
        return model.sample_latents(n)


def test_a_column_shows_a_class_and_a_row_a_latent(conditional):
    images, columns = views.classes(conditional, rows=2, seed=5)
    assert columns == 3 and images.shape == (6, 8, 8, 1)
    z = latents(conditional, 2, 5)
    for k, image in enumerate(images):
        expected = conditional((z[k // 3 : k // 3 + 1], tf.constant([k % 3])))[0]
        np.testing.assert_allclose(image, expected, atol=1e-6)


@pytest.mark.parametrize("method", ["slerp", "lerp"])
def test_interpolations_start_and_end_at_the_latents(plain, method):
    images, columns = views.interpolations(plain, rows=3, steps=5, seed=2, method=method)
    assert columns == 5 and images.shape == (15, 8, 8, 1)
    ends = plain(latents(plain, 6, 2)).numpy()
    np.testing.assert_allclose(images[::5], ends[:3], atol=1e-5)
    np.testing.assert_allclose(images[4::5], ends[3:], atol=1e-5)


def test_middles_of_the_two_methods(plain, monkeypatch):
    seen = {}
    for method in views.METHODS:
        monkeypatch.setattr(views, "_images", lambda model, z, row, method=method: seen.setdefault(method, z))
        views.interpolations(plain, rows=1, steps=3, method=method)
    a, b = latents(plain, 2, 0).numpy().astype("float64")
    np.testing.assert_allclose(seen["lerp"][1], (a + b) / 2, atol=1e-6)
    length = (np.linalg.norm(a) + np.linalg.norm(b)) / 2
    np.testing.assert_allclose(np.linalg.norm(seen["slerp"][1]), length, rtol=1e-6)
    angle = lambda x, y: np.arccos(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
    assert angle(seen["slerp"][1], a) == pytest.approx(angle(a, b) / 2, rel=1e-5)


def test_a_traversal_changes_one_coordinate(plain):
    images, columns = views.traversals(plain, [3, 0], steps=4, low=-2.0, high=1.0, seed=1)
    assert columns == 4 and len(images) == 8
    z = np.tile(latents(plain, 1, 1), (4, 1))
    z[:, 3] = [-2, -1, 0, 1]
    np.testing.assert_allclose(images[:4], plain(tf.constant(z)), atol=1e-5)


def test_a_vae_has_latents_to_walk_between():
    model = zoo.create("vae", image_shape=(8, 8, 1), latent_dim=3, width=8)
    images, columns = views.interpolations(model, rows=1, steps=4)
    assert columns == 4
    np.testing.assert_allclose(images[[0, 3]], model(latents(model, 2, 0)), atol=1e-5)


def test_reconstructions_stand_below_their_images():
    model = zoo.create("vae", image_shape=(8, 8, 1), latent_dim=3, width=8)
    given = np.random.default_rng(0).uniform(-1, 1, (7, 8, 8, 1)).astype("float32")
    images, columns = views.reconstructions(model, given, columns=3)
    assert columns == 3 and len(images) == 12  # the seventh is left out
    again = model.reconstruct(given)
    for row, expected in enumerate((given[:3], again[:3], given[3:6], again[3:6])):
        np.testing.assert_allclose(images[3 * row : 3 * row + 3], expected, atol=1e-6)


@pytest.mark.parametrize(
    "look, message",
    [
        (lambda m: views.classes(m), "gan is not told a class"),
        (lambda m: views.interpolations(m, method="cubic"), "unknown way between latents 'cubic'"),
        (lambda m: views.interpolations(m, steps=1), "steps: expected at least the two ends, found 1"),
        (lambda m: views.traversals(m, [4]), r"coordinates: expected some of 0..3, found \[4\]"),
        (lambda m: views.traversals(m, []), r"found \[\]"),
        (lambda m: views.reconstructions(m, np.zeros((8, 8, 8, 1), "float32")), "gan has no encoder"),
        (lambda m: views.reconstructions(m, np.zeros((3, 8, 8, 1), "float32")), "at least a row of 8, found 3"),
    ],
)
def test_wrong_wishes_are_named(plain, look, message):
    with pytest.raises(zoo.ZooError, match=message):
        look(plain)


def test_the_command_writes_a_class_grid(tmp_path, capsys):
    out = tmp_path / "classes.png"
    assert cli.main(["view", "cgan:fashion_mnist", "--kind", "classes", "--rows", "2", "--out", str(out)]) == 0
    assert Image.open(out).size == (10 * 32 + 9 * 2, 2 * 32 + 2)
    assert cli.main(["view", "cgan:fashion_mnist", "--kind", "reconstructions", "--out", str(out)]) == 2
    assert "--data: name the images to reconstruct" in capsys.readouterr().err
    wish = ["--kind", "reconstructions", "--data", "fashion_mnist", "--out", str(out)]
    assert cli.main(["view", "cgan:fashion_mnist", *wish]) == 2
    assert "cgan has no encoder" in capsys.readouterr().err
