"""Mode regularized GAN: the regularizer's value and sign, who moves on what, and both orders of moves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws


def make(**options):
    return zoo.create("mrgan", **{"image_shape": (2,), "latent_dim": 2, "width": 4, "ema_decay": 0.0} | options)


def linear(matrix, bias=0.0):
    matrix = np.array(matrix, "float32")
    network = keras.Sequential([keras.Input((matrix.shape[0],)), keras.layers.Dense(matrix.shape[1])])
    network.set_weights([matrix, np.full(matrix.shape[1], bias, "float32")])
    return network


def losses(model, player, batch, seed=(0, 0)):
    with draws.seeded(seed):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(batch).items()}


def softplus(x):
    return np.logaddexp(0.0, x)


X = tf.constant([[1.0, 2.0], [-3.0, 0.5], [0.0, 1.0]])


@pytest.mark.parametrize(("variant", "player"), [("reg", "encoder"), ("md", "autoencoder")])
def test_with_an_exact_inverse_only_the_score_of_the_data_is_left(variant, player):
    """G(E(x)) = x: no squared error, no gradient of it, and lambda_2 softplus(-C(x))."""
    model = make(variant=variant, geometric_weight=3.0, mode_weight=0.7)
    model.generator, model.encoder = linear([[2.0, 0.0], [0.0, 4.0]]), linear([[0.5, 0.0], [0.0, 0.25]])
    judge = linear([[1.0], [-2.0]], 0.3)
    setattr(model, "discriminator" if variant == "reg" else "manifold_discriminator", judge)
    scores = X.numpy() @ [1.0, -2.0] + 0.3
    found = losses(model, player, X)
    assert found == pytest.approx({"geometric": 0.0, "mode": 0.7 * softplus(-scores).mean()}, rel=1e-6)
    with tf.GradientTape() as tape:
        error = model.regularizer(X, judge)["geometric"]
    assert all(np.array_equal(g, tf.zeros_like(g)) for g in tape.gradient(error, model.encoder.trainable_variables))


def test_the_squared_error_is_a_sum_over_elements_and_a_mean_over_examples():
    model = make(geometric_weight=0.5)
    model.generator, model.encoder = linear(np.eye(2), bias=1.0), linear(np.eye(2))
    assert losses(model, "encoder", X)["geometric"] == pytest.approx(0.5 * 2.0, rel=1e-6)


@pytest.mark.parametrize("player", ["encoder", "generator"])
def test_the_regularizer_falls_as_reconstructions_look_more_real(player):
    """The sign that the paper means, not the one that it prints."""
    found = []
    for bias in (-1.0, 0.0, 1.0):
        model = make(mode_weight=1.0)
        model.discriminator = linear([[0.0], [0.0]], bias)
        found.append(losses(model, player, X)["mode"])
    assert found == pytest.approx(softplus(np.array([1.0, 0.0, -1.0])), rel=1e-6)


def test_without_the_score_mdgans_manifold_step_is_a_plain_auto_encoder():
    model = make(variant="md", geometric_weight=1.0, mode_weight=0.0)
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
    twin = make(variant="md", seed=0)
    twin.compile()
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.reduce_sum((X - twin.generator(twin.encoder(X))) ** 2, axis=1))
    weights = twin.weights_of("autoencoder")
    gradients = tape.gradient(error, [w.value for w in weights])
    model.minimize("autoencoder", X)
    for weight, start, gradient in zip(model.weights_of("autoencoder"), weights, gradients):
        assert np.allclose(weight, start - 0.1 * gradient, atol=1e-6)


def test_reg_gans_discriminator_never_sees_reconstructions():
    model, gan = make(), zoo.create("gan", image_shape=(2,), latent_dim=2, width=4)
    for network in ("generator", "discriminator"):
        getattr(gan, network).set_weights(getattr(model, network).get_weights())
    assert losses(model, "discriminator", X) == losses(gan, "discriminator", X)


def test_mdgans_discriminator_takes_reconstructions_for_real():
    model = make(variant="md")
    model.generator, model.encoder = linear(np.zeros((2, 2)), bias=1.0), linear(np.eye(2))
    model.discriminator = linear([[1.0], [1.0]])  # 2 for whatever G makes
    found = losses(model, "discriminator", X)["adversarial"]
    assert found == pytest.approx(softplus(-2.0) + softplus(2.0), rel=1e-6)
    model.manifold_discriminator = model.discriminator
    real = softplus(-X.numpy().sum(axis=1)).mean()
    assert losses(model, "manifold_discriminator", X)["adversarial"] == pytest.approx(real + softplus(2.0), rel=1e-6)
    assert set(losses(model, "generator", X)) == {"adversarial"}


@pytest.mark.parametrize(
    ("variant", "order"),
    [
        ("reg", ["discriminator", "discriminator", "generator", "encoder"]),
        ("md", ["manifold_discriminator", "autoencoder", "discriminator", "discriminator", "generator"]),
    ],
)
def test_the_order_of_moves(variant, order, monkeypatch):
    model, moves = make(variant=variant, n_critic=2), []
    monkeypatch.setattr(model, "minimize", lambda player, *batch: moves.append(player) or {player: len(batch[0])})
    logs = model.play(tf.zeros((6, 2)))
    assert moves == order and set(logs.values()) == {3}


@pytest.mark.parametrize("variant", ["reg", "md"])
def test_statistics_of_the_deployed_generator_are_those_of_samples(variant):
    """Two moves from the same weights, on other images: G's moving averages do not depend on these."""
    found = []
    for batch_seed in (0, 1):
        model = make(image_shape=(8, 8, 1), variant=variant)
        model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
        start = [v.numpy() for v in model.generator.non_trainable_variables]
        for player in model.players:
            model.minimize(player, tf.constant(model.example_batch(8, batch_seed)))
        found.append([v.numpy() for v in model.generator.non_trainable_variables])
    assert any(not np.array_equal(a, b) for a, b in zip(start, found[0]))
    assert all(np.array_equal(a, b) for a, b in zip(*found))


