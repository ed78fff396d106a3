"""Relativistic GAN: its batches, penalty, means over replicas and names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws

LOSSES = ("rsgan", "rasgan", "ralsgan", "rahinge")


def make(**options):
    return zoo.create("relativistic_gan", **{"image_shape": (2,), "latent_dim": 3, "width": 16, "seed": 2, **options})


def sgd(rate=0.05):
    return {player: keras.optimizers.SGD(rate) for player in ("discriminator", "generator")}


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_of_an_undecided_discriminator(loss):
    model = make(loss=loss)
    head = [layer for layer in model.discriminator.layers if layer.weights][-1]
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    real = tf.constant(model.example_batch(6))
    expected = np.log(2) if loss in ("rsgan", "rasgan") else 1.0
    with draws.seeded((0, 0)):
        found = [loss(real) for loss in (model.discriminator_loss, model.generator_loss)]
    assert [list(terms) for terms in found] == [["adversarial"]] * 2
    assert [float(terms["adversarial"]) for terms in found] == pytest.approx([expected] * 2, rel=1e-6)


def test_each_move_has_a_real_batch_of_its_own(monkeypatch):
    model = make(n_critic=2)
    assert model.batches_per_step == 3
    seen = []
    monkeypatch.setattr(model, "minimize", lambda player, part: seen.append((player, part.numpy()[:, 0])) or {})
    model.play(tf.reshape(tf.range(12.0), (6, 2)))
    assert [player for player, _ in seen] == ["discriminator", "discriminator", "generator"]
    np.testing.assert_array_equal([part for _, part in seen], [[0, 6], [2, 8], [4, 10]])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_generators_loss_sees_the_real_batch_but_moves_no_real_score(loss):
    model = make(loss=loss)
    a, b = (tf.constant(model.example_batch(6, seed)) for seed in (0, 1))
    found = []
    for real in (a, b):
        with draws.seeded((4, 0)):
            found.append(float(model.generator_loss(real)["adversarial"]))
    assert abs(found[0] - found[1]) > 1e-4
    model.compile(sgd())
    before = model.discriminator(a).numpy()
    model.minimize("generator", a)
    np.testing.assert_array_equal(before, model.discriminator(a))


def test_the_penalty_of_a_linear_discriminator_is_known_and_turns_normalization_off():
    model = make(loss="rasgan", penalty_weight=10.0)
    weight = tf.constant([[3.0], [4.0]])
    model.discriminate = lambda x: x @ weight
    with draws.seeded((0, 0)):
        terms = model.discriminator_loss(tf.constant(model.example_batch(5)))
    assert float(terms["gradient_penalty"]) == pytest.approx(10 * (5 - 1) ** 2, rel=1e-5)
    normalized = lambda **options: any(
        isinstance(layer, keras.layers.BatchNormalization)
        for layer in make(image_shape=(16, 16, 1), width=2, **options).discriminator.layers
    )
    assert normalized() and not normalized(penalty_weight=10.0)


@pytest.mark.parametrize("loss", ["rsgan", "rasgan"])
def test_with_means_over_replicas_two_equal_one(loss, mirrored):
    """Without them the means are each replica's own; pairs do not care."""

    def run(**options):
        model = make(loss=loss, ema_decay=0.0, **options)
        model.compile(sgd(), jit_compile=False)
        start = [w.numpy() for w in model.trainable_variables]
        model.fit(model.example_batch(32) * 3, batch_size=16, shuffle=False, verbose=0)
        return start, [w.numpy() for w in model.trainable_variables]

    start, one = run()
    with mirrored.scope():
        _, two = run(cross_replica=True)
        _, apart = run()
    norm = lambda a, b: np.sqrt(sum(np.sum((u - v) ** 2) for u, v in zip(a, b)))
    assert norm(one, two) < 1e-5 * norm(one, start)
    if loss == "rsgan":
        assert norm(one, apart) < 1e-5 * norm(one, start)
    else:
        assert norm(one, apart) > 1e-4 * norm(one, start)


def test_means_over_replicas_and_xla_on_several_are_refused_before_training(mirrored):
    with mirrored.scope():
        model = make(cross_replica=True)
        with pytest.raises(zoo.ZooError, match="relativistic.*synchronizes.*jit_compile=False"):
            model.compile(jit_compile=True)
    make(cross_replica=True).compile(jit_compile=True)


def test_rates_of_the_authors_code():
    for optimizer in make().default_optimizers().values():
        assert (float(optimizer.learning_rate), optimizer.beta_1, optimizer.beta_2) == pytest.approx((1e-4, 0.5, 0.999))


def test_bad_arguments_are_named():
    with pytest.raises(zoo.ZooError, match="loss 'rasgn'; did you mean 'rasgan'"):
        make(loss="rasgn")
    with pytest.raises(zoo.ZooError, match="penalty_weight.*-1"):
        make(penalty_weight=-1.0)
