"""SN-GAN: which layers are normalized, one iteration a discriminator move, both of the paper's architectures."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.layers import SpectralNormalization

TINY = {"image_shape": (16, 16, 1), "latent_dim": 4, "width": 3, "n_critic": 2}
IMAGES = tf.random.stateless_uniform((8, 16, 16, 1), (0, 0), -1.0, 1.0)


def normalized(network):
    return [layer for layer in network._flatten_layers() if isinstance(layer, SpectralNormalization)]


@pytest.mark.parametrize("residual, layers", [(False, 6), (True, 11)])
def test_every_layer_of_the_discriminator_is_normalized_and_none_of_the_generator(residual, layers):
    model = zoo.create("sngan", residual=residual, **TINY)
    kernels = [w for w in model.discriminator.trainable_variables if w.path.endswith("kernel")]
    assert len(normalized(model.discriminator)) == len(kernels) == layers
    assert normalized(model.generator) == []


@pytest.mark.parametrize("residual", [False, True])
def test_one_power_iteration_in_each_discriminator_move_and_none_in_the_generators(residual):
    model = zoo.create("sngan", residual=residual, **TINY)
    model.compile({player: "sgd" for player in model.players})
    layer = normalized(model.discriminator)[1]
    model.optimizers["discriminator"].learning_rate = 0.0
    matrix = layer.layer.kernel.numpy().reshape(-1, layer.layer.kernel.shape[-1])
    u = layer.u.numpy()
    for _ in range(2):
        v = matrix @ u / np.linalg.norm(matrix @ u)
        u = v @ matrix / np.linalg.norm(v @ matrix)
    model.train_step(IMAGES)
    np.testing.assert_allclose(layer.u, u, atol=1e-5)


def test_residual_steps_under_xla_equal_plain_ones():
    weights = []
    for xla in (False, True):
        model = zoo.create("sngan", residual=True, **TINY)
        model.compile({player: "sgd" for player in model.players}, jit_compile=xla)
        model.fit(IMAGES, batch_size=4, epochs=1, shuffle=False, verbose=0)
        weights.append([w.numpy() for player in model.players for w in model.weights_of(player)])
    for plain, compiled in zip(*weights):
        np.testing.assert_allclose(plain, compiled, atol=1e-5)


def test_architecture_survives_the_configuration():
    model = zoo.create("sngan", residual=True, **TINY)
    again = type(model).from_config(model.get_config())
    assert [w.shape for w in again.discriminator.weights] == [w.shape for w in model.discriminator.weights]
