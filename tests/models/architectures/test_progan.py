"""ProGAN: its losses at every level, its growth, what rests and what starts anew, what is deployed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, penalties
from tfgan_zoo.networks import progressive

# Two levels, 4 and 8 pixels: 8 images at 4x4, 16 to grow.
TINY = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 5, "stabilize_images": 8, "transition_images": 16}


def make(seen=0, **options):
    model = zoo.create("progan", **TINY | options)
    model.images_seen.assign(seen)
    return model


def trained(model, steps, batch_size=8, **compile_options):
    """Compile, then one history entry for each step."""
    model.compile(**{"jit_compile": False} | compile_options)
    data = np.concatenate([model.example_batch(batch_size, seed) for seed in range(steps)])
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(batch_size, drop_remainder=True)
    return model.fit(dataset, epochs=steps, steps_per_epoch=1, verbose=0).history


def values(model, player, images, seed=3):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


@pytest.mark.parametrize(("seen", "level", "fade"), [(0, 0, 0.0), (12, 1, 0.75), (24, 1, 0.0)])
def test_losses_at_every_level(seen, level, fade):
    """Of the level's own images, reduced and enlarged as the level shows them."""
    model = make(seen, penalty_weight=3.0, gradient_target=2.0, drift_weight=0.5)
    generator, critic = (
        lambda x, network=network: network(x, level=level, fade=fade)
        for network in (model.generator, model.discriminator)
    )
    images = tf.constant(model.example_batch(8))
    with draws.seeded((3, 0)):
        latents, position = model.sample_latents(8), draws.uniform(8)
    real, fake = progressive.as_seen(images, 2 - level, fade), generator(latents)
    between = penalties.interpolate(real, fake, position)
    with tf.GradientTape() as tape:
        tape.watch(between)
        summed = tf.reduce_sum(critic(between))
    norms = np.linalg.norm(tape.gradient(summed, between).numpy().reshape(8, -1), axis=1)
    scores = critic(real).numpy()
    found = values(model, "discriminator", images)
    assert found["adversarial"] == pytest.approx(critic(fake).numpy().mean() - scores.mean(), abs=1e-5)
    assert found["drift"] == pytest.approx(0.5 * np.mean(scores**2), rel=1e-4)
    assert found["gradient_penalty"] == pytest.approx(3.0 / 4.0 * np.mean((norms - 2.0) ** 2), rel=1e-4)
    assert values(model, "generator", images) == {"adversarial": pytest.approx(-critic(fake).numpy().mean(), abs=1e-5)}


def test_growth_follows_the_images_seen():
    model = make(group_size=1)
    history = trained(model, 5)
    assert history["lod"] == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert int(model.images_seen.numpy()) == 40 and float(model.lod) == 0.0


def test_a_run_may_start_higher_up():
    assert float(make(initial_side=8).lod) == 0.0
    assert float(make(image_shape=(16, 16, 1), initial_side=8).lod) == 1.0
    assert float(make(image_shape=(16, 16, 1)).lod) == 2.0


def of_level(model, side):
    weights = [w for p in model.players for w in model.weights_of(p)]
    return np.concatenate([w.numpy().ravel() for w in weights if w.path.split("/")[0].endswith(f"_{side}")])


def test_layers_to_come_rest_then_start_as_fresh_ones():
    """Under Adam 1e-3, (0, 0.99): the first step of a weight is of the size of the learning rate."""
    model = make(transition_images=32, ema_decay=0.9)
    start = [of_level(model, side) for side in (4, 8)]
    first = trained(model, 2)
    assert first["lod"] == [1.0, 1.0]
    assert np.array_equal(of_level(model, 8), start[1])
    assert np.mean(of_level(model, 4) != start[0]) > 0.9
    for side, same in ((8, True), (4, False)):  # the average has all levels from the start, those to come unchanged
        slow, fast = (network.get_layer(f"block_{side}") for network in (model.generator_ema, model.generator))
        assert all(np.array_equal(a, b) == same for a, b in zip(slow.get_weights(), fast.get_weights(), strict=True))
    velocities = lambda: [v.numpy() for o in model.optimizers.values() for v in o.variables if "velocity" in v.path]
    # After 16 images the level enters at the next step: all moments and counts have been set to zero.
    assert all(not v.any() for v in velocities())
    assert all(int(o.iterations) == 0 for o in model.optimizers.values())
    before = of_level(model, 8)
    model.fit(model.example_batch(8, 7), batch_size=8, verbose=0)
    steps = np.abs(of_level(model, 8) - before)
    assert 0.9e-3 < np.median(steps[steps > 0]) and steps.max() < 1.01e-3
    assert all(int(o.iterations) == 1 for o in model.optimizers.values())


def test_two_replicas_form_the_groups_of_one(mirrored):
    """Mid-transition; the contract test runs without groups, which differ in micro-batches."""
    ends = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            model = make(12, group_size=2)
        model.compile({p: keras.optimizers.SGD(0.1) for p in model.players}, jit_compile=False)
        data = tf.data.Dataset.from_tensor_slices(model.example_batch(8)).batch(8)
        (batch,) = strategy.experimental_distribute_dataset(data)
        tf.function(strategy.run)(model.minimize, ("discriminator", batch))
        ends.append(np.concatenate([w.numpy().ravel() for w in model.weights_of("discriminator")]))
        assert model.sample(2).shape == (2, 8, 8, 1)
    np.testing.assert_allclose(*ends, atol=1e-6)


def test_samples_have_full_size_at_every_level():
    model = make()
    at_four = model.sample(3).numpy()
    assert at_four.shape == (3, 8, 8, 1)
    assert np.array_equal(at_four, progressive.enlarged(at_four[:, ::2, ::2]))
    model.images_seen.assign(24)
    assert not np.array_equal(model.sample(3), progressive.enlarged(model.sample(3)[:, ::2, ::2]))


def test_what_is_exported_does_not_grow():
    model, z = make(), tf.random.stateless_normal((2, 4), (0, 0))
    exported = model.serving_signatures()["serving_default"]
    before = model.call(z)
    np.testing.assert_allclose(exported(z)["images"], before, atol=1e-6)
    model.images_seen.assign(24)
    np.testing.assert_allclose(exported(z)["images"], before, atol=1e-6)
    np.testing.assert_allclose(tf.function(model.call)(z), model.call(z), atol=1e-6)
    graph = model.serving_signatures()["serving_default"].get_concrete_function().graph
    assert not {"Case", "StatelessCase", "If", "StatelessIf"} & {op.type for op in graph.get_operations()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial_side": 6}, r"initial_side: .*\(4, 8\), found 6"),
        ({"stabilize_images": 0, "transition_images": 0}, "not both 0"),
        ({"stabilize_images": -1}, "found -1 and 16"),
        ({"gradient_target": 0.0}, "gradient_target.*0.0"),
        ({"group_size": 0}, "group_size.*0"),
        ({"image_shape": (12, 8, 1)}, "square"),
        ({"image_shape": (2,)}, "image"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)


def test_a_batch_that_cannot_be_grouped_is_named():
    model = make()
    model.compile(jit_compile=False)
    with pytest.raises(zoo.ZooError, match="batch of 6 .* groups of 4"):
        model.fit(model.example_batch(6), batch_size=6, verbose=0)
