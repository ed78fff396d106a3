"""Interpolation: ends, middles, lengths."""

import numpy as np

from tfgan_zoo.interpolation import lerp, slerp


def test_slerp_and_lerp():
    a, b = np.random.default_rng(3).normal(size=(2, 50, 7))
    for t in (np.zeros(50), np.full(50, 0.3), np.full(50, 1.2)):
        np.testing.assert_allclose(np.linalg.norm(slerp(a, b, t), axis=1), 1, rtol=1e-14)
        np.testing.assert_allclose(lerp(a, b, t), a + t[:, None] * (b - a), rtol=1e-14)
    unit_a, unit_b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    np.testing.assert_allclose(slerp(a, b, np.zeros(50)), unit_a, atol=1e-15)
    np.testing.assert_allclose(slerp(a, b, np.ones(50)), unit_b, atol=1e-14)
    middle = unit_a + unit_b
    np.testing.assert_allclose(
        slerp(a, b, np.full(50, 0.5)), middle / np.linalg.norm(middle, axis=1, keepdims=True), atol=1e-14
    )
    np.testing.assert_allclose(slerp([[1, 0]], [[0, 5]], [2.0]), [[-1, 0]], atol=1e-15)  # past the end: on, not back


def test_slerp_of_equal_latents_stays():
    np.testing.assert_allclose(slerp([[3.0, 4.0]], [[6.0, 8.0]], [0.7]), [[0.6, 0.8]], rtol=1e-12)


def test_lerp_of_codes_with_more_axes():
    a, b = np.random.default_rng(4).normal(size=(2, 3, 2, 5))
    np.testing.assert_allclose(lerp(a, b, [0.0, 0.5, 1.0])[1], (a[1] + b[1]) / 2)
