"""The W+ encoder: its losses against the formulas, the frozen generator, what is adopted, saved and deployed."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.latent.projection import style_statistics

GENERATOR = {"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2}
GENERATOR |= {"channel_base": 32, "channel_max": 8}
SIZES = {**GENERATOR, "width": 4, "width_max": 8}


def make(**options):
    return zoo.create("wplus_encoder", **SIZES | {"random_generator": True} | options)


def terms(model, images, player="encoder", seed=3):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images).items()}


def silence(model, bias=()):
    """The encoder answers with `bias` for every layer, whatever it sees."""
    for layer in model.encoder.layers:
        if layer.weights:
            layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
        if hasattr(layer, "units"):
            layer.bias.assign(np.resize(bias or (0.0,), layer.units))


@pytest.fixture(scope="module")
def generator():
    return zoo.create("stylegan2", **GENERATOR, seed=4)


@pytest.fixture(scope="module")
def model(generator):
    """With a generator that is adopted."""
    model = make(random_generator=False)
    model.adopt(generator)
    return model


@pytest.fixture(scope="module")
def images(model):
    return model.example_batch(5)


# Analytic checks


def test_codes_have_a_style_for_every_layer(model, images):
    codes = model.encode(images).numpy()
    assert codes.shape == (5, *model.code_shape) == (5, 4, 8)
    assert np.abs(codes - codes[:, :1]).max() > 1e-4  # W+, not W repeated


def test_without_mu_and_sigma_the_image_is_that_of_the_mean(generator, images):
    model = make(random_generator=False)
    model.adopt(generator)
    silence(model, bias=[0.0] * 8 + [-60.0] * 8)
    mean = generator.synthesize(tf.constant(style_statistics(generator).mean[None], tf.float32)).numpy()
    np.testing.assert_allclose(model.reconstruct(images), np.repeat(mean, 5, axis=0), atol=1e-5)
    with draws.seeded((0, 0)):
        made = model._made(*model.posterior(tf.constant(images))).numpy()
    np.testing.assert_allclose(np.clip(made, -1, 1), np.repeat(mean, 5, axis=0), atol=1e-5)
    assert terms(model, tf.constant(images))["pixel"] == pytest.approx(np.mean((made - images) ** 2), rel=1e-5)


def test_the_divergence_is_from_the_generators_own_prior(model):
    prior = model.w_variance.numpy().astype("float64")
    generator = np.random.default_rng(0)
    mean, log_variance = generator.normal(size=(2, 3, 4, 8))
    variance = np.exp(log_variance)
    expected = 0.5 * np.sum(np.log(prior / variance) + (variance + mean**2) / prior - 1, axis=(1, 2))
    found = model.divergence(tf.constant(mean, tf.float32), tf.constant(log_variance, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    none = model.divergence(tf.zeros((1, 4, 8)), tf.math.log(tf.tile(model.w_variance.value[None, None], (1, 4, 1))))
    assert float(none[0]) == pytest.approx(0.0, abs=1e-5)


def test_a_deterministic_encoder_pays_for_the_distance_from_the_mean(images):
    model = make(deterministic=True, kl_weight=0.5)
    mean, log_variance = model.posterior(tf.constant(images))
    assert log_variance is None and model.encoder.output_shape == (None, 4, 8)
    expected = 0.5 * np.sum(mean.numpy() ** 2 / model.w_variance.numpy(), axis=(1, 2)).mean()
    assert terms(model, tf.constant(images))["divergence"] == pytest.approx(expected, rel=1e-4)
    assert terms(model, tf.constant(images), seed=1) == terms(model, tf.constant(images), seed=2)
    again = model.synthesis(model.encode(images), noise="constant").numpy()  # nothing is cut off in training
    assert terms(model, tf.constant(images))["pixel"] == pytest.approx(np.mean((again - images) ** 2), rel=1e-3)


def test_a_step_leaves_the_generator_bit_for_bit():
    model = make(code_weight=1.0, adversarial_weight=0.1)
    frozen = [*model.mapping.variables, *model.synthesis.variables, model.w_mean, model.w_variance]
    before = [v.numpy().copy() for v in frozen]
    model.compile()
    model.fit(model.example_batch(16), batch_size=8, verbose=0)
    assert len(frozen) > 10 and all(np.array_equal(a, b.numpy()) for a, b in zip(before, frozen))
    owned = {id(v) for player in model.players for v in model.weights_of(player)}
    assert not owned & {id(v) for v in frozen}


# Terms


def test_noise_has_the_posteriors_deviation(images):
    """Through a generator that is the identity: E|w - w_mean - mu|^2 = sum sigma^2."""
    model = make()
    model.synthesis.call = lambda styles, noise: styles
    mean, log_variance = model.posterior(tf.constant(images[:1]))
    many = [tf.repeat(part, 20_000, axis=0) for part in (mean, log_variance)]
    with draws.seeded((0, 0)):
        styles = model._made(*many).numpy()
    np.testing.assert_allclose(styles.mean(axis=0), model.w_mean.numpy() + mean[0].numpy(), atol=5e-3)
    np.testing.assert_allclose(styles.var(axis=0), np.exp(log_variance[0].numpy()), rtol=0.06)
    # Before training it is exp(-4) of the prior's variance, but for the small answers of the network.
    ratio = np.exp(log_variance.numpy()) / model.w_variance.numpy()
    np.testing.assert_allclose(ratio, np.exp(-4), rtol=0.5)


def test_weights_multiply_their_terms(images):
    x = tf.constant(images)
    one, more = (terms(make(pixel_weight=p, kl_weight=k), x) for p, k in ((1.0, 1.0), (3.0, 0.5)))
    assert set(one) == {"pixel", "divergence"}
    assert more == pytest.approx({"pixel": 3 * one["pixel"], "divergence": 0.5 * one["divergence"]})


def test_known_codes_of_the_generators_own_images():
    """An encoder that always answers the mean misses w by its variance."""
    model = make(code_weight=2.0)
    silence(model, bias=[0.0] * 8 + [-60.0] * 8)
    for layer in model.synthesis.images:  # no pixel may be cut off
        layer.convolution.kernel.assign(0.3 * layer.convolution.kernel)
    x = tf.constant(model.example_batch(2000))
    found = terms(model, x)
    assert found["code"] == pytest.approx(2.0 * model.w_variance.numpy().mean(), rel=0.1)
    # The other terms are of the real images and of as many own ones.
    mean = model.synthesize(model.w_mean.value[None]).numpy()
    own = model.sample(2000, seed=9).numpy()
    expected = 0.5 * (np.mean((x - mean) ** 2) + np.mean((own - mean) ** 2))
    assert found["pixel"] == pytest.approx(expected, rel=0.02)


def test_a_perceptual_distance_is_brought(images):
    with pytest.raises(zoo.ZooError, match="perceptual_weight 0"):
        make().perceive(lambda a, b: tf.reduce_mean(a - b, axis=(1, 2, 3)))
    model = make(perceptual_weight=0.8, deterministic=True)
    model.compile()
    with pytest.raises(zoo.ZooError, match="no distance; call perceive"):
        model.fit(images, batch_size=5, verbose=0)
    model.perceive(lambda a, b: tf.square(tf.reduce_mean(a, axis=(1, 2, 3)) - tf.reduce_mean(b, axis=(1, 2, 3))))
    again = model.synthesis(model.encode(images), noise="constant").numpy()
    expected = 0.8 * np.mean((images.mean(axis=(1, 2, 3)) - again.mean(axis=(1, 2, 3))) ** 2)
    assert terms(model, tf.constant(images))["perceptual"] == pytest.approx(expected, rel=1e-3)
    assert "encoder/perceptual" in model.fit(images, batch_size=5, verbose=0).history


def test_a_judge_is_a_second_player(images):
    assert list(make().players) == ["encoder"]
    model, x = make(adversarial_weight=0.1, deterministic=True), tf.constant(images)
    assert list(model.players) == ["encoder", "discriminator"]
    softplus = lambda t: np.logaddexp(0.0, t)
    fake = model.synthesis(model.encode(images), noise="constant")
    real_scores, scores = model.discriminator(x).numpy(), model.discriminator(fake).numpy()
    assert terms(model, x)["adversarial"] == pytest.approx(0.1 * softplus(-scores).mean(), rel=1e-4)
    found = terms(model, x, "discriminator")
    assert found["adversarial"] == pytest.approx(softplus(scores).mean() + softplus(-real_scores).mean(), rel=1e-4)
    with tf.GradientTape() as tape:
        tape.watch(x)
        summed = tf.reduce_sum(model.discriminator(x))
    squared = np.sum(tape.gradient(summed, x).numpy() ** 2, axis=(1, 2, 3))
    assert found["r1"] == pytest.approx(5.0 * squared.mean(), rel=1e-4)
    config = model.get_config()
    assert list(type(model).from_config(config).players) == ["encoder", "discriminator"]


def test_training_brings_images_nearer_and_codes_too(model, generator):
    """On the generator's own images, which have codes."""
    learner = make(random_generator=False, code_weight=1.0, width=8, width_max=16, deterministic=True)
    learner.adopt(generator)
    learner.compile({"encoder": "adam"})
    own = generator.sample(64, seed=1).numpy()
    before = np.mean((learner.reconstruct(own) - own) ** 2)
    history = learner.fit(own, batch_size=16, epochs=30, verbose=0).history
    assert np.mean((learner.reconstruct(own) - own) ** 2) < 0.6 * before
    assert history["encoder/code"][-1] < history["encoder/code"][0]


