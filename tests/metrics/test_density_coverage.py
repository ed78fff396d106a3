"""Density and coverage: the sheet's known answers, the expectation under equality, and the outlier."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.density_coverage import density_coverage, expected_coverage, prdc, prdc_terms
from tfgan_zoo.metrics.precision_recall import precision_recall


def test_identical_sets():
    points = np.random.default_rng(0).normal(size=(300, 10))
    assert density_coverage(points, points) == (1, 1)


def test_one_of_two_copies():
    copy = np.random.default_rng(1).normal(size=(200, 10))
    assert density_coverage(np.vstack([copy, copy + 1000]), copy) == (1, 0.5)


def test_far_apart():
    points = np.random.default_rng(2).normal(size=(200, 10))
    assert density_coverage(points, points + 100) == (0, 0)


def test_density_exceeds_one_at_the_centre():
    real = np.random.default_rng(3).normal(size=(500, 10))
    assert density_coverage(real, np.zeros((10, 10))).density > 1.5


def test_by_hand():
    # k = 1: radii 1 1 2. Fakes at .5 (inside the balls of 0 and 1) and 3 (on the boundary of that of 1 and of 3).
    assert density_coverage([[0.0], [1.0], [3.0]], [[0.5], [5.0]], k=1) == (1, pytest.approx(2 / 3))


def test_expectation_under_equality():
    assert expected_coverage(500, 500, 5) == pytest.approx(0.96922, abs=5e-6)
    assert expected_coverage(10**6, 10**6, 5) == pytest.approx(1 - 2**-5, abs=1e-5)
    generator = np.random.default_rng(4)
    results = [density_coverage(generator.normal(size=(500, 8)), generator.normal(size=(500, 8))) for _ in range(20)]
    density, coverage = np.mean(results, axis=0)
    assert coverage == pytest.approx(expected_coverage(500, 500, 5), abs=0.004)
    assert density == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("n", "m", "k"), [(200, 100, 3), (100, 300, 2)])
def test_expectation_with_unequal_numbers(n, m, k):
    generator = np.random.default_rng(5)
    values = [
        density_coverage(generator.normal(size=(n, 3)), generator.normal(size=(m, 3)), k=k).coverage for _ in range(60)
    ]
    assert np.mean(values) == pytest.approx(expected_coverage(n, m, k), abs=4 * np.std(values) / np.sqrt(60))


def test_one_real_outlier_moves_precision_alone():
    angles = 2 * np.pi * np.arange(8) / 8
    means = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    generator = np.random.default_rng(6)
    draw = lambda n: means[generator.integers(0, 8, n)] + 0.05 * generator.normal(size=(n, 2))
    real, fake = draw(1000), draw(1000)
    fake[:100] = [6, 6] + 0.05 * generator.normal(size=(100, 2))
    more = np.vstack([real, [[5.5, 5.5]]])
    before, after = density_coverage(real, fake), density_coverage(more, fake)
    assert precision_recall(more, fake).precision - precision_recall(real, fake).precision >= 0.08
    assert abs(after.coverage - before.coverage) <= 0.02
    assert abs(after.density - before.density) <= 0.05


def test_prdc_is_both_at_once():
    generator = np.random.default_rng(7)
    real, fake = generator.normal(size=(300, 6)), 0.8 * generator.normal(size=(250, 6)) + 0.2
    expected = (*precision_recall(real, fake, k=4), *density_coverage(real, fake, k=4))
    assert prdc(real, fake, k=4) == pytest.approx(expected, rel=1e-12)


def test_terms_tell_which_samples():
    real = np.vstack([np.random.default_rng(9).normal(size=(100, 3)), np.full((6, 3), 50) + np.eye(6, 3)])
    fake = np.vstack([real[:100], np.full((4, 3), -50) + np.eye(4, 3)])
    terms = prdc_terms(real, fake, k=3)
    assert [len(term) for term in terms] == [104, 106, 104, 106]
    assert (terms.precision[:100] == 1).all() and (terms.precision[100:] == 0).all()
    assert (terms.recall[:100] == 1).all() and (terms.coverage[100:] == 0).all()
    assert (terms.density[100:] == 0).all()


def test_prdc_has_open_balls():
    assert prdc([[0.0], [1.0]], [[2.0], [3.0]], k=1) == (0, 0, 0, 0)


def test_prdc_equals_the_definition():
    generator = np.random.default_rng(8)
    real, fake, k = generator.normal(size=(120, 5)), generator.normal(size=(90, 5)) + 0.5, 3
    distance = lambda a, b: np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))
    across = distance(real, fake)
    real_radii, fake_radii = (np.sort(distance(x, x), axis=1)[:, k] for x in (real, fake))
    in_real = across < real_radii[:, None]
    expected = (
        in_real.any(axis=0).mean(),
        (across < fake_radii).any(axis=1).mean(),
        in_real.sum(axis=0).mean() / k,
        (across.min(axis=1) < real_radii).mean(),
    )
    assert prdc(real, fake, k=k) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: density_coverage(np.zeros((5, 2)), np.zeros((5, 2))), "less than the number of samples, 5; found 5"),
        (lambda: density_coverage(np.zeros((9, 2)), np.zeros((0, 2))), "features_fake: at least 1 samples"),
        (lambda: density_coverage(np.zeros((9, 2)), np.zeros((9, 3))), "2 dimensions, features_fake 3"),
        (lambda: prdc(np.zeros((9, 2)), np.full((9, 2), np.nan)), "features_fake hold NaN"),
        (lambda: expected_coverage(5, 5, 5), "1 <= k < n; found n=5, m=5, k=5"),
    ],
)
def test_errors(call, says):
    with pytest.raises(ZooError, match=says):
        call()
