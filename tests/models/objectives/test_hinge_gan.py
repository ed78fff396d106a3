"""The hinge game: its value is 2 - 2 TV, only examples within the margin count, spectral norms are one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives
from tfgan_zoo.layers import SpectralNormalization


def make(**options):
    return zoo.create("hinge_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 8, **options})


def test_an_undecided_discriminator_pays_2():
    model = make()
    head = [layer for layer in model.discriminator.layers if layer.weights][-1]
    head.layer.set_weights([np.zeros_like(w) for w in head.layer.get_weights()])
    real = tf.constant(model.example_batch(6))
    with draws.seeded((0, 0)):
        assert float(model.discriminator_loss(real)["adversarial"]) == 2.0
        assert float(model.generator_loss(real)["adversarial"]) == 0.0


def test_the_best_tabular_discriminator_is_the_sign_of_p_minus_q_and_pays_2_less_2_tv():
    rng = np.random.default_rng(0)
    real, fake = (rng.multinomial(93, np.ones(7) / 7) + 1 for _ in range(2))  # 100 examples of each in 7 bins
    p, q = real / 100, fake / 100
    loss = lambda scores: objectives.hinge.discriminator(tf.repeat(scores, real), tf.repeat(scores, fake))
    best = tf.constant(np.sign(p - q))
    expected = 2 - np.abs(p - q).sum()  # TV = 1/2 sum |p - q|
    assert float(loss(best)) == pytest.approx(expected, abs=1e-12)
    for _ in range(200):
        assert float(loss(best + 0.3 * rng.standard_normal(7))) >= expected - 1e-12


def test_only_examples_within_the_margin_move_the_discriminator():
    real, fake = tf.Variable([1.5, 0.9, -3.0]), tf.Variable([-1.2, -0.5, 4.0])
    with tf.GradientTape() as tape:
        loss = objectives.hinge.discriminator(real.value(), fake.value())
    found = tape.gradient(loss, [real, fake])
    np.testing.assert_allclose(found, [[0, -1 / 3, -1 / 3], [0, 1 / 3, 1 / 3]], atol=1e-7)


def test_the_generator_is_linear_in_the_score_wherever_the_fake_is():
    fake = tf.Variable([-50.0, 0.0, 50.0])
    with tf.GradientTape() as tape:
        loss = objectives.hinge.generator(None, fake.value())
    np.testing.assert_allclose(tape.gradient(loss, fake), [-1 / 3] * 3)


@pytest.mark.parametrize("shape", [(2,), (16, 16, 1)])
def test_every_layer_of_the_discriminator_has_spectral_norm_one(shape):
    model = make(image_shape=shape, width=4)
    model.compile()
    real = tf.constant(model.example_batch(4))
    for _ in range(40):
        model.minimize("discriminator", real)
    wrapped = [layer for layer in model.discriminator.layers if isinstance(layer, SpectralNormalization)]
    assert len(wrapped) == sum(bool(layer.weights) for layer in model.discriminator.layers) == 3
    for layer in wrapped:
        kernel = layer.layer.kernel.numpy().reshape(-1, layer.layer.kernel.shape[-1])
        assert np.linalg.norm(kernel / float(layer.sigma()), 2) == pytest.approx(1.0, abs=0.02)


def test_without_spectral_normalization_it_is_dcgans_discriminator_and_rmsprop():
    model = make(image_shape=(16, 16, 1), width=2, spectral=False)
    kinds = [type(layer) for layer in model.discriminator.layers]
    assert SpectralNormalization not in kinds and keras.layers.BatchNormalization in kinds
    assert all(type(o) is keras.optimizers.RMSprop and o.rho == 0.99 for o in model.default_optimizers().values())
    assert all(type(o) is keras.optimizers.Adam and o.beta_1 == 0.0 for o in make().default_optimizers().values())


def test_a_wrong_number_of_critic_moves_is_named():
    with pytest.raises(zoo.ZooError, match="n_critic.*found 0"):
        make(n_critic=0)
