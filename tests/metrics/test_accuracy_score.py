"""GAN-train, GAN-test and baseline on digits: the known answers of the sheet."""

import numpy as np
import pytest

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.accuracy_score import Accuracies, Judge, cas, classifier, sample_like

QUICK = {"epochs": 12, "seeds": (0,)}


def unit(source):
    return source.images.astype(np.float32) / np.float32(source.maximum / 2) - 1, source.labels


@pytest.fixture(scope="module")
def digits():
    """(train, test), each (images, labels)."""
    return unit(open_source("digits")), unit(open_source("digits", split="test"))


def one_image_per_class(images, labels):
    """Each label's image is the mean of its class."""
    return np.stack([images[labels == c].mean(axis=0) for c in range(10)])[labels]


def test_the_real_training_set_mixed_gives_the_baseline_exactly(digits):
    (images, labels), test = digits
    order = np.random.default_rng(0).permutation(len(labels))
    result = cas((images[order], labels[order]), *digits, epochs=12, seeds=(0, 1))
    assert isinstance(result, Accuracies)
    np.testing.assert_array_equal(result.gan_train.runs, result.baseline.runs)
    np.testing.assert_array_equal(result.gan_train.per_class, result.baseline.per_class)
    assert result.baseline.mean > 0.97
    assert result.gan_test.mean > 0.99
    assert result.samples == 1400
    assert result.baseline.runs.shape == (2,)
    assert result.baseline.mean == result.baseline.runs.mean()
    assert result.baseline.std == result.baseline.runs.std()
    shares = np.bincount(test[1]) / len(test[1])
    assert result.baseline.per_class @ shares == pytest.approx(result.baseline.mean)


def test_a_bootstrap_of_the_real_training_set_is_near_the_baseline(digits):
    images, labels = digits[0]
    rows = np.random.default_rng(1).integers(0, len(labels), len(labels))
    result = cas((images[rows], labels[rows]), *digits, **QUICK)
    assert result.gan_train.mean == pytest.approx(result.baseline.mean, abs=0.015)
    assert not np.array_equal(result.gan_train.runs, result.baseline.runs)


def test_mixed_labels_give_chance(digits):
    (images, labels), test = digits
    trained, tested = [], []
    for seed in range(3):
        mixed = np.random.default_rng(seed).permutation(labels)
        result = cas((images, mixed), *digits, epochs=12, seeds=(seed,))
        trained.append(result.gan_train.mean)
        tested.append(result.gan_test.mean)
    chance = lambda n: pytest.approx(0.1, abs=3 * np.sqrt(0.1 * 0.9 / n))
    assert all(value == chance(len(test[1])) for value in trained)
    assert all(value == chance(len(labels)) for value in tested)


def test_one_image_per_class_is_all_right_and_of_little_use(digits):
    (images, labels), _ = digits
    result = cas((one_image_per_class(images, labels), labels), *digits, **QUICK)
    assert result.gan_test.mean == 1
    assert result.gan_test.per_class.tolist() == [1] * 10
    assert result.gan_train.mean < result.baseline.mean - 0.05


def test_a_noisy_generator_is_between(digits):
    (images, labels), _ = digits
    generator = np.random.default_rng(2)
    shrunk = 0.5 * images + 0.5 * one_image_per_class(images, labels)  # half the diversity
    fakes = np.clip(shrunk + 0.3 * generator.normal(size=images.shape), -1, 1).astype(np.float32)
    result = cas((fakes, labels), *digits, **QUICK)
    assert 0.85 < result.gan_train.mean < result.baseline.mean
    assert result.gan_test.mean > result.gan_train.mean


def test_a_missing_class_costs_gan_train_alone(digits):
    (images, labels), _ = digits
    kept = labels != 3
    result = cas((images[kept], labels[kept]), *digits, **QUICK)
    assert result.gan_train.per_class[3] == 0
    assert result.baseline.per_class[3] > 0.9
    assert np.isnan(result.gan_test.per_class[3])
    assert result.gan_test.mean > 0.99
    assert result.samples == kept.sum()  # the baseline was trained on as many


class Conditional:
    """A "model" that returns the mean image of the class asked for, and remembers what it was asked."""

    def __init__(self, images, labels):
        self.means, self.asked, self.seeds = one_image_per_class(images, labels), [], []
        self.of_class = [self.means[labels == c][0] for c in range(10)]

    def sample(self, n, seed=0, labels=None):
        assert n == len(labels)
        self.asked.append(labels)
        self.seeds.append(seed)
        return np.stack([self.of_class[label] for label in labels])


def test_a_model_is_asked_for_the_real_labels(digits):
    (images, labels), _ = digits
    model = Conditional(images, labels)
    result = cas(model, *digits, epochs=6, seeds=(0,))
    np.testing.assert_array_equal(np.concatenate(model.asked), labels)
    assert len(set(model.seeds)) == len(model.seeds) > 1
    assert result.gan_test.mean == 1


def test_the_conditional_gan_of_the_zoo(digits):
    from tfgan_zoo.registry import create

    (_, labels), _ = digits
    model = create("cgan", image_shape=(8, 8, 1), latent_dim=4, width=8)
    images, same = sample_like(model, labels[:300], seed=5)
    np.testing.assert_array_equal(same, labels[:300])
    np.testing.assert_array_equal(images, sample_like(model, labels[:300], seed=5)[0])
    assert not np.array_equal(images, sample_like(model, labels[:300], seed=6)[0])
    result = cas(model, *digits, epochs=2, seeds=(0,))
    assert result.gan_test.mean < 0.3  # untrained
    assert result.gan_train.mean < 0.5