# The generator


def test_training_waits_for_a_generator(images):
    model = make(random_generator=False)
    model.compile()
    with pytest.raises(zoo.ZooError, match=r"no trained generator yet; call adopt\(model\)"):
        model.fit(images, batch_size=5, verbose=0)


def test_the_deployed_networks_are_copied():
    source = zoo.create("stylegan2", **GENERATOR, seed=7)
    source.synthesis.constant.assign(source.synthesis.constant + 1.0)  # the average stays behind: it is deployed
    source.mapping_ema.average.assign(np.linspace(-1, 1, 8))
    model = make(random_generator=False)
    model.adopt(source)
    w = source.map(tf.random.stateless_normal((3, 6), (1, 2)))
    assert np.array_equal(model.synthesize(w), source.synthesize(w))
    np.testing.assert_allclose(model.sample(4, seed=2), source.sample(4, seed=2), atol=1e-6)
    np.testing.assert_allclose(model.truncate(w, 0.0), np.tile(np.linspace(-1, 1, 8), (3, 1)), atol=1e-6)
    statistics = style_statistics(source)
    np.testing.assert_allclose(model.w_mean, statistics.mean, atol=1e-6)
    np.testing.assert_allclose(model.w_variance, statistics.variance, rtol=1e-5)
    source.synthesis_ema.constant.assign(source.synthesis_ema.constant + 1.0)
    assert not np.array_equal(model.synthesize(w), source.synthesize(w))  # a copy


