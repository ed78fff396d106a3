"""Directions of attributes: the codes are those that the images are of, and the attribute rises."""

import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo import draws, latent
from tfgan_zoo.errors import ZooError

STYLE = {"latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 64, "channel_max": 8, "image_shape": (8, 8, 1)}


@pytest.fixture(scope="module")
def model():
    return zoo.create("stylegan2", **STYLE, seed=1)


@pytest.fixture(scope="module")
def bright(model):
    return latent.attribute_direction(model, brightness, n=600, seed=3)


def brightness(images):
    return images.mean(axis=(1, 2, 3))


def test_brightness_rises_along_its_direction(model, bright):
    assert np.linalg.norm(bright.directions[0]) == pytest.approx(1, abs=1e-6)
    assert bright.arrays["validation_accuracy"][0] > 0.8
    assert bright.meta["space"] == "w" and bright.meta["layers"] is None
    images, _ = latent.strips(model, bright, [-2, 0, 2], range(30))
    rising = np.diff(brightness(images).reshape(30, 3), axis=1)
    assert (rising > 0).mean() > 0.9


def test_scores_may_be_given_for_the_images_of_sample(model, bright):
    """The same codes: the same boundary, but for rounding."""
    found = latent.attribute_direction(model, brightness(model.sample(600, seed=3).numpy()), n=600, seed=3)
    assert found.directions[0] @ bright.directions[0] > 0.999


def test_codes_that_score_are_those_that_are_fitted_to(model):
    """A score that is a number of z gives the direction of that number."""
    with draws.seeded((5, 0)):
        z = model.sample_latents(800).numpy()
    found = latent.attribute_direction(model, z[:, 2] - z[:, 4], n=800, space="z", seed=5)
    assert found.directions[0] @ (np.eye(6)[2] - np.eye(6)[4]) / 2**0.5 > 0.98
    assert found.meta["space"] == "z"


def test_extremes_take_few_and_are_told_apart_better(model, bright):
    found = latent.attribute_direction(model, brightness, n=600, seed=3, method="extremes")
    assert found.arrays["train_accuracy"][0] == 1.0
    assert found.directions[0] @ bright.directions[0] > 0.5
    assert found.meta["groups"] == "extremes"


def test_a_conditional_direction_is_orthogonal_to_the_others(model, bright):
    top = lambda images: images[:, :4].mean(axis=(1, 2, 3))
    other = latent.attribute_direction(model, top, n=300, seed=3)
    found = latent.attribute_direction(model, brightness, n=600, seed=3, others=[other])
    assert found.directions[0] @ other.directions[0] == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(
        found.directions[0], latent.conditional(bright.directions[0], other.directions), atol=1e-6
    )
    assert found.meta["orthogonal to"] == ["attribute"]


def test_latents_of_a_model_without_styles_and_with_classes():
    made = zoo.create("cgan", image_shape=(8, 8, 1), latent_dim=5, width=10, classes=3, seed=1)
    seen = []
    score = lambda images: seen.append(images) or brightness(images)
    found = latent.attribute_direction(made, score, n=300, space="z", seed=2)
    assert found.directions.shape == (1, 5)
    np.testing.assert_allclose(np.concatenate(seen), made.sample(300, seed=2), atol=1e-6)  # classes in turn


def test_progan_has_codes_of_one_length():
    made = zoo.create("progan", image_shape=(8, 8, 1), latent_dim=4, width=4, seed=1)
    with draws.seeded((0, 0)):
        z = made.sample_latents(400).numpy()
    share = z[:, 0] / np.linalg.norm(z, axis=1)
    found = latent.attribute_direction(made, share, n=400, space="z")
    assert found.directions[0, 0] > 0.99 and found.arrays["validation_accuracy"][0] > 0.95


def test_what_is_refused(model, bright):
    plain = zoo.create("gan", image_shape=(8, 8, 1), latent_dim=4, width=10)
    for words, call in (
        ("gan has no styles", lambda: latent.attribute_direction(plain, brightness, n=10)),
        ("unknown latent space 'w[+]'", lambda: latent.attribute_direction(model, brightness, n=10, space="w+")),
        ("unknown method 'svm'", lambda: latent.attribute_direction(model, brightness, n=10, method="svm")),
        ("n: expected a number of codes from 4 on", lambda: latent.attribute_direction(model, brightness, n=1)),
        (
            "one number an image, .10,., found shape .10, 1",
            lambda: latent.attribute_direction(model, lambda images: brightness(images)[:, None], n=10),
        ),
        (
            "expected 10 numbers, one an image, found shape .9,",
            lambda: latent.attribute_direction(model, np.zeros(9), n=10),
        ),
        (
            "others: expected directions of z",
            lambda: latent.attribute_direction(model, brightness, n=10, space="z", others=[bright]),
        ),
    ):
        with pytest.raises(ZooError, match=words):
            call()
