"""DRAGAN: where the penalty is taken, what it costs, and the deviation of the global batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.models.stability.dragan import deviation


def make(**options):
    return zoo.create("dragan", **{"image_shape": (3,), "latent_dim": 3, "width": 4} | options)


def perturbed(model, real, seed=(0, 0)):
    with draws.seeded(seed):
        return model.perturbed(real).numpy()


def linear(weights):
    network = keras.Sequential([keras.Input((len(weights),)), keras.layers.Dense(1)])
    network.set_weights([np.array(weights, "float32")[:, None], np.zeros(1, "float32")])
    return network


@pytest.mark.parametrize("perturbation", ["code", "paper"])
@pytest.mark.parametrize("target", [0.0, 1.0, 2.0])
def test_the_penalty_of_a_linear_score(perturbation, target):
    """(||w|| - k)^2 wherever it is taken; the norm is the Euclidean one of an example, not that of the batch."""
    model = make(perturbation=perturbation, target_norm=target, penalty_weight=3.0)
    model.discriminator = linear([2.0, -1.0, 2.0])
    with draws.seeded((0, 0)):
        terms = model.discriminator_loss(tf.constant(model.example_batch(7)))
    assert float(terms["gradient_penalty"]) == pytest.approx(3.0 * (3.0 - target) ** 2, rel=1e-5)


def test_the_penalty_is_on_logits():
    """A sigmoid of the same score would have a gradient of at most a quarter."""
    model = make(penalty_weight=1.0, target_norm=0.0)
    model.discriminator = linear([0.0, 5.0, 0.0])
    with draws.seeded((0, 0)):
        terms = model.discriminator_loss(tf.zeros((4, 3)))
    assert float(terms["gradient_penalty"]) == pytest.approx(25.0, rel=1e-5)


def test_the_codes_perturbation_is_one_sided_with_mean_an_eighth_of_the_deviation():
    n, model = 50_000, make()
    model.spread.assign(2.0)
    moved = perturbed(model, tf.ones((n, 3))) - 1.0
    assert moved.min() > 0.0 and moved.max() < 1.0
    assert moved.mean() == pytest.approx(0.125 * 2.0, rel=0.01)
    # E[(a U)^2] = 1/9, and elements of an example share a: E[a^2 U V] = 1/3 * 1/4.
    assert np.mean(moved**2) == pytest.approx(1 / 9, rel=0.02)
    assert np.mean(moved[:, 0] * moved[:, 1]) == pytest.approx(1 / 12, rel=0.02)


def test_without_deviation_the_codes_perturbation_stays_at_the_data():
    model = make()
    model.spread.assign(0.0)
    real = tf.constant(model.example_batch(5))
    assert np.array_equal(perturbed(model, real), real)


def test_the_papers_perturbation_is_normal():
    model = make(perturbation="paper", variance=0.09)
    model.spread.assign(100.0)  # it has no part in it
    moved = perturbed(model, tf.zeros((30_000, 3)))
    assert moved.mean() == pytest.approx(0.0, abs=0.005) and moved.std() == pytest.approx(0.3, rel=0.01)
    assert np.mean(np.abs(moved) < 0.3) == pytest.approx(0.6827, abs=0.005)
    assert make().variance ** 0.5 * 127.5 == pytest.approx(10**0.5)  # the paper's, on pixels


def test_penalized_is_the_neighbourhood_of_real_examples_and_not_the_way_to_fakes(monkeypatch):
    model, given = make(), []
    model.spread.assign(1.0)
    discriminate = model.discriminate
    monkeypatch.setattr(model, "discriminate", lambda x: given.append(x) or discriminate(x))
    monkeypatch.setattr(model, "generate", lambda latents: tf.fill((len(latents), 3), -9.0))
    with draws.seeded((0, 0)):
        model.discriminator_loss(tf.fill((50, 3), 4.0))
    real, fake, penalized = (x.numpy() for x in given)
    assert np.all(real == 4.0) and np.all(fake == -9.0)
    assert penalized.min() >= 4.0 and penalized.max() <= 4.5


def test_every_train_step_measures_its_batch():
    model = make()
    model.compile()
    batch = np.random.default_rng(0).normal(1.0, 0.3, (64, 3)).astype("float32")
    model.fit(tf.data.Dataset.from_tensors(batch), verbose=0)
    assert float(model.spread) == pytest.approx(batch.std(), rel=1e-5)


def test_the_deviation_is_that_of_the_global_batch(mirrored):
    batch = np.random.default_rng(1).normal(size=(8, 3)).astype("float32")
    batch[4:] += 5.0  # the replicas' own deviations differ from it
    parts = iter((batch[:4], batch[4:]))
    dealt = mirrored.experimental_distribute_values_from_function(lambda context: tf.constant(next(parts)))
    found = mirrored.run(tf.function(deviation), args=(dealt,))
    assert [float(v) for v in found.values] == pytest.approx([batch.std()] * 2, rel=1e-5)


def test_the_penalty_does_not_reach_the_generator():
    losses = []
    for weight in (0.0, 10.0):
        model = make(penalty_weight=weight)
        with draws.seeded((0, 0)):
            losses.append(model.generator_loss(tf.constant(model.example_batch(4))))
    assert set(losses[0]) == {"adversarial"} and float(losses[0]["adversarial"]) == float(losses[1]["adversarial"])


def test_the_discriminator_of_images_has_no_batch_normalization_and_latents_are_uniform():
    model = zoo.create("dragan", image_shape=(16, 16, 1), latent_dim=8, width=4)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.discriminator.layers)
    with draws.seeded((0, 0)):
        latents = model.sample_latents(500).numpy()
    assert -1 < latents.min() < -0.99 and 0.99 < latents.max() < 1
    for optimizer in model.default_optimizers().values():
        assert float(optimizer.learning_rate) == pytest.approx(1e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"perturbation": "papers"}, "perturbation.*'papers'.*paper"),
        ({"penalty_weight": -1.0}, "penalty_weight.*-1.0"),
        ({"target_norm": -1.0}, "target_norm.*-1.0"),
        ({"variance": -0.1}, "variance.*-0.1"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
