"""StyleGAN: its losses at every level, mixing, growth, truncation, what is deployed."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.networks import progressive

# Two levels, 4 and 8 pixels: 8 images at 4x4, 16 to grow; four layers of style.
TINY = {
    "image_shape": (8, 8, 1),
    "latent_dim": 4,
    "style_dim": 6,
    "depth": 2,
    "channel_base": 32,
    "channel_max": 8,
    "initial_side": 4,
    "stabilize_images": 8,
    "transition_images": 16,
}


def make(seen=0, **options):
    model = zoo.create("stylegan", **TINY | options)
    model.images_seen.assign(seen)
    return model


def values(model, player, *batch, seed=3):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(*batch).items()}


softplus = lambda x: np.logaddexp(0.0, x)
latents = lambda n=4: tf.random.stateless_normal((n, 4), (5, 6))

# The game


@pytest.mark.parametrize(("seen", "level", "fade"), [(0, 0, 0.0), (12, 1, 0.75), (24, 1, 0.0)])
def test_losses_at_every_level(seen, level, fade):
    """R1's gradient is with respect to full images of which D sees the means: per pixel of the level 1 / times^2."""
    model = make(seen, gamma=3.0)
    images, times = tf.constant(model.example_batch(8)), 2 - level
    at = {"level": level, "fade": fade}
    real = progressive.as_seen(images, times, fade)
    full = progressive.enlarged(real, times)
    with tf.GradientTape() as tape:
        tape.watch(full)
        scores = model.discriminator(progressive.reduced(full, times), **at)
        summed = tf.reduce_sum(scores)
    squared = np.sum(tape.gradient(summed, full).numpy() ** 2, axis=(1, 2, 3))
    found = values(model, "discriminator", images)
    assert found["r1"] == pytest.approx(1.5 * squared.mean(), rel=1e-4)
    with draws.seeded((3, 0)):  # noise is silent before training
        fake = model.synthesis(model.styles(model.sample_latents(8)), noise="none", **at)
    fake_scores = model.discriminator(fake, **at).numpy()
    expected = softplus(-scores.numpy()).mean() + softplus(fake_scores).mean()
    assert found["adversarial"] == pytest.approx(expected, abs=1e-5)
    assert values(model, "generator", images) == {"adversarial": pytest.approx(softplus(-fake_scores).mean(), abs=1e-5)}


def test_r1_of_a_linear_score():
    """gamma / 2 |a|^2, whatever the images."""
    model, a = make(24, gamma=10.0), np.linspace(-1, 1, 64, dtype="float32")
    model.discriminator.call = lambda images, **_: tf.reshape(images, (-1, 64)) @ a[:, None]
    found = values(model, "discriminator", tf.constant(model.example_batch(8)))
    assert found["r1"] == pytest.approx(5.0 * np.sum(a**2), rel=1e-5)
    assert set(values(make(gamma=0.0), "discriminator", tf.constant(model.example_batch(8)))) == {"adversarial"}


def test_labels_reach_both_networks():
    model = make(24, classes=3)
    images, labels = (tf.constant(part) for part in model.example_batch(8))
    for player in model.players:
        first, other = (values(model, player, images, y) for y in (labels, (labels + 1) % 3))
        assert all(first[term] != other[term] for term in first)
    w = [model.map([latents(), tf.fill((4,), k)]).numpy() for k in range(2)]
    assert np.abs(w[0] - w[1]).max() > 1e-3
    assert model.sample(3, labels=[0, 2, 2]).shape == (3, 8, 8, 1)
    with pytest.raises(zoo.ZooError, match="labels"):
        make().sample(3, labels=[0, 1, 2])


# Mixing


def crossover(model, seed):
    """The first layer of the second latent's, the number of layers if there is none; checks that there are two."""
    with draws.seeded((seed, 0)):
        styles = model.styles(latents()).numpy()
    own = model.map(latents()).numpy()
    mine = [np.allclose(styles[:, j], own, atol=1e-6) for j in range(styles.shape[1])]
    first = mine.index(False) if False in mine else len(mine)
    assert not any(mine[first:]) and all(
        np.array_equal(styles[:, j], styles[:, first]) for j in range(first, len(mine))
    )
    return first


@pytest.mark.parametrize(("seen", "layers"), [(0, {1}), (12, {1, 2, 3}), (24, {1, 2, 3})])
def test_two_latents_meet_among_the_layers_in_use(seen, layers):
    """At 4x4 only one crossover is left; of four layers there are three, equally likely."""
    model = make(seen, mixing=1.0)
    found = [crossover(model, seed) for seed in range(24)]
    assert set(found) == layers
    assert min(found.count(j) for j in layers) >= 24 / len(layers) / 3


def test_how_often_two_latents_are_mixed():
    assert {crossover(make(24, mixing=0.0), seed) for seed in range(5)} == {4}
    model = make(24, mixing=0.5)
    assert 6 <= [crossover(model, seed) for seed in range(24)].count(4) <= 18


# Growth


def trained(model, steps, batch_size=8, **compile_options):
    """Compile, then one history entry for each step."""
    model.compile(**{"jit_compile": False} | compile_options)
    data = np.concatenate([model.example_batch(batch_size, seed) for seed in range(steps)])
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(batch_size, drop_remainder=True)
    return model.fit(dataset, epochs=steps, steps_per_epoch=1, verbose=0).history


