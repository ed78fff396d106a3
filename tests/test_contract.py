"""What the core promises, on every system of the catalogue at its tiny sizes. A new card is tested as soon as listed.

Differences of trained weights are relative to how far training moved them: |a - b| / |a - start| over all weights.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.catalogue import CARDS
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.game import Game
from tfgan_zoo.layers import synchronize_batch_norm
from tfgan_zoo.registry import arguments_of

BATCH, STEPS = 32, 3  # a batch of one move; with fewer examples normalization amplifies rounding
# All tests of a model on one worker: they share what it trained. `-k latent` chooses a family.
every_model = pytest.mark.parametrize(
    "name", [pytest.param(c.name, marks=pytest.mark.xdist_group(c.name), id=f"{c.family}-{c.name}") for c in CARDS]
)


def make(name, optimizer=lambda: keras.optimizers.SGD(0.01), synchronize=False, dtype=None, **options) -> Game:
    # Losses with statistics of the batch have an option to take them over the global batch.
    together = {"cross_replica": True} if synchronize and "cross_replica" in arguments_of(name) else {}
    model = zoo.create(name, dtype=dtype, **zoo.info(name).tiny, **together)
    if synchronize:
        synchronize_batch_norm(*(getattr(model, n) for networks in model.players.values() for n in networks))
    model.compile({player: optimizer() for player in model.players} if optimizer else None, **options)
    return model


def batches(model, steps=STEPS, batch_size=BATCH):
    examples = [model.example_batch(batch_size, seed) for seed in range(steps)]
    stacked = tf.nest.map_structure(lambda *parts: np.stack(parts), *examples)
    return tf.data.Dataset.from_tensor_slices(stacked)


def state(model):
    return [v.numpy().copy() for v in model.variables if v.dtype.startswith("float")]


def run(model, steps=STEPS, **options):
    start = state(model)
    history = model.fit(batches(model, steps), verbose=0, **options).history
    return start, state(model), history


def has(model, *kinds):
    networks = [getattr(model, n) for names in model.players.values() for n in names]
    return any(isinstance(layer, kinds) for network in networks for layer in network._flatten_layers())


def is_chaotic(model):
    """With batch or instance normalization of tiny maps, weights 1e-6 apart are 1e-3 apart three steps later."""
    return has(model, keras.layers.BatchNormalization, keras.layers.GroupNormalization)


def comparable_steps(model):
    """So many steps that rounding does not decide."""
    return 1 if is_chaotic(model) else STEPS


def moved(a, b, start):
    square = lambda u, v: sum(float(np.sum((x.astype("float64") - y) ** 2)) for x, y in zip(u, v, strict=True))
    return (square(a, b) / square(a, start)) ** 0.5


@pytest.fixture(scope="module")
def plain():
    """Name -> (start, end, history) of a plain run on one replica, shared by the tests that compare with it."""
    kept = {}

    def of(name):
        if name not in kept:
            model = make(name, jit_compile=False)
            kept[name] = run(model, comparable_steps(model))
        return kept[name]

    return of


@pytest.fixture(scope="module")
def replicated(mirrored):
    """Name -> (start, end, history) of a run on two replicas without XLA, which hold equal state at its end.

    With `synchronize`, batch statistics are those of the global batch; models that have none run once for both.
    """
    kept = {}

    def of(name, synchronize):
        with mirrored.scope():
            model = make(name, synchronize=synchronize, jit_compile=False)
        differs = has(model, keras.layers.BatchNormalization) or "cross_replica" in arguments_of(name)
        key = name, synchronize and differs
        if key not in kept:
            kept[key] = run(model, comparable_steps(model))
            assert_replicas_agree(model)
        return kept[key]

    return of


@every_model
def test_fit_logs_every_term_as_the_mean_over_the_epoch(name):
    history = make(name).fit(batches(make(name)), verbose=0).history
    single = make(name).fit(batches(make(name)), epochs=STEPS, steps_per_epoch=1, verbose=0).history
    assert set(history) == set(single)
    assert {term.split("/")[0] for term in history} >= set(make(name).players)
    for term, values in history.items():
        assert np.isfinite(values).all()
        assert values[0] == pytest.approx(np.mean(single[term]), rel=1e-4, abs=1e-5), term
    assert any(np.std(values) > 0 for values in single.values())


@every_model
def test_a_move_changes_its_players_networks_and_nobody_elses(name):
    model = make(name)
    batch = model.example_batch(BATCH)
    batch = batch if isinstance(batch, tuple) else (batch,)
    owned = {p: {id(v) for n in names for v in getattr(model, n).variables} for p, names in model.players.items()}
    networks = {id(v): v for p in model.players for n in model.players[p] for v in getattr(model, n).variables}
    for player in model.players:
        before = {key: v.numpy().copy() for key, v in networks.items()}
        terms = model.minimize(player, *map(tf.constant, batch))
        assert all(term.startswith(f"{player}/") for term in terms)
        changed = {key for key, v in networks.items() if not np.array_equal(before[key], v.numpy())}
        assert changed <= owned[player]
        weights = {id(w) for w in model.weights_of(player)}
        assert len(changed & weights) > len(weights) / 2  # rectifiers may starve a few


@every_model
def test_xla_equals_plain(name, plain):
    start, expected, history = plain(name)
    model = make(name, jit_compile=True)
    _, found, compiled = run(model, comparable_steps(model))
    assert moved(expected, found, start) < 1e-4
    for term in history:
        assert compiled[term][0] == pytest.approx(history[term][0], rel=1e-4, abs=1e-4), term


@every_model
def test_two_replicas_equal_one_and_hold_equal_state(name, plain, replicated):
    """With statistics over the global batch; without batch normalization that is every model as it is."""
    start, expected, history = plain(name)
    _, found, logs = replicated(name, synchronize=True)
    assert moved(expected, found, start) < (1e-4 if is_chaotic(make(name)) else 1e-5)
    for term in history:
        assert logs[term][0] == pytest.approx(history[term][0], rel=1e-4, abs=1e-4), term


@every_model
def test_two_replicas_with_xla_equal_two_without(name, replicated, mirrored):
    """With statistics of each replica's own, whose moving averages are averaged."""
    start, expected, _ = replicated(name, synchronize=False)
    with mirrored.scope():
        model = make(name, jit_compile=True)
    _, found, _ = run(model, comparable_steps(model))
    assert_replicas_agree(model)
    assert moved(expected, found, start) < 1e-4


