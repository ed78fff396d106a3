"""Exported models are judged as the models that they came from."""

import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo import export
from tfgan_zoo.errors import ZooError
from tfgan_zoo.metrics import evaluate
from tfgan_zoo.metrics.images import samples_of, take, to_bytes
from tfgan_zoo.metrics.saved_generator import SavedGenerator, is_saved_model


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Name -> the model and the folder of its versions."""
    folder, made = tmp_path_factory.mktemp("exported"), {}
    for name, arguments in {
        "gan": {"image_shape": (8, 8, 1)},
        "cgan": {"image_shape": (8, 8, 1), "classes": 10},
    }.items():
        model = zoo.create(name, **{**zoo.info(name).tiny, **arguments})
        export.saved_model(model, folder / name)
        made[name] = model, folder / name
    return made


def test_samples_are_the_models(exported):
    model, folder = exported["gan"]
    generator = SavedGenerator(folder)
    assert not generator.conditional and generator.image_shape == (8, 8, 1)
    images = generator.sample(9, seed=4)
    assert images.dtype == np.uint8
    np.testing.assert_allclose(images.astype(int), to_bytes(np.asarray(model.sample(9, seed=4))), atol=1)
    assert evaluate(folder, "digits", "fid", samples=50)["fid[digits]"] == pytest.approx(
        evaluate(model, "digits", "fid", samples=50)["fid[digits]"], rel=0.01
    )


def _second_seed():
    return int(np.random.SeedSequence([0, 1]).generate_state(1)[0] >> 1)


def test_a_conditional_model_is_asked_for_all_classes(exported):
    model, folder = exported["cgan"]
    generator = SavedGenerator(folder / "1", classes=10)
    assert generator.conditional
    np.testing.assert_allclose(
        generator.sample(25, seed=4).astype(int), to_bytes(np.asarray(model.sample(25, seed=4))), atol=1
    )
    with pytest.raises(ZooError, match="conditional: say how many classes"):
        SavedGenerator(folder).sample(3)
    with pytest.raises(ZooError, match="refuses 30 images of 30 classes"):
        SavedGenerator(folder, classes=30).sample(30)
    labels = np.arange(25) * 3 % 10
    np.testing.assert_allclose(
        generator.sample(25, seed=4, labels=labels).astype(int),
        to_bytes(np.asarray(model.sample(25, seed=4, labels=labels))),
        atol=1,
    )
    with pytest.raises(ZooError, match="takes no labels"):
        SavedGenerator(exported["gan"][1], classes=10).sample(25, labels=labels)
    # Batches smaller than the number of classes still reach them all.
    by_three = take(samples_of(generator, 0, 3), 12)
    assert not np.array_equal(by_three[:3], by_three[3:6])
    wanted = model.sample(3, seed=_second_seed(), labels=[3, 4, 5])
    np.testing.assert_allclose(by_three[3:6], wanted, atol=0.02)
    # The data set tells how many there are.
    by_folder = evaluate(folder, "digits", "fid", samples=50)
    assert by_folder == evaluate(SavedGenerator(folder, 10), "digits", "fid", samples=50)
    with pytest.raises(ZooError, match="say how many classes it has"):
        evaluate(folder, np.zeros((50, 8, 8, 1), np.uint8), "fid", samples=50)


def test_what_is_no_generator(exported, tmp_path):
    assert is_saved_model(exported["gan"][1]) and is_saved_model(str(exported["gan"][1] / "1"))
    assert not is_saved_model(tmp_path) and not is_saved_model("gan") and not is_saved_model(None)
    with pytest.raises(ZooError, match="makes no images from a seed.*found score_png, serving_default"):
        SavedGenerator(export.extractor("digits", tmp_path / "judge"))
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"nothing")
    with pytest.raises(ZooError, match="damaged or of another kind"):
        SavedGenerator(tmp_path)
