"""Layers by number, range and scale."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import layer_range
from tfgan_zoo.latent.layers import scales


def generator(*sides):
    return SimpleNamespace(name="toy", synthesis=SimpleNamespace(sides=sides, layers_of_style=2 * len(sides)))


LARGE = generator(4, 8, 16, 32, 64, 128, 256, 512, 1024)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("0-1,4", [0, 1, 4]),
        (" 3 , 2-3", [2, 3]),
        (17, [17]),
        ([5, 1, 5], [1, 5]),
        (range(2), [0, 1]),
        ("coarse", [0, 1, 2, 3]),
        ("middle", [4, 5, 6, 7]),
        ("fine", list(range(8, 18))),
    ],
)
def test_what_layers_mean(given, expected):
    assert layer_range(LARGE, given) == expected


@pytest.mark.parametrize(
    "sides", [(4, 8), (4, 8, 16), (7, 14, 28), (4, 8, 16, 32), (4, 8, 16, 32, 64), (6, 12, 24, 48, 96)]
)
def test_scales_part_all_layers_and_none_is_empty(sides):
    found = scales(sides)
    assert sum(found.values(), []) == list(range(2 * len(sides)))
    assert all(found.values())


def test_a_model_of_other_sides_is_parted_by_its_sides():
    assert scales((5, 10, 20, 40, 80)) == {"coarse": [0, 1, 2, 3], "middle": [4, 5, 6, 7], "fine": [8, 9]}


@pytest.mark.parametrize("given", ["", "x", "1-", "3-1", "-1", "0,,1", "coarse,1", 1.5, [0.0], [True], [], True])
def test_what_is_no_choice_of_layers(given):
    with pytest.raises(ZooError, match="layers: "):
        layer_range(LARGE, given)


@pytest.mark.parametrize("given", [18, "18", "0-99999999999", [-1], "4-18"])
def test_layers_that_there_are_not(given):
    with pytest.raises(ZooError, match="toy has the layers 0 to 17"):
        layer_range(LARGE, given)


def test_a_model_without_styles_has_no_layers():
    plain = SimpleNamespace(name="dcgan")
    assert layer_range(plain, None) is None
    with pytest.raises(ZooError, match="dcgan has no styles"):
        layer_range(plain, "0")
