"""ss-InfoGAN: which images teach the class, its schedule, InfoGAN as its special case, and the networks' sizes."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import draws
from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "noise_dim": 5, "classes": 10, "codes": 2, "width": 16, "labelled": 0.25}
IMAGES = tf.random.stateless_uniform((12, 8, 8, 1), (0, 0), -1.0, 1.0)
SOME = tf.constant([3, -1, -1, 9, -1, -1, 0, -1, -1, -1, -1, -1])
NONE = tf.fill((12,), -1)


def make(**options):
    return create("ss_infogan", **{**SIZES, **options})


@pytest.fixture(scope="module")
def model():
    return make()


@pytest.fixture(scope="module")
def silent():
    """A model whose heads say nothing."""
    model = make(categories=4)
    for network in (model.discriminator, model.classifier, model.recognizer):
        head = [layer for layer in network._flatten_layers() if layer.weights][-1]
        head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    return model


def losses(model, player, labels=SOME, images=IMAGES, seed=0):
    with draws.seeded((seed, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images, labels).items()}


def gradients(model, player, labels):
    """(variable, gradient) of a move of `player`."""
    model.compile()
    _, found, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), IMAGES, labels)
    return list(zip(model.weights_of(player), found))


def of_last_layer(model, network, pairs):
    last = [layer for layer in getattr(model, network)._flatten_layers() if layer.weights][-1]
    found = [g for w, g in pairs if any(w is v for v in last.weights)]
    assert len(found) == 2
    return max(float(np.abs(g).max()) for g in found)


def test_networks_have_the_papers_sizes():
    model = create("ss_infogan", ema_decay=0.0)
    count = lambda weights: sum(math.prod(w.shape) for w in weights)
    trunk = 6_556_992  # as InfoGAN's
    of_class, of_codes = 1024 * 10 + 10, (1024 * 128 + 2 * 128) + (128 * 2 + 2)
    assert count(model.classifier.trainable_variables) == trunk + of_class
    assert count(model.recognizer.trainable_variables) == trunk + of_codes
    assert count(model.weights_of("discriminator")) == trunk + 1025 + of_class + of_codes  # the trunk once
    assert model.latent_dim == 64


def test_the_generator_takes_class_category_codes_and_noise_in_this_order():
    model = make(categories=4)
    with draws.seeded((0, 0)):
        latents = model.sample_latents(20_000)
    joint = next(layer for layer in model.generator.layers if isinstance(layer, keras.layers.Concatenate))
    whole = keras.Model(model.generator.inputs, joint.output)([latents, tf.range(20_000) % 10]).numpy()
    of_class, category, codes, noise = np.split(whole, [10, 14, 16], axis=1)
    np.testing.assert_array_equal(of_class.argmax(axis=1), np.arange(20_000) % 10)
    for one_hot in (of_class, category):
        assert set(np.unique(one_hot)) == {0.0, 1.0} and set(one_hot.sum(axis=1)) == {1.0}
    np.testing.assert_allclose(category.mean(axis=0), np.full(4, 0.25), atol=0.015)
    assert np.abs(codes).max() < 1
    np.testing.assert_allclose(codes.var(axis=0), 1 / 3, atol=0.01)
    np.testing.assert_allclose(noise.var(axis=0), 1, atol=0.04)
    assert noise.shape == (20_000, 5) and np.abs(noise.mean(axis=0)).max() < 0.03


def test_silent_heads_pay_the_entropies(silent):
    images = tf.zeros((20_000, 8, 8, 1))
    terms = losses(silent, "generator", tf.fill((20_000,), -1), images)
    assert terms["adversarial"] == pytest.approx(math.log(2), rel=1e-5)
    assert terms["class_of_fake"] == pytest.approx(2.0 * math.log(10), rel=1e-5)
    assert terms["category"] == pytest.approx(0.8 * math.log(4), rel=1e-5)
    assert terms["continuous"] == pytest.approx(0.8 * 2 / 3, abs=0.01)
    terms = losses(silent, "discriminator")
    # Three of twelve labelled are the stated quarter: at the start every label counts four times.
    assert terms["class_of_real"] == pytest.approx(2.0 * 4 * 3 / 12 * math.log(10), rel=1e-5)
    assert "class_of_fake" not in terms


def test_class_term_is_the_labelled_images_cross_entropy(model):
    with draws.seeded((0, 0)):
        found = float(model.discriminator_loss(IMAGES, SOME)["class_of_real"])
    log_class = tf.nn.log_softmax(model.judge_of_real(IMAGES, training=True)[1]).numpy()
    rows = np.flatnonzero(SOME >= 0)
    nll = -log_class[rows, SOME.numpy()[rows]]
    assert found == pytest.approx(2.0 / 0.25 * nll.sum() / 12, rel=1e-5)
    assert losses(model, "discriminator", NONE)["class_of_real"] == 0.0
    assert losses(model, "discriminator", SOME, seed=1)["class_of_real"] == pytest.approx(found, rel=1e-6)  # not fakes


def test_without_labels_the_head_of_the_class_learns_nothing_in_ds_move():
    model = make()
    unlabelled, some = (gradients(model, "discriminator", labels) for labels in (NONE, SOME))
    assert of_last_layer(model, "classifier", unlabelled) == 0.0
    assert of_last_layer(model, "classifier", some) > 1e-3
    assert of_last_layer(model, "recognizer", unlabelled) > 1e-3


@pytest.mark.parametrize("labelled", [0.01, 0.25, 1.0])
def test_emphasis_follows_the_papers_probability(labelled):
    model = make(labelled=labelled, epoch_steps=50)
    for epoch in range(13):
        p = min(0.1 * epoch, 1 - labelled)  # of an unlabelled batch
        for step in (50 * epoch, 50 * epoch + 49):
            model.step.assign(step)
            assert float(model.emphasis()) == pytest.approx((1 - p) / labelled, rel=1e-4)


def test_expected_class_loss_is_that_of_the_coin():
    """Over batches of 12 from 48 examples of which 12 are labelled, against (1 - p) times the labelled ones' mean."""
    model = make(epoch_steps=10)
    model.step.assign(30)  # p = 0.3
    images = tf.random.stateless_uniform((48, 8, 8, 1), (0, 1), -1.0, 1.0)
    labels = np.where(np.arange(48) % 4 == 0, np.arange(48) % 10, -1)
    found = np.mean([losses(model, "discriminator", tf.constant(labels[i::4]), images[i::4])["class_of_real"]
                     for i in range(4)])  # fmt: skip
    labelled = labels >= 0
    log_class = tf.nn.log_softmax(model.classifier(images, training=True)).numpy()
    mean = -log_class[labelled, labels[labelled]].mean()
    assert found == pytest.approx(2.0 * 0.7 * mean, rel=1e-4)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_without_the_class_it_is_infogan_with_squared_errors(player, monkeypatch):
    """The same fakes, codes, trunk and heads: equal objectives, equal category; c^2 for (log 2 pi + c^2) / 2."""
    model = make(categories=3, label_weight=0.0, code_weight=1.0)
    other = create("infogan", image_shape=(8, 8, 1), noise_dim=5, categories=3, codes=2, width=16)
    for name in ("discriminator", "recognizer"):
        getattr(other, name).set_weights(getattr(model, name).get_weights())
    with draws.seeded((0, 1)):
        latents = model.sample_latents(12)
    category, codes, noise = tf.split(latents, [3, 2, 5], axis=1)
    fake = tf.random.stateless_uniform((12, 8, 8, 1), (0, 2), -1.0, 1.0)
    monkeypatch.setattr(model, "sample_latents", lambda n: latents)
    monkeypatch.setattr(other, "sample_latents", lambda n: tf.concat([noise, category, codes], axis=1))
    for game in (model, other):
        monkeypatch.setattr(game, "generate", lambda *inputs: fake)
    found = losses(model, player)
    with draws.seeded((0, 0)):
        expected = {name: float(value) for name, value in getattr(other, f"{player}_loss")(IMAGES).items()}
    assert found.pop("class_of_real" if player == "discriminator" else "class_of_fake") == 0.0
    expected["continuous"] = 2 * (expected["continuous"] - 2 * 0.5 * math.log(2 * math.pi))
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_generator_is_taught_the_class_it_was_asked_for(model, monkeypatch):
    asked, generate = [], model.generate
    monkeypatch.setattr(model, "generate", lambda z, labels: asked.append(labels) or generate(z, labels))
    found = losses(model, "generator", NONE)["class_of_fake"]
    with draws.seeded((0, 0)):
        fake, _, labels = model.fakes(12)
    np.testing.assert_array_equal(asked[0], labels)
    assert len(set(labels.numpy())) > 4
    log_class = tf.nn.log_softmax(model.judge_of_fake(fake, training=True)[1]).numpy()
    assert found == pytest.approx(2.0 * -log_class[np.arange(12), labels].mean(), rel=1e-5)