def test_the_pretrained_conditional_gan():
    """Clothes that are recognized more often than they teach: GAN-test above GAN-train, GAN-train below baseline."""
    from tfgan_zoo.registry import create

    model = create("cgan", weights="fashion_mnist")
    real, test = (unit(open_source("fashion_mnist", image_size=32, split=part)) for part in ("train", "test"))
    part = tuple(x[:1500] for x in real)

    def coarse(image_shape, classes, seed):
        import keras

        kernel = keras.initializers.HeNormal(seed=seed)
        return keras.Sequential(
            [
                keras.Input(image_shape),
                keras.layers.AveragePooling2D(4),
                keras.layers.Flatten(),
                keras.layers.Dense(64, "relu", kernel_initializer=kernel),
                keras.layers.Dense(classes, kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 1)),
            ]
        )

    result = cas(model, part, test, build=coarse, epochs=30, seeds=(0,))
    assert result.gan_test.mean > result.gan_train.mean
    assert 0.5 < result.gan_train.mean < result.baseline.mean - 0.02


def test_seeds_decide_and_nothing_else(digits):
    (images, labels), _ = digits
    part = tuple(x[:200] for x in digits[0])
    two, one = (cas(part, part, digits[1], seeds=seeds, epochs=2).baseline.runs for seeds in ((3, 4), (4,)))
    assert two[0] != two[1]
    assert two[1] == one[0]
    weights = [classifier((8, 8, 1), 10, seed).get_weights()[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("shape", "first", "last"), [((8, 8, 1), 192, 192), ((28, 28, 1), 32, 128), ((64, 64, 3), 32, 128)]
)
def test_default_classifier(shape, first, last):
    model = classifier(shape, 7, seed=0)
    images = np.random.default_rng(0).uniform(-1, 1, (3, *shape)).astype(np.float32)
    assert model(images).shape == (3, 7)
    assert model.trainable_variables[0].shape[-1] == first
    assert model.trainable_variables[-2].shape == (last, 7)
    assert model.count_params() < 1_500_000


def test_convolutional_classifier_learns_and_is_reproducible():
    """Bars: the class is their direction."""
    generator = np.random.default_rng(0)
    labels = np.arange(200) % 2
    images = np.full((200, 12, 12, 1), -1, np.float32)
    for image, label, place in zip(images, labels, generator.integers(0, 11, 200)):
        image[(slice(place, place + 2),) if label else (slice(None), slice(place, place + 2))] = 1
    pair, test = (images[:150], labels[:150]), (images[150:], labels[150:])
    result = cas(pair, pair, test, epochs=8, seeds=(0,))
    assert result.baseline.mean > 0.95
    np.testing.assert_array_equal(result.gan_train.runs, result.baseline.runs)


def test_batches_are_no_larger_than_the_set_and_each_fit_starts_anew():
    judge = Judge(lambda seed: classifier((8, 8, 1), 2, seed), 2, epochs=20, batch_size=50, learning_rate=1e-2)
    images = np.stack([np.full((8, 8, 1), value, np.float32) for value in (-1, 1)])
    judge.fit(images, np.array([0, 1]), seed=0)
    weights = judge.model.get_weights()
    assert judge.predict(images).tolist() == [0, 1]
    judge.fit(images, np.array([1, 0]), seed=1)
    assert judge.predict(images).tolist() == [1, 0]
    judge.fit(images, np.array([0, 1]), seed=0)
    for before, after in zip(weights, judge.model.get_weights()):
        np.testing.assert_array_equal(before, after)


GREY = np.zeros((20, 8, 8, 1), np.float32)
TEN = np.arange(20) % 10


@pytest.mark.parametrize(
    ("fakes", "real", "test", "arguments", "says"),
    [
        ((GREY, TEN[:5]), (GREY, TEN), (GREY, TEN), {}, "fakes: expected 20 integer labels.*found int64"),
        ((GREY, TEN / 2), (GREY, TEN), (GREY, TEN), {}, "fakes: expected 20 integer labels.*float64"),
        ((GREY, TEN + 1), (GREY, TEN), (GREY, TEN), {}, "fakes has the label 10; the labels of real_train end at 9"),
        ((GREY, TEN - 1), (GREY, TEN), (GREY, TEN), {}, "class ids from 0; found -1"),
        ((GREY, TEN), (GREY, 0 * TEN), (GREY, TEN), {}, "at least two classes"),
        ((GREY, TEN), (GREY, TEN), (GREY[:, :4], TEN), {}, r"real_test are \(4, 8, 1\), real_train \(8, 8, 1\)"),
        ((GREY[:0], TEN[:0]), (GREY, TEN), (GREY, TEN), {}, "fakes is empty"),
        ((GREY * np.nan, TEN), (GREY, TEN), (GREY, TEN), {}, "images of fakes hold NaN"),
        ((GREY, TEN), (GREY + 9, TEN), (GREY, TEN), {}, "images of real_train must lie in"),
        (GREY, (GREY, TEN), (GREY, TEN), {}, r"fakes: expected a pair \(images, labels\).*found ndarray"),
        ((GREY, TEN), (GREY, TEN), (GREY, TEN), {"epochs": 0}, "epochs >= 1"),
        ((GREY, TEN), (GREY, TEN), (GREY, TEN), {"seeds": ()}, "at least one seed"),
    ],
)
def test_errors(fakes, real, test, arguments, says):
    with pytest.raises(ZooError, match=says):
        cas(fakes, real, test, **arguments)


def test_models_without_labels_are_named(digits):
    from tfgan_zoo.registry import create

    with pytest.raises(ZooError, match="labels"):
        cas(create("gan", image_shape=(8, 8, 1), latent_dim=4, width=8), *digits)

    class Plain:
        def sample(self, n, seed=0):
            return GREY[:n]

    with pytest.raises(ZooError, match="cas needs a model that samples given labels"):
        cas(Plain(), *digits)
