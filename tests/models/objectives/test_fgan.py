"""f-GAN: its losses, its simultaneous moves, its networks and names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.objectives.f_divergences import DIVERGENCES, divergence


def make(**options):
    return zoo.create("fgan", **{"image_shape": (2,), "latent_dim": 3, "width": 8, "seed": 1, **options})


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("form", ["theory", "practical"])
def test_losses_of_a_network_that_is_zero(name, form):
    model = make(divergence=name, generator_objective=form)
    head = [layer for layer in model.discriminator.layers if layer.weights][-1]
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    t = divergence(name).activation(tf.zeros((), tf.float64))
    conjugate = divergence(name).conjugate(t)
    real = tf.constant(model.example_batch(4))
    with draws.seeded((0, 0)):
        found = [float(loss(real)["adversarial"]) for loss in (model.discriminator_loss, model.generator_loss)]
    assert found == pytest.approx([float(conjugate - t), -float(conjugate if form == "theory" else t)], abs=1e-6)


def test_the_gan_divergence_is_the_original_game():
    """With "theory" the zero-sum one, with "practical" the non-saturating one."""
    real, fake = tf.constant([[0.5], [-2.0]]), tf.constant([[-1.0], [3.0]])
    for form, expected in (("theory", zoo.objectives.minimax), ("practical", zoo.objectives.non_saturating)):
        objective = make(divergence="gan", generator_objective=form).objective
        assert float(objective.discriminator(real, fake)) == pytest.approx(float(expected.discriminator(real, fake)))
        assert float(objective.generator(None, fake)) == pytest.approx(float(expected.generator(None, fake)))


def test_both_players_move_from_the_same_weights():
    """One round is a step of each along its gradient at the first weights, not of one after the other."""
    model, twin = make(ema_decay=0.0), make(ema_decay=0.0)
    real = tf.constant(model.example_batch(16))
    for game in (model, twin):
        game.compile({player: keras.optimizers.SGD(1.0) for player in game.players})
    expected = {player: twin.gradients(player, real)[1] for player in twin.players}
    start = {player: [w.numpy() for w in twin.weights_of(player)] for player in twin.players}
    logs = model.play(real)
    assert set(logs) == {"discriminator/adversarial", "generator/adversarial"}
    for player in model.players:
        for weight, before, gradient in zip(model.weights_of(player), start[player], expected[player]):
            np.testing.assert_allclose(weight, before - gradient, rtol=1e-6, atol=1e-7)
        assert int(model.moves[player]) == 1


def test_networks_of_the_experiments():
    model = zoo.create("fgan", ema_decay=0.0)
    units = lambda network: [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    names = lambda network: [
        layer.activation.__name__ for layer in network.layers if isinstance(layer, keras.layers.Dense)
    ]
    assert units(model.generator) == [1200, 1200, 784] and units(model.discriminator) == [240, 240, 1]
    assert names(model.discriminator) == ["elu", "elu", "linear"]
    assert sum(isinstance(layer, keras.layers.BatchNormalization) for layer in model.generator.layers) == 2
    assert units(make().discriminator) == [8, 8, 1] and names(make().discriminator) == ["tanh", "tanh", "linear"]
    for shape in ((8, 8, 1), (2,)):
        with draws.seeded((0, 0)):
            latents = make(image_shape=shape, width=5).sample_latents(500).numpy()
        assert (np.abs(latents).max() < 1) == (len(shape) == 3)


def test_bad_arguments_are_named():
    with pytest.raises(zoo.ZooError, match="divergence 'hellinger'; did you mean 'hellinger2'"):
        make(divergence="hellinger")
    with pytest.raises(zoo.ZooError, match="generator_objective 'practice'; did you mean 'practical'"):
        make(generator_objective="practice")
    with pytest.raises(zoo.ZooError, match="alpha"):
        make(divergence="alpha", alpha=1.0)
    with pytest.raises(zoo.ZooError, match="pi"):
        make(divergence="js_weighted", pi=2.0)