def test_sampling_and_classifying_by_label(model):
    with draws.seeded((3, 0)):
        latents = model.sample_latents(3)
    np.testing.assert_allclose(model.sample(3, seed=3, labels=[7, 0, 7]), model((latents, tf.constant([7, 0, 7]))))
    served = model.serving_signatures()["classify"](IMAGES)["logits"]
    np.testing.assert_allclose(served, model.classify(IMAGES), atol=1e-6)
    logits, mean = make(categories=4).recognize(IMAGES)
    assert logits.shape == (12, 4) and mean.shape == (12, 2)


def test_papers_rates_and_the_log(model):
    rates = {player: float(o.learning_rate) for player, o in model.default_optimizers().items()}
    assert rates == pytest.approx({"discriminator": 1e-4, "generator": 1e-3})
    assert float(model.after_step({})["emphasis"]) == 4.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labelled": 0.0}, r"labelled: expected a share of examples in \(0, 1\], found 0.0; without any: infogan"),
        ({"labelled": 10}, r"labelled: expected a share of examples in \(0, 1\], found 10"),
        ({"codes": 0}, "reads codes beside the class; give `codes` or `categories`, or choose acgan"),
        ({"epoch_steps": 0}, "epoch_steps: expected a number of train steps from 1 on, found 0"),
        ({"latent_dim": 9}, r"latent_dim: it is categories \+ codes \+ noise_dim = 7"),
        ({"classes": 1}, "classes: expected a number from 2 on, found 1"),
    ],
)
def test_wrong_arguments_are_named(options, message):
    with pytest.raises(ZooError, match=message):
        make(**options)


def test_wrong_labels_are_named(model):
    model.compile()
    for wrong in (-2, 10):
        with pytest.raises(ZooError, match=r"labels: expected class ids 0..9 or -1 \(unlabelled\), found"):
            model.fit((IMAGES.numpy(), np.full(12, wrong, np.int32)), batch_size=4)
    with pytest.raises(ZooError, match="labels: expected class ids 0..9, found -1..3"):
        model.sample(2, labels=[-1, 3])
