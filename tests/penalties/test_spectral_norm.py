"""The spectral norm penalty: its value, its gradient, what it is taken of, and the vectors that it keeps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.penalties import SpectralNorms

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (7,)),
    "convolution": (lambda: keras.layers.Conv2D(6, 3, padding="same"), (8, 8, 4)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(6, 4, 2, padding="same"), (4, 4, 3)),
}


def build(kind, seed=0):
    keras.utils.set_random_seed(seed)
    make, shape = LAYERS[kind]
    network = keras.Sequential([keras.Input(shape), make()])
    return network, SpectralNorms(network)


def matrix(layer):
    kernel = layer.kernel.numpy().astype("float64")
    if isinstance(layer, keras.layers.Conv2DTranspose):
        kernel = kernel.transpose(0, 1, 3, 2)
    return kernel.reshape(-1, kernel.shape[-1])


@pytest.mark.parametrize("kind", LAYERS)
def test_after_200_iterations_it_is_the_largest_singular_value(kind):
    network, norms = build(kind)
    exact = np.linalg.norm(matrix(network.layers[-1]), 2)
    first = float(norms.penalty(network))
    assert first < 0.5 * exact**2 - 1e-5  # one iteration is not enough: the test can fail
    for _ in range(200):
        last = float(norms.penalty(network))
    assert float(norms.sigmas(network)[0]) == pytest.approx(exact, abs=1e-4)
    assert last == pytest.approx(0.5 * exact**2, rel=1e-4)


@pytest.mark.parametrize("kind", LAYERS)
def test_the_gradient_is_sigma_times_the_singular_vectors(kind):
    """d/dW sigma^2 / 2 = sigma v u' with u, v held; at convergence that is the true gradient, by finite differences."""
    network, norms = build(kind)
    for _ in range(300):
        norms.penalty(network)
    layer = network.layers[-1]
    with tf.GradientTape() as tape:
        penalty = norms.penalty(network)
    found = tape.gradient(penalty, layer.kernel.value).numpy()
    w = matrix(layer)
    left, sigma, right = np.linalg.svd(w)
    expected = sigma[0] * np.outer(left[:, 0], right[0])
    if kind == "transposed":
        found = found.transpose(0, 1, 3, 2)
    assert np.allclose(found.reshape(w.shape), expected, atol=1e-4)
    step, direction = 1e-4, np.random.default_rng(0).normal(size=w.shape)
    value = lambda t: 0.5 * np.linalg.norm(w + t * direction, 2) ** 2
    slope = (value(step) - value(-step)) / (2 * step)
    assert np.sum(found.reshape(w.shape) * direction) == pytest.approx(slope, abs=1e-3)


def test_it_is_not_weight_decay():
    """Of diag(3, 2, 1) the penalty is 9 / 2 and pulls at one entry; the Frobenius norm's would be 14 / 2."""
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, use_bias=False)])
    network.set_weights([np.diag([3.0, 2.0, 1.0])])
    norms = SpectralNorms(network)
    for _ in range(60):
        with tf.GradientTape() as tape:
            penalty = norms.penalty(network)
    assert float(penalty) == pytest.approx(4.5, rel=1e-5)
    assert np.allclose(tape.gradient(penalty, network.layers[0].kernel.value), np.diag([3.0, 0.0, 0.0]), atol=1e-4)


def test_scaling_the_weights_scales_it_by_the_square():
    network, norms = build("convolution")
    norms.penalty(network)
    kernel = network.layers[-1].kernel
    before = sum(float(s) ** 2 for s in norms.sigmas(network))
    kernel.assign(3.0 * kernel)
    assert sum(float(s) ** 2 for s in norms.sigmas(network)) == pytest.approx(9.0 * before, rel=1e-5)


def test_it_is_the_sum_over_kernels_without_biases_and_normalization():
    network = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dense(2)]
    )
    first, normalization, last = network.layers
    first.set_weights([2.0 * np.eye(3), np.full(3, 100.0)])
    last.set_weights([np.array([[0.0, 5.0], [0.0, 0.0], [0.0, 0.0]]), np.full(2, 100.0)])
    normalization.gamma.assign([100.0] * 3)
    assert float(SpectralNorms(network).penalty(network)) == pytest.approx(0.5 * (4 + 25), rel=1e-5)


def test_the_vectors_are_kept_and_move_on_from_where_they_were():
    network, norms = build("dense")
    exact = np.linalg.norm(matrix(network.layers[-1]), 2)
    errors = []
    for _ in range(30):
        norms.penalty(network)
        errors.append(exact - float(norms.sigmas(network)[0]))
    assert errors[-1] < 0.01 * errors[0] and np.all(np.diff(errors) < 1e-6)
    assert not norms.trainable_variables and len(norms.non_trainable_variables) == 2
    assert all(np.linalg.norm(v) == pytest.approx(1.0, abs=1e-5) for v in norms.variables)


def test_a_network_without_kernels_is_refused():
    with pytest.raises(ValueError, match="no layer with a kernel"):
        SpectralNorms(keras.Sequential([keras.Input((3,)), keras.layers.ReLU()], name="plain"))
