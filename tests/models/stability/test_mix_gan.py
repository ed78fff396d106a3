"""MIX+GAN: the weighted sum over pairs, the mixture that is deployed, one pair as the base game, networks and names."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives


def make(**options):
    return zoo.create("mix_gan", **{"image_shape": (2,), "latent_dim": 4, "width": 8, "components": 3} | options)


def set_weights(model, w, v):
    model.mixture.logits.assign(np.log(np.maximum(w, 1e-30)).astype("float32"))
    model.judges.logits.assign(np.log(np.maximum(v, 1e-30)).astype("float32"))


def model_latents(model, n, seed=0):
    with draws.seeded((seed, 0)):
        return model.sample_latents(n)


def losses(model, real, seed=(0, 0)):
    found = []
    for loss in (model.discriminator_loss, model.generator_loss):
        with draws.seeded(seed):
            found.append({name: float(value) for name, value in loss(real).items()})
    return found


def pairs(model, real, seed=(0, 0)):
    """The base game's two losses of every pair, each by its own pass: (2, T, T)."""
    generators = [layer for layer in model.generator.layers if layer.name.startswith("generator_")]
    judges = [layer for layer in model.discriminator.layers if layer.name.startswith("discriminator_")]
    with draws.seeded(seed):
        noise = model.sample_latents(len(real))[:, :-1]
    objective, table = model.objective, np.zeros((2, model.components, model.components))
    for i, g in enumerate(generators):
        for j, d in enumerate(judges):
            fake = d(g(noise, training=True), training=True)
            table[0, i, j] = objective.discriminator(d(real, training=True), fake)
            table[1, i, j] = objective.generator(None, fake)
    return table


@pytest.mark.parametrize("base", ["minimax", "non_saturating", "wasserstein"])
@pytest.mark.parametrize("image_shape", [(2,), (16, 16, 1)])
def test_losses_are_the_weighted_sums_over_pairs(base, image_shape):
    """With batch normalization the samples of each generator are judged by themselves."""
    model = make(base=base, image_shape=image_shape, width=4, evenness_weight=0.3)
    w, v = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.6, 0.3])
    set_weights(model, w, v)
    real = tf.constant(model.example_batch(6))
    d, g = losses(model, real)
    table = np.einsum("i,j,lij->l", w, v, pairs(model, real))
    assert (d["adversarial"], g["adversarial"]) == pytest.approx(tuple(table), rel=1e-5, abs=1e-6)
    assert d["unevenness"] == pytest.approx(-0.3 * np.log(v).mean(), rel=1e-5)
    assert g["unevenness"] == pytest.approx(-0.3 * np.log(w).mean(), rel=1e-5)


def test_one_hot_weights_leave_one_pair():
    model = make()
    real = tf.constant(model.example_batch(16))
    table = pairs(model, real)
    for i, j in ((0, 2), (2, 1)):
        set_weights(model, np.eye(3)[i], np.eye(3)[j])
        d, g = losses(model, real)
        assert (d["adversarial"], g["adversarial"]) == pytest.approx((table[0, i, j], table[1, i, j]), rel=1e-5)


def test_members_start_apart():
    model = make()
    every = model.all_generators(model_latents(model, 50)).numpy()
    assert every.shape == (50, 3, 2)
    assert all(np.abs(every[:, i] - every[:, j]).mean() > 0.01 for i, j in ((0, 1), (0, 2), (1, 2)))


def test_one_component_is_the_base_game():
    model = make(components=1)
    gan = zoo.create("gan", image_shape=(2,), latent_dim=3, width=8, saturating=True)
    real = tf.constant(model.example_batch(16))
    generator = next(layer for layer in model.generator.layers if layer.name == "generator_0")
    judge = next(layer for layer in model.discriminator.layers if layer.name == "discriminator_0")
    gan.generator.set_weights(generator.get_weights())
    gan.discriminator.set_weights(judge.get_weights())
    gan.sample_latents = lambda n: model.sample_latents(n)[:, :-1]
    (d, g), (gan_d, gan_g) = losses(model, real), losses(gan, real)
    assert d == pytest.approx({**gan_d, "unevenness": 0.0}, rel=1e-6)
    assert g == pytest.approx({**gan_g, "unevenness": 0.0}, rel=1e-6)


