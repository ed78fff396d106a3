"""AC-GAN: known values of its game, who wants which class recognized, and its bias away from what classes share."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm

from tfgan_zoo import draws, objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create

SIZES = {"image_shape": (8, 8, 1), "latent_dim": 6, "classes": 4, "width": 16}
IMAGES = tf.random.stateless_uniform((12, 8, 8, 1), (0, 0), -1.0, 1.0)
LABELS = tf.constant([0, 1, 2, 3] * 3)


def make(**options):
    return create("acgan", **{**SIZES, **options})


def losses(model, player, images=IMAGES, labels=LABELS):
    with draws.seeded((0, 0)):
        return {name: float(value) for name, value in getattr(model, f"{player}_loss")(images, labels).items()}


def last_layer(network):
    return [layer for layer in network._flatten_layers() if layer.weights][-1]


def test_undecided_judge_pays_2_log_2_and_the_entropy_of_the_classes():
    model = make()
    for network in (model.discriminator, model.classifier):
        last_layer(network).set_weights([np.zeros_like(w) for w in last_layer(network).get_weights()])
    of_d, of_g = (losses(model, player) for player in ("discriminator", "generator"))
    assert of_d["adversarial"] == pytest.approx(2 * math.log(2), rel=1e-6)
    assert of_g["adversarial"] == pytest.approx(math.log(2), rel=1e-6)
    for term in (of_d["class_of_real"], of_d["class_of_fake"], of_g["class_of_fake"]):
        assert term == pytest.approx(math.log(4), rel=1e-6)


def test_where_fakes_are_real_and_classes_plain_only_2_log_2_is_paid(monkeypatch):
    """The first pixel tells the class, G gives the data, D cannot tell: the class terms vanish."""
    model = make()
    real = tf.one_hot(LABELS, 64)
    images = tf.reshape(real, (12, 8, 8, 1))
    monkeypatch.setattr(model, "generate", lambda latents, labels: images)
    sure = lambda x, training: (tf.zeros((12, 1)), 100.0 * tf.reshape(x, (12, 64))[:, :4])
    monkeypatch.setattr(model, "judge", sure)
    terms = losses(model, "discriminator", images)
    assert terms["adversarial"] == pytest.approx(2 * math.log(2), rel=1e-6)
    assert terms["class_of_real"] == terms["class_of_fake"] == 0.0


def test_of_images_that_say_nothing_no_classifier_knows_more_than_the_number_of_classes():
    model, generator = make(), np.random.default_rng(0)
    for scale in (0.0, 0.01, 1.0, 10.0):
        logits = tf.constant(np.tile(generator.normal(0, scale, (1, 4)), (12, 1)), tf.float32)
        term = float(model.class_term(LABELS, logits))  # every class equally often, the same answer for all
        assert (term == pytest.approx(math.log(4), abs=1e-6)) if scale == 0 else term > math.log(4) + 1e-6


def gradients(player, **options):
    """Gradients of the classifier's last layer, and of everything, in a move of `player`."""
    model = make(**options)
    model.compile()
    _, found, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), IMAGES, LABELS)
    weights = model.weights_of(player)
    head = last_layer(model.classifier).weights
    of_head = [g for g, w in zip(found, weights) if any(w is v for v in head)]
    return of_head, tf.concat([tf.reshape(g, [-1]) for g in found], axis=0).numpy()


def test_both_players_want_the_class_of_fakes_recognized():
    """Its cross-entropy falls along minus D's gradient and along minus G's, where classes weigh most."""
    model = make(ema_decay=0.0, class_weight=100.0)
    model.compile({player: tf.keras.optimizers.SGD(0.001) for player in model.players})
    for player in model.players:
        before = losses(model, player)
        for _ in range(20):
            _, found, _, _ = model.terms_and_gradients(player, tf.constant([0, 0]), IMAGES, LABELS)
            model.move(player, found)
        after = losses(model, player)
        assert after["class_of_fake"] < 0.98 * before["class_of_fake"]


