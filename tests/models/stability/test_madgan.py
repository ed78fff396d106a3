"""MAD-GAN: several generators in one network, the classes of what they make, and choosing among them."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws

K = 3


def make(**options):
    return zoo.create("madgan", **{"image_shape": (2,), "latent_dim": 4, "generators": K, "width": 8} | options)


def loss(model, player, n=6):
    with draws.seeded((0, 0)):
        return float(getattr(model, f"{player}_loss")(tf.constant(model.example_batch(n)))["adversarial"])


@pytest.mark.parametrize("image_shape", [(2,), (16, 16, 3)])
def test_generators_share_all_but_their_own_part_of_the_last_layer(image_shape):
    """Changing the kernel's columns of one generator changes its images alone."""
    model = make(image_shape=image_shape, ema_decay=0.0)
    channels = image_shape[-1]
    last = [layer for layer in model.generator.layers if layer.get_weights()][-1]
    kernel = last.kernel.numpy()
    axis = 1 if len(image_shape) == 1 else 2  # transposed convolutions have (kh, kw, cout, cin)
    assert kernel.shape[axis] == K * channels
    own = np.zeros_like(kernel)
    own.swapaxes(0, axis)[channels : 2 * channels] = 0.1
    before = [model.sample(4, generators=[i] * 4).numpy() for i in range(K)]
    last.kernel.assign(kernel + own)
    after = [model.sample(4, generators=[i] * 4).numpy() for i in range(K)]
    changed = [not np.allclose(a, b, atol=1e-6) for a, b in zip(before, after)]
    assert changed == [False, True, False]


def test_all_generators_get_the_same_latent():
    model = make(ema_decay=0.0)
    latents = tf.concat([tf.ones((2, 4)), tf.one_hot([0, 1], K)], axis=1)
    images = model.generate(latents)
    assert images.shape == (2, K, 2) and np.allclose(images[0], images[1], atol=1e-6)
    assert not np.allclose(images[0, 0], images[0, 1])
    assert np.allclose(model(latents), [images[0, 0], images[1, 1]], atol=1e-6)


def test_the_discriminator_has_a_class_for_data_and_one_for_each_generator():
    model = make(image_shape=(16, 16, 1))
    assert model.discriminator.output_shape == (None, K + 1)
    with draws.seeded((0, 0)):
        logits = model.classify_fakes(5)
    assert logits.shape == (5, K, K + 1)
    assert np.allclose(tf.reduce_sum(tf.nn.softmax(logits), axis=-1), 1.0, atol=1e-6)


def test_losses_of_a_discriminator_that_knows_nothing():
    model = make()
    model.discriminator.layers[-2].set_weights([np.zeros((8, K + 1))])
    assert loss(model, "discriminator") == pytest.approx(math.log(K + 1), rel=1e-6)
    assert loss(model, "generator") == pytest.approx(math.log(K + 1), rel=1e-6)


def test_fakes_are_labelled_by_their_generator():
    """G_i makes 10 e_i; D's logits are its input behind a zero for real, so every fake is named right."""
    model = make(image_shape=(K,))
    model.generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(K * K)])
    model.generator.set_weights([np.zeros((4, K * K)), 10.0 * np.eye(K).ravel()])
    model.discriminator = keras.Sequential([keras.Input((K,)), keras.layers.Dense(K + 1, use_bias=False)])
    model.discriminator.set_weights([np.eye(K, K + 1, 1)])
    with draws.seeded((0, 0)):
        terms = model.discriminator_loss(tf.fill((5, K), -10.0))
    assert float(terms["adversarial"]) == pytest.approx(math.log1p(K * math.exp(-10.0)), rel=1e-3)


def test_a_generator_is_not_rewarded_for_being_recognized():
    """With D sure of the right generator each pays the same as with D sure of a wrong one."""
    model, found = make(image_shape=(K,)), []
    model.discriminator = keras.Sequential([keras.Input((K,)), keras.layers.Dense(K + 1, use_bias=False)])
    model.discriminator.set_weights([np.eye(K, K + 1, 1)])
    model.generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(K * K)])
    for shift in (0, 1):
        model.generator.set_weights([np.zeros((4, K * K)), 10.0 * np.roll(np.eye(K), shift, axis=1).ravel()])
        found.append(loss(model, "generator"))
    assert found[0] == found[1] == pytest.approx(10.0, abs=1e-3)


def test_samples_come_from_all_generators_alike_or_from_those_asked_for():
    model = make(ema_decay=0.0)
    with draws.seeded((3, 0)):
        latents = model.sample_latents(3000).numpy()
    assert latents.shape == (3000, 4 + K) and np.array_equal(latents[:, 4:].sum(axis=1), np.ones(3000))
    assert np.abs(latents[:, 4:].mean(axis=0) - 1 / K).max() < 0.03
    assert np.allclose(model.sample(3000, seed=3), model(latents), atol=1e-6)
    ids = latents[:, 4:].argmax(axis=1).astype("int32")
    assert np.allclose(model.sample(3000, seed=3, generators=ids), model(latents), atol=1e-6)


def test_one_generator_is_an_ordinary_gan():
    model = make(generators=1)
    assert model.discriminator.output_shape == (None, 2) and model.sample(3).shape == (3, 2)


@pytest.mark.parametrize(
    ("ids", "message"),
    [([0, 1], "expected 3 ids"), ([0, 1, K], r"ids of generators 0\.\.2"), ([0.0, 1.0, 2.0], "float32")],
)
def test_wrong_ids_of_generators_are_named(ids, message):
    with pytest.raises(zoo.ZooError, match=message):
        make().sample(3, generators=ids)


@pytest.mark.parametrize("generators", [0, 1.5])
def test_no_generator_is_refused(generators):
    with pytest.raises(zoo.ZooError, match="generators: expected a number from 1 on"):
        make(generators=generators)
