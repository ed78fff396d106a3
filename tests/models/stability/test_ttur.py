"""TTUR: one move and one rate of its own for each player, WGAN-GP's losses unchanged, and the distance of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import draws
from tfgan_zoo.game import Game
from tfgan_zoo.inputs import Images


def make(name="ttur", **options):
    return zoo.create(name, **{"image_shape": (2,), "latent_dim": 3, "width": 8} | options)


class LinearGame(Game):
    """Each player's loss is linear in its own vector, with slopes of either sign."""

    players = {"first": ["a"], "second": ["b"]}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        vector = lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, use_bias=False)])
        self.add_networks(a=vector(), b=vector())

    def inputs_of_batch(self):
        return (Images((4,)),)

    def first_loss(self, slopes):
        return {"linear": tf.reduce_mean(self.a(slopes))}

    def second_loss(self, slopes):
        return {"linear": -tf.reduce_mean(self.b(slopes))}


def weights(network):
    return np.concatenate([w.numpy().ravel() for w in network.trainable_variables])


@pytest.mark.parametrize("optimizer", [keras.optimizers.SGD, keras.optimizers.Adam])
def test_on_a_linear_game_the_players_move_in_the_ratio_of_their_rates(optimizer):
    game = LinearGame()
    start = weights(game.a), weights(game.b)
    game.compile({"first": optimizer(3e-2), "second": optimizer(1e-2)})
    slopes = np.array([[1.0, -2.0, 3.0, -4.0]], "float32")
    game.fit(tf.data.Dataset.from_tensors(slopes).repeat(5), verbose=0)
    moved = [weights(network) - w for network, w in zip((game.a, game.b), start)]
    assert np.allclose(moved[0], -3.0 * moved[1], rtol=1e-4)
    assert np.all(np.sign(moved[0]) == -np.sign(slopes[0]))


def test_each_players_first_move_is_as_long_as_its_rate():
    """Adam without momentum moves every weight with a gradient by its rate in the first step."""
    model = make()
    start = {player: weights(getattr(model, player)) for player in model.players}
    model.compile()
    model.fit(model.example_batch(64), batch_size=64, verbose=0)
    for player, rate in (("discriminator", 3e-4), ("generator", 1e-4)):
        moved = np.abs(weights(getattr(model, player)) - start[player])
        assert moved.max() == pytest.approx(rate, rel=1e-2) and np.median(moved) == pytest.approx(rate, rel=1e-2)


def test_one_move_of_each_player_in_a_step():
    model = make()
    model.compile()
    model.fit(tf.data.Dataset.from_tensors(model.example_batch(4)).repeat(3), verbose=0)
    assert model.batches_per_step == 1 and make("wgan_gp").batches_per_step == 5
    assert [int(moves) for moves in model.moves.values()] == [3, 3] == [int(model.step)] * 2


def test_losses_are_those_of_wgan_gp():
    model, other = make(), make("wgan_gp")
    for network in ("generator", "discriminator"):
        getattr(other, network).set_weights(getattr(model, network).get_weights())
    batch = tf.constant(model.example_batch(16))
    for player in model.players:
        found = []
        for game in (model, other):
            with draws.seeded((0, 0)):
                found.append({name: float(v) for name, v in getattr(game, f"{player}_loss")(batch).items()})
        assert found[0] == found[1]


def test_optimizers_are_two_with_the_papers_numbers_and_survive_the_config():
    model = make(discriminator_rate=2e-3)
    optimizers = type(model).from_config(model.get_config()).default_optimizers()
    assert [float(o.learning_rate) for o in optimizers.values()] == pytest.approx([2e-3, 1e-4])
    assert {(o.beta_1, o.beta_2) for o in optimizers.values()} == {(0.0, 0.9)}
    assert optimizers["discriminator"] is not optimizers["generator"]
    model.compile()
    slots = [{id(v) for v in o.variables} for o in model.optimizers.values()]
    assert not slots[0] & slots[1]


def test_the_papers_distance_of_two_gaussians():
    """|m - n|^2 + tr(C + D - 2 (C D)^(1/2)), with the square; for commuting C, D a sum over (sqrt(c) - sqrt(d))^2."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    m, n, c, d = rng.normal(size=(4, 3))
    c, d = c**2 + 0.1, d**2 + 0.1
    found = zoo.metrics.frechet_distance(m, axes @ np.diag(c) @ axes.T, n, axes @ np.diag(d) @ axes.T)
    assert found == pytest.approx(np.sum((m - n) ** 2) + np.sum((np.sqrt(c) - np.sqrt(d)) ** 2), rel=1e-9)
    assert zoo.metrics.frechet_distance(m, np.eye(3), m + 2.0, np.eye(3)) == pytest.approx(12.0)  # not sqrt(12)


@pytest.mark.parametrize("options", [{"discriminator_rate": 0.0}, {"generator_rate": -1e-4}])
def test_impossible_rates_are_named(options):
    with pytest.raises(zoo.ZooError, match="discriminator_rate and generator_rate are positive"):
        make(**options)
