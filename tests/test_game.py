"""The core's own properties, on the smallest games that show them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.averages import warm_rate
from tfgan_zoo.game import Game
from tfgan_zoo.gan import GAN
from tfgan_zoo.inputs import Images


class Point(keras.layers.Layer):
    """A trainable number."""

    def __init__(self, at):
        super().__init__()
        self.w = self.add_weight(shape=(), initializer=keras.initializers.Constant(at))
        self.built = True


class Quadratic(Game):
    """x minimizes mean((x - data)^2) / 2, y minimizes -x y + y^2 / 2."""

    players = {"x": ["first"], "y": ["second"]}

    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.first, self.second = Point(start), Point(0.5)

    def inputs_of_batch(self):
        return (Images((1,), "numbers"),)

    def x_loss(self, data):
        return {"distance": 0.5 * tf.reduce_mean((self.first.w.value - data) ** 2)}

    def y_loss(self, data):
        x, y = self.first.w.value, self.second.w.value
        return {"product": -x * y * tf.reduce_mean(tf.ones_like(data)), "square": 0.5 * y**2}


def sgd(rate=0.1, **options):
    return {player: keras.optimizers.SGD(rate, **options) for player in Quadratic.players}


def numbers(*batches):
    return tf.data.Dataset.from_tensor_slices(np.array(batches, "float32")[..., None])


def compiled(optimizers=None, **options):
    game = Quadratic()
    game.compile(optimizers or sgd(), **options)
    return game


def values(game):
    return float(game.first.w.numpy()), float(game.second.w.numpy())


def test_players_move_in_turn_and_see_each_others_moves():
    game = compiled()
    logs = game.fit(numbers([3.0, 5.0]), verbose=0).history
    x = 1.0 - 0.1 * (1.0 - 4.0)
    y = 0.5 - 0.1 * (-x + 0.5)
    assert values(game) == pytest.approx((x, y))
    assert logs["x/distance"] == pytest.approx([0.5 * (4 + 16) / 2])
    assert logs["y/product"] == pytest.approx([-x * 0.5]) and logs["y/square"] == pytest.approx([0.125])
    assert int(game.step.numpy()) == 1 and int(game.moves["x"].numpy()) == 1


def test_terms_are_means_over_the_global_batch_and_sgd_takes_one_replicas_step(mirrored):
    with mirrored.scope():
        game = compiled()
    logs = game.fit(numbers([3.0, 3.0, 5.0, 9.0]), verbose=0).history
    x = 1.0 - 0.1 * (1.0 - 5.0)
    assert values(game)[0] == pytest.approx(x)
    assert logs["x/distance"] == pytest.approx([0.5 * (4 + 4 + 16 + 64) / 4])


@pytest.mark.parametrize("options", [{"global_clipnorm": 0.5}, {"clipnorm": 0.5}, {"clipvalue": 0.5}])
def test_clipping_sees_the_global_gradient(options, mirrored):
    """Replicas' own gradients are 0 and -8; the global one is -4 and is clipped to -0.5."""
    with mirrored.scope():
        game = compiled(sgd(1.0, **options))
    game.fit(numbers([1.0, 9.0]), verbose=0)
    assert values(game)[0] == pytest.approx(1.5)


def test_the_private_hook_that_the_core_replaces_is_still_there():
    """`_prepared` keeps Keras from summing gradients over replicas again; setup.cfg bounds Keras because of it."""
    assert callable(keras.optimizers.SGD()._all_reduce_sum_gradients)
    calls = []
    optimizer = keras.optimizers.SGD(1.0)
    optimizer._all_reduce_sum_gradients = lambda pairs: calls.append(len(list(pairs))) or list(pairs)
    weight = keras.Variable(1.0)
    optimizer.build([weight])
    optimizer.apply([tf.constant(0.25)], [weight])
    assert calls == [1] and float(weight.numpy()) == 0.75


def test_an_infinite_gradient_on_one_replica_skips_the_step_on_both(mirrored):
    with mirrored.scope():
        optimizers = {p: keras.optimizers.LossScaleOptimizer(o, initial_scale=8.0) for p, o in sgd().items()}
        game = compiled(optimizers)
    before = values(game)[0]
    game.fit(tf.data.Dataset.from_tensors(np.array([[1.0], [3e38]], "float32")), verbose=0)  # 8 times that overflows
    scale = game.optimizers["x"].dynamic_scale.value
    assert values(game)[0] == before
    assert [float(v.numpy()) for v in scale.values] == [4.0, 4.0]


def test_epoch_means_of_two_epochs_are_apart():
    history = compiled(sgd(0.0)).fit(numbers([1.0], [3.0]), epochs=2, verbose=0).history
    assert history["x/distance"] == pytest.approx([1.0, 1.0])


