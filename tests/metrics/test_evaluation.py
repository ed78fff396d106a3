"""`evaluate` on real data: better images score better, and what it was asked to compare is what it compares."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import FashionClassifier, evaluate
from tfgan_zoo.metrics.reference import Reference
from tfgan_zoo.metrics.scores import METRICS, rank
from tfgan_zoo.metrics.statistics_files import Statistics, statistics_of, write_statistics

FASHION = FashionClassifier()


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path_factory.mktemp("cache")))


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
        "protocol",
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
    at_32 = evaluate(padded, "fashion_mnist", "fid", samples=500, extractor=FASHION)
    assert numbers(at_32) == numbers(at_28)
    assert "of 32x32x1" in at_32["protocol"] and "of 28x28x1" in at_28["protocol"]


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
        (BLACK, BLACK, {"metrics": ()}, "name at least one metric"),
        (BLACK, BLACK, {"confidence": 95}, "confidence must lie between 0 and 1"),
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


@pytest.fixture(scope="module")
def everything(real):
    """All metrics with intervals, of images near the real ones and of noisier ones."""
    test, train = (np.pad(x[:400], ((0, 0), (2, 2), (2, 2), (0, 0))) for x in real)
    arguments = {"metrics": tuple(METRICS), "samples": 400, "confidence": 0.9, "extractor": FASHION}
    return [evaluate(images, test, **arguments) for images in (train, noisy(train, 0.5))]


def test_every_metric_tells_real_from_noisy(everything):
    near, far = everything
    lower = ("fid", "fid_infinity", "kid")
    higher = ("inception_score", "precision", "recall", "density", "coverage")
    for name in lower:
        assert near[f"{name}[fashion]"] < far[f"{name}[fashion]"], name
    for name in higher:
        assert near[f"{name}[fashion]"] > far[f"{name}[fashion]"], name
    for name in ("swd[pixels]", "swd 32[pixels]", "swd 16[pixels]"):
        assert near[name] < far[name], name
    assert near["swd[pixels]"] == pytest.approx((near["swd 32[pixels]"] + near["swd 16[pixels]"]) / 2)
    assert (
        near["ms_ssim real[pixels]"] == far["ms_ssim real[pixels]"] == pytest.approx(near["ms_ssim[pixels]"], abs=0.05)
    )
    assert near["precision[fashion]"] > 0.6 and near["coverage[fashion]"] > 0.7
    assert near["fid_infinity[fashion]"] < near["fid[fashion]"]
    for metric in METRICS:
        assert rank(metric, near) < rank(metric, far), metric


def test_scores_are_those_of_the_functions(real, everything):
    from tfgan_zoo.metrics import extract, kid
    from tfgan_zoo.metrics.density_coverage import density_coverage
    from tfgan_zoo.metrics.precision_recall import precision_recall
    from tfgan_zoo.metrics.sliced_wasserstein import laplacian_swd

    test, train = (np.pad(x[:400], ((0, 0), (2, 2), (2, 2), (0, 0))) for x in real)
    a, b = (extract(FASHION, x)["features"] for x in (test, train))
    near = everything[0]
    assert (near["precision[fashion]"], near["recall[fashion]"]) == precision_recall(a, b)
    assert (near["density[fashion]"], near["coverage[fashion]"]) == density_coverage(a, b)
    assert near["kid[fashion]"] == pytest.approx(kid(a, b).mean, abs=1e-6)
    assert near["swd[pixels]"] == laplacian_swd(test, train).average


def test_intervals_hold_their_score(everything):
    for scores in everything:
        for name in ("kid", "inception_score", "precision", "recall", "density", "coverage"):
            low, value, high = (scores[f"{name}{end}[fashion]"] for end in (" low", "", " high"))
            assert low < value < high, name
    assert not [name for name in everything[0] if name.startswith(("fid low", "swd low"))]


def test_the_protocol_says_how(everything):
    protocol = everything[0]["protocol"]
    for words in (
        "400 generated against 400 real images of 32x32x1",
        "fid: covariances with ddof 1, biased upwards (two samples of one distribution would be at about ",
        "kid: 1 subset of 400",
        "inception_score: 4 splits of 100 generated images",
        "k = 3 neighbors",
        "up to N = 400",
        "seed 0, batches of 256",
        "bootstrap intervals of 90%",
    ):
        assert words in protocol, words


def test_the_bias_that_is_told_is_the_bias(real):
    """Two halves of Gaussian features are as far apart as the protocol says."""

    class Gaussian:
        name = "gaussian"

        def __call__(self, images):
            return {"features": images.reshape(len(images), -1)[:, :4].astype(np.float64) * [1, 2, 3, 4]}

    found = []
    for seed in range(12):
        x = np.clip(np.random.default_rng(seed).normal(scale=0.2, size=(2, 200, 2, 2, 1)), -1, 1).astype(np.float32)
        found.append(evaluate(*x, "fid", extractor=Gaussian()))
    told = float(found[0]["protocol"].split("at about ")[1].split(" ")[0])
    assert told == pytest.approx(np.mean([f["fid[gaussian]"] for f in found]), rel=0.35)
    few = evaluate(x[0][:8], x[1][:8], "fid", extractor=Gaussian())
    assert "strongly, as 8 images are few for 4 dimensions" in few["protocol"]


def test_statistics_take_the_place_of_images(real, tmp_path):
    model = Generator(noisy(real[1], 0.2))
    against_images = evaluate(model, "fashion_mnist", ("fid", "inception_score"), samples=600, extractor="fashion")
    path = write_statistics(tmp_path / "a.npz", statistics_of("fashion_mnist", samples=600))
    against_file = evaluate(model, path, ("fid", "inception_score"), samples=600)
    assert numbers(against_file) == numbers(against_images)
    assert "600 generated images of 28x28x1 against statistics of 600 real ones" in against_file["protocol"]
    # All samples of the model are taken, however many the statistics are of; a published file does not tell.
    whole = statistics_of(real[0][:500])
    np.savez(tmp_path / "published.npz", mu=whole.mean, sigma=whole.covariance)
    result = evaluate(model, str(tmp_path / "published.npz"), "fid", samples=900)
    assert result["samples"] == 900 and "an unknown number of real ones" in result["protocol"]
    with pytest.raises(ZooError, match="kid needs real images, and .*a.npz holds only the statistics that FID takes"):
        evaluate(model, path, ("fid", "kid"))


def test_statistics_of_another_network_are_refused(real, tmp_path):
    d = 2048
    path = write_statistics(tmp_path / "a.npz", Statistics(np.zeros(d), np.eye(d)))
    with pytest.raises(ZooError, match="statistics of 2048 dimensions, the features of 'fashion' have 128"):
        evaluate(Generator(noisy(real[1], 0)), path, "fid")
    path = write_statistics(tmp_path / "b.npz", Statistics(np.zeros(128), np.eye(128), 9, "digits"))
    with pytest.raises(ZooError, match="holds statistics of 'digits'; the extractor is 'fashion'"):
        evaluate(Generator(noisy(real[1], 0)), path, "fid")


class Counting:
    """The classifier, counting images."""

    name, accuracy, judged = "fashion", FASHION.accuracy, 0

    def __call__(self, images):
        self.judged += len(images)
        return FASHION(images)


def test_fid_alone_takes_the_statistics_that_were_kept(real):
    model, counting = Generator(noisy(real[1], 0.2)), Counting()
    first = evaluate(model, "fashion_mnist", "fid", samples=300, extractor=counting)
    assert counting.judged == 608
    assert evaluate(model, "fashion_mnist", "fid", samples=300, extractor=counting) == first
    assert counting.judged == 916
    # With images and features at hand it is the same number, to the last bit.
    assert (
        evaluate(model, "fashion_mnist", ("kid", "fid"), samples=300, extractor=counting)["fid[fashion]"]
        == (first["fid[fashion]"])
    )


def test_a_reference_is_judged_once(real):
    counting = Counting()
    reference = Reference(real[0][:300])
    results = [
        evaluate(Generator(noisy(real[1], sigma)), reference, ("fid", "kid"), samples=300, extractor=counting)
        for sigma in (0.1, 0.5)
    ]
    assert counting.judged == 900 and results[0]["fid[fashion]"] < results[1]["fid[fashion]"]
    alone = evaluate(Generator(noisy(real[1], 0.5)), real[0][:300], ("fid", "kid"), samples=300, extractor=counting)
    assert alone == results[1]
    evaluate(Generator(noisy(real[1], 0.5)), reference, ("fid", "kid"), samples=200, extractor=counting)
    assert counting.judged == 1900  # another number is another reference


def test_pixels_need_no_network():
    generator = np.random.default_rng(0)
    a, b = generator.integers(0, 256, (2, 20, 24, 24, 3), np.uint8)
    result = evaluate(a, b, ("swd", "ms_ssim"))
    assert list(result)[:3] == ["swd[pixels]", "ms_ssim[pixels]", "ms_ssim real[pixels]"]
    assert result["extractor"] is None and "reach" not in result["protocol"]
    for metric in ("swd", "ms_ssim"):
        with pytest.raises(ZooError, match="sides of at least 1"):
            evaluate(a[:, :8, :8], b[:, :8, :8], metric)


def test_swd_of_many_images_takes_a_choice_of_all(monkeypatch):
    """Sets are often sorted by class: the first images are of some classes alone."""
    from tfgan_zoo.metrics import scores

    monkeypatch.setattr(scores, "SWD_IMAGES", 40)
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 256, (80, 16, 16, 1), np.uint8)
    halves = np.concatenate([np.full((40, 16, 16, 1), 128, np.uint8), noise[40:]])
    assert evaluate(halves, noise, "swd")["swd[pixels]"] < 0.9 * evaluate(halves[:40], noise, "swd")["swd[pixels]"]
    assert "swd: 40 images" in evaluate(halves, noise, "swd")["protocol"]


def test_an_extractor_by_name_and_its_protocol(real):
    class Clean(Counting):
        protocol = "clean"

    result = evaluate(real[1], real[0], "fid", samples=100, extractor=Clean())
    assert "fid[fashion, clean]" in result and result["extractor"] == "fashion, clean"
    assert "by the resize convention clean" in result["protocol"]
    assert "fid[fashion]" in evaluate(real[1], real[0], "fid", samples=100, extractor="fashion")
    with pytest.raises(ZooError, match="unknown extractor 'fashon'; did you mean 'fashion'"):
        evaluate(real[1], real[0], "fid", extractor="fashon")
    with pytest.raises(ZooError, match="inception needs its weights.*pt_inception-2015-12-05"):
        evaluate(real[1], real[0], "fid", extractor="inception")


def test_progress_is_told(real):
    told = []
    tell = lambda *step: told.append(step)
    evaluate(Generator(noisy(real[1], 0)), real[0], ("fid", "kid"), samples=300, batch_size=200, progress=tell)
    assert told == [
        ("real images", 200, 300),
        ("real images", 300, 300),
        ("generated images", 200, 300),
        ("generated images", 300, 300),
        ("fid", 0, 2),
        ("kid", 1, 2),
    ]


@pytest.mark.parametrize(
    ("metric", "better", "worse"),
    [
        ("fid", {"fid[x]": 1.0}, {"fid[x]": 2.0}),
        ("inception_score", {"inception_score[x]": 2.0}, {"inception_score[x]": 1.0}),
        ("precision_recall", {"precision[x]": 0.5, "recall[x]": 0.5}, {"precision[x]": 1.0, "recall[x]": 0.1}),
        ("density_coverage", {"coverage[x]": 0.5, "density[x]": 0.1}, {"coverage[x]": 0.4, "density[x]": 3.0}),
        ("ms_ssim", {"ms_ssim[p]": 0.3, "ms_ssim real[p]": 0.31}, {"ms_ssim[p]": 0.1, "ms_ssim real[p]": 0.31}),
        ("kid", {"kid[x]": -0.1}, {"fid[x]": 0.0}),
        ("swd", {"swd[p]": 1e9}, {"swd[p]": float("nan")}),
    ],
)
def test_rank(metric, better, worse):
    assert rank(metric, better) < rank(metric, worse)


def test_import_loads_no_tensorflow():
    code = (
        "import sys, tfgan_zoo.metrics as m; m.fid([[0.0], [1.0]], [[0.0], [2.0]]); m.FashionClassifier().accuracy;"
        "print([name for name in ('tensorflow', 'keras', 'tfgan_zoo.data') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