def assert_replicas_agree(model):
    for variable in model.variables:
        replicas = [v.numpy() for v in getattr(variable.value, "values", [])]
        assert all(np.array_equal(replicas[0], other) for other in replicas[1:]), variable.path


@every_model
def test_resuming_equals_never_having_stopped(name, tmp_path):
    adam = lambda: keras.optimizers.Adam(1e-3)
    model = make(name, adam)
    run(model, 2)
    model.save_weights(tmp_path / "state.weights.h5")
    model.save(tmp_path / "state.keras")
    _, expected, _ = run(model, 2)

    again = make(name, adam)
    run(again, 1)  # whatever it did before must not matter
    again.load_weights(tmp_path / "state.weights.h5")
    loaded = keras.saving.load_model(tmp_path / "state.keras")
    for other in (again, loaded):
        _, found, _ = run(other, 2)
        assert len(found) == len(expected)
        assert all(np.array_equal(a, b) for a, b in zip(expected, found))


@every_model
def test_config_round_trip(name):
    model = make(name)
    config = model.get_config()
    twin = type(model).from_config(config)
    assert twin.get_config() == config
    assert config["image_shape"] == zoo.info(name).tiny["image_shape"] and isinstance(twin.image_shape, tuple)
    changed = zoo.create(name, seed=7, **zoo.info(name).tiny).get_config()
    assert changed["seed"] == 7


@every_model
def test_the_seed_decides_the_first_weights(name):
    first, same, other = (zoo.create(name, seed=seed, **zoo.info(name).tiny) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(state(first), state(same)))
    drawn = [(a, b) for a, b in zip(state(first), state(other)) if np.ptp(a) > 0]  # constants are not drawn
    assert drawn and not any(np.array_equal(a, b) for a, b in drawn)


@every_model
@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_stays_finite(name, precision):
    model = make(name, dtype=precision)
    assert model.dtype_policy.name == precision and keras.config.dtype_policy().name == "float32"
    start, end, history = run(model)
    assert all(np.isfinite(v).all() for v in end) and np.isfinite(list(history.values())).all()
    assert any(not np.array_equal(a, b) for a, b in zip(start, end))
    scaled = [isinstance(o, keras.optimizers.LossScaleOptimizer) for o in model.optimizers.values()]
    assert all(scaled) == any(scaled) == (precision == "mixed_float16")
    assert model.sample(2).dtype == tf.float32


