"""Moving codes: only the chosen layers, by exactly the step."""

import numpy as np
import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import Boundary, distance, edit

CODES = np.random.default_rng(0).normal(size=(3, 6, 4)).astype(np.float32)
DIRECTION = np.array([0.0, 0.6, 0.0, -0.8])


def test_flat_codes():
    np.testing.assert_allclose(edit(CODES[:, 0], DIRECTION, 2), CODES[:, 0] + [0, 1.2, 0, -1.6], rtol=1e-6)


@pytest.mark.parametrize("layers", [[1, 2], range(1, 3), (-5, -4), np.array([2, 1]), [1, 1, 2]])
def test_moves_the_chosen_layers_only(layers):
    moved = edit(CODES, DIRECTION, -3.0, layers)
    np.testing.assert_array_equal(moved[:, [0, 3, 4, 5]], CODES[:, [0, 3, 4, 5]])
    np.testing.assert_allclose(moved[:, 1:3] - CODES[:, 1:3], np.tile(-3 * DIRECTION, (3, 2, 1)), atol=1e-6)


def test_all_layers():
    np.testing.assert_array_equal(edit(CODES, DIRECTION, 1.5), edit(CODES, DIRECTION, 1.5, range(6)))


def test_a_direction_of_w_plus_moves_each_layer_its_own_way():
    direction = np.random.default_rng(1).normal(size=(6, 4))
    moved = edit(CODES, direction, 0.5, [0, 4])
    np.testing.assert_allclose(moved[:, [0, 4]] - CODES[:, [0, 4]], [0.5 * direction[[0, 4]]] * 3, atol=1e-6)
    np.testing.assert_array_equal(moved[:, [1, 2, 3, 5]], CODES[:, [1, 2, 3, 5]])


def test_a_strength_for_every_code():
    moved = edit(CODES, DIRECTION, [0, 1, 2], [3])
    np.testing.assert_allclose((moved - CODES)[:, 3] @ DIRECTION, [0, 1, 2], atol=1e-6)


def test_strength_zero_changes_nothing_and_codes_are_left_alone():
    codes = CODES.copy()
    np.testing.assert_array_equal(edit(codes, DIRECTION, 0), CODES)
    edit(codes, DIRECTION, 5)
    np.testing.assert_array_equal(codes, CODES)
    doubles = codes.astype(np.float64)
    edit(doubles, DIRECTION, 5)
    np.testing.assert_array_equal(doubles, CODES)


@pytest.mark.parametrize(
    ("given", "returned"),
    [("float16", "float16"), ("float32", "float32"), ("float64", "float64"), ("int32", "float32")],
)
def test_type(given, returned):
    assert edit(np.ones((2, 4), given), DIRECTION, 1).dtype == returned


def test_moves_to_a_signed_distance():
    boundary = Boundary(DIRECTION.astype(np.float32), 0.7, 1.0, None)
    codes = CODES[:, 0].astype(np.float64)
    moved = edit(codes, boundary.direction, 2 - distance(codes, boundary))
    np.testing.assert_allclose(distance(moved, boundary), 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((CODES, np.ones(5), 1), r"direction \(5,\) does not fit codes \(3, 6, 4\)"),
        ((CODES, np.ones((5, 4)), 1), "does not fit"),
        ((CODES[:, 0], np.ones((6, 4)), 1), "does not fit"),
        ((CODES[0, 0], DIRECTION, 1), r"codes must have shape \(n, d\) or \(n, L, d\); found \(4,\)"),
        ((CODES, DIRECTION, [1, 2]), "one for each of the 3 codes; found 2"),
        ((CODES, DIRECTION, np.inf), "strength: 1 of 1 numbers are NaN or infinite"),
        ((CODES, DIRECTION, 1, [6]), "layers must be integers from 0 to 5; found 6"),
        ((CODES, DIRECTION, 1, [True, False]), "found True"),
        ((CODES, DIRECTION, 1, [1.0]), "found 1.0"),
        ((CODES[:, 0], DIRECTION, 1, [0]), r"codes \(n, L, d\) only"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ZooError, match=message):
        edit(*arguments)
