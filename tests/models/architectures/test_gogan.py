"""GoGAN: the margins, when stages end, what is frozen, and resuming across a stage's end."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws, objectives

TINY = {"image_shape": (2,), "latent_dim": 3, "width": 8, "n_critic": 2, "clip": 0.1, "seed": 1}


def make(**options):
    return zoo.create("gogan", **TINY | options)


def weights(model, *names):
    return [v.numpy().copy() for name in names for v in getattr(model, name).variables]


def equal(a, b):
    return [bool(np.array_equal(x, y)) for x, y in zip(a, b, strict=True)]


def fit(model, steps, seed=0):
    model.fit(model.example_batch(4 * steps, seed), batch_size=4, steps_per_epoch=steps, shuffle=False, verbose=0)


def scores(model, name, x):
    return getattr(model, name)(x).numpy()


def test_ranking_is_a_hinge_on_pairs_not_on_means():
    above, below = tf.constant([[3.0], [0.0]]), tf.constant([[2.0], [2.0]])
    assert float(objectives.ranking(above, below, 1.0)) == 1.5  # 0 where 3 = 2 + 1, and 3
    assert float(objectives.ranking(above, below, 0.0)) == 1.0
    assert float(objectives.ranking(above, below, 2.0)) == 2.5  # 1 and 4: linear from here on


@pytest.mark.parametrize("margin", [100.0, 1000.0])
def test_with_a_large_margin_the_loss_is_wgans_plus_the_margin(margin):
    model = make(margin=margin)
    real = tf.constant(model.example_batch(64))
    with draws.seeded((3, 0)):
        fake = model.generate(model.sample_latents(64))
    wasserstein = objectives.wasserstein.discriminator(model.discriminate(real), model.discriminate(fake))
    with draws.seeded((3, 0)):
        loss = model.discriminator_loss(real)
    assert float(loss["margin"]) == pytest.approx(float(wasserstein) + margin, abs=1e-3)
    assert float(loss["rank"]) == 0.0


def test_the_rank_term_compares_with_the_previous_pair_at_twice_the_margin_from_stage_2_on():
    model = make(margin=0.3, rank_weight=0.5)
    model.previous_generator.set_weights(make(seed=8).generator.get_weights())
    model.previous_discriminator.set_weights(make(seed=9).discriminator.get_weights())
    real = tf.constant(model.example_batch(64))
    with draws.seeded((3, 0)):
        latents = model.sample_latents(64)
    above = scores(model, "discriminator", real)
    below = scores(model, "previous_discriminator", model.previous_generator(latents))
    for stage, expected in ((1, 0.0), (2, 0.5 * np.maximum(0.0, below + 0.6 - above).mean())):
        model.stage.assign(stage)
        with draws.seeded((3, 0)):
            found = model.discriminator_loss(real)
        assert float(found["rank"]) == pytest.approx(expected, rel=1e-5)
        current = scores(model, "discriminator", model.generator(latents))
        assert float(found["margin"]) == pytest.approx(np.maximum(0.0, current + 0.3 - above).mean(), rel=1e-5)
    assert expected > 0


def test_the_previous_pair_is_nobodys():
    model = make()
    frozen = {id(w) for w in model.previous_generator.variables + model.previous_discriminator.variables}
    assert len(frozen) == 12
    for player in model.players:
        assert not frozen & {id(w) for w in model.weights_of(player)}


def test_stages_end_on_time_and_what_they_leave_stays_bitwise():
    model = make(stages=3, stage_steps=2)
    model.compile()
    current, previous = ("generator", "discriminator"), ("previous_generator", "previous_discriminator")
    start = weights(model, *previous)
    assert all(equal(start, weights(model, *current)))
    for step, (stage, frozen_now) in enumerate([(1, False), (2, True), (2, False), (3, True), (3, False), (3, False)]):
        before = weights(model, *previous)
        fit(model, 1, step)
        assert int(model.stage) == stage
        assert (
            not all(equal(weights(model, *previous), before))
            if frozen_now
            else all(equal(weights(model, *previous), before))
        )
        assert all(equal(weights(model, *previous), weights(model, *current))) == frozen_now
    assert all(int(o.iterations) == moves for o, moves in zip(model.optimizers.values(), (12, 6)))  # they go on


def test_one_stage_is_wgan_with_a_hinge():
    """With a margin that every pair violates, the same trajectory as `wgan`."""
    model, twin = make(stages=1, stage_steps=1, margin=100.0), zoo.create("wgan", **TINY)
    for each in (model, twin):
        each.compile()
        fit(each, 4)
    for a, b in zip(weights(model, "generator", "discriminator"), weights(twin, "generator", "discriminator")):
        np.testing.assert_allclose(a, b, atol=2e-6)


def test_resuming_within_a_stage_equals_never_having_stopped(tmp_path):
    model, again = make(stage_steps=3), make(stage_steps=3)
    for each in (model, again):
        each.compile()
    fit(model, 2)
    model.save_weights(tmp_path / "state.weights.h5")
    fit(model, 3, 5)
    again.load_weights(tmp_path / "state.weights.h5")
    fit(again, 3, 5)
    assert int(model.stage) == int(again.stage) == 2
    assert all(equal([v.numpy() for v in model.variables], [v.numpy() for v in again.variables]))
    assert not all(equal(weights(model, "generator"), weights(model, "previous_generator")))


def test_two_replicas_freeze_alike(mirrored):
    with mirrored.scope():
        model = make(stage_steps=2)
        model.compile(jit_compile=False)
    fit(model, 3)
    assert float(model.stage.numpy()) == 2
    for variable in model.previous_discriminator.variables + model.previous_generator.variables:
        first, second = (copy.numpy() for copy in variable.value.values)
        assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": -1.0}, "margin: expected a number from 0 on, found -1.0"),
        ({"rank_weight": -0.5}, "rank_weight: expected a number from 0 on, found -0.5"),
        ({"stages": 0}, "stages: expected a number from 1 on, found 0"),
        ({"stage_steps": 2.5}, "stage_steps: expected a number from 1 on, found 2.5"),
    ],
)
def test_bad_numbers_are_named(options, message):
    with pytest.raises(zoo.ZooError, match=message):
        make(**options)