@every_model
def test_accumulation_in_micro_batches_equals_the_whole_batch(name, plain):
    """But for batch statistics, which are a micro-batch's own, and path lengths of half of a micro-batch's labels."""
    start, expected, _ = plain(name)
    model = make(name, accumulation_steps=2, jit_compile=False)
    _, found, _ = run(model, comparable_steps(model))
    if has(model, keras.layers.BatchNormalization) or (hasattr(model, "path_length") and model.classes):
        assert 0 < moved(expected, found, start) < 1.5
    else:
        assert moved(expected, found, start) < (1e-4 if is_chaotic(model) else 1e-5)


@every_model
def test_samples(name):
    model = make(name)
    run(model, 1)
    images = model.sample(3, seed=5).numpy()
    assert images.shape == (3, *model.image_shape) and images.dtype == np.float32
    assert np.abs(images).max() <= 1.0
    assert np.array_equal(images, model.sample(3, seed=5).numpy())
    assert not np.array_equal(images, model.sample(3, seed=6).numpy())


@every_model
def test_what_goes_back(name):
    model = make(name)
    images = next(iter(wanted.example(5, np.random.default_rng(0)) for wanted in model.inputs_of_batch()))
    if not isinstance(model, Encoding):
        with pytest.raises(zoo.ZooError, match="no encoder"):
            model.encode(images)
        return
    codes, again = model.encode(images).numpy(), model.reconstruct(images).numpy()
    assert codes.shape == (5, *model.code_shape) and again.shape == images.shape
    assert np.array_equal(codes, model.encode(images).numpy())
    served = model.serving_signatures()
    np.testing.assert_allclose(served["encode"](images)["latents"], codes, atol=1e-5)
    np.testing.assert_allclose(served["reconstruct"](images)["images"], again, atol=1e-5)


@every_model
def test_what_is_served(name):
    model = make(name)
    signatures = model.serving_signatures()
    assert "serving_default" in signatures
    for signature in signatures.values():
        assert signature.input_signature is not None
    if "generate" in signatures and zoo.info(name).data == "images":
        seed, count = tf.constant(5), tf.constant(3)
        served = signatures["generate"](seed, count)["images"].numpy()
        expected = np.round((model.sample(3, seed=5).numpy() + 1.0) * 127.5).astype("uint8")
        assert np.abs(served.astype(int) - expected).max() <= 1
        file = signatures["generate_png"](seed, count)["png"][1]
        assert np.array_equal(tf.io.decode_png(file).numpy(), served[1])


@every_model
def test_bad_data_are_named_before_training(name):
    model = make(name)
    dataset = batches(model)
    first = model.inputs_of_batch()[0].name

    def changed(function):
        return dataset.map(lambda *batch: (function(batch[0]), *batch[1:]) if len(batch) > 1 else function(batch[0]))

    def fails(data, *words):
        start = state(model)
        with pytest.raises(zoo.ZooError) as error:
            model.fit(data, verbose=0)
        assert all(word in str(error.value) for word in words), str(error.value)
        assert all(np.array_equal(a, b) for a, b in zip(start, state(model)))

    fails(changed(lambda x: x[:, 1:]), first, "shape")
    fails(changed(lambda x: x * 127.5 + 127.5), first, "[-1, 1]")
    fails(changed(lambda x: tf.cast(x, tf.uint8)), first, "uint8")
    fails(changed(lambda x: x * np.nan), first, "NaN")
    fails(dataset.take(0), "empty")
    if len(model.inputs_of_batch()) > 1:
        fails(dataset.map(lambda first, *rest: first), first)
    if zoo.info(name).data == "labelled":
        fails(dataset.map(lambda x, y: (x, y + 100)), "labels", "class ids")
        fails(dataset.map(lambda x, y: (x, tf.cast(y, tf.float32))), "labels", "int32")
    fails(np.zeros((2, *model.image_shape), "float32"), "")


@every_model
def test_the_card_tells_the_constructors_defaults(name):
    defaults = arguments_of(name)
    for argument, value in zoo.info(name).sizes.items():
        assert defaults[argument] == value, argument
    assert set(zoo.info(name).tiny) <= set(defaults)