def test_only_a_generator_that_fits_is_adopted(generator):
    with pytest.raises(zoo.ZooError, match="adopts a stylegan2 model, found 'gan'"):
        make().adopt(zoo.create("gan", image_shape=(8, 8, 1), latent_dim=3, width=10))
    with pytest.raises(zoo.ZooError, match=r"made for a generator with \{'depth': 3\}, found \{'depth': 2\}"):
        make(depth=3).adopt(generator)


def test_the_generator_and_its_prior_are_saved_with_the_model(model, images, tmp_path):
    model.compile()
    model.save(tmp_path / "encoder.keras")
    loaded = zoo.load(tmp_path / "encoder.keras")
    assert np.array_equal(loaded.encode(images), model.encode(images))
    assert np.array_equal(loaded.reconstruct(images), model.reconstruct(images))
    loaded.fit(images, batch_size=5, verbose=0)  # it has a generator


def test_a_conditional_generator():
    source = zoo.create("stylegan2", **GENERATOR, classes=3, seed=2)
    model = make(classes=3, code_weight=1.0, random_generator=False)
    model.adopt(source)
    model.compile()
    images = model.example_batch(8)
    assert images.shape == (8, 8, 8, 1)  # no labels
    assert np.isfinite(model.fit(images, batch_size=4, verbose=0).history["encoder/code"][0])
    labels = [0, 2, 2]
    np.testing.assert_allclose(model.sample(3, labels=labels), source.sample(3, labels=labels), atol=1e-6)


# Deployment


def test_codes_are_the_posteriors_means(model, images):
    mean, _ = model.posterior(tf.constant(images))
    np.testing.assert_allclose(model.encode(images), model.w_mean.numpy() + mean.numpy(), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(images), model.synthesize(model.encode(images)), atol=1e-6)
    assert np.abs(model.reconstruct(images)).max() <= 1


def test_signatures(model, images):
    served = model.serving_signatures()
    assert {"serving_default", "map", "truncate", "synthesize", "encode", "reconstruct", "generate"} <= set(served)
    codes = served["encode"](images)["latents"]
    np.testing.assert_allclose(codes, model.encode(images), atol=1e-5)
    np.testing.assert_allclose(served["synthesize"](codes)["images"], model.reconstruct(images), atol=1e-5)


def test_negative_weights_are_named():
    with pytest.raises(zoo.ZooError, match="kl_weight: expected a number from 0 on, found -1.0"):
        make(kl_weight=-1.0)