def test_each_player_trains_its_own_weights_of_the_mixture():
    model = make()
    model.compile()
    real = tf.constant(model.example_batch(16))
    for player, moved, kept in (("generator", "mixture", "judges"), ("discriminator", "judges", "mixture")):
        before = getattr(model, moved).logits.numpy(), getattr(model, kept).logits.numpy()
        model.minimize(player, real)
        assert not np.array_equal(before[0], getattr(model, moved).logits.numpy())
        assert np.array_equal(before[1], getattr(model, kept).logits.numpy())


def test_the_entropy_term_keeps_weights_from_vanishing():
    """With its weight large, it alone moves them: to equal ones."""
    model = make(evenness_weight=100.0)
    set_weights(model, np.array([0.9, 0.09, 0.01]), np.array([0.01, 0.09, 0.9]))
    model.compile({player: keras.optimizers.Adam(0.05) for player in model.players})
    history = model.fit(np.tile(model.example_batch(16), (150, 1)), batch_size=16, verbose=0, epochs=2).history
    assert history["generator/smallest_weight"][-1] > 0.3
    assert model.mixture.shares().numpy() == pytest.approx([1 / 3] * 3, abs=0.01)
    assert model.judges.shares().numpy() == pytest.approx([1 / 3] * 3, abs=0.01)


def test_a_sample_is_one_generators_output_and_generators_come_as_often_as_they_weigh():
    model = make(ema_decay=0.0)
    w = np.array([0.6, 0.3, 0.1])
    set_weights(model, w, w)
    samples = model.sample(6000, seed=3).numpy()
    every = model.all_generators(model_latents(model, 6000, seed=3)).numpy()
    apart = np.abs(every - samples[:, None]).max(axis=2)
    assert apart.min(axis=1).max() < 1e-6  # no mean of outputs
    counts = np.bincount(apart.argmin(axis=1), minlength=3)
    assert stats.chisquare(counts, w * 6000).pvalue > 1e-3
    again = np.bincount(np.abs(every - model.sample(6000, seed=4).numpy()[:, None]).max(axis=2).argmin(axis=1))
    assert not np.array_equal(counts, again)


def test_the_average_that_is_deployed_has_weights_of_its_own():
    model = make(ema_decay=0.5)
    model.compile({player: keras.optimizers.SGD(0.5) for player in model.players})
    model.fit(model.example_batch(64), batch_size=16, verbose=0)
    average = model.deployed("generator").get_layer("mixture")
    assert average is not model.mixture
    assert 0 < np.abs(average.logits.numpy() - model.mixture.logits.numpy()).max() < 0.1
    latents = model_latents(model, 4).numpy()
    low, high = latents.copy(), latents.copy()
    low[:, -1], high[:, -1] = 1e-6, 1 - 1e-6
    assert not np.allclose(model(low), model(high))


def test_wasserstein_clips_the_discriminators_and_not_their_weights_in_the_mixture():
    model = make(base="wasserstein", clip=0.02)
    set_weights(model, np.array([0.5, 0.3, 0.2]), np.array([0.5, 0.3, 0.2]))
    model.compile()
    assert model.objective == objectives.wasserstein
    model.minimize("discriminator", tf.constant(model.example_batch(8)))
    networks = [w for w in model.weights_of("discriminator") if w is not model.judges.logits]
    assert max(float(np.abs(w.numpy()).max()) for w in networks) == np.float32(0.02)
    assert np.abs(model.judges.logits.numpy()).max() > 0.5
    assert max(float(np.abs(w.numpy()).max()) for w in model.weights_of("generator")) > 0.1


def test_sizes_of_the_code():
    model = zoo.create("mix_gan", width=2, ema_decay=0.0)
    latents = model_latents(model, 200).numpy()
    assert latents.shape == (200, 51) and 0 < latents.min() and latents.max() < 1
    assert len([layer for layer in model.generator.layers if layer.name.startswith("generator_")]) == 5
    assert len([layer for layer in model.discriminator.layers if layer.name.startswith("discriminator_")]) == 5
    for optimizer in model.default_optimizers().values():
        assert float(optimizer.learning_rate) == pytest.approx(1e-4) and optimizer.beta_1 == 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latent_dim": 1}, "latent_dim.*choice.*1"),
        ({"components": 0}, "components.*0"),
        ({"components": 1.5}, "components.*1.5"),
        ({"base": "minmax"}, "base 'minmax'.*minimax"),
        ({"evenness_weight": -0.1}, "evenness_weight.*-0.1"),
        ({"clip": 0.0}, "clip.*positive.*0.0"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
