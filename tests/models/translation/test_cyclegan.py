"""CycleGAN: its terms on translators whose outputs are known, its least squares, and its order of moves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import objectives

SIZES = {"image_shape": (16, 16, 3), "width": 2, "blocks": 1, "discriminator_layers": 1}


def images(seed, mean=0.0):
    return tf.constant(np.random.default_rng(seed).uniform(mean - 0.2, mean + 0.2, (4, 16, 16, 3)), tf.float32)


def scaling(factor):
    """The translator v -> factor * v."""
    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, keras.layers.Rescaling(factor)(inputs))


def made(there=1.0, back=1.0, **arguments):
    model = zoo.create("cyclegan", **SIZES, **arguments)
    model.translator_x_to_y, model.translator_y_to_x = scaling(there), scaling(back)
    return model


def constant(score):
    """A discriminator that gives every patch the same score."""
    return lambda images, training: tf.fill((len(images), 6, 6, 1), score)


def test_identities_leave_neither_cycle_nor_identity_loss():
    terms, (fake_x, fake_y) = made().translators_loss(x := images(0, 0.3), y := images(1, -0.3))
    assert [float(terms[name]) for name in ("cycle_x", "cycle_y", "identity_x", "identity_y")] == [0.0] * 4
    np.testing.assert_array_equal(fake_y, x)
    np.testing.assert_array_equal(fake_x, y)


def test_each_term_sees_its_domain_and_its_weight():
    x, y = images(0, 0.3), images(1, -0.7)
    model = made(there=3.0, back=0.5, cycle_weight=4.0, identity_weight=0.25)
    terms, _ = model.translators_loss(x, y)
    size_x, size_y = (float(tf.reduce_mean(tf.abs(v))) for v in (x, y))
    assert float(terms["cycle_x"]) == pytest.approx(4 * 0.5 * size_x, rel=1e-5)
    assert float(terms["cycle_y"]) == pytest.approx(4 * 0.5 * size_y, rel=1e-5)
    # The translator to Y is shown y, that to X is shown x; the weight is lambda_idt * lambda.
    assert float(terms["identity_y"]) == pytest.approx(1 * 2.0 * size_y, rel=1e-5)
    assert float(terms["identity_x"]) == pytest.approx(1 * 0.5 * size_x, rel=1e-5)


def test_default_weights():
    x, y = images(0, 0.3), images(1, -0.7)
    terms, _ = made(there=2.0).translators_loss(x, y)
    assert float(terms["cycle_x"]) == pytest.approx(10 * float(tf.reduce_mean(tf.abs(x))), rel=1e-5)
    assert float(terms["identity_y"]) == pytest.approx(5 * float(tf.reduce_mean(tf.abs(y))), rel=1e-5)


def test_identity_terms_scale_with_lambda_and_may_be_left_out():
    x, y = images(0), images(1)
    terms, _ = made(there=2.0, cycle_weight=0.0).translators_loss(x, y)
    assert float(terms["identity_x"]) == float(terms["identity_y"]) == float(terms["cycle_x"]) == 0.0
    terms, _ = made(identity_weight=0.0).translators_loss(x, y)
    assert set(terms) == {"adversarial_x", "adversarial_y", "cycle_x", "cycle_y"}


@pytest.mark.parametrize("score", [-0.5, 0.0, 0.5, 1.0])
def test_adversarial_terms_are_least_squares(score):
    model = made()
    object.__setattr__(model, "discriminator_x", constant(score))
    object.__setattr__(model, "discriminator_y", constant(1 - score))
    x, y = images(0), images(1)
    terms, fakes = model.translators_loss(x, y)
    assert float(terms["adversarial_x"]) == pytest.approx((score - 1) ** 2)
    assert float(terms["adversarial_y"]) == pytest.approx(score**2)
    for value in model.discriminators_loss(x, y, *fakes).values():
        assert float(value) == pytest.approx(0.5 * (score - 1) ** 2 + 0.5 * score**2)


def test_best_discriminator_is_the_share_of_real():
    real, fake = np.array([6, 3, 1, 0]), np.array([1, 1, 4, 4])  # how often each of four pictures comes
    best = tf.Variable(real / (real + fake))
    with tf.GradientTape() as tape:
        loss = objectives.least_squares.discriminator(tf.repeat(best, real), tf.repeat(best, fake))
    np.testing.assert_allclose(tape.gradient(loss, best), 0, atol=1e-12)
    same = tf.fill((5,), 0.5)
    assert float(objectives.least_squares.discriminator(same, same)) == 0.25


def test_discriminators_judge_fakes_from_before_the_translators_move():
    model = zoo.create("cyclegan", **SIZES, pool_size=0)
    x, y = images(0, 0.3), images(1, -0.3)
    fake_y, fake_x = model.translator_x_to_y(x, training=True), model.translator_y_to_x(y, training=True)
    expected = model.discriminators_loss(x, y, fake_x, fake_y)
    model.compile({"translators": keras.optimizers.SGD(10.0), "discriminators": keras.optimizers.SGD(0.0)})
    history = model.fit(tf.data.Dataset.from_tensors((x, y)), verbose=0).history
    for name, value in expected.items():
        assert history[f"discriminators/{name}"][0] == pytest.approx(float(value), rel=1e-5)
        later = model.discriminators_loss(x, y)[name]
        assert abs(float(later) - float(value)) > 1e-3


def test_pools_keep_the_fakes_of_their_domain():
    model = zoo.create("cyclegan", **SIZES, pool_size=6)
    x, y = images(0, 0.3), images(1, -0.3)
    fake_y, fake_x = model.translator_x_to_y(x), model.translator_y_to_x(y)
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    model.fit(tf.data.Dataset.from_tensors((x, y)), verbose=0)
    for pool, fakes in ((model.pool_x, fake_x), (model.pool_y, fake_y)):
        assert int(pool.filled.numpy()) == 4
        np.testing.assert_allclose(pool.images.numpy()[:4], fakes, atol=1e-5)


def test_the_translator_to_y_is_deployed():
    model = zoo.create("cyclegan", **SIZES)
    np.testing.assert_allclose(model.sample(3, images=images(0)), model.translator_x_to_y(images(0)[:3]), atol=1e-6)
