"""Style generators as files: every signature against the model, edits along directions, noise that stands still."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from tfgan_zoo import export
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export.directions import signatures
from tfgan_zoo.latent import Directions, edit

STYLED = ("stylegan2", "stylegan")
LAYERS, STYLE_DIM, LATENT_DIM = 4, 8, 6  # of the tiny models


def along(space, seed=0, **meta):
    """Three random directions."""
    shape = {"z": (3, LATENT_DIM), "w": (3, STYLE_DIM), "w+": (3, LAYERS, STYLE_DIM)}[space]
    values = np.random.default_rng(seed).normal(size=shape)
    return Directions(values, ("a", "b", "c"), {"space": space, **meta}, {})


W = along("w", layers=[1, -1])


@pytest.fixture(scope="module")
def styled(lively):
    """Name -> a tiny model in which latents, styles and noise matter."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = model = lively(name)
            generator = np.random.default_rng(1)
            for variable in model.deployed("synthesis").variables + model.deployed("mapping").variables:
                if variable.name in ("average", "strength"):
                    variable.assign(generator.normal(size=variable.shape, scale=0.5))
        return made[name]

    return of


@pytest.fixture(scope="module")
def loaded(styled, tmp_path_factory):
    """Name -> its SavedModel with three directions, loaded."""
    made = {}

    def of(name):
        if name not in made:
            path = export.saved_model(styled(name), tmp_path_factory.mktemp(name), directions=W)
            made[name] = path, tf.saved_model.load(str(path)).signatures
        return made[name]

    return of


def latents(n=5):
    return tf.random.stateless_normal((n, LATENT_DIM), (1, 2))


both = pytest.mark.parametrize("name", STYLED)


@both
def test_the_file_verifies(styled, loaded, name):
    path, served = loaded(name)
    report = export.verify(path, styled(name), directions=W)
    assert report.ok and report.max_error < 1e-5, str(report)
    names = {"serving_default", "map", "truncate", "synthesize", "synthesize_w", "edit", "generate", "generate_png"}
    assert {check.signature for check in report.checks} == names == set(served)


@both
def test_parts_are_the_model(styled, loaded, name):
    model, served = styled(name), loaded(name)[1]
    z = latents()
    w = served["map"](latents=z)["w"]
    images = served["serving_default"](latents=z)["images"]
    assert images.numpy().std() > 0.05
    np.testing.assert_allclose(w, model.map(z), atol=1e-6)
    np.testing.assert_allclose(images, model(z), atol=1e-5)
    np.testing.assert_allclose(served["synthesize_w"](w=w)["images"], images, atol=1e-5)
    np.testing.assert_allclose(served["synthesize"](styles=model.of_layers(w))["images"], images, atol=1e-5)
    (half,) = served["truncate"](w=w, psi=tf.constant(0.5)).values()
    part = "synthesize_w" if half.shape.rank == 2 else "synthesize"
    (found,) = served[part](**{"w" if half.shape.rank == 2 else "styles": half}).values()
    np.testing.assert_allclose(found, model(z, psi=0.5), atol=1e-5)
    assert np.abs(found - images).max() > 0.01


@both
def test_edit_is_what_editing_the_styles_gives(styled, loaded, name):
    model, served = styled(name), loaded(name)[1]
    z, strength = latents(), np.array([-2, -1, 0, 1, 2], "float32")
    which = np.array([0, 1, 2, 2, 1], "int32")
    found = served["edit"](latents=z, direction=tf.constant(which), strength=tf.constant(strength))["images"]
    styles = model.of_layers(model.map(z)).numpy()
    for i, (k, alpha) in enumerate(zip(which, strength)):
        expected = model.synthesize(edit(styles[i : i + 1], W.directions[k], alpha, W.meta["layers"]))
        np.testing.assert_allclose(found[i : i + 1], expected, atol=1e-5)
    change = np.abs(found - model(z)).max((1, 2, 3))
    assert change[2] < 1e-5 and change[[0, 1, 3, 4]].min() > 1e-3
    # One row of direction and strength serves all.
    one = served["edit"](latents=z, direction=tf.constant([1]), strength=tf.constant([2.0]))["images"]
    np.testing.assert_allclose(one[4], found[4], atol=1e-5)


