"""Class control: the terms of every mode, what D and C share, what each of them sees, codes that are drawn."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.models.style.stylegan2 import StyleGAN2
from tfgan_zoo.networks.stylegan2 import StyleGAN2Discriminator

TINY = {
    "image_shape": (8, 8, 1),
    "latent_dim": 4,
    "style_dim": 6,
    "depth": 2,
    "channel_base": 32,
    "channel_max": 8,
    "classes": 3,
}
LABELS = tf.constant([0, 1, 2, 2, 1, 0, 2, 1])
softplus = lambda x: np.logaddexp(0.0, x)


def make(**options):
    return zoo.create("infogan_class_control", **TINY | options)


def seeded(function, *arguments, seed=3):
    with draws.seeded((seed, 0)):
        return function(*arguments)


def numbers(terms):
    return {name: float(value) for name, value in terms.items()}


def count(weights):
    return sum(int(np.prod(w.shape)) for w in weights)


def cross_entropy(labels, logits):
    logits = np.asarray(logits, "float64")
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(logits)), labels]))


@pytest.fixture(scope="module")
def images():
    return tf.constant(make().example_batch(8)[0])


# Losses


@pytest.mark.parametrize(
    ("mode", "of_discriminator"),
    [
        ("supervised", {"class_of_real"}),
        ("infogan", {"class_of_fake"}),
        ("acgan", {"class_of_real", "class_of_fake"}),
    ],
)
def test_the_terms_of_a_mode(mode, of_discriminator, images):
    model = make(mode=mode, class_weight=2.0, mixing=0.0)
    labels = () if mode == "infogan" else (LABELS,)
    fake, asked = seeded(model.fakes, 8, *labels)  # noise is silent before training
    named = {"class_of_real": (LABELS, images), "class_of_fake": (asked, fake)}
    expected = {name: 2.0 * cross_entropy(y.numpy(), model.classify(x)) for name, (y, x) in named.items()}
    real_scores, fake_scores = model.discriminator(images).numpy(), model.discriminator(fake).numpy()
    adversarial = softplus(-real_scores).mean() + softplus(fake_scores).mean()
    of_d = {"adversarial": adversarial} | {name: expected[name] for name in of_discriminator}
    assert numbers(seeded(model.discriminator_loss, images, *labels)) == pytest.approx(of_d, rel=1e-4)
    of_g = {"adversarial": softplus(-fake_scores).mean(), "class_of_fake": expected["class_of_fake"]}
    assert numbers(seeded(model.generator_loss, images, *labels)) == pytest.approx(of_g, rel=1e-4)


def test_with_weight_zero_losses_and_gradients_are_the_hosts(images):
    model = make(class_weight=0.0)
    for loss, networks in (("discriminator_loss", ["discriminator"]), ("generator_loss", ["mapping", "synthesis"])):
        weights = [w.value for name in networks for w in getattr(model, name).trainable_variables]
        found = []
        for of in (type(model), StyleGAN2):
            with tf.GradientTape() as tape:
                total = tf.add_n(list(seeded(getattr(of, loss), model, images, LABELS).values()))
            found.append((float(total), tape.gradient(total, weights, unconnected_gradients="zero")))
        (own, gradients), (hosts, expected) = found
        assert own == pytest.approx(hosts, rel=1e-6)
        for a, b in zip(gradients, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert any(np.abs(g).max() > 1e-3 for g in gradients)


def test_r1_is_of_the_score_alone(images):
    model = make(gamma=6.0, class_weight=7.0)
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = tf.reduce_sum(model.discriminator(images))
    squares = np.sum(tape.gradient(scores, images).numpy() ** 2, axis=(1, 2, 3))
    found = numbers(seeded(model.discriminator_regularizer, images, LABELS))
    assert found == {"r1": pytest.approx(3.0 * squares.mean(), rel=1e-4)}


@pytest.mark.parametrize("mode", ["supervised", "infogan", "acgan"])
def test_every_mode_trains(mode):
    model = make(mode=mode, r1_interval=2, path_interval=2)
    model.compile()
    batch = model.example_batch(8)
    assert isinstance(batch, np.ndarray) == (mode == "infogan")
    parts = (batch,) if mode == "infogan" else batch
    before = [w.numpy() for w in model.trainable_weights]
    logs = model.fit(tf.data.Dataset.from_tensors(parts if len(parts) > 1 else batch).repeat(2), verbose=0).history
    assert all(np.isfinite(v).all() for v in logs.values())
    assert {"discriminator/r1", "generator/path_length", "generator/class_of_fake"} < set(logs)
    moved = [not np.array_equal(w.numpy(), old) for w, old in zip(model.trainable_weights, before)]
    assert all(moved), [w.path for w, m in zip(model.trainable_weights, moved) if not m]


# Networks


def test_all_variables_but_two_heads_are_shared(images):
    model = make()
    heads = [*model.discriminator.score.weights, *model.classifier.head.weights]
    assert len(heads) == 4 and count(heads) == 8 * 1 + 1 + 8 * 3 + 3
    variables = {"score": [], "class": []}
    weights = model.weights_of("discriminator")
    with tf.GradientTape(persistent=True) as tape:
        scores, logits = model.judge(images)
        sums = {"score": tf.reduce_sum(scores), "class": tf.reduce_sum(logits[:, 0])}
    for name, total in sums.items():
        gradients = tape.gradient(total, [w.value for w in weights])
        variables[name] = {w.path for w, gradient in zip(weights, gradients) if gradient is not None}
    assert variables["score"] - variables["class"] == {w.path for w in model.discriminator.score.weights}
    assert variables["class"] - variables["score"] == {w.path for w in model.classifier.head.weights}
    assert len(variables["score"] & variables["class"]) == len(weights) - 4


def test_weights_saved_against_a_classifier_of_its_own():
    model = make(classes=10, channel_base=256, channel_max=32)
    own = StyleGAN2Discriminator((8, 8, 1), 256, 32, group_size=1)
    separate = count(own.weights) - count(own.score.weights) + count(model.classifier.head.weights)
    together = count(model.discriminator.weights) + count(model.classifier.head.weights)
    assert 1 - together / (count(model.discriminator.weights) + separate) >= 0.4


def test_both_heads_take_one_pass_through_the_trunk(images, monkeypatch):
    model, passes, trunk = make(), [], StyleGAN2Discriminator.trunk
    monkeypatch.setattr(StyleGAN2Discriminator, "trunk", lambda self, x: passes.append(1) or trunk(self, x))
    scores, logits = model.judge(images)
    assert len(passes) == 1
    np.testing.assert_allclose(scores, model.discriminator(images), atol=1e-6)
    np.testing.assert_allclose(logits, model.classify(images), atol=1e-6)


def test_the_classifier_sees_one_image_alone_and_d_its_group(images):
    """A group of four classes tells D, not C, what the other three look like."""
    model = make(group_size=4)
    others = tf.concat([images[:1], -images[1:]], axis=0)
    assert abs(float(model.discriminator(images)[0, 0] - model.discriminator(others)[0, 0])) > 1e-5
    np.testing.assert_allclose(model.classify(images)[0], model.classify(others)[0], atol=1e-6)
    alike = tf.repeat(images[:1], 4, axis=0)  # its map of the spread is 1e-4
    features = model.discriminator.summary(model.discriminator.trunk(alike), compare=False)
    np.testing.assert_allclose(features, model.discriminator.features(alike), atol=1e-3)


def test_d_is_not_told_the_class_and_f_is(images):
    model = make()
    assert model.discriminator.classes == 0 and model.mapping.classes == 3
    np.testing.assert_array_equal(model.discriminate(images, LABELS), model.discriminate(images, LABELS[::-1]))
    z = tf.random.stateless_normal((1, 4), (5, 6))
    w = [model.map((z, tf.constant([label]))).numpy() for label in range(3)]
    assert min(np.abs(w[i] - w[j]).max() for i, j in ((0, 1), (0, 2), (1, 2))) > 1e-3
    np.testing.assert_allclose(model.map((3.0 * z, tf.constant([1]))), w[1], atol=1e-5)  # z is normalized by itself


# Codes


def test_styles_of_the_same_class_are_mixed():
    """f that tells the class only: mixed or not, all layers have the same style."""
    model = make(mixing=1.0)
    first = model.mapping.dense[0]
    first.kernel.assign(tf.concat([tf.zeros((4, 6)), first.kernel[4:]], axis=0))
    styles = seeded(model.styles, tf.random.stateless_normal((8, 4), (5, 6)), LABELS).numpy()
    np.testing.assert_allclose(styles, np.repeat(styles[:, :1], styles.shape[1], axis=1), atol=1e-6)
    assert np.abs(styles[0] - styles[1]).max() > 1e-3


def test_codes_are_the_labels_or_uniform():
    model = make(mode="infogan")
    assert [wanted.name for wanted in model.inputs_of_batch()] == ["images"]
    _, asked = seeded(model.fakes, 3000)
    assert np.abs(np.bincount(asked.numpy(), minlength=3) - 1000).max() < 4 * (3000 * 2 / 9) ** 0.5
    assert model.sample(4, labels=[2, 2, 0, 1]).shape == (4, 8, 8, 1)
    model = make()
    assert [wanted.name for wanted in model.inputs_of_batch()] == ["images", "labels"]
    assert np.array_equal(seeded(model.fakes, 8, LABELS)[1], LABELS)


# Deployment


def test_augmentation_is_of_training_only(images):
    plain, augmented = make(), make(augment="diff")
    augmented.set_weights(plain.get_weights())
    np.testing.assert_array_equal(plain.classify(images), augmented.classify(images))
    assert np.abs(seeded(plain.judge, images)[1] - seeded(augmented.judge, images)[1]).max() > 1e-5


def test_signatures(images):
    model = make()
    served = model.serving_signatures()
    assert {"serving_default", "map", "synthesize", "generate", "classify"} <= set(served)
    np.testing.assert_allclose(served["classify"](images)["logits"], model.classify(images), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 1}, "classes: expected a number from 2 on, found 1"),
        ({"class_weight": -1.0}, "class_weight: expected a number from 0 on, found -1.0"),
        ({"mode": "supervise"}, "did you mean 'supervised'"),
        ({"path_interval": 0}, "path_interval"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
