"""Statistics files: what pytorch-fid reads and writes, and a cache that never gives those of other images."""

import os

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import FashionClassifier
from tfgan_zoo.metrics.extractors import extract
from tfgan_zoo.metrics.statistics_files import (
    Statistics,
    is_statistics_file,
    read_statistics,
    statistics_of,
    write_statistics,
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "statistics"


class Means:
    """Channel means and brightness of halves: an extractor that counts what it judged."""

    name = "means"

    def __init__(self, factor=1.0):
        self.factor, self.judged = factor, 0

    def __call__(self, images):
        self.judged += len(images)
        half = images.shape[1] // 2
        return {"features": self.factor * np.stack([images[:, :half].mean((1, 2, 3)), images.mean((1, 2, 3))], 1)}


def gaussian(d=3, seed=0):
    x = np.random.default_rng(seed).normal(size=(20, d)) @ np.diag(np.arange(1.0, d + 1))
    return x.mean(0), np.cov(x, rowvar=False)


def test_round_trip_is_exact_and_readable_as_pytorch_fid_reads(tmp_path):
    statistics = Statistics(*gaussian(), 20, "fashion", "some data", "28x28x1")
    path = write_statistics(tmp_path / "a.npz", statistics)
    found = read_statistics(path)
    np.testing.assert_array_equal(found.mean, statistics.mean)
    np.testing.assert_array_equal(found.covariance, statistics.covariance)
    assert found[2:] == (20, "fashion", "some data", "28x28x1")
    with np.load(path) as file:  # pytorch_fid.fid_score.compute_statistics_of_path
        m, s = file["mu"][:], file["sigma"][:]
    assert m.dtype == s.dtype == np.float64 and m.shape == (3,) and s.shape == (3, 3)
    assert is_statistics_file(path) and is_statistics_file(str(path))


def test_published_files_without_more_are_accepted(tmp_path):
    mean, covariance = gaussian()
    np.savez_compressed(tmp_path / "a.npz", mu=mean.astype("float32"), sigma=covariance.astype("float32"))
    found = read_statistics(tmp_path / "a.npz")
    assert found[2:] == (None, "", "", "") and found.mean.dtype == found.covariance.dtype == np.float64
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-6)
    np.savez(tmp_path / "images.npz", images=np.zeros((2, 4, 4), np.uint8))
    for other in (tmp_path / "images.npz", tmp_path / "none.npz", tmp_path, "fashion_mnist", np.zeros(3)):
        assert not is_statistics_file(other)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"mu": np.zeros(3)}, "holds no statistics.*found mu"),
        ({"m": np.zeros(3), "s": np.eye(3)}, "expected the arrays 'mu' .* found m, s"),
        ({"mu": np.zeros(3), "sigma": np.eye(2)}, r"expected mu \(d,\) and sigma \(d, d\), found \(3,\) and \(2, 2\)"),
        ({"mu": np.zeros((1, 3)), "sigma": np.eye(3)}, r"found \(1, 3\)"),
        ({"mu": np.zeros(2), "sigma": np.array([[1, 0.5], [0, 1]])}, "not symmetric"),
        ({"mu": np.zeros(2), "sigma": np.diag([1.0, -1.0])}, "a variance is negative"),
        ({"mu": np.array([0, np.nan]), "sigma": np.eye(2)}, "NaN or infinity"),
        ({"mu": np.array(["a"]), "sigma": np.eye(1)}, "expected real numbers"),
        ({"mu": np.array([{}], object), "sigma": np.eye(1)}, "not a readable .npz of plain arrays"),
    ],
)
def test_files_that_are_none(tmp_path, arrays, says):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ZooError, match=says):
        read_statistics(tmp_path / "a.npz")