def test_evaluate_changes_nothing_and_returns_every_term():
    game = compiled()
    before = [v.numpy().copy() for v in game.variables]
    found = game.evaluate(numbers([3.0, 5.0]), verbose=0, return_dict=True)
    assert found["x/distance"] == pytest.approx(5.0) and found["y/product"] == pytest.approx(-0.5)
    for old, variable in zip(before, game.variables):
        assert np.array_equal(old, variable.numpy())


def test_evaluation_draws_anew_for_every_batch_and_takes_lazy_terms_whole():
    class Drawing(Quadratic):
        def x_loss(self, data):
            drawn = tf.reduce_mean(draws.uniform(tf.shape(data)[0])) + 0.0 * self.first.w.value
            return {"drawn": drawn, "lazy": self.lazily(4, lambda: tf.reduce_mean(data))}

    game = Drawing()
    game.compile(sgd())
    means = [game.evaluate(numbers(*[[2.0]] * n), verbose=0, return_dict=True)["x/drawn"] for n in (1, 2)]
    assert 2 * means[1] - means[0] != pytest.approx(means[0])
    game.fit(numbers([1.0]), verbose=0)
    assert game.evaluate(numbers([2.0]), verbose=0, return_dict=True)["x/lazy"] == pytest.approx(2.0)


def test_statistics_of_a_skipped_step_are_not_kept():
    model = zoo.create("dcgan", dtype="mixed_float16", **zoo.info("dcgan").tiny)
    model.compile()
    model.discriminate = lambda x: 6e4 * GAN.discriminate(model, 6e4 * x)
    model.fit(model.example_batch(4), batch_size=4, verbose=0)
    assert all(np.isfinite(v.numpy()).all() for v in model.variables)


def test_layers_with_hidden_random_state_are_refused():
    with pytest.raises(ValueError, match="draw from `tfgan_zoo.draws`"):
        Quadratic().add_networks(first=keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5)]))


def test_recompiling_with_another_solver_logs_its_terms():
    game = compiled()
    game.fit(numbers([1.0]), verbose=0)
    game.compile(sgd(), solver=lambda game, batch: {"only": tf.reduce_mean(batch)})
    assert game.fit(numbers([3.0]), verbose=0).history == {"only": [pytest.approx(3.0)]}


def test_compile_outside_the_strategys_scope(mirrored):
    with mirrored.scope():
        game = Quadratic()
    game.compile({p: keras.optimizers.Adam(0.1) for p in game.players})
    game.fit(numbers([1.0, 9.0], [3.0, 5.0]), verbose=0)
    replicas = [v.numpy() for v in game.first.w.value.values]
    assert replicas[0] == replicas[1] != 1.0


def test_evaluation_after_and_during_training():
    game = compiled(sgd(0.0))
    history = game.fit(numbers([1.0]), epochs=2, validation_data=numbers([3.0, 5.0]), verbose=0).history
    assert history["x/distance"] == pytest.approx([0.0, 0.0])
    assert history["val_x/distance"] == pytest.approx([5.0, 5.0])
    assert game.evaluate(numbers([2.0], [4.0]), verbose=0, return_dict=True)["x/distance"] == pytest.approx(2.5)


def test_lazy_terms_have_the_same_mean():
    class Lazy(Quadratic):
        def x_loss(self, data):
            return {"distance": self.lazily(3, lambda: tf.reduce_mean(data) + 0.0 * self.first.w.value)}

    for xla in (False, True):
        game = Lazy()
        game.compile(sgd(), jit_compile=xla)
        found = [game.fit(numbers([2.0]), verbose=0).history["x/distance"][0] for _ in range(6)]
        assert found == pytest.approx([6.0, 0.0, 0.0, 6.0, 0.0, 0.0])


class Regularized(Quadratic):
    """x besides minimizes 2 x^2 on every third step."""

    def play(self, *batch):
        return self.minimize("x", *batch) | self.regularize("x", 3, *batch)

    def x_regularizer(self, data):
        return {"square": 2.0 * self.first.w.value**2}


@pytest.mark.parametrize("options", [{}, {"jit_compile": True}, {"accumulation_steps": 2}])
def test_a_regularizer_moves_on_its_own_steps_with_the_interval_as_its_weight(options):
    game = Regularized()
    game.compile(sgd(0.05), **options)
    x, terms = 1.0, []
    for step in range(5):
        terms += game.fit(numbers([3.0, 5.0]), verbose=0).history["x/square"]
        x -= 0.05 * (x - 4.0)
        expected = 3 * 2.0 * x**2 if step % 3 == 0 else 0.0
        assert terms[-1] == pytest.approx(expected, rel=1e-5)
        x -= 0.05 * 3 * 4.0 * x if step % 3 == 0 else 0.0
        assert values(game)[0] == pytest.approx(x, rel=1e-5)


