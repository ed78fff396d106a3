"""Stacked GAN: what each level is given, what trains and what is frozen, the paper's sizes, serving."""

import math

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.networks import stacked

TINY = {"image_shape": (16, 16, 1), "noise_dim": 3, "classes": 4, "width": 2, "encoder_width": 2, "encoder_steps": 0}
GENERATORS = ("feature_generator", "image_generator")
ENCODERS = ("lower_encoder", "upper_encoder")


def make(**options):
    return zoo.create("sgan_stacked", **TINY | options)


def losses(model, player, batch, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(*batch).items()}


def batch_of(model, n=12, seed=0):
    return tuple(map(tf.constant, model.example_batch(n, seed)))


def weights(model, *names):
    return [v.numpy().copy() for name in names for v in getattr(model, name).variables]


def perturb(network):
    network.set_weights([w + 0.3 for w in network.get_weights()])


@pytest.mark.parametrize(("mode", "depends"), [("independent", False), ("joint", True)])
def test_what_the_lower_generator_is_given(mode, depends):
    """Real features, or the upper generator's: its terms do or don't change with the upper generator."""
    model = make(mode=mode)
    batch = batch_of(model)
    before = losses(model, "generators", batch)
    perturb(model.feature_generator)
    after = losses(model, "generators", batch)
    changed = {name for name in before if before[name] != after[name]}
    of_image = {"image", "image_condition", "image_entropy"}
    assert changed >= {"feature", "feature_condition"}
    assert bool(changed & of_image) == depends


def test_the_image_levels_losses_have_no_gradient_for_the_upper_generator():
    model = make(mode="joint")
    images, labels = batch_of(model)
    with draws.seeded((0, 0)), tf.GradientTape() as tape:
        terms = model.generators_loss(images, labels)
        loss = terms["image"] + terms["image_condition"] + terms["image_entropy"]
    upper, lower = (getattr(model, name).trainable_variables for name in GENERATORS)
    gradients = tape.gradient(loss, [w.value for w in upper + lower])
    assert [g is None for g in gradients] == [True] * len(upper) + [False] * len(lower)


def test_conditions_are_what_the_encoder_finds():
    model = make(mode="independent", condition_weight=2.0)
    images, labels = batch_of(model)
    with draws.seeded((1, 0)):
        levels, given = model.stack(images, labels)
    np.testing.assert_array_equal(given, model.lower_encoder(images))
    (_, fake_features, _), (_, fakes, _) = levels["feature"], levels["image"]
    found = losses(model, "generators", (images, labels), seed=1)
    squares = np.square(model.lower_encoder(fakes) - model.lower_encoder(images))
    assert found["image_condition"] == pytest.approx(2 * squares.mean(), rel=1e-4)
    logits = model.upper_encoder(fake_features).numpy().astype("float64")
    chosen = np.take_along_axis(logits, labels.numpy()[:, None], axis=1)[:, 0]
    expected = (np.log(np.exp(logits).sum(axis=1)) - chosen).mean()
    assert found["feature_condition"] == pytest.approx(2 * expected, rel=1e-4)


def test_a_recognizer_that_ignores_its_input_pays_a_twelfth():
    """Heads with zero weights: codes are 1/2, E (1/2 - z)^2 = 1/12, and undecided discriminators pay log 2."""
    model = make(entropy_weight=10.0)
    for level in ("feature", "image"):
        network = getattr(model, f"{level}_discriminator")
        for layer in network.layers[-4:]:
            layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    batch = batch_of(model, 2000)
    for player in ("discriminators", "generators"):
        found = losses(model, player, batch)
        for level in ("feature", "image"):
            assert found[level] == pytest.approx(math.log(2), rel=1e-6)
            assert found[f"{level}_entropy"] == pytest.approx(10 / 12, rel=0.03)


def test_entropy_term_orders_with_how_much_of_the_noise_is_in_the_output():
    """With the best recognizer, E[z | v'], of v' = z + noise, -L_ent grows as the noise shrinks."""
    with draws.seeded((0, 0)):
        z = draws.uniform(20_000, 1).numpy()[:, 0]
        noise = draws.normal(20_000, 1).numpy()[:, 0]
    errors = []
    for deviation in (0.01, 0.3, 10.0):
        v = z + deviation * noise
        order = np.argsort(v)
        bins = np.array_split(z[order], 100)
        errors.append(float(np.mean(np.concatenate([(b - b.mean()) ** 2 for b in bins]))))
    assert errors[0] < 0.001 < errors[1] < errors[2] == pytest.approx(1 / 12, rel=0.05)


def test_fit_pretrains_the_encoder_once_and_then_leaves_it_bitwise():
    model = make(encoder_steps=4)
    model.compile()
    data = model.example_batch(32)
    start = weights(model, *ENCODERS)
    model.fit(*data, batch_size=8, verbose=0)
    trained = weights(model, *ENCODERS)
    assert all(not np.array_equal(a, b) for a, b in zip(start, trained))
    assert float(model.encoder_trained) == 1 and int(model.step) == 4
    model.fit(*data, batch_size=8, epochs=2, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(trained, weights(model, *ENCODERS)))
    model.pretrain_encoder(*data, batch_size=8)
    assert all(not np.array_equal(a, b) for a, b in zip(trained, weights(model, *ENCODERS)))


