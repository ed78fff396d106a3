"""The sheet's analytic checks of spectral normalization."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import SpectralNormalization, iterate_spectral_norms

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (7,)),
    "convolution": (lambda: keras.layers.Conv2D(6, 3, padding="same"), (8, 8, 4)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(6, 4, 2, padding="same"), (4, 4, 3)),
}


def build(kind, seed=0):
    keras.utils.set_random_seed(seed)
    make, shape = LAYERS[kind]
    layer = SpectralNormalization(make())
    model = keras.Sequential([keras.Input(shape), layer])
    return model, layer, tf.random.stateless_normal((3, *shape), (seed, 1))


def matrix(layer):
    kernel = layer.layer.kernel.numpy()
    if isinstance(layer.layer, keras.layers.Conv2DTranspose):
        kernel = kernel.transpose(0, 1, 3, 2)
    return kernel.reshape(-1, kernel.shape[-1])


@pytest.mark.parametrize("kind", LAYERS)
def test_the_estimate_converges_to_the_largest_singular_value(kind):
    model, layer, _ = build(kind)
    exact = np.linalg.svd(matrix(layer), compute_uv=False)[0]
    first = abs(float(layer.sigma()) - exact)
    for _ in range(300):
        iterate_spectral_norms(model)
    assert float(layer.sigma()) == pytest.approx(exact, rel=1e-5)
    assert first > 1e-4  # one iteration is not enough: the test can fail


@pytest.mark.parametrize("kind", LAYERS)
def test_the_layer_computes_with_the_normalized_kernel_and_keeps_its_own(kind):
    model, layer, x = build(kind)
    kernel = layer.layer.kernel.numpy()
    expected = model(x).numpy()
    sigma = float(layer.sigma())
    assert np.array_equal(layer.layer.kernel.numpy(), kernel)
    layer.layer.kernel.assign(kernel / sigma)
    assert np.allclose(layer.layer(x).numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
def test_scaling_the_kernel_changes_nothing(kind):
    model, layer, x = build(kind)
    expected = model(x).numpy()
    layer.layer.kernel.assign(3.7 * layer.layer.kernel)
    assert np.allclose(model(x).numpy(), expected, atol=1e-5)


def test_the_gradient_flows_through_sigma():
    """dL/dW = (M - <M, W / sigma> v u') / sigma, and <W, dL/dW> = 0, M the gradient with respect to W / sigma."""
    model, layer, x = build("dense")
    target = tf.random.stateless_normal((3, 5), (0, 2))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x) * target)
    found = tape.gradient(loss, layer.layer.kernel.value).numpy()
    u, v, w = layer.u.numpy(), layer.v.numpy(), layer.layer.kernel.numpy()
    sigma = v @ w @ u
    m = x.numpy().T @ target.numpy()
    expected = (m - np.sum(m * w / sigma) * np.outer(v, u)) / sigma
    assert np.allclose(found, expected, atol=1e-4)
    assert np.sum(w * found) == pytest.approx(0, abs=1e-3)


def test_the_norm_of_a_convolution_may_exceed_the_matrix_norm_by_the_root_of_the_kernel_area():
    model, layer, _ = build("convolution")
    for _ in range(200):
        iterate_spectral_norms(model)
    kernel = layer.layer.kernel.numpy() / float(layer.sigma())
    frequencies = np.fft.fft2(kernel, s=(8, 8), axes=(0, 1))  # circular convolution acts on each frequency by a matrix
    norm = np.linalg.svd(frequencies, compute_uv=False).max()
    assert 1.0 < norm <= 3.0 + 1e-6


def test_configuration_and_weights_survive_saving(tmp_path):
    model, layer, x = build("convolution")
    iterate_spectral_norms(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded(x).numpy(), model(x).numpy())


def test_u_and_v_change_only_when_iterated():
    model, layer, x = build("convolution")
    u = layer.u.numpy()
    model(x, training=True)
    assert np.array_equal(layer.u.numpy(), u)
    iterate_spectral_norms(model)
    assert not np.array_equal(layer.u.numpy(), u)
    assert np.linalg.norm(layer.u.numpy()) == pytest.approx(1, abs=1e-5)


def test_tables_of_vectors_are_normalized_as_a_whole():
    layer = SpectralNormalization(keras.layers.Embedding(10, 32, "glorot_uniform"))
    rows = tf.range(10)
    layer(rows)
    for _ in range(20):
        layer.iterate()
    assert np.linalg.norm(layer(rows).numpy(), 2) == pytest.approx(1.0, abs=1e-3)
    exact = np.linalg.norm(layer.layer.embeddings.numpy(), 2)
    np.testing.assert_allclose(layer(rows), layer.layer.embeddings.numpy() / exact, rtol=1e-3)
