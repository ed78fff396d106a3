"""StyleGAN2: its losses and regularizers, configurations, mixing, truncation, augmentation, what is deployed."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, penalties
from tfgan_zoo.models.style.stylegan2 import lazy_adam
from tfgan_zoo.penalties.path_length import path_lengths

TINY = {
    "image_shape": (8, 8, 1),
    "latent_dim": 4,
    "style_dim": 6,
    "depth": 2,
    "channel_base": 32,
    "channel_max": 8,
}


def make(**options):
    return zoo.create("stylegan2", **TINY | options)


def values(model, which, *batch, seed=3):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, which)(*batch).items()}


softplus = lambda x: np.logaddexp(0.0, x)

# The game


def test_losses():
    model = make(mixing=0.0)
    images = tf.constant(model.example_batch(8))
    found = values(model, "discriminator_loss", images), values(model, "generator_loss", images)
    with draws.seeded((3, 0)):  # noise is silent before training
        fake = model.synthesis(model.styles(model.sample_latents(8)), noise="none")
    real_scores, fake_scores = model.discriminator(images).numpy(), model.discriminator(fake).numpy()
    expected = softplus(-real_scores).mean() + softplus(fake_scores).mean()
    assert found[0] == {"adversarial": pytest.approx(expected, rel=1e-5)}
    assert found[1] == {"adversarial": pytest.approx(softplus(-fake_scores).mean(), rel=1e-5)}


def test_r1_is_of_real_images():
    model = make(gamma=6.0)
    images = tf.constant(model.example_batch(8))
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = tf.reduce_sum(model.discriminator(images))
    squares = np.sum(tape.gradient(scores, images).numpy() ** 2, axis=(1, 2, 3))
    assert values(model, "discriminator_regularizer", images) == {"r1": pytest.approx(3.0 * squares.mean(), rel=1e-4)}


def test_the_path_length_penalty_is_of_half_a_batch():
    model = make(mixing=0.0, path_weight=5.0)
    model.path_length.mean.assign(0.3)
    found = values(model, "generator_regularizer", tf.constant(model.example_batch(8)))
    with draws.seeded((3, 0)):
        styles = model.styles(model.sample_latents(4))
        lengths = path_lengths(model.synthesis, styles).numpy()
    assert lengths.shape == (4,)
    assert found == {"path_length": pytest.approx(5.0 * np.mean((lengths - 0.3) ** 2), rel=1e-4)}


def test_adam_allows_for_the_regularizers_moves():
    """The figures of the paper's code: 16 steps of D with 17 moves, 4 of G with 5."""
    optimizers = make().default_optimizers()
    rates = {player: float(o.learning_rate.numpy()) for player, o in optimizers.items()}
    assert rates == pytest.approx({"discriminator": 0.00188235, "generator": 0.0016}, rel=1e-5)
    betas = {player: o.beta_2 for player, o in optimizers.items()}
    assert betas == pytest.approx({"discriminator": 0.990585, "generator": 0.991992}, rel=1e-5)
    assert all(o.beta_1 == 0.0 and o.epsilon == 1e-8 for o in optimizers.values())
    assert float(lazy_adam(0).learning_rate.numpy()) == pytest.approx(0.002) and lazy_adam(0).beta_2 == 0.99


def test_regularizers_move_on_their_own_steps():
    model = make(r1_interval=3, path_interval=2)
    model.compile()
    batch = model.example_batch(8)
    logs = [model.fit(batch, batch_size=8, verbose=0).history for _ in range(4)]
    assert [log["discriminator/r1"][0] > 0 for log in logs] == [True, False, False, True]
    assert [log["generator/path_length"][0] > 0 for log in logs] == [True, False, True, False]
    moves = {player: int(o.iterations.numpy()) for player, o in model.optimizers.items()}
    assert moves == {"discriminator": 6, "generator": 6}


