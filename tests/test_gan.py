"""The form that most variants fill in."""

import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.registry import create

SMALL = {"image_shape": (8, 8, 1), "latent_dim": 4, "width": 8}


@pytest.mark.parametrize("name", ["ali", "bigan", "alpha_gan", "vaegan"])
def test_a_game_whose_players_all_move_once_a_round_refuses_n_critic(name):
    assert create(name, **SMALL, n_critic=1).batches_per_step == 1
    with pytest.raises(ZooError, match=f"n_critic: every player of {name} moves once a round, found 5; leave it out"):
        create(name, **SMALL, n_critic=5)


@pytest.mark.parametrize("number", [0, -1, 1.5])
def test_an_impossible_n_critic_is_named(number):
    with pytest.raises(ZooError, match="n_critic: expected a number of moves from 1 on"):
        create("gan", **SMALL, n_critic=number)
