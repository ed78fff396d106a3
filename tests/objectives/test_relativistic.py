"""Relativistic objectives: known values, what they ignore and through what their gradients flow."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import objectives
from tfgan_zoo.errors import ZooError
from tfgan_zoo.objectives.relativistic import hinge_cost, logistic_cost, squared_cost

AVERAGE = {"rasgan": logistic_cost, "ralsgan": squared_cost, "rahinge": hinge_cost}
ALL = {"rsgan": objectives.relativistic()} | {n: objectives.relativistic_average(c) for n, c in AVERAGE.items()}
every = pytest.mark.parametrize("name", ALL)
RNG = np.random.default_rng(0)
REAL, FAKE = (tf.constant(RNG.standard_normal((5, 1)) * 2) for _ in range(2))


def losses(name, real, fake):
    objective = ALL[name]
    return float(objective.discriminator(real, fake)), float(objective.generator(lambda: real, fake))


def sp(x):
    return np.logaddexp(0, x).mean()


def test_values_against_the_formulas():
    r, f = REAL.numpy(), FAKE.numpy()
    above, below = r - f.mean(), f - r.mean()
    relu = lambda x: np.maximum(0, x).mean()
    expected = {
        "rsgan": (sp(-(r - f)), sp(-(f - r))),
        "rasgan": ((sp(-above) + sp(below)) / 2, (sp(above) + sp(-below)) / 2),
        "ralsgan": (
            (((above - 1) ** 2).mean() + ((below + 1) ** 2).mean()) / 2,
            (((above + 1) ** 2).mean() + ((below - 1) ** 2).mean()) / 2,
        ),
        "rahinge": ((relu(1 - above) + relu(1 + below)) / 2, (relu(1 + above) + relu(1 - below)) / 2),
    }
    for name, values in expected.items():
        assert losses(name, REAL, FAKE) == pytest.approx(values, rel=1e-12), name


@every
def test_constant_scores(name):
    scores = tf.fill((4, 1), 3.5)
    expected = {"rsgan": math.log(2), "rasgan": math.log(2), "ralsgan": 1.0, "rahinge": 1.0}[name]
    assert losses(name, scores, scores) == pytest.approx((expected, expected), rel=1e-6)


@every
def test_a_shift_of_all_scores_changes_nothing_unlike_in_a_gan(name):
    assert losses(name, REAL + 7.0, FAKE + 7.0) == pytest.approx(losses(name, REAL, FAKE), rel=1e-12)
    gan = objectives.non_saturating.discriminator
    assert abs(float(gan(REAL + 7.0, FAKE + 7.0)) - float(gan(REAL, FAKE))) > 1.0


@every
def test_the_generators_loss_is_the_discriminators_at_scores_of_the_other_sign(name):
    d, _ = losses(name, REAL, FAKE)
    _, g = losses(name, -REAL, -FAKE)
    assert d == pytest.approx(g, rel=1e-12)


@every
def test_gradients_flow_through_the_means_and_the_real_scores(name):
    """Shifting all scores has no effect, so the gradients of real and fake scores are opposite in sum and not zero."""
    for loss in ("discriminator", "generator"):
        with tf.GradientTape() as tape:
            tape.watch([REAL, FAKE])
            objective = ALL[name]
            value = (
                objective.discriminator(REAL, FAKE)
                if loss == "discriminator"
                else objective.generator(lambda: REAL, FAKE)
            )
        real, fake = (float(tf.reduce_sum(g)) for g in tape.gradient(value, [REAL, FAKE]))
        assert real == pytest.approx(-fake, rel=1e-9) and abs(fake) > 0.1
        assert (real < 0) == (loss == "discriminator")


def test_extreme_scores_stay_finite():
    for name in ("rsgan", "rasgan"):
        for margin in (-1e4, 1e4):
            assert np.isfinite(losses(name, tf.fill((2, 1), margin), tf.zeros((2, 1)))).all()


def test_pairs_of_unequal_numbers_are_named():
    with pytest.raises(ZooError, match=r"pairs.*\(5, 1\) and \(1, 1\)"):
        objectives.relativistic().discriminator(REAL, FAKE[:1])
