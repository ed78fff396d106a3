"""SeFa: the sheet's analytic checks, and the published variants as other computations of the same."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import factorize, place_columns


def layers(seed=0, outputs=(24, 40, 16), d=12):
    generator = np.random.default_rng(seed)
    # Columns of falling strength, rows of all sizes, as in float32 weights of a trained model.
    return [
        (generator.normal(size=(n, d)) * 0.8 ** np.arange(d) * generator.uniform(0.1, 9, (n, 1))).astype(np.float32)
        for n in outputs
    ]


def stacked(weights, normalize=True):
    a = np.concatenate(weights).astype(np.float64)
    return a / np.linalg.norm(a, axis=1, keepdims=True) if normalize else a


@pytest.fixture(scope="module")
def all_factors():
    return factorize(layers(), count=12)


def test_eigenvalues_sum_to_the_number_of_rows(all_factors):
    assert all_factors.eigenvalues.sum() == pytest.approx(24 + 40 + 16, rel=1e-12)


def test_eigenvalues_are_the_squared_amplifications(all_factors):
    amplified = np.square(stacked(layers()) @ all_factors.directions.T).sum(axis=0)
    np.testing.assert_allclose(amplified, all_factors.eigenvalues, rtol=1e-10)


def test_eigenvalues_descend(all_factors):
    assert (np.diff(all_factors.eigenvalues) < 0).all()


def test_directions_are_orthonormal(all_factors):
    np.testing.assert_allclose(all_factors.directions @ all_factors.directions.T, np.eye(12), atol=1e-12)


def test_no_unit_vector_beats_the_first_nor_any_other_set_of_three(all_factors):
    a, generator = stacked(layers()), np.random.default_rng(1)
    one = generator.normal(size=(5000, 12))
    assert (
        np.square(a @ (one / np.linalg.norm(one, axis=1, keepdims=True)).T).sum(axis=0).max()
        < (all_factors.eigenvalues[0])
    )
    three = np.linalg.qr(generator.normal(size=(500, 12, 3)))[0]
    assert np.square(a @ three).sum(axis=(1, 2)).max() < all_factors.eigenvalues[:3].sum()


def test_diagonal_matrix():
    factors = factorize([np.diag([3.0, 2.0, 1.0])], count=3, normalize=False)
    np.testing.assert_array_equal(factors.directions, np.eye(3))
    np.testing.assert_allclose(factors.eigenvalues, [9, 4, 1])


def test_two_rows_by_hand():
    # Rows (1, 0) and (1, 1) / sqrt 2: A^T A = [[3, 1], [1, 1]] / 2, eigenvalues 1 +- 1 / sqrt 2.
    factors = factorize([np.array([[5.0, 0.0], [2.0, 2.0]])], count=2)
    np.testing.assert_allclose(factors.eigenvalues, [1 + 0.5**0.5, 1 - 0.5**0.5])
    np.testing.assert_allclose(factors.directions[0], [np.cos(np.pi / 8), np.sin(np.pi / 8)])


def test_fewer_are_the_first_of_all(all_factors):
    factors = factorize(layers())
    assert factors.eigenvalues.shape == (5,) and factors.directions.shape == (5, 12)
    assert factors.eigenvalues.dtype == factors.directions.dtype == np.float64
    np.testing.assert_array_equal(factors.directions, all_factors.directions[:5])


def test_largest_component_is_positive(all_factors):
    largest = np.abs(all_factors.directions).argmax(axis=1)
    assert (all_factors.directions[np.arange(12), largest] > 0).all()


def test_sign_of_a_tie_does_not_depend_on_rounding():
    a = np.array([[1.0, -1.0], [1.0, -1.0]])
    for noise in (1e-13, -1e-13):
        direction = factorize([a + [[noise, 0], [0, 0]]], count=1).directions[0]
        np.testing.assert_allclose(direction, [0.5**0.5, -(0.5**0.5)], atol=1e-12)


def test_order_of_rows_and_layers_does_not_matter(all_factors):
    rows = np.random.default_rng(2).permutation(stacked(layers(), normalize=False))
    factors = factorize([rows[:50], rows[50:]], count=12)
    np.testing.assert_allclose(factors.directions, all_factors.directions, atol=1e-9)
    np.testing.assert_allclose(factors.eigenvalues, all_factors.eigenvalues)


def test_size_and_sign_of_rows_do_not_matter(all_factors):
    generator = np.random.default_rng(3)
    scales = [10.0 ** generator.uniform(-9, 9, (len(a), 1)) * generator.choice([-1, 1], (len(a), 1)) for a in layers()]
    factors = factorize([a * s for a, s in zip(layers(), scales)], count=12)
    np.testing.assert_allclose(factors.directions, all_factors.directions, atol=1e-9)


def test_without_normalisation_it_is_the_singular_value_decomposition():
    factors = factorize(layers(), count=12, normalize=False)
    _, singular, v = np.linalg.svd(stacked(layers(), normalize=False))
    np.testing.assert_allclose(factors.eigenvalues, singular**2, rtol=1e-9)
    np.testing.assert_allclose(np.abs(factors.directions @ v.T), np.eye(12), atol=1e-8)


def test_normalisation_matters():
    assert abs(factorize(layers(), 1).directions[0] @ factorize(layers(), 1, False).directions[0]) < 0.9999


def test_beyond_the_rank_eigenvalues_are_zero():
    factors = factorize([np.ones((1, 4))], count=4)
    np.testing.assert_allclose(factors.eigenvalues, [1, 0, 0, 0], atol=1e-15)
    assert (factors.eigenvalues >= 0).all()
    np.testing.assert_allclose(factors.directions @ factors.directions.T, np.eye(4), atol=1e-12)


def test_rotating_the_latent_space_rotates_directions(all_factors):
    rotation = np.linalg.qr(np.random.default_rng(4).normal(size=(12, 12)))[0]
    turned = factorize([a @ rotation.T for a in layers()], count=12).directions
    np.testing.assert_allclose(np.abs(turned @ rotation @ all_factors.directions.T), np.eye(12), atol=1e-6)


def test_weights_are_left_alone():
    weights = layers()
    factorize(weights)
    for a, b in zip(weights, layers()):
        np.testing.assert_array_equal(a, b)


def test_columns_of_the_class_embedding_are_dropped():
    # A map of [class embedding (5), z (12)]: only z's columns count, whatever the embedding's.
    weight = np.random.default_rng(5).normal(size=(30, 17))
    louder = weight.copy()
    louder[:, :5] *= 100
    a, b = (factorize([place_columns(w, 12, columns=slice(5, None))]) for w in (weight, louder))
    np.testing.assert_array_equal(a.directions, b.directions)
    np.testing.assert_array_equal(a.directions, factorize([weight[:, 5:]]).directions)


def test_chunks_give_the_directions_of_each_chunk():
    first, second = layers(6, (20, 30), 4)
    factors = factorize([place_columns(first, 8), place_columns(second, 8, at=4)], count=8)
    one, two = factorize([first], 4), factorize([second], 4)
    np.testing.assert_allclose(
        factors.eigenvalues, np.sort(np.concatenate([one.eigenvalues, two.eigenvalues]))[::-1], rtol=1e-10
    )
    in_first = np.abs(factors.directions[:, :4]).max(axis=1) > 1e-9
    assert in_first.sum() == 4
    np.testing.assert_allclose(factors.directions[in_first], np.pad(one.directions, ((0, 0), (0, 4))), atol=1e-9)
    np.testing.assert_allclose(factors.directions[~in_first], np.pad(two.directions, ((0, 0), (4, 0))), atol=1e-9)


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([], {}, "at least one weight"),
        ([np.ones((2, 3)), np.ones((2, 4))], {}, r"found \[3, 4\]; transpose Keras"),
        ([np.ones((2, 6)), np.array([[1.0] * 6, [0.0] * 6])], {}, r"weights\[1\]: row 1 is zero"),
        ([np.ones((2, 6)), np.ones((0, 6))], {}, r"weights\[1\] must have shape \(outputs, d\); found \(0, 6\)"),
        ([np.ones(3)], {}, r"weights\[0\] must have shape \(outputs, d\); found \(3,\)"),
        ([np.full((2, 6), np.nan)], {}, r"weights\[0\]: 12 of 12 numbers are NaN"),
        ([np.ones((2, 6)) * 1j], {}, "real numbers"),
        ([np.ones((2, 6))], {"count": 0}, "from 1 to the 6 latent dimensions; found 0"),
        ([np.ones((2, 6))], {"count": 7}, "found 7"),
        ([np.ones((2, 6))], {"count": 2.5}, "found 2.5"),
    ],
)
def test_errors(weights, options, message):
    with pytest.raises(ZooError, match=message):
        factorize(weights, **options)


def test_zero_rows_are_allowed_where_nothing_is_normalised():
    assert factorize([np.array([[0.0, 2.0], [0.0, 0.0]])], 1, normalize=False).eigenvalues == pytest.approx([4])


@pytest.mark.parametrize(
    ("dims", "at", "columns"), [(4, 3, slice(2)), (4, -1, slice(2)), (4, 0, slice(9, None)), (4, 0, slice(None))]
)
def test_columns_that_do_not_fit(dims, at, columns):
    with pytest.raises(ZooError, match="do not fit"):
        place_columns(np.ones((3, 5)), dims, at, columns)