def test_between_its_steps_a_regularizer_leaves_the_optimizer_alone():
    """Adam, with momentum, would move on even without a gradient."""
    game = Regularized()
    game.compile({"x": keras.optimizers.Adam(0.1), "y": keras.optimizers.SGD(0.1)})
    counts = []
    for _ in range(4):
        game.fit(numbers([3.0, 5.0]), verbose=0)
        counts.append(int(game.optimizers["x"].iterations.numpy()))
    assert counts == [2, 3, 4, 6]


def test_a_regularizer_on_replicas_is_that_of_the_whole_batch(mirrored):
    class Spread(Regularized):
        def x_regularizer(self, data):
            return {"square": self.first.w.value**2 * tf.reduce_mean(data**2)}

    def trained():
        game = Spread()
        game.compile(sgd(0.01))
        history = game.fit(numbers([1.0, 3.0, 5.0, 7.0]), epochs=4, verbose=0).history
        return values(game)[0], history["x/square"]

    one = trained()
    with mirrored.scope():
        two = trained()
    assert two[0] == pytest.approx(one[0], rel=1e-6) and two[1] == pytest.approx(one[1], rel=1e-6)


def test_a_schedule_is_read_at_every_step():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.5, 0.0])
    game = compiled({"x": keras.optimizers.SGD(schedule)})
    game.fit(numbers([1.0], [5.0], [9.0], [9.0]), verbose=0)
    assert values(game)[0] == pytest.approx(1.0 + 0.5 * 0.0 + 0.5 * 4.0)


def test_moving_averages_warm_up_and_are_deployed():
    model = zoo.create("gan", image_shape=(2,), latent_dim=3, width=5, ema_decay=0.9)
    start = model.generator.get_weights()
    model.compile({p: keras.optimizers.SGD(0.5) for p in model.players})
    data = tf.data.Dataset.from_tensors(model.example_batch(4)).repeat(2)
    model.fit(data.take(1), verbose=0)
    first = model.generator.get_weights()
    model.fit(data.take(1), verbose=0)
    second = model.generator.get_weights()
    expected = start
    for step, weights in ((1, first), (2, second)):
        rate = 1 - min(0.9, (1 + step) / (10 + step))
        expected = [e + rate * (w - e) for e, w in zip(expected, weights)]
    for e, found in zip(expected, model.generator_ema.get_weights()):
        assert np.allclose(e, found, atol=1e-6)
    assert model.deployed("generator") is model.generator_ema
    assert not model.generator_ema.trainable_variables
    assert float(warm_rate(0.9, tf.constant(10**6))) == pytest.approx(0.1)
    assert zoo.create("gan", image_shape=(2,), ema_decay=0.0).deployed("generator").name == "generator"


def test_a_solver_replaces_the_order_of_moves():
    @keras.saving.register_keras_serializable("tests")
    def simultaneous(game, *batch):
        logs, all_gradients = {}, {}
        for player in game.players:
            terms, all_gradients[player], _ = game.gradients(player, *batch)
            logs |= terms
        for player, gradients in all_gradients.items():
            game.move(player, gradients)
        return logs

    game = compiled(solver=simultaneous)
    game.fit(numbers([4.0]), verbose=0)
    assert values(game) == pytest.approx((1.0 + 0.3, 0.5 - 0.1 * (-1.0 + 0.5)))


def test_a_batch_of_several_moves_is_dealt_in_turn():
    model = zoo.create("wgan_gp", image_shape=(1,), latent_dim=1, width=2, n_critic=3)
    seen = []
    model.minimize = lambda player, *batch: seen.append((player, batch[0].numpy().ravel().tolist())) or {}
    from tfgan_zoo import feeding

    data = tf.data.Dataset.from_tensor_slices(np.arange(12.0, dtype="float32").reshape(6, 2, 1))
    joined = next(iter(feeding.join(data, 3)))
    model.play(joined)
    d, g = "discriminator", "generator"
    assert seen == [(d, [0.0, 1.0]), (d, [2.0, 3.0]), (d, [4.0, 5.0]), (g, [4.0, 5.0])]


def test_an_epoch_has_as_many_steps_as_the_data_have_batches():
    model = zoo.create("wgan_gp", image_shape=(2,), latent_dim=1, width=2, n_critic=3)
    model.compile()
    model.fit(np.zeros((10, 2), "float32"), batch_size=2, verbose=0)
    assert int(model.step.numpy()) == 5 and int(model.moves["discriminator"].numpy()) == 15


