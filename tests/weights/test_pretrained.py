"""The shipped sets are what their cards say."""

import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.weights import pretrained

SETS = [(name, which) for name, sets in pretrained.table().items() for which in sets]


BLURRED = {"vae"}  # draws of a VAE lack what its decoder's independent pixels cannot say


def test_there_are_an_unconditional_a_conditional_and_an_encoding_set():
    assert {zoo.info(name).data for name, _ in SETS} >= {"images", "labelled"}
    assert any(issubclass(zoo.registry.model_class(name), Encoding) for name, _ in SETS)


@pytest.mark.parametrize(("name", "which"), SETS)
def test_sets_are_small_and_complete(name, which):
    path = pretrained.FOLDER / f"{name}-{which}.npz"
    assert path.stat().st_size < 3e6
    card = pretrained.table()[name][which]
    assert card["command"].startswith(f"tools/pretrain {name}") and card["arguments"]["image_shape"] == [32, 32, 1]


@pytest.mark.parametrize(("name", "which"), SETS)
def test_sets_score_what_their_cards_say(name, which):
    """Half the samples, so with a larger bias; noise and an untrained generator score above 100."""
    stated = pretrained.table()[name][which]["scores"]
    model = zoo.create(name, weights=which)
    found = zoo.metrics.evaluate(model, "fashion_mnist", metrics=("fid", "inception_score"), samples=1000)
    assert found["fid[fashion]"] == pytest.approx(stated["fid[fashion]"], rel=0.25, abs=0.5)
    assert found["inception_score[fashion]"] == pytest.approx(stated["inception_score[fashion]"], rel=0.1)
    assert stated["fid[fashion]"] < (25 if name in BLURRED else 15)


def test_codes_keep_what_the_card_says():
    stated = pretrained.table()["vae"]["fashion_mnist"]["scores"]
    batches = zoo.data.load("fashion_mnist", image_size=32, batch_size=2000, split="test", shuffle=False)
    images = next(iter(batches)).numpy()
    again = zoo.create("vae", weights="fashion_mnist").reconstruct(images).numpy()
    assert np.mean((again - images) ** 2) == pytest.approx(stated["reconstruction_mse"], abs=1e-3)
    assert stated["reconstruction_mse"] < 0.2 * stated["mean_image_mse"]


def test_labels_are_followed():
    model = zoo.create("cgan", weights="fashion_mnist")
    labels = np.arange(300) % 10
    logits = zoo.metrics.FashionClassifier()(model.sample(300, seed=3, labels=labels))["logits"]
    assert np.mean(np.argmax(logits, axis=1) == labels) > 0.8


def test_training_goes_on_from_a_set():
    model = zoo.create("dcgan", weights="fashion_mnist")
    average, network = model.generator_ema.get_weights(), model.generator.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(average, network))
    model.compile()
    assert model.fit(model.example_batch(4), batch_size=4, verbose=0).history


def test_a_set_does_not_fit_another_size():
    with pytest.raises(zoo.ZooError, match=r"needs .* leave the sizes to the set"):
        zoo.create("dcgan", weights="fashion_mnist", width=16)
