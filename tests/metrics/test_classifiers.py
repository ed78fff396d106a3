"""The shipped judges: their stated accuracy is measured again, and they take only what they judge."""

import json
import shutil

import numpy as np
import pytest

from tfgan_zoo.data import open_source
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import DigitsClassifier, Extractor, FashionClassifier, extract


def test_part(name):
    source = open_source(name, split="test")
    return source.images.astype(np.float32) / np.float32(source.maximum / 2) - 1, source.labels


test_part.__test__ = False


@pytest.mark.parametrize(
    ("judge", "data", "least", "dimensions"),
    [(FashionClassifier, "fashion_mnist", 0.88, 128), (DigitsClassifier, "digits", 0.975, 192)],
)
def test_accuracy_is_as_stated(judge, data, least, dimensions):
    judge = judge()
    images, labels = test_part(data)
    outputs = extract(judge, images)
    measured = (outputs["logits"].argmax(1) == labels).mean()
    assert round(float(measured), 3) == judge.accuracy
    assert judge.accuracy >= least
    assert judge.facts["test_images"] == len(images)
    assert outputs["features"].shape == (len(images), dimensions)
    assert outputs["logits"].shape == (len(images), 10)
    assert isinstance(judge, Extractor)
    assert judge.path.stat().st_size < 1_500_000
    assert judge.facts["command"].startswith(f"tools/train_classifier {judge.name} --seed {judge.facts['seed']}")


def test_padding_to_32_changes_nothing():
    images, _ = test_part("fashion_mnist")
    judge = FashionClassifier()
    padded = np.pad(images[:8], ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=-1)
    np.testing.assert_array_equal(judge(padded)["features"], judge(images[:8])["features"])


@pytest.mark.parametrize("shape", [(4, 64, 64, 1), (4, 28, 28, 3), (4, 8, 8, 1), (28, 28, 1)])
def test_other_sizes_are_refused(shape):
    with pytest.raises(ZooError, match="fashion classifier judges images of 28x28x1 or 32x32x1, found") as error:
        FashionClassifier()(np.zeros(shape, np.float32))
    assert str(shape) in str(error.value)


def test_the_global_policy_does_not_change_the_scores():
    import keras

    images, _ = test_part("digits")
    plain = DigitsClassifier()(images)["logits"]
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = DigitsClassifier()(images)["logits"]
    finally:
        keras.config.set_dtype_policy(before)
    assert mixed.dtype == np.float32
    np.testing.assert_array_equal(mixed, plain)


def test_damaged_or_missing_weights_are_named(tmp_path):
    shipped = DigitsClassifier().path
    path = tmp_path / "digits_classifier.npz"
    with pytest.raises(ZooError, match="cannot read .*digits_classifier.npz"):
        DigitsClassifier(path)(np.zeros((1, 8, 8, 1)))
    shutil.copy(shipped.with_suffix(".json"), tmp_path)
    path.write_bytes(shipped.read_bytes()[:-100])
    with pytest.raises(ZooError, match="digits_classifier.npz is damaged"):
        DigitsClassifier(path)(np.zeros((1, 8, 8, 1)))


def test_facts_are_plain_json_without_dates():
    for judge in (FashionClassifier(), DigitsClassifier()):
        facts = json.loads(judge.path.with_suffix(".json").read_text())
        assert {"accuracy", "seed", "command", "sha256", "train_images", "test_images", "parameters"} <= set(facts)
        assert not {"date", "time", "host"} & set(facts)
