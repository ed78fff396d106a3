"""Linear separability: the known answers of the sheet, exactly where the fit is certain."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.separability import conditional_entropy, linear_separability

LN2 = np.log(2)


def binary_entropy(e):
    return -(e * np.log(e) + (1 - e) * np.log(1 - e))


@pytest.fixture(scope="module")
def codes():
    return np.random.default_rng(0).normal(size=(2000, 32))


def test_table_of_the_sheet():
    table = [[0.4, 0.1], [0.1, 0.4]]
    assert conditional_entropy(table) == pytest.approx(0.5004, abs=5e-5)
    assert conditional_entropy(table) / LN2 == pytest.approx(0.7219, abs=5e-5)


def test_is_the_entropy_of_the_label_given_the_side_and_not_the_other_way():
    # Y decides X, X does not decide Y: H(Y | X) = 0.75 h(1/3), H(X | Y) = 0.
    table = np.array([[0.25, 0.5, 0], [0, 0, 0.25]])
    assert conditional_entropy(table) == pytest.approx(0.75 * binary_entropy(1 / 3), rel=1e-12)
    assert conditional_entropy(table.T) == 0


def test_counts_and_probabilities_give_the_same_and_empty_rows_nothing():
    assert conditional_entropy([[40, 10], [10, 40]]) == pytest.approx(conditional_entropy([[0.4, 0.1], [0.1, 0.4]]))
    assert conditional_entropy([[0, 0], [1, 3]]) == pytest.approx(binary_entropy(0.25))


def test_separable_attribute_scores_one(codes):
    result = linear_separability(codes, codes[:, 0])
    assert result.score == pytest.approx(1.0, abs=0.02)
    assert result.kept == 1000
    assert result.accuracies[0] > 0.998
    wide = np.repeat([[-1.0], [1.0]], 50, axis=0)
    assert linear_separability(wide, wide[:, 0]).score == 1.0


@pytest.mark.parametrize("k", [1, 2, 40])
def test_independent_and_balanced_attributes_give_two_to_the_k(k):
    # Codes that are all the same leave the machine nothing to cut: one side, and both labels there.
    labels = np.tile([[False], [True]], (50, k))
    result = linear_separability(np.zeros((100, 3)), labels)
    assert result.score == pytest.approx(2.0**k, rel=1e-9)
    np.testing.assert_allclose(result.entropies, LN2)
    np.testing.assert_allclose(result.accuracies, 0.5)


def test_random_labels_give_nearly_two(codes):
    logits = np.random.default_rng(1).normal(size=2000)
    assert 1.9 < linear_separability(codes[:, :4], logits, keep=1).score <= 2


@pytest.mark.parametrize("e", [0.05, 0.1, 0.25])
def test_symmetric_error(e):
    codes = np.repeat([[-1.0], [1.0]], 200, axis=0)
    labels = (codes[:, 0] > 0) ^ (np.tile(np.arange(200), 2) < e * 200)
    result = linear_separability(codes, labels)
    assert result.score == pytest.approx(np.exp(binary_entropy(e)), rel=1e-12)
    assert result.accuracies[0] == pytest.approx(1 - e)
    if e == 0.1:
        assert result.score == pytest.approx(1.38413, abs=2e-5)  # the sheet rounds; exactly 1.384145
    assert linear_separability(codes, np.stack([labels] * 3, 1)).score == pytest.approx(result.score**3)


def test_attribute_of_one_class_is_perfect(codes):
    logits = np.stack([np.ones(2000), -np.ones(2000)], 1)
    result = linear_separability(codes, logits)
    assert result.score == 1
    assert result.entropies.tolist() == [0, 0]
    # One class among the kept is enough: the unsure half has the other one.
    sure = np.where(np.arange(2000) < 1000, 5.0, -0.1)
    assert linear_separability(codes, sure).score == 1


def test_linear_attribute_scores_one_and_xor_two(codes):
    logits = np.stack([codes[:, 0], codes[:, 0] * codes[:, 1]], axis=1)
    result = linear_separability(codes, logits)
    linear, xor = np.exp(result.entropies)
    assert linear == pytest.approx(1.0, abs=0.1)
    assert xor == pytest.approx(2.0, abs=0.1)
    assert result.score == pytest.approx(linear * xor)


def test_warped_codes_raise_the_score(codes):
    angle = 1.5 * np.linalg.norm(codes[:, :2], axis=1)
    turned = codes.copy()
    turned[:, 0] = np.cos(angle) * codes[:, 0] - np.sin(angle) * codes[:, 1]
    turned[:, 1] = np.sin(angle) * codes[:, 0] + np.cos(angle) * codes[:, 1]
    assert linear_separability(turned, codes[:, 0]).score > linear_separability(codes, codes[:, 0]).score + 0.3


def test_the_most_confident_half_is_chosen_for_each_attribute():
    # Attribute 1 is sure on even rows, attribute 2 on odd ones; each is separable there and nonsense elsewhere.
    generator = np.random.default_rng(2)
    codes = generator.choice([-1.0, 1.0], size=(400, 2))
    even = np.arange(400) % 2 == 0
    nonsense = generator.choice([-0.1, 0.1], size=400)
    logits = np.stack([np.where(even, codes[:, 0], nonsense), np.where(even, nonsense, codes[:, 1])], axis=1)
    assert linear_separability(codes, logits).score == pytest.approx(1)
    assert (np.exp(linear_separability(codes, logits, keep=1.0).entropies) > 1.3).all()


def test_order_of_the_samples_and_the_scale_of_the_logits_do_not_matter(codes):
    logits = np.stack([codes[:, 0] + codes[:, 1] ** 2 - 1, codes[:, 2]], axis=1)
    order = np.random.default_rng(3).permutation(2000)
    first = linear_separability(codes, logits)
    assert linear_separability(codes[order], logits[order]).score == pytest.approx(first.score, rel=1e-3)
    assert linear_separability(codes, 7 * logits).score == first.score
    assert linear_separability(codes, logits).score == first.score


@pytest.mark.parametrize(
    ("latents", "predictions", "arguments", "says"),
    [
        (np.ones((4, 2)), np.ones((5, 1)), {}, "one row a sample; found 4 and 5"),
        (np.ones((4, 2)), np.full((4, 1), np.nan), {}, "predictions hold NaN or infinity in 4 of 4"),
        (np.full((4, 2), np.inf), np.ones((4, 1)), {}, "latents hold NaN"),
        (np.ones((4, 2, 2)), np.ones((4, 1)), {}, r"latents must have shape \(n, d\)"),
        (np.ones((1, 2)), np.ones((1, 1)), {}, "at least 2 samples"),
        (np.ones((4, 2)), np.ones((4, 1)), {"keep": 0.25}, "leaves 1; at least 2"),
        (np.ones((4, 2)), np.ones((4, 1)), {"keep": 1.5}, r"share in \(0, 1\]; found 1.5"),
        (np.ones((4, 2)), np.arange(4), {}, "must be 0 or 1; found 0 to 3"),
    ],
)
def test_errors(latents, predictions, arguments, says):
    with pytest.raises(ZooError, match=says):
        linear_separability(latents, predictions, **arguments)


def test_bad_table():
    with pytest.raises(ZooError, match="positive sum"):
        conditional_entropy(np.zeros((2, 2)))
