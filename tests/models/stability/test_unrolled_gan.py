"""Unrolled GAN: the gradient through the discriminator's answer, exact, by Keras' own steps, and over replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws


def make(name="unrolled_gan", compiled=True, optimizers=None, xla=False, **options):
    sizes = {"image_shape": (2,), "latent_dim": 3, "width": 8, "ema_decay": 0.0}
    model = zoo.create(name, **sizes | options)
    if compiled:
        model.compile(optimizers, jit_compile=xla)
    return model


def gradients(model, real, seed=(0, 0)):
    """G's loss and its gradient by G's weights."""
    weights = [w.value for w in model.weights_of("generator")]
    with draws.seeded(seed), tf.GradientTape() as tape:
        loss = model.generator_loss(real)["adversarial"]
    return float(loss), tape.gradient(loss, weights)


def test_without_unrolling_it_is_the_saturating_gan_bit_for_bit():
    ends = []
    for name, options in (("unrolled_gan", {"unrolling_steps": 0}), ("gan", {"saturating": True})):
        optimizers = {p: keras.optimizers.Adam(1e-2, beta_1=0.5) for p in ("discriminator", "generator")}
        model = make(name, optimizers=optimizers, seed=5, **options)
        history = model.fit(model.example_batch(64), batch_size=16, epochs=3, shuffle=False, verbose=0).history
        ends.append(([w.numpy() for w in model.trainable_variables], history))
    (one, one_history), (two, two_history) = ends
    assert one_history == two_history
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def smooth(units, dtype="float64"):
    """A perceptron without kinks: differences of rectifiers' losses are no derivatives."""
    dense = lambda n, activation=None: keras.layers.Dense(n, activation, dtype=dtype)
    return keras.Sequential([keras.Input((units[0],), dtype=dtype), dense(units[1], "tanh"), dense(units[2])])


@pytest.mark.parametrize("inner", ["sgd", "adam"])
def test_the_gradient_is_the_whole_derivative_of_the_unrolled_loss(inner):
    """By central differences in float64."""
    model = make(inner=inner, inner_rate=0.3 if inner == "sgd" else 0.05, unrolling_steps=3, compiled=False)
    keras.utils.set_random_seed(0)
    model.generator, model.discriminator = smooth((3, 8, 2)), smooth((2, 8, 1))
    model.compile()
    real = tf.constant(model.example_batch(16), tf.float64)
    for _ in range(3):
        model.minimize("discriminator", real)  # so that D's optimizer has moments
    _, exact = gradients(model, real)
    rng = np.random.default_rng(0)
    directions = [tf.constant(rng.normal(size=w.shape)) for w in model.weights_of("generator")]
    slope = sum(float(tf.reduce_sum(g * d)) for g, d in zip(exact, directions))
    ends = []
    for sign in (1, -2):
        for w, d in zip(model.weights_of("generator"), directions):
            w.assign_add(sign * 1e-5 * d)
        ends.append(gradients(model, real)[0])
    assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


@pytest.mark.parametrize("inner", ["sgd", "adam"])
def test_holding_the_unrolled_weights_fixed_is_another_gradient(inner, monkeypatch):
    model = make(inner=inner, inner_rate=0.1, unrolling_steps=3)
    real = tf.constant(model.example_batch(16))
    model.minimize("discriminator", real)
    value, whole = gradients(model, real)
    unrolled = model.unrolled
    monkeypatch.setattr(model, "unrolled", lambda f: list(map(tf.stop_gradient, unrolled(f))))
    same_value, part = gradients(model, real)
    assert value == same_value
    norm = lambda vectors: np.sqrt(sum(float(tf.reduce_sum(v**2)) for v in vectors))
    assert norm([a - b for a, b in zip(whole, part)]) > 0.05 * norm(part)