def test_without_class_weight_nobody_heeds_the_classes():
    for player, layers in (("discriminator", 2), ("generator", 0)):
        of_head, with_classes = gradients(player)
        of_head_without, without = gradients(player, class_weight=0.0)
        assert len(of_head) == len(of_head_without) == layers
        assert np.abs(with_classes - without).max() > 1e-3
        assert all(np.abs(g).max() > 1e-3 for g in of_head)
        assert all(np.abs(g).max() == 0 for g in of_head_without)


def test_class_weight_scales_its_terms():
    for player in ("discriminator", "generator"):
        one, three = (losses(make(class_weight=weight), player) for weight in (1.0, 3.0))
        assert three == pytest.approx({k: v if k == "adversarial" else 3 * v for k, v in one.items()}, rel=1e-5)


def test_the_discriminator_sees_no_label_and_the_generator_does():
    model = make()
    a, b = (losses(model, "discriminator", labels=labels) for labels in (LABELS, (LABELS + 1) % 4))
    assert a["class_of_real"] != b["class_of_real"]
    assert len(model.discriminator.inputs) == len(model.classifier.inputs) == 1
    same, other = (model.sample(2, labels=[0, k]).numpy()[1] for k in (0, 3))
    assert np.abs(same - other).max() > 1e-4


@pytest.mark.parametrize(("weight", "low", "high"), [(0.0, 0.3170, 0.3176), (1.0, 0.0426, 0.0436)])
def test_the_known_bias_classes_are_drawn_apart(weight, low, high):
    """Of N(-1, 1) and N(1, 1) a share of 0.159 each lies beyond the middle, 0.317 in all; of G's classes 0.043.

    G is N(-m, s^2), N(m, s^2), D and C are the best ones in every step: log p / g without classes, and the posterior
    under both densities together. Without the class term G stays at the truth; with it, means of 1.39 and deviations of
    0.69 are where nothing moves.
    """
    model = make(class_weight=weight)
    z = norm.ppf((np.arange(2000) + 0.5) / 2000)
    labels = tf.repeat(tf.constant([0, 1]), 2000)
    signs = tf.repeat(tf.constant([-1.0, 1.0]), 2000)
    mean, deviation = tf.Variable(1.0), tf.Variable(1.0)

    def log_normal(x, m, s):
        return -0.5 * ((x - m) / s) ** 2 - tf.math.log(s)

    for _ in range(150):
        m, s = tf.identity(mean.value()), tf.identity(deviation.value())
        with tf.GradientTape() as tape:
            x = signs * mean + deviation * tf.tile(tf.constant(z, tf.float32), [2])
            real = tf.stack([log_normal(x, sign, tf.constant(1.0)) for sign in (-1.0, 1.0)], axis=1)
            fake = tf.stack([log_normal(x, sign * m, s) for sign in (-1.0, 1.0)], axis=1)
            score = tf.reduce_logsumexp(real, axis=1) - tf.reduce_logsumexp(fake, axis=1)
            loss = objectives.non_saturating.generator(None, score)
            loss += model.class_term(labels, tf.pad(tf.reduce_logsumexp(tf.stack([real, fake]), axis=0),
                                                    [[0, 0], [0, 2]], constant_values=-1e9))  # fmt: skip
        for variable, gradient in zip((mean, deviation), tape.gradient(loss, [mean, deviation])):
            variable.assign_sub(0.2 * gradient)
    overlap = 2 * norm.cdf(-float(mean) / float(deviation))
    assert low < overlap < high


def test_classifier_is_served():
    model = make()
    logits = model.classify(IMAGES)
    assert logits.shape == (12, 4)
    served = model.serving_signatures()["classify"](IMAGES)["logits"]
    np.testing.assert_allclose(served, logits, atol=1e-6)


def test_wrong_arguments_are_named():
    with pytest.raises(ZooError, match="classes: expected a number from 2 on, found 1"):
        make(classes=1)
    with pytest.raises(ZooError, match=r"image_shape: acgan makes images \(side, side, channels\), found \(2,\)"):
        make(image_shape=(2,))
    with pytest.raises(ZooError, match="expected class ids 0..3, found 0..4"):
        make().sample(2, labels=[0, 4])