@pytest.mark.parametrize("xla", [False, True])
def test_mdgan_on_two_replicas_equals_one(mirrored, xla):
    def run(**options):
        model = make(variant="md", mode_weight=1.0, geometric_weight=1.0)
        model.compile({player: keras.optimizers.SGD(0.05) for player in model.players}, **options)
        start = [w.numpy() for w in model.trainable_variables]
        model.fit(model.example_batch(48), batch_size=16, shuffle=False, verbose=0)
        return start, [w.numpy() for w in model.trainable_variables]

    start, one = run(jit_compile=False)
    with mirrored.scope():
        _, two = run(jit_compile=xla)
    norm = lambda a, b: np.sqrt(sum(np.sum((u - v) ** 2) for u, v in zip(a, b)))
    assert norm(one, two) < 1e-4 * norm(one, start)


def test_codes_and_reconstructions_are_served_from_the_averages():
    model = make(image_shape=(8, 8, 1), ema_decay=0.9)
    model.compile()
    images = model.example_batch(8)
    model.fit(images, batch_size=4, verbose=0)
    served = model.serving_signatures()
    codes = served["encode"](images)["latents"]
    assert codes.shape == (8, 2) and np.allclose(codes, model.encoder_ema(images), atol=1e-6)
    assert np.allclose(served["reconstruct"](images)["images"], model.generator_ema(codes), atol=1e-6)
    assert not np.allclose(codes, model.encoder(images), atol=1e-6)


def test_mdgan_survives_saving(tmp_path):
    model = make(variant="md")
    model.compile()
    model.fit(model.example_batch(8), batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = zoo.load(tmp_path / "model.keras")
    assert list(loaded.players) == list(model.players) == list(loaded.optimizers)
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), loaded.get_weights()))


@pytest.mark.parametrize("options", [{"geometric_weight": -1.0}, {"mode_weight": float("nan")}])
def test_impossible_weights_are_named(options):
    with pytest.raises(zoo.ZooError, match="weights from 0 on"):
        make(**options)


def test_an_unknown_variant_is_named():
    with pytest.raises(zoo.ZooError, match="variant of mrgan 'mdgan'.*md"):
        make(variant="mdgan")