@pytest.mark.parametrize("inner", ["sgd", "adam"])
def test_unrolled_weights_are_those_that_the_optimizer_would_reach(inner):
    """K moves of D on the same fakes, by Keras' own optimizer with its moments of now."""
    rate = 1e-2
    make_optimizer = {
        "sgd": lambda: keras.optimizers.SGD(rate),
        "adam": lambda: keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99, epsilon=1e-8),
    }[inner]
    model = make(optimizers={"discriminator": make_optimizer()}, inner=inner, inner_rate=rate, unrolling_steps=4)
    real = tf.constant(model.example_batch(32))
    for _ in range(5):
        model.minimize("discriminator", real)
    stored = [w.numpy() for w in model.variables + model.optimizers["discriminator"].variables]
    fake = model.generate(tf.zeros((32, 3)) + tf.range(3.0))
    f = lambda: model.objective.discriminator(model.discriminate(real), model.discriminate(fake))

    def value(weights):
        with keras.StatelessScope(list(zip(model.weights_of("discriminator"), weights))):
            return f()

    found = model.unrolled(value)
    now = [w.numpy() for w in model.variables + model.optimizers["discriminator"].variables]
    assert all(np.array_equal(a, b) for a, b in zip(stored, now, strict=True))
    weights = model.weights_of("discriminator")
    start = [w.numpy() for w in weights]
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss = f()
        model.optimizers["discriminator"].apply(tape.gradient(loss, [w.value for w in weights]), weights)
    for before, after, w in zip(start, found, weights):
        assert np.abs(after - w.numpy()).max() < 1e-3 * max(np.abs(before - w.numpy()).max(), 1e-3)


def test_a_move_of_g_leaves_the_discriminator_and_its_moments():
    model = make(image_shape=(16, 16, 1), width=4, unrolling_steps=2)
    real = tf.constant(model.example_batch(8))
    model.minimize("discriminator", real)
    kept = model.discriminator.variables + model.optimizers["discriminator"].variables
    before = [v.numpy() for v in kept]
    model.minimize("generator", real)
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(before, kept))


@pytest.mark.parametrize(("inner", "rate"), [("sgd", 0.05), ("adam", 2e-3)])
def test_unrolled_on_the_global_batch_two_replicas_equal_one(inner, rate, mirrored):
    """And on each replica's own part they do not: its D answers its own examples."""

    def run(**options):
        model = make(
            optimizers={p: keras.optimizers.SGD(0.05) for p in ("discriminator", "generator")},
            unrolling_steps=3, inner=inner, inner_rate=rate, seed=2, **options,
        )  # fmt: skip
        start = [w.numpy() for w in model.trainable_variables]
        model.fit(model.example_batch(48) * 3, batch_size=16, shuffle=False, verbose=0)
        return start, [w.numpy() for w in model.trainable_variables]

    start, one = run()
    norm = lambda a, b: np.sqrt(sum(np.sum((u - v) ** 2) for u, v in zip(a, b)))
    with mirrored.scope():
        _, two = run(cross_replica=True)
        assert norm(one, two) < 1e-5 * norm(one, start)
        if inner == "sgd":
            _, apart = run()
            assert norm(one, apart) > 1e-4 * norm(one, start)


def test_unrolling_over_replicas_and_xla_on_several_are_refused_before_training(mirrored):
    with mirrored.scope(), pytest.raises(zoo.ZooError, match="unrolled_gan.*synchronizes.*jit_compile=False"):
        make(cross_replica=True, xla=True)


def test_the_demos_rates():
    rates = {player: float(o.learning_rate) for player, o in make(compiled=False).default_optimizers().items()}
    assert rates == pytest.approx({"discriminator": 1e-4, "generator": 1e-3})
    assert zoo.create("unrolled_gan", width=4, ema_decay=0.0).unrolling_steps == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unrolling_steps": -1}, "unrolling_steps.*-1"),
        ({"unrolling_steps": 2.5}, "unrolling_steps.*2.5"),
        ({"inner": "adams"}, "inner update.*'adams'.*adam"),
        ({"inner_rate": 0.0}, "inner_rate.*positive.*0.0"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(compiled=False, **options)