def test_without_regularizers_there_are_no_further_moves():
    model = make(gamma=0.0, path_weight=0.0)
    model.compile()
    logs = model.fit(model.example_batch(8), batch_size=4, verbose=0).history
    assert set(logs) == {"discriminator/adversarial", "generator/adversarial"}
    assert int(model.optimizers["generator"].iterations.numpy()) == 2
    assert float(model.optimizers["generator"].learning_rate.numpy()) == pytest.approx(0.002)


# Styles


def test_a_batch_mixes_two_latents_at_one_layer():
    model = make(image_shape=(16, 16, 1), mixing=1.0)
    layers, firsts = model.synthesis.layers_of_style, set()
    z = tf.random.stateless_normal((5, 4), (5, 6))
    w = model.mapping(z).numpy()
    for seed in range(40):
        with draws.seeded((seed, 0)):
            styles = model.styles(z).numpy()
        first = np.isclose(styles, w[:, None], atol=1e-6).all(axis=(0, 2))
        assert first[0] and not first[-1]  # from layer 1 at the earliest, from the last at the latest
        assert (np.diff(first.astype(int)) <= 0).all() and np.allclose(styles[:, -1:], styles[:, ~first])
        firsts.add(int(first.sum()))
    assert firsts == set(range(1, layers))


def test_the_share_of_mixed_batches():
    model, z = make(mixing=0.5), tf.ones((1, 4))
    mixed = 0
    for seed in range(200):
        with draws.seeded((seed, 0)):
            styles = model.styles(z).numpy()
        mixed += not np.allclose(styles, styles[:, :1])
    assert mixed == pytest.approx(100, abs=28)  # four deviations


def test_truncation():
    model = make()
    z = tf.random.stateless_normal((6, 4), (5, 6))
    model.deployed("mapping").average.assign(tf.range(6.0))
    w = model.map(z).numpy()
    assert np.allclose(model.truncate(w, 0.25), np.arange(6) + 0.25 * (w - np.arange(6)), atol=1e-6)
    assert np.allclose(model(z, psi=0.0), np.repeat(model(z[:1], psi=0.0), 6, axis=0), atol=1e-6)
    assert np.allclose(model(z), model.synthesize(w), atol=1e-6)


def test_the_mean_of_w_is_followed_in_training_only():
    model = make()
    z = tf.random.stateless_normal((64, 4), (5, 6))
    before = model.mapping.average.numpy()
    model.map(z)
    assert np.array_equal(model.mapping.average.numpy(), before)
    with draws.seeded((0, 0)):
        model.mapping(z, training=True)
    moved = before + 0.005 * (model.mapping(z).numpy().mean(axis=0) - before)
    assert np.allclose(model.mapping.average.numpy(), moved, atol=1e-6)


def test_deployed_noise_is_constant_and_noise_in_training_is_fresh():
    model = make()
    for layer in model.synthesis.convolutions:
        layer.noise.strength.assign(tf.ones_like(layer.noise.strength))
    model.synthesis_ema.set_weights(model.synthesis.get_weights())
    z = tf.random.stateless_normal((1, 4), (5, 6))
    shown = model(tf.repeat(z, 3, axis=0)).numpy()
    assert np.allclose(shown[0], shown[2], atol=1e-6)
    styles = model.of_layers(model.map(tf.repeat(z, 3, axis=0)))
    with draws.seeded((0, 0)):
        images = model.synthesis(styles).numpy()
    assert np.abs(images[0] - images[1]).max() > 1e-3


# Classes


def test_f_and_d_are_told_the_class():
    model = make(classes=3)
    images, labels = model.example_batch(8)
    z = tf.random.stateless_normal((1, 4), (5, 6))
    w = [model.map((z, tf.constant([label]))).numpy() for label in range(3)]
    assert min(np.abs(w[i] - w[j]).max() for i, j in ((0, 1), (0, 2), (1, 2))) > 1e-3
    scores = [model.discriminator([images[:1], tf.constant([label])]).numpy() for label in range(3)]
    assert min(np.abs(scores[i] - scores[j]).max() for i, j in ((0, 1), (0, 2), (1, 2))) > 1e-4


