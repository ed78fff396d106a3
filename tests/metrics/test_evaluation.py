"""`evaluate` on real data: better images score better, and what it was asked to compare is what it compares."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import FashionClassifier, evaluate

FASHION = FashionClassifier()


@pytest.fixture(scope="module")
def real():
    """Test images and as many training images of Fashion-MNIST, uint8."""
    return open_source("fashion_mnist", split="test").images, open_source("fashion_mnist").images[:2000]


def noisy(images, sigma, seed=0):
    unit = images / np.float32(127.5) - 1
    return np.clip(unit + sigma * np.random.default_rng(seed).normal(size=unit.shape), -1, 1).astype(np.float32)


def numbers(result):
    """The entries that `pytest.approx` can compare."""
    return {key: value for key, value in result.items() if isinstance(value, float | int)}


class Generator:
    """A "model" that returns stored images."""

    def __init__(self, images):
        self.images = images

    def sample(self, n, seed=0):
        return self.images[np.random.default_rng(seed).integers(0, len(self.images), n)]


def test_real_before_noisy_before_noise(real):
    test, train = real
    noise = np.random.default_rng(1).uniform(-1, 1, train.shape).astype(np.float32)
    scores = [evaluate(images, test, samples=1000, extractor=FASHION) for images in (train, noisy(train, 0.3), noise)]
    for metric, sign in (("fid[fashion]", 1), ("kid[fashion]", 1), ("inception_score[fashion]", -1)):
        first, second, third = (sign * score[metric] for score in scores)
        assert first < second < third, metric
    assert scores[0]["fid[fashion]"] < 0.1 * scores[1]["fid[fashion]"]
    assert abs(scores[0]["kid[fashion]"]) < 0.1 * scores[1]["kid[fashion]"]
    assert scores[0]["inception_score[fashion]"] > 6
    assert list(scores[0]) == [
        "fid[fashion]",
        "kid[fashion]",
        "kid std[fashion]",
        "inception_score[fashion]",
        "inception_score std[fashion]",
        "samples",
        "extractor",
        "accuracy of the extractor",
    ]
    assert scores[0]["samples"] == 1000
    assert scores[0]["extractor"] == "fashion"
    assert scores[0]["accuracy of the extractor"] == FASHION.accuracy


@pytest.mark.parametrize("spoil", ["noise", "blur", "classes"])
def test_fid_rises_with_every_level(real, spoil):
    import scipy.ndimage

    test, train = real
    if spoil == "noise":
        levels = [noisy(train, sigma) for sigma in (0, 0.1, 0.3, 0.9)]
    elif spoil == "blur":
        levels = [scipy.ndimage.gaussian_filter(train, (0, s, s, 0)) if s else train for s in (0, 0.7, 1.2, 2.5)]
    else:
        labels = open_source("fashion_mnist").labels[:2000]
        levels = [train[labels < classes] for classes in (10, 7, 4, 1)]
    fids = [evaluate(level, test, "fid", samples=1000, extractor=FASHION)["fid[fashion]"] for level in levels]
    if spoil == "classes":  # fewer images are left in each level: at equal numbers the order is the same
        least = min(map(len, levels))
        fids = [evaluate(level, test, "fid", samples=least, extractor=FASHION)["fid[fashion]"] for level in levels]
    assert fids == sorted(fids)
    assert fids[-1] > 4 * fids[0]


def test_identical_images(real):
    result = evaluate(real[0], real[0], ("fid", "kid"), extractor=FASHION)
    assert result["fid[fashion]"] < 1e-6
    assert abs(result["kid[fashion]"]) < 0.01


def test_model_name_dataset_and_array_give_the_same(real):
    import tensorflow as tf

    test, train = real
    model = Generator(noisy(train, 0.0))
    by_array = evaluate(model, test[:500], "fid", samples=500, extractor=FASHION)
    batched = tf.data.Dataset.from_tensor_slices((noisy(test[:500], 0.0), np.arange(500))).batch(64)
    by_dataset = evaluate(model, batched, "fid", samples=500, extractor=FASHION)
    assert numbers(by_dataset) == pytest.approx(numbers(by_array), rel=1e-6)
    whole = evaluate(model, test, "fid", samples=700, extractor=FASHION)
    for data in ("fashion_mnist", open_source("fashion_mnist", split="test")):
        assert evaluate(model, data, "fid", samples=700, extractor=FASHION) == whole
    assert evaluate(model, test, "fid", samples=700, seed=1, extractor=FASHION) != whole


def test_a_name_is_opened_in_the_size_of_the_model(real):
    padded = np.pad(real[1], ((0, 0), (2, 2), (2, 2), (0, 0)))
    at_28 = evaluate(real[1], "fashion_mnist", "fid", samples=500, extractor=FASHION)
    assert evaluate(padded, "fashion_mnist", "fid", samples=500, extractor=FASHION) == at_28


def test_folder_of_images(real, tmp_path):
    for index, image in enumerate(real[1][:60]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{index:03}.png")
    by_folder = evaluate(tmp_path, "fashion_mnist", ("fid", "inception_score"), samples=60, extractor=FASHION)
    by_array = evaluate(real[1][:60], "fashion_mnist", ("fid", "inception_score"), samples=60, extractor=FASHION)
    assert by_folder == by_array
    against_folder = evaluate(real[1][:60], str(tmp_path), "fid", extractor=FASHION)
    assert against_folder["fid[fashion]"] < 1e-6


def test_digits_have_their_own_judge_and_the_number_compared_is_stated():
    train = open_source("digits")
    result = evaluate(train.images / np.float32(8) - 1, "digits", seed=3)
    assert result["samples"] == 397
    assert result["accuracy of the extractor"] >= 0.975
    assert result["inception_score[digits]"] > 7
    noise = np.random.default_rng(0).uniform(-1, 1, (397, 8, 8, 1)).astype(np.float32)
    assert evaluate(noise, "digits")["fid[digits]"] > 10 * result["fid[digits]"]


def test_a_foreign_extractor():
    class Channels:
        name = "channel means"

        def __call__(self, images):
            return {"features": images.mean((1, 2))}

    generator = np.random.default_rng(0)
    a, b = generator.uniform(-0.5, 0.5, (2, 300, 4, 4, 3)).astype(np.float32)
    result = evaluate(a, b + np.float32(0.25), "fid", extractor=Channels())
    assert result["fid[channel means]"] == pytest.approx(3 * 0.25**2, rel=0.1)
    assert result["accuracy of the extractor"] is None
    with pytest.raises(ZooError, match="class scores, which the extractor 'channel means' does not give"):
        evaluate(a, b, "inception_score", extractor=Channels())


class Stubborn(Generator):
    """Returns what it has, whatever is asked."""

    def sample(self, n, seed=0):
        return self.images


BLACK = np.full((4, 28, 28, 1), -1, np.float32)


@pytest.mark.parametrize(
    ("judged", "data", "arguments", "says"),
    [
        (BLACK, BLACK, {"metrics": ("fdi",)}, "unknown metric 'fdi'; did you mean 'fid'"),
        (BLACK, BLACK, {"samples": 1}, "samples must be at least 2; found 1"),
        (BLACK, BLACK, {"seed": -1}, "seed must not be negative"),
        (Generator(BLACK), BLACK, {"batch_size": 0}, "batch_size must be at least 1; found 0"),
        (BLACK[:1], BLACK, {}, "at least two images on each side are needed; found 1 to judge and 4 real"),
        (BLACK, [], {}, "found 4 to judge and 0 real"),
        (BLACK, np.zeros((4, 32, 32, 1), np.float32), {}, r"judge are \(28, 28, 1\), the real ones \(32, 32, 1\)"),
        (np.zeros((4, 64, 64, 3), np.uint8), np.zeros((4, 64, 64, 3), np.uint8), {}, "no offline extractor fits"),
        (Stubborn(BLACK), BLACK, {"samples": 10}, r"sample\(10\) of the model must return 10 images; found 4"),
        (Generator(np.zeros((4, 2))), BLACK, {}, "samples of the model must have shape.*mode_coverage"),
        (Generator(BLACK * np.nan), BLACK, {}, "samples of the model hold NaN"),
        (Generator(BLACK * 9), BLACK, {}, r"samples of the model must lie in \[-1, 1\]"),
        (BLACK, "fashion_mnst", {}, "unknown data set 'fashion_mnst'; did you mean 'fashion_mnist'"),
        (BLACK, "shapes32", {}, "two sides"),
    ],
)
def test_errors(judged, data, arguments, says):
    with pytest.raises(ZooError, match=says):
        evaluate(judged, data, **arguments)


def test_import_loads_no_tensorflow():
    code = (
        "import sys, tfgan_zoo.metrics as m; m.fid([[0.0], [1.0]], [[0.0], [2.0]]); m.FashionClassifier().accuracy;"
        "print([name for name in ('tensorflow', 'keras', 'tfgan_zoo.data') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
