"""Strips, mixtures and truncation: every image is that of the code it should be of."""

import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo import latent, walks
from tfgan_zoo.errors import ZooError
from tfgan_zoo.latent import Directions

STYLE = {"latent_dim": 6, "style_dim": 8, "depth": 2, "channel_base": 64, "channel_max": 8, "image_shape": (16, 16, 1)}
SMALL = {"image_shape": (16, 16, 1), "latent_dim": 8, "width": 4}


@pytest.fixture(scope="module")
def model():
    return zoo.create("stylegan2", **STYLE, seed=1)


def directions(rows, space="w", layers=None):
    rows = np.asarray(rows, np.float32)
    return Directions(rows, tuple(map(str, range(len(rows)))), {"space": space, "layers": layers}, {})


def close(found, expected):
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_strips_of_styles_move_the_layers_of_the_direction(model):
    rows = np.eye(8)[:2]
    images, columns = latent.strips(model, directions(rows, layers=[1, 4]), [-2, 0, 1], [3, 5], psi=0.6)
    assert images.shape == (2 * 2 * 3, 16, 16, 1) and columns == 3
    images = images.reshape(2, 2, 3, 16, 16, 1)
    styles = np.repeat(model.truncate(walks.codes_of(model, [3, 5], "w"), 0.6).numpy()[:, None], 6, axis=1)
    for k, direction in enumerate(images):
        for column, strength in enumerate((-2, 0, 1)):
            expected = styles.copy()
            expected[:, [1, 4], k] += strength
            close(direction[:, column], model.synthesize(expected))


def test_strips_of_w_plus(model):
    rows = np.random.default_rng(0).normal(size=(1, 6, 8))
    images, _ = latent.strips(model, directions(rows, "w+"), [1.5], [2])
    styles = model.of_layers(walks.codes_of(model, [2], "w")).numpy() + 1.5 * rows.astype("f")
    close(images, model.synthesize(styles))


def test_strips_of_latents(model):
    z, step = walks.latents_of(model, [2, 4]), np.eye(6, dtype="f")[[5]]
    images, columns = latent.strips(model, directions(step, "z"), [0, 2], [2, 4])
    assert columns == 2
    close(images[::2], model(z))
    close(images[1::2], model(z + 2 * step))
    images, _ = latent.strips(model, directions(step, "z", [0]), [2], [2, 4], psi=0.5)
    styles = model.of_layers(model.truncate(model.map(z), 0.5)).numpy()
    styles[:, 0] = model.truncate(model.map(z + 2 * step), 0.5)
    close(images, model.synthesize(styles))


def test_stylegan_truncates_its_first_layers():
    made = zoo.create("stylegan", **STYLE, truncated_layers=2, seed=1)
    images, _ = latent.strips(made, directions(np.eye(8)[:1]), [0], [1, 2], psi=0.5)
    close(images, made(walks.latents_of(made, [1, 2]), psi=0.5))


def test_progan_moves_on_the_sphere_of_its_latents():
    made = zoo.create("progan", **SMALL, seed=1)
    step = np.eye(8, dtype="f")[[0]]
    images, _ = latent.strips(made, directions(step, "z"), [0, 2], [1, 2])
    z = walks.latents_of(made, [1, 2])
    close(images[::2], made(z))
    close(images[1::2], made(z / np.sqrt((z**2).mean(axis=1, keepdims=True)) + 2 * step))


def test_strips_of_a_class_conditional_model():
    made = zoo.create("cgan", **SMALL, classes=3, seed=1)
    z, step = walks.latents_of(made, [1, 2]), directions(np.eye(8)[:1], "z")
    close(latent.strips(made, step, [0], [1, 2])[0], made((z, np.zeros(2, "int32"))))
    close(latent.strips(made, step, [0], [1, 2], labels=[2, 1])[0], made((z, np.array([2, 1], "int32"))))
    close(latent.strips(made, step, [0], [1, 2], labels=2)[0], made((z, np.array([2, 2], "int32"))))


def test_styles_of_classes():
    made = zoo.create("stylegan2", **STYLE, classes=3, seed=1)
    z = walks.latents_of(made, [1, 2])
    found, _ = latent.strips(made, directions(np.eye(8)[:1]), [1], [1, 2], labels=[0, 2])
    close(found, made.synthesize(made.map([z, np.array([0, 2])]).numpy() + np.eye(8, dtype="f")[0]))
    assert latent.mixes(made, [1], [2], "coarse")[0].shape == (4, 16, 16, 1)


def test_mixes_have_sources_on_top_and_left(model):
    images, columns = latent.mixes(model, [1, 2], [7, 8, 9], "2-3", psi=0.8)
    assert columns == 4 and images.shape == (12, 16, 16, 1)
    images = images.reshape(3, 4, 16, 16, 1)
    styles = lambda *seeds: model.of_layers(model.truncate(walks.codes_of(model, seeds, "w"), 0.8)).numpy()
    close(images[0, 1:], model.synthesize(styles(7, 8, 9)))
    close(images[1:, 0], model.synthesize(styles(1, 2)))
    assert (images[0, 0] == 1).all()
    for i, row in enumerate((1, 2)):
        mixed = np.repeat(styles(row), 3, axis=0)
        mixed[:, 2:4] = styles(7, 8, 9)[:, 2:4]
        close(images[i + 1, 1:], model.synthesize(mixed))


def test_mixing_all_layers_gives_the_columns(model):
    images = latent.mixes(model, [1, 2], [7, 8], None)[0].reshape(3, 3, 16, 16, 1)
    close(images[1, 1:], images[0, 1:])
    close(images[2, 1:], images[0, 1:])


def test_truncations_go_from_the_mean_to_the_image(model):
    images, columns = latent.truncations(model, [0, 0.5, 1], [3, 4])
    assert columns == 3
    images = images.reshape(2, 3, 16, 16, 1)
    close(images[0, 0], images[1, 0])
    for k, psi in enumerate((0.0, 0.5, 1.0)):
        close(images[:, k], np.concatenate([model.sample(1, seed=seed, psi=psi) for seed in (3, 4)]))


def test_what_is_refused(model):
    plain, step = zoo.create("gan", image_shape=(8, 8, 1), latent_dim=8, width=10), directions(np.eye(8)[:1])
    for words, call in (
        ("gan has no styles; take directions of z", lambda: latent.strips(plain, step, [1], [1])),
        ("gan has no truncation", lambda: latent.strips(plain, step._replace(meta={"space": "z"}), [1], [1], psi=0.5)),
        ("gan has no styles", lambda: latent.mixes(plain, [1], [2], None)),
        ("gan has no styles", lambda: latent.truncations(plain, [1], [2])),
        (
            "gan is not told a class",
            lambda: latent.strips(plain, step._replace(meta={"space": "z"}), [1], [1], labels=1),
        ),
        ("directions .1, 6. do not fit", lambda: latent.strips(model, directions(np.eye(6)[:1]), [1], [1])),
        ('to be "z", "w" or "w[+]", found None', lambda: latent.strips(model, step._replace(meta={}), [1], [1])),
        ("has the layers 0 to 5", lambda: latent.strips(model, directions(np.eye(8)[:1], layers=[6]), [1], [1])),
        ("strengths: expected at least one", lambda: latent.strips(model, step, [], [1])),
        ("seeds: expected at least one", lambda: latent.truncations(model, [1], [])),
        ("psis: expected at least one", lambda: latent.truncations(model, [], [1])),
    ):
        with pytest.raises(ZooError, match=words):
            call()