def test_an_embedding_as_long_as_the_features_keeps_scores_of_unit_variance():
    """Features (F,), an embedding with a mean square of one, their inner product over root F."""
    model = make(classes=3)
    images = tf.constant(model.example_batch(8)[0])
    labels = tf.constant([0, 1, 2, 0, 1, 2, 0, 1])
    features = model.discriminator.score(model.discriminator.features(images)).numpy()
    embedded = model.discriminator.embedding([tf.zeros((8, 0)), labels]).numpy()
    expected = np.sum(features * embedded, axis=1, keepdims=True) / np.sqrt(features.shape[1])
    assert np.allclose(model.discriminator([images, labels]), expected, atol=1e-5)


# Augmentation


def test_all_that_d_sees_is_augmented():
    plain, augmented = make(gamma=1.0), make(gamma=1.0, augment="diff")
    augmented.set_weights(plain.get_weights())
    images = tf.constant(plain.example_batch(8))
    for which in ("discriminator_loss", "generator_loss", "discriminator_regularizer"):
        a, b = values(plain, which, images), values(augmented, which, images)
        assert a.keys() == b.keys() and all(abs(a[name] - b[name]) > 1e-6 for name in a)


def test_augmentation_with_probability_zero_changes_nothing():
    plain, augmented = make(), make(augment="ada")
    augmented.set_weights(plain.get_weights())
    images = tf.constant(plain.example_batch(8))
    with draws.seeded((3, 0)):
        a, b = plain.discriminate(images), augmented.discriminate(images)
    assert np.allclose(a, b, atol=1e-4)


def test_the_probability_follows_the_sign_of_real_scores():
    """D that is sure of all real images raises it by batch / 500,000 in each step, one that is not lowers it."""
    model = make(augment="ada")
    model.compile({"discriminator": "sgd", "generator": "sgd"})
    batch = model.example_batch(8)
    model.discriminator.score.bias.assign([100.0])
    model.fit(batch, batch_size=8, verbose=0)
    assert float(model.p.numpy()) == pytest.approx(8 / 500_000, rel=1e-4)
    model.discriminator.score.bias.assign([-100.0])
    model.fit(batch, batch_size=8, verbose=0)
    assert float(model.p.numpy()) == 0.0


# Arguments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"r1_interval": 0}, "r1_interval: expected a number of steps from 1 on, found 0"),
        ({"path_interval": 1.5}, "path_interval: expected a number of steps from 1 on, found 1.5"),
        ({"gamma": -1.0}, "expected gamma and path_weight from 0 on"),
        ({"mixing": 1.2}, "mixing in"),
        ({"augment": "adda"}, "augmentation"),
        ({"generator_architecture": "skp"}, "skip"),
        ({"discriminator_architecture": "skip"}, "resnet"),
        ({"image_shape": (9, 9, 1)}, "9"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)


@pytest.mark.parametrize(("generator", "discriminator"), [("orig", "orig"), ("resnet", "resnet")])
def test_further_architectures_train(generator, discriminator):
    model = make(generator_architecture=generator, discriminator_architecture=discriminator)
    model.compile()
    before = [v.numpy() for v in model.trainable_weights]
    logs = model.fit(model.example_batch(8), batch_size=8, verbose=0).history
    assert all(np.isfinite(v).all() for v in logs.values())
    moved = [not np.array_equal(v.numpy(), old) for v, old in zip(model.trainable_weights, before)]
    assert all(moved), [v.path for v, m in zip(model.trainable_weights, moved) if not m]


def test_penalty_objects_are_saved_with_the_model(tmp_path):
    model = make()
    model.compile()
    model.fit(model.example_batch(8), batch_size=8, verbose=0)
    model.save(tmp_path / "model.keras")
    again = zoo.load(tmp_path / "model.keras")
    assert isinstance(again.path_length, penalties.PathLength)
    assert float(again.path_length.mean.numpy()) == float(model.path_length.mean.numpy()) > 0
