"""What scores are for: on real images, every metric gets strictly worse with every level of each kind of damage."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from tfgan_zoo.data import open_source
from tfgan_zoo.metrics import FashionClassifier, extract, fid, inception_score, kid
from tfgan_zoo.metrics.density_coverage import density_coverage
from tfgan_zoo.metrics.precision_recall import precision_recall

N = 600
EXTRACTOR = FashionClassifier()


def judged(images):
    return extract(EXTRACTOR, images)


@pytest.fixture(scope="module")
def sets():
    """Features of real test images, and training images with their labels as the "generated" ones."""
    train, test = open_source("fashion_mnist"), open_source("fashion_mnist", split="test")
    unit = lambda images: images / np.float32(127.5) - 1
    return judged(test.images[:N])["features"], unit(train.images), train.labels


def noisy(images, level):
    noise = np.random.default_rng(0).normal(size=images.shape)
    return np.clip(images + (0, 0.1, 0.3, 0.6)[level] * noise, -1, 1).astype(np.float32)


def blurred(images, level):
    return gaussian_filter(images, (0, *(((0, 0.7, 1.4, 2.8)[level],) * 2), 0))


DAMAGE = {"noise": noisy, "blur": blurred}


@pytest.fixture(scope="module", params=[*DAMAGE, "dropped classes"])
def damaged(request, sets):
    """Real features, and what the judge gives for four levels of one damage, from none to heavy."""
    real, images, labels = sets
    if request.param == "dropped classes":
        outputs = [judged(images[labels < kept][:N]) for kept in (10, 7, 4, 1)]
    else:
        outputs = [judged(DAMAGE[request.param](images[:N], level)) for level in range(4)]
    return request.param, real, outputs


def rises(values, by=1.0):
    return all(b > a * by for a, b in zip(values, values[1:]))


def test_fid_rises(damaged):
    _, real, outputs = damaged
    assert rises([fid(real, output["features"]) for output in outputs], 1.2)


def test_kid_rises(damaged):
    _, real, outputs = damaged
    values = [kid(real, output["features"]).mean for output in outputs]
    assert rises(values)
    assert abs(values[0]) < values[1] / 3


def test_inception_score_falls(damaged):
    _, _, outputs = damaged
    values = [inception_score(output["logits"], splits=3).mean for output in outputs]
    assert rises(values[::-1])


def test_dropped_classes_cost_recall_and_coverage_but_not_precision(damaged):
    name, real, outputs = damaged
    pr = [precision_recall(real, output["features"]) for output in outputs]
    dc = [density_coverage(real, output["features"]) for output in outputs]
    assert rises([x.coverage for x in dc][::-1])
    if name == "dropped classes":
        assert rises([x.recall for x in pr][::-1])
        assert min(x.precision for x in pr) > 0.8 * pr[0].precision
    else:
        assert pr[3].precision < 0.8 * pr[0].precision
        assert dc[3].density < dc[0].density


def test_kid_of_one_distribution_is_zero_within_its_error_at_any_size(sets):
    """The proof of the sheet; FID of the same pairs is far from zero and falls with the size."""
    _, images, _ = sets
    features = judged(images[:2000])["features"]
    generator = np.random.default_rng(7)
    biased = []
    for m in (20, 100):
        pairs = [np.split(generator.permutation(2000)[: 2 * m], 2) for _ in range(100)]
        values = [kid(features[a], features[b], subsets=1, subset_size=m).mean for a, b in pairs]
        assert abs(np.mean(values)) < 2 * np.std(values, ddof=1) / 10
        biased.append(np.mean([fid(features[a], features[b]) for a, b in pairs[:10]]))
    assert biased[0] > 2 * biased[1] > 0