def test_missing_and_damaged_files(tmp_path):
    with pytest.raises(ZooError, match="no such statistics file"):
        read_statistics(tmp_path / "a.npz")
    whole = write_statistics(tmp_path / "b.npz", Statistics(*gaussian())).read_bytes()
    (tmp_path / "b.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ZooError, match="b.npz is not a readable .npz"):
        read_statistics(tmp_path / "b.npz")
    with pytest.raises(ZooError, match="ends with .npz"):
        write_statistics(tmp_path / "b.pkl", Statistics(*gaussian()))


def test_statistics_are_those_of_all_features_at_once():
    extractor, source = FashionClassifier(), open_source("fashion_mnist", split="test")
    found = statistics_of(source, extractor, samples=500, seed=3, batch_size=64, cache=False)
    chosen = np.sort(np.random.default_rng(3).permutation(2000)[:500])
    features = extract(extractor, source.images[chosen])["features"].astype(np.float64)
    np.testing.assert_allclose(found.mean, features.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.covariance, np.cov(features, rowvar=False), rtol=1e-4, atol=1e-5)
    assert found[2:] == (500, "fashion", "fashion_mnist", "28x28x1")
    everything = statistics_of("digits", Means(), cache=False)
    assert everything.n == 397 and everything.mean.shape == (2,)


def judged(*arguments, factor=1.0, **options):
    """How many images an extractor had to look at, and the statistics."""
    means = Means(factor)
    return statistics_of(*arguments[:1], means, *arguments[1:], **options), means.judged


def test_the_cache_spares_work_and_gives_the_same_bits(cache):
    first, work = judged("digits", samples=100)
    again, less = judged("digits", samples=100)
    assert work == 108 and less == 8  # eight images tell that it is the same network
    np.testing.assert_array_equal(first.covariance, again.covariance)
    assert first[2:] == again[2:] == (100, "means", "digits", "8x8x1")
    (path,) = cache.iterdir()
    assert is_statistics_file(path)


@pytest.mark.parametrize("change", [{"samples": 99}, {"seed": 1}, {"factor": 1.01}, {"batch_size": 50}])
def test_another_choice_or_network_is_not_in_the_cache(change):
    judged("digits", **{"samples": 100})
    statistics, work = judged("digits", **{"samples": 100, **change})
    assert work == statistics.n + 8
    assert judged("digits", **{"samples": 100, **change})[1] == 8


def test_a_changed_folder_does_not_hit_the_old_cache(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for k in range(12):
        Image.fromarray(generator.integers(0, 256, (8, 8), np.uint8)).save(folder / f"{k:02}.png")
    first, _ = judged(folder)
    assert judged(folder)[1] == 8
    # The same names, sizes and times, but other pixels in one file.
    before = os.stat(folder / "05.png")
    Image.fromarray(np.full((8, 8), 255, np.uint8)).save(folder / "05.png")
    os.utime(folder / "05.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    second, work = judged(folder)
    assert work == 20 and not np.allclose(first.mean, second.mean)
    assert judged(folder, (16, 16, 1))[1] == 20  # another size


def test_arrays_and_unwritable_caches_are_computed_each_time(tmp_path, cache, monkeypatch):
    images = np.zeros((20, 8, 8, 1), np.uint8)
    images[::2] = 200
    assert judged(images)[1] == judged(images)[1] == 20 and not cache.exists()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="statistics are not kept: cannot write"):
        assert judged("digits", samples=50)[0].n == 50


def test_a_damaged_cache_is_made_again(cache):
    first, _ = judged("digits", samples=100)
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:300])
    second, work = judged("digits", samples=100)
    assert work == 108 and is_statistics_file(path)
    np.testing.assert_array_equal(first.mean, second.mean)


def test_data_may_be_a_statistics_file_and_too_few_images_are_refused(tmp_path):
    path = write_statistics(tmp_path / "a.npz", Statistics(*gaussian()))
    assert statistics_of(path).mean.shape == (3,)
    with pytest.raises(ZooError, match="at least two images; found 1"):
        statistics_of(np.zeros((1, 8, 8, 1), np.uint8), Means())
    seen = []
    statistics_of(np.zeros((5, 8, 8, 1), np.uint8), Means(), batch_size=2, progress=lambda *a: seen.append(a))
    assert seen == [("real images", 2, 5), ("real images", 4, 5), ("real images", 5, 5)]
