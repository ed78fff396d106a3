"""The Keras graph equals the PyTorch one on the same random weights (tools/parity/efficientnet)."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics.efficientnet import EfficientNetLite0
from tfgan_zoo.metrics.extractors import Extractor

FIXTURE = dict(np.load(Path(__file__).parent / "fixtures" / "efficientnet.npz"))


def draw(name: str, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    if len(shape) > 1:
        return random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
    if name.endswith(("weight", "running_var")):
        return random.uniform(0.5, 1.5, shape)
    return random.standard_normal(shape) * 0.1


@pytest.fixture(scope="module")
def case():
    """Random weights, and the two images of bytes that the fixture was made with."""
    random = np.random.default_rng(int(FIXTURE["seed"]))
    names, shapes = (json.loads(str(FIXTURE[key])) for key in ("names", "shapes"))
    weights = {name: draw(name, tuple(shape), random).astype(np.float32) for name, shape in zip(names, shapes)}
    return weights, random.integers(0, 256, (2, 224, 224, 3), np.uint8)


@pytest.fixture(scope="module")
def extractor(case):
    return EfficientNetLite0(case[0])


def relative(found, wanted) -> float:
    return np.linalg.norm(found - wanted) / np.linalg.norm(wanted)


def test_equals_the_pytorch_network(extractor, case):
    found = extractor(case[1].astype(np.float32) / 127.5 - 1)
    assert relative(found["features"], FIXTURE["features"]) < 1e-5
    assert relative(found["logits"], FIXTURE["logits"]) < 1e-5
    # Of two different images: agreement is not that of a constant.
    assert relative(*FIXTURE["features"]) > 1e-2


def test_is_an_extractor_that_resizes_bytes(extractor, case):
    assert isinstance(extractor, Extractor) and extractor.protocol == ""
    small = case[1][:, :32, :32]
    found = extractor(small.astype(np.float32) / 127.5 - 1)
    assert found["features"].shape == (2, 1280) and found["logits"].shape == (2, 1000)
    resized = tf.image.resize(small.astype(np.float32), (224, 224))
    np.testing.assert_allclose(found["logits"], extractor.network(resized)["logits"], rtol=1e-3, atol=1e-4)
    nearly = small.astype(np.float32) / 127.5 - 1 + 1e-3  # rounds to the same bytes
    np.testing.assert_array_equal(extractor(np.clip(nearly, -1, 1))["logits"], found["logits"])


def test_only_the_published_file_bears_the_published_name(extractor, case):
    assert extractor.name.startswith("efficientnet_lite0-")
    changed = EfficientNetLite0(case[0] | {"_fc.bias": case[0]["_fc.bias"] + 1})
    assert changed.name.startswith("efficientnet_lite0-") and changed.name != extractor.name


def test_grey_images_are_copied_to_three_channels(extractor):
    grey = np.random.default_rng(1).uniform(-1, 1, (1, 28, 28, 1)).astype(np.float32)
    np.testing.assert_array_equal(extractor(grey)["features"], extractor(grey.repeat(3, -1))["features"])


def test_has_the_published_number_of_weights(extractor):
    assert extractor.network.count_params() == 4_652_008 + 42_016  # of Lite0, and the moving means and variances


def test_weights_of_another_network_are_refused(case, tmp_path):
    with pytest.raises(ZooError, match="no tensor _blocks.15._bn2.running_var among"):
        EfficientNetLite0({name: value for name, value in case[0].items() if name != "_blocks.15._bn2.running_var"})
    with pytest.raises(ZooError, match=r"_fc.weight of EfficientNet-Lite0 must have shape \(1000, 1280\)"):
        EfficientNetLite0(case[0] | {"_fc.weight": case[0]["_fc.weight"].T})
    with pytest.raises(ZooError, match="none.pth"):
        EfficientNetLite0(tmp_path / "none.pth")