def test_pretraining_learns_the_labels():
    model = make(encoder_steps=150, encoder_width=8)
    labels = np.arange(64, dtype="int32") % 4
    images = np.tile(labels[:, None, None, None] / 2.0 - 0.75, (1, 16, 16, 1)).astype("float32")
    model.compile()
    model.pretrain_encoder(images, labels, batch_size=16)
    assert np.mean(model.classify(images).numpy().argmax(axis=1) == labels) == 1.0


def test_weights_go_from_one_mode_to_the_other_and_tell_that_the_encoder_is_trained(tmp_path):
    model, again = make(mode="independent", seed=5), make(mode="joint")
    model.compile()
    model.pretrain_encoder(*model.example_batch(8), batch_size=8)
    model.save_weights(tmp_path / "state.weights.h5")
    again.load_weights(tmp_path / "state.weights.h5")
    assert float(again.encoder_trained) == 1
    names = [*ENCODERS, *GENERATORS, "feature_discriminator", "image_discriminator"]
    assert all(np.array_equal(a, b) for a, b in zip(weights(model, *names), weights(again, *names)))


def test_two_replicas_pretrain_as_one(mirrored):
    with mirrored.scope():
        model = make(encoder_steps=3)
        model.compile(jit_compile=False)
    alone = make(encoder_steps=3)
    alone.compile(jit_compile=False)
    images, labels = alone.example_batch(48)
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(16)
    for each in (model, alone):
        each.pretrain_encoder(data)
    for a, b in zip(weights(model, *ENCODERS), weights(alone, *ENCODERS)):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_papers_networks():
    """Parameters of train_joint.py's layers, without biases before batch normalization, by hand."""
    conv = lambda a, b: 25 * a * b
    counts = {
        "lower_encoder": conv(1, 32) + 32 + conv(32, 32) + 32 + 512 * 256 + 256,
        "upper_encoder": 2570,
        "feature_generator": (60 + 512) * 512 + 2 * 2 * 512 + 512 * 256 + 256,
        "image_generator": 50 * 128 + 384 * 2048 + conv(128, 128) + conv(128, 64) + conv(64, 64) + conv(64, 1) + 1
        + 2 * (128 + 2048 + 128 + 64 + 64),
        "feature_discriminator": 2 * (256 * 256 + 256) + 257 * 51,
        "image_discriminator": conv(1, 32) + conv(32, 64) + conv(64, 128) + 32 + 64 + 128 + 2049 * 256 + 257 * 51,
    }  # fmt: skip
    model = zoo.create("sgan_stacked")
    found = {name: sum(w.numpy().size for w in getattr(model, name).trainable_variables) for name in counts}
    assert found == counts
    sides = [layer.output.shape[1] for layer in model.image_generator.layers if "conv2d_transpose" in layer.name]
    assert sides == [8, 12, 24, 28]


def test_features_are_nonnegative_codes_in_the_unit_interval_images_in_range():
    model = make()
    images, labels = batch_of(model, 40)
    with draws.seeded((0, 0)):
        levels, _ = model.stack(images, labels)
    for real, fake, noise in levels.values():
        assert noise.numpy().min() > 0 and noise.numpy().max() < 1 and real.shape == fake.shape
    assert levels["feature"][1].numpy().min() == 0 and np.abs(levels["image"][1]).max() < 1
    _, code = model.image_discriminator(images)
    assert code.shape == (40, 3) and code.numpy().min() > 0 and code.numpy().max() < 1


def test_samples_are_of_the_stack_and_show_the_labels_asked_for():
    for mode in ("joint", "independent"):
        model = make(mode=mode, ema_decay=0.0)
        with draws.seeded((3, 0)):
            latents = model.sample_latents(6)
        labels = tf.constant([3, 0, 0, 2, 1, 3])
        features = model.feature_generator([latents[:, :3], labels])
        expected = model.image_generator([latents[:, 3:], features])
        np.testing.assert_allclose(model.sample(6, seed=3, labels=labels), expected, atol=1e-6)
        in_turn = model((latents, tf.constant([0, 1, 2, 3, 0, 1])))
        np.testing.assert_allclose(model.sample(6, seed=3), in_turn, atol=1e-6)
    with pytest.raises(zoo.ZooError, match=r"labels: expected class ids 0..3, found 0..4"):
        model.sample(2, labels=[0, 4])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "jiont"}, "joint"),
        ({"entropy_weight": -1.0}, "expected weights from 0 on, found condition 1.0, entropy -1.0"),
        ({"encoder_steps": -1}, "encoder_steps: expected a number of train steps from 0 on, found -1"),
        ({"image_shape": (18, 18, 1)}, r"side a multiple of 4 from 16 on, found \(18, 18, 1\)"),
        ({"image_shape": (12, 12, 1)}, r"side a multiple of 4 from 16 on, found \(12, 12, 1\)"),
        ({"image_shape": (2,)}, r"side a multiple of 4 from 16 on, found \(2,\)"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)


def test_the_map_that_the_encoder_ends_in():
    for side, code in ((16, 1), (28, 4), (32, 5)):
        assert stacked.code_side((side, side, 3)) == code
        flat = stacked.lower_encoder((side, side, 3), 2).layers[-3].output.shape[1]
        assert flat == 2 * code**2
