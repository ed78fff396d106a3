"""Every system has a proof that was run on the code as it is, and that passes or says why it does not."""

from pathlib import Path

import pytest
from PIL import Image

from tfgan_zoo.catalogue import CARDS
from tfgan_zoo.proofs import Result, fingerprint, list_proofs

RESULTS = Path(__file__).parent
NAMES = list(dict.fromkeys([card.name for card in CARDS] + list_proofs()))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def result(name):
    return Result.load(RESULTS / f"{name}.json")


def test_proof_exists(name):
    assert name in list_proofs()


def test_result_is_current(name, result):
    assert result.name == name
    assert result.fingerprint == fingerprint(name), f"the code has changed; run: tools/prove {name}"


def test_result_passes_or_explains(result):
    assert result.criteria, "a proof demands something"
    failures = "; ".join(result.failures())
    if failures:
        assert len(result.miss) > 40, f"unexplained miss: {failures}"
    else:
        assert not result.miss, "an explanation of a miss that is none"


def test_three_seeds_are_measured(result):
    assert len(set(result.seeds)) == len(result.seeds) >= 3
    assert len(result.seconds) == len(result.seeds)
    assert {criterion.value for criterion in result.criteria} <= set(result.values)
    assert all(len(found) == len(result.seeds) for found in result.values.values())


def test_picture_is_readable_and_small(name):
    path = RESULTS / f"{name}.png"
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= 200
        picture.verify()
    assert path.stat().st_size < 150_000


def test_every_result_has_its_proof():
    assert {path.stem for path in RESULTS.glob("*.json")} <= set(NAMES)