@pytest.mark.parametrize(("name", "space"), [("stylegan2", "z"), ("stylegan2", "w+"), ("dcgan", "z")])
def test_edits_in_other_spaces(styled, model, name, space):
    made = model("dcgan") if name == "dcgan" else styled(name)
    z = tf.random.stateless_normal((4, made.latent_dim), (1, 2))
    directions = along(space)
    if name == "dcgan":
        directions = directions._replace(directions=np.eye(3, made.latent_dim))
    found = signatures(made, directions)["edit"](z, tf.constant([2]), tf.constant([1.5]))["images"]
    if space == "z":
        expected = made(edit(z, directions.directions[2], 1.5))
    else:
        expected = made.synthesize(edit(made.of_layers(made.map(z)), directions.directions[2], 1.5))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(found - made(z)).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "signature"),
    [("stylegan2", s) for s in ("map", "synthesize", "synthesize_w", "edit")] + [("stylegan", "edit")],
)
def test_tflite_has_builtin_operations_and_no_draws(styled, tmp_path, name, signature):
    path = export.tflite(styled(name), tmp_path / "m.tflite", signature=signature, directions=W)
    report = export.verify(path, styled(name), directions=W)
    assert report.ok and report.max_error < 1e-5, str(report)
    assert [check.signature for check in report.checks] == [signature]
    operations = {operation["op_name"] for operation in Interpreter(str(path))._get_ops_details()}
    strange = [name for name in operations if "Flex" in name or "CUSTOM" in name or "RANDOM" in name.upper()]
    assert operations and not strange


@pytest.mark.parametrize("quantize", ["float16", "dynamic", "int8"])
def test_quantized_edits(styled, tmp_path, quantize):
    path = export.tflite(styled("stylegan2"), tmp_path / "m.tflite", quantize, signature="edit", directions=W)
    report = export.verify(path, styled("stylegan2"), tolerance=0.1, directions=W)
    assert report.ok, str(report)


@both
def test_noise_stands_still_and_matters(styled, loaded, tmp_path, name):
    model, served = styled(name), loaded(name)[1]["serving_default"]
    z = latents()
    first, again = (served(latents=z)["images"].numpy() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    run = export.load_tflite(export.tflite(model, tmp_path / "m.tflite"))
    np.testing.assert_array_equal(run(latents=z.numpy())["images"], run(latents=z.numpy())["images"])
    # It is the network's own noise, not none.
    silent = model.deployed("synthesis")(model.of_layers(model.map(z)), noise="none")
    assert np.abs(np.clip(silent, -1, 1) - first).max() > 0.01
    graph = model.serving_signatures()["serving_default"].get_concrete_function().graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    assert len(nodes) > 50 and not [node.op for node in nodes if "Random" in node.op]


def test_mistakes_are_named(styled, model, tmp_path):
    stylegan2 = styled("stylegan2")
    wrong = [
        (W._replace(directions=np.ones((2, 5))), r"expected \('k', 4, 8\), found \(2, 4, 5\)"),
        (along("w", layers=[4]), "integers from 0 to 3, found 4"),
        (W._replace(meta={"space": "v"}), "unknown space of directions 'v'"),
        (along("z")._replace(directions=np.ones((1, 3))), r"expected \('k', 6\), found \(1, 3\)"),
    ]
    for directions, message in wrong:
        with pytest.raises(ZooError, match=message):
            export.saved_model(stylegan2, tmp_path / "s", directions=directions)
    with pytest.raises(ZooError, match="gan cannot be edited along directions of w: it does not make"):
        export.saved_model(model("gan"), tmp_path / "s", directions=W)
    with pytest.raises(ZooError, match="cyclegan cannot be edited along directions of z"):
        export.saved_model(model("cyclegan"), tmp_path / "s", directions=along("z"))
    with pytest.raises(ZooError, match="unknown signature of stylegan2 'edit'"):
        export.tflite(stylegan2, tmp_path / "m.tflite", signature="edit")
    assert not list(tmp_path.rglob("*.*"))
