"""Label smoothing: the best discriminator, what linearity in the target gives, and which targets are drawn."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives
from tfgan_zoo.objectives.smoothing import cross_entropy


def make(**options):
    return zoo.create("label_smoothing_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 4} | options)


def targets_of(model, n=2000, seed=(0, 0)):
    with draws.seeded(seed):
        return [t.numpy() for t in model.targets(n)]


def constant(real, fake=0.0):
    return objectives.smoothed(lambda n: (tf.fill((n, 1), real), tf.fill((n, 1), fake)))


@pytest.mark.parametrize(("alpha", "beta"), [(0.9, 0.0), (1.0, 0.0), (0.75, 0.2)])
def test_the_best_discriminator(alpha, beta):
    """(alpha p + beta q) / (p + q), by the loss's gradient in the scores of four bins."""
    real, fake = np.array([1, 2, 5, 4]), np.array([3, 2, 1, 6])
    p, q = real / real.sum(), fake / fake.sum()
    best = (alpha * p + beta * q) / (p + q)
    scores = tf.Variable(np.log(best / (1 - best))[:, None])
    objective = objectives.smoothed(lambda n: (tf.fill((n, 1), np.float64(alpha)), tf.fill((n, 1), np.float64(beta))))
    with tf.GradientTape() as tape:
        loss = objective.discriminator(tf.repeat(scores, real, axis=0), tf.repeat(scores, fake, axis=0))
    assert np.allclose(tape.gradient(loss, scores), 0.0, atol=1e-15)
    entropy = -np.sum((alpha * p + beta * q) * np.log(best) + ((1 - alpha) * p + (1 - beta) * q) * np.log(1 - best))
    assert float(loss) == pytest.approx(entropy, rel=1e-12)


def test_where_the_densities_agree_the_best_score_is_half_the_label():
    score = tf.Variable([[math.log(0.45 / 0.55)]])
    with tf.GradientTape() as tape:
        loss = constant(0.9).discriminator(score.value(), score.value())
    assert float(tape.gradient(loss, score)[0, 0]) == pytest.approx(0.0, abs=1e-7)


def test_the_loss_at_disjoint_supports_is_the_entropy_of_the_label():
    best = tf.fill((3, 1), math.log(0.9 / 0.1))
    expected = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
    assert expected == pytest.approx(0.3251, abs=1e-4)
    assert float(constant(0.9).discriminator(best, tf.fill((3, 1), -80.0))) == pytest.approx(expected, rel=1e-6)


def test_linear_in_the_target_so_random_labels_have_the_constants_expectation():
    scores = tf.constant(np.random.default_rng(0).normal(size=(7, 1)))
    halfway = lambda a, b: (a + b) / 2
    value = lambda t: float(cross_entropy(scores, tf.fill((7, 1), np.float64(t))))
    assert halfway(value(0.8), value(1.0)) == pytest.approx(value(0.9), rel=1e-13)
    drawn = tf.constant(np.linspace(0.8, 1.0, 2001)[None])  # every score meets the whole interval
    assert float(cross_entropy(scores, drawn + tf.zeros((7, 1), tf.float64))) == pytest.approx(value(0.9), rel=1e-12)


def test_labels_of_one_and_zero_are_the_original_game():
    real, fake = tf.constant([[0.5], [-2.0], [30.0]]), tf.constant([[-1.0], [0.0], [80.0]])
    original = objectives.non_saturating
    assert float(constant(1.0).discriminator(real, fake)) == pytest.approx(float(original.discriminator(real, fake)))
    assert float(constant(0.9).generator(None, fake)) == float(original.generator(None, fake))


def test_huge_scores_stay_finite():
    for score in (-1e4, 1e4):
        scores = tf.fill((2, 1), score)
        assert np.isfinite(float(constant(0.9).discriminator(scores, scores)))


def test_it_is_not_keras_label_smoothing_which_is_two_sided():
    scores, n = tf.constant([[1.5], [-0.5]]), 2
    keras_loss = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    assert float(keras_loss(tf.zeros((n, 1)), scores)) != pytest.approx(float(cross_entropy(scores, tf.zeros((n, 1)))))
    ours = cross_entropy(scores, tf.fill((n, 1), 0.9))
    assert float(keras_loss(tf.ones((n, 1)), scores)) == pytest.approx(float(ours))


def test_constant_labels():
    real, fake = targets_of(make())
    assert np.all(real == np.float32(0.9)) and np.all(fake == 0.0) and real.shape == fake.shape == (2000, 1)


def test_random_labels_are_one_sided_uniform_and_fresh():
    model = make(labels="random")
    real, fake = targets_of(model)
    assert 0.8 < real.min() < 0.801 and 0.999 < real.max() < 1.0 and np.all(fake == 0.0)
    assert real.mean() == pytest.approx(0.9, abs=0.005) and real.std() == pytest.approx(0.2 / math.sqrt(12), rel=0.05)
    assert len(np.unique(real)) > 1990
    assert not np.array_equal(real, targets_of(model, seed=(0, 1))[0])


def test_random_labels_change_from_move_to_move_and_the_generator_sees_none():
    model = make(labels="random")
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    batch = tf.constant(model.example_batch(8))
    zero = [np.zeros_like(w) for w in model.discriminator.layers[-2].get_weights()]
    model.discriminator.layers[-2].set_weights(zero)  # scores are 0: the loss is 2 log 2 for any target
    assert float(model.minimize("discriminator", batch)["discriminator/adversarial"]) == pytest.approx(2 * math.log(2))
    assert float(model.minimize("generator", batch)["generator/adversarial"]) == pytest.approx(math.log(2))
    model.discriminator.layers[-2].set_weights([zero[0], np.full_like(zero[1], 2.0)])  # every score is 2
    losses = [float(model.minimize("discriminator", batch)["discriminator/adversarial"]) for _ in range(2)]
    t = [math.log1p(math.exp(2)) * 2 - loss for loss in losses]  # the loss is 2 softplus(2) - 2 mean(t)
    assert all(1.6 < x < 2.0 for x in t) and t[0] != t[1]
    assert float(model.minimize("generator", batch)["generator/adversarial"]) == pytest.approx(math.log1p(math.exp(-2)))


def test_two_sided_and_flipped_labels():
    real, fake = targets_of(make(fake_label=0.1, flip=0.25))
    assert set(np.unique(real)) == set(np.unique(fake)) == {np.float32(0.9), np.float32(0.1)}
    assert np.mean(real == np.float32(0.1)) == pytest.approx(0.25, abs=0.03)
    assert np.mean(fake == np.float32(0.9)) == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "randm"}, "kind of labels.*'randm'.*random"),
        ({"label": 1.1}, "label=1.1"),
        ({"labels": "random", "label": 0.95}, "label=0.95, spread=0.1"),
        ({"fake_label": -0.1}, "fake_label=-0.1"),
        ({"flip": 2.0}, "flip=2.0"),
    ],
)
def test_impossible_labels_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