def to_come(model):
    """Weights of the second level alone."""
    g, d = model.synthesis, model.discriminator
    layers = [*g.convolutions[1:], *g.epilogues[2:], g.images[1], *d.convolutions, *d.halvings, d.from_image[1]]
    return np.concatenate([w.numpy().ravel() for layer in layers for w in layer.weights])


def test_growth_follows_the_images_seen():
    """Layers to come rest; where a level enters and is complete all moments are zero and the count starts anew."""
    model = make()
    start = to_come(model)
    history = trained(model, 1)
    assert history["lod"] == [1.0] and np.array_equal(to_come(model), start)
    for lod, count in ((1.0, 1), (0.5, 0), (0.0, 0), (0.0, 1)):
        assert all(int(optimizer.iterations) == count for optimizer in model.optimizers.values())
        velocities = [v.numpy() for o in model.optimizers.values() for v in o.variables if "velocity" in v.path]
        assert any(v.any() for v in velocities) == (count > 0)
        assert model.fit(model.example_batch(8), batch_size=8, verbose=0).history["lod"] == [lod]
    assert int(model.images_seen.numpy()) == 40 and float(model.lod) == 0.0
    assert np.mean(to_come(model) != start) > 0.9
    # Deployed are averages, which follow the mean of w too: decay 0.5^(32 / 10,000), after a warm start.
    slow, fast = model.deployed("mapping").average.numpy(), model.mapping.average.numpy()
    assert slow.any() and fast.any() and not np.array_equal(slow, fast)
    assert model.deployed("synthesis") is model.synthesis_ema
    assert model.ema_decay == pytest.approx(0.5 ** (32 / 10_000), abs=5e-7)


def test_the_first_level():
    """By default that of twice the constant's side, the paper's 8."""
    assert make().sides == (4, 8) and make(initial_side=None).sides == (8,)
    model = make(initial_side=None, image_shape=(28, 28, 1))
    assert model.sides == (14, 28) and float(model.lod) == 1.0
    assert model.get_config()["initial_side"] is None and model.synthesis.layers_of_style == 6


# Deployment


def test_truncation_reaches_the_first_layers():
    model = make(24, truncated_layers=2)
    average = tf.random.stateless_normal((6,), (7, 8))
    model.mapping_ema.average.assign(average)
    w = model.map(latents())
    moved = model.truncate(w, 0.7).numpy()
    assert moved.shape == (4, 4, 6)
    np.testing.assert_allclose(moved[:, :2], np.tile((0.7 * w + 0.3 * average)[:, None], (1, 2, 1)), atol=1e-6)
    np.testing.assert_allclose(moved[:, 2:], np.tile(w[:, None], (1, 2, 1)), atol=1e-6)
    np.testing.assert_allclose(model.truncate(moved, 1.0), moved, atol=1e-6)
    np.testing.assert_allclose(model.call(latents()), model.synthesize(w), atol=1e-5)


def test_psi_is_the_spread_of_samples():
    """0 makes all images equal, and the more the farther apart they are."""
    model = make(24)
    model.mapping_ema.average.assign(tf.reduce_mean(model.map(latents(64)), axis=0))
    spread = [model.sample(32, psi=psi).numpy().std(axis=0).mean() for psi in (0.0, 0.3, 0.6, 1.0)]
    assert spread[0] < 1e-6 and np.all(np.diff(spread) > 1e-3)
    model = make(24, truncated_layers=2)  # two layers keep their styles
    assert model.sample(8, psi=0.0).numpy().std(axis=0).mean() > 1e-3


def test_samples_have_full_size_at_every_level():
    model = make()
    at_four, before = model.sample(3).numpy(), model.call(latents())
    assert at_four.shape == (3, 8, 8, 1) and np.array_equal(at_four, progressive.enlarged(at_four[:, ::2, ::2]))
    model.images_seen.assign(24)
    grown = model.sample(3).numpy()
    assert not np.array_equal(grown, progressive.enlarged(grown[:, ::2, ::2]))
    np.testing.assert_allclose(model.call(latents(), lod=1.0), before, atol=1e-6)


def test_what_is_served():
    """Its parts make the whole, at the level of the time of export."""
    model = make()
    served = model.serving_signatures()
    model.mapping_ema.average.assign(tf.ones(6))
    before = model.call(latents(), psi=0.5).numpy()
    model.images_seen.assign(24)
    w = served["map"](latents())["w"]
    np.testing.assert_allclose(w, model.map(latents()), atol=1e-6)
    styles = served["truncate"](w, 0.5)["styles"]
    np.testing.assert_allclose(served["synthesize"](styles)["images"], before, atol=1e-5)
    graph = served["serving_default"].get_concrete_function().graph
    assert not {"Case", "StatelessCase", "If", "StatelessIf"} & {op.type for op in graph.get_operations()}
    np.testing.assert_allclose(tf.function(model.call)(latents()), model.call(latents()), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial_side": 6}, r"initial_side: .*\(4, 8\), found 6"),
        ({"stabilize_images": 0, "transition_images": 0}, "not both 0"),
        ({"transition_images": -1}, "found 8 and -1"),
        ({"gamma": -1.0}, "gamma from 0 on.*-1.0"),
        ({"mixing": 1.5}, r"mixing in \[0, 1\].*1.5"),
        ({"truncated_layers": -1}, "truncated_layers.*-1"),
        ({"classes": 2.5}, "classes.*2.5"),
        ({"group_size": 0}, "group_size.*0"),
        ({"image_shape": (12, 8, 1)}, "square"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