def test_a_smaller_last_batch_is_dropped():
    game = compiled()
    data = tf.data.Dataset.from_tensor_slices(np.ones((5, 1), "float32")).batch(2)
    game.fit(data, verbose=0)
    assert int(game.step.numpy()) == 2
    unknown = data.map(lambda x: tf.ensure_shape(tf.py_function(lambda x: x, [x], tf.float32), None))
    game.fit(unknown, verbose=0)
    assert int(game.step.numpy()) == 4


def test_arrays_are_shuffled_by_the_seed_and_checked_as_a_whole():
    data = np.arange(64, dtype="float32")[:, None]
    ends = {run: (g := compiled(), g.fit(data, batch_size=8, verbose=0), values(g))[-1] for run in "ab"}
    assert ends["a"] == ends["b"]
    images = np.zeros((8, 8, 8, 1), "float32")
    images[-1] = 3.0
    model = zoo.create("vae", **zoo.info("vae").tiny)
    model.compile()
    with pytest.raises(zoo.ZooError, match=r"expected values in \[-1, 1\], found \[0, 3\]"):
        model.fit(images, batch_size=2)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: compiled().minimize("z", tf.zeros((1, 1))), "unknown player of quadratic.* 'z'"),
        (lambda: compiled({"z": "sgd"}), "unknown player"),
        (lambda: Quadratic().compile("adam"), "optimizers is a dict with keys"),
        (lambda: Quadratic().compile(loss="mse"), "compile takes no loss"),
        (lambda: Quadratic().compile(jit_compile="off"), "jit_compile is True, False or 'auto'"),
        (lambda: Quadratic().compile(accumulation_steps=0), "from 1 on"),
        (lambda: compiled(dict.fromkeys("xy", keras.optimizers.SGD())), "one optimizer for two players"),
        (lambda: compiled(accumulation_steps=2).fit(numbers([1.0, 2.0, 3.0])), "3 cannot be dealt to 2 micro-batches"),
        (lambda: Quadratic().fit(numbers([1.0])), "not compiled"),
        (lambda: compiled().fit(None), "nothing to train on"),
        (lambda: compiled().fit(numbers([1.0]).map(lambda x: {"x": x})), "give only what the model takes"),
        (lambda: compiled().fit(numbers([1.0]).map(tf.strings.as_string)), "expected float32, found string"),
        (lambda: compiled().fit(numbers([1.0]).unbatch()), "batch the data"),
        (lambda: zoo.create("gan").sample(0), "at least one sample"),
        (lambda: zoo.create("gan").sample(2, labels=[0, 1]), "gan takes no labels: it is unconditional"),
        (lambda: zoo.create("vae").sample(2, labels=[0, 1]), "vae takes no labels: it is unconditional"),
        (lambda: compiled().fit(np.ones((3, 1), "float32"), batch_size=4), "3 examples, fewer than one batch of 4"),
        (lambda: compiled().fit(numbers([1.0]).map(lambda x: tf.tile(x, (4, 2)))), r"\(None, 1\), found \(4, 2\)"),
        (lambda: zoo.create("wgan_gp", image_shape=(2,)).play(tf.zeros((7, 2))), "7 cannot be divided into 5"),
    ],
)  # fmt: skip
def test_mistakes_are_named(mistake, message):
    with pytest.raises(zoo.ZooError, match=message):
        mistake()


def test_a_batch_that_cannot_be_dealt_to_the_replicas_is_named(mirrored):
    with mirrored.scope():
        game = compiled()
    with pytest.raises(zoo.ZooError, match="batch of 3 cannot be dealt to 2 replicas"):
        game.fit(numbers([1.0, 2.0, 3.0]), verbose=0)


def test_a_loss_that_does_not_depend_on_a_weight_is_named():
    class Idle(Quadratic):
        def y_loss(self, data):
            return {"product": tf.reduce_mean(data)}

    game = Idle()
    game.compile(sgd())
    with pytest.raises(ValueError, match="loss of 'y' does not depend on"):
        game.fit(numbers([1.0]), verbose=0)


def test_synchronized_statistics_with_xla_on_replicas_are_refused(mirrored):
    with mirrored.scope():
        model = zoo.create("dcgan", **zoo.info("dcgan").tiny)
        zoo.layers.synchronize_batch_norm(model.generator)
        with pytest.raises(zoo.ZooError, match="synchronizes"):
            model.compile(jit_compile=True)


def test_float16_refuses_solvers():
    model = zoo.create("gan", dtype="mixed_float16", **zoo.info("gan").tiny)
    with pytest.raises(zoo.ZooError, match="mixed_bfloat16"):
        model.compile(solver=lambda game, *batch: {})
