"""Real published weights through the whole chain: import, samples, directions, export, verification.

`tools/fetch_data gan_face_generate` gets them (14 MB); `tools/test` does so before it runs.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import export, latent
from tfgan_zoo.cli import main

WEIGHTS = Path(os.environ["TFGAN_ZOO_TEST_WEIGHTS"], "gan_face_generate.tar")
pytestmark = [
    pytest.mark.skipif(not WEIGHTS.exists(), reason="run: tools/fetch_data gan_face_generate"),
    pytest.mark.xdist_group("faces"),
]


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """The path of the model that the command line imports."""
    folder = tmp_path_factory.mktemp("faces")
    given = ["import", str(WEIGHTS), "--source", "gan-face-generate", "--out", str(folder / "faces.keras")]
    assert main([*given, "--picture", str(folder / "faces.png")]) == 0
    return folder / "faces.keras"


def test_they_are_faces(faces):
    """On average symmetric and of skin's colours in the middle; and they vary."""
    model = zoo.load(faces)
    images = model.sample(64, seed=0).numpy()
    assert images.shape == (64, 64, 64, 3) and model.prior == "normal" and model.kernel == 4
    mean = images.mean(axis=0)
    correlation = np.corrcoef(mean.ravel(), mean[:, ::-1].ravel())[0, 1]
    assert correlation > 0.9, correlation
    red, green, blue = mean[20:44, 20:44].mean(axis=(0, 1))
    assert red > green > blue
    assert images.std(axis=0).mean() > 0.3
    with Image.open(faces.with_suffix(".png")) as picture:
        assert min(picture.size) >= 6 * 64


def test_directions_change_them_more_than_random_ones(faces):
    model = zoo.load(faces)
    found = zoo.latent.sefa(model, k=5)
    z = tf.random.stateless_normal((32, 100), (0, 1)).numpy()
    images = model(z).numpy()
    change = lambda n: float(np.sqrt(np.mean((model(z + 2 * n).numpy() - images) ** 2)))
    random = np.random.default_rng(0).normal(size=(5, 100))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    assert np.mean([change(n) for n in found.directions]) > 1.2 * np.mean([change(n) for n in random.astype("float32")])


def test_they_are_edited_and_exported_by_the_command_line(faces, tmp_path):
    picture, directions = tmp_path / "strips.png", tmp_path / "directions.npz"
    given = ["edit", str(faces), "--method", "sefa", "--count", "3", "--seeds", "0-1", "--strengths", "-4:4:5"]
    assert main([*given, "--out", str(picture), "--directions", str(directions)]) == 0
    with Image.open(picture) as found:
        assert found.size[0] > 5 * 64 and found.size[1] > 6 * 64
    moved = latent.read_directions(directions)
    assert moved.directions.shape == (3, 100) and moved.meta["space"] == "z"

    assert main(["export", str(faces), "--out", str(tmp_path), "--directions", str(directions)]) == 0
    served = tf.saved_model.load(tmp_path / "savedmodel" / "dcgan" / "1")
    model = zoo.load(faces)
    z = tf.random.stateless_normal((2, 100), (0, 1))
    edited = served.edit(latents=z, direction=tf.constant([2]), strength=tf.constant([3.0]))["images"]
    expected = model(z.numpy() + 3.0 * moved.directions[2])
    np.testing.assert_allclose(edited, expected, atol=1e-4)
    verdict = export.verify(tmp_path / "dcgan.tflite", model)
    assert verdict.ok, str(verdict)
