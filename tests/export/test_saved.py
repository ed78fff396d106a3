"""SavedModels of every system: the layout, the numbers in a process without the package, bytes in and out."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import export, signatures
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export.examples import example_inputs, specs

every_model = pytest.mark.parametrize("name", zoo.list_models())


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    """Name -> the folder of the exported tiny model."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = export.saved_model(model(name), tmp_path_factory.mktemp(name))
        return made[name]

    return of


@pytest.fixture(scope="module")
def loaded(exported):
    made = {}

    def of(name):
        if name not in made:
            made[name] = tf.saved_model.load(str(exported(name)))
        return made[name]

    return of


def decode(files):
    return np.stack([np.asarray(Image.open(io.BytesIO(file))) for file in files.numpy()])


@every_model
def test_all_signatures_without_the_package(model, exported, name):
    report = export.verify(exported(name), model(name))
    assert report.ok, str(report)
    assert {check.signature for check in report.checks} == set(model(name).serving_signatures())
    assert report.format == "SavedModel" and report.max_error <= 1e-6


@every_model
def test_holds_deployed_weights_only(model, exported, name):
    kept = tf.train.list_variables(str(exported(name) / "variables" / "variables"))
    count = sum(int(np.prod(shape)) for key, shape in kept if "OBJECT_GRAPH" not in key)
    adversaries = ("discriminator", "critic")
    networks = {n for names in model(name).players.values() for n in names if not n.startswith(adversaries)}
    networks |= {n for n in ("mapping", "synthesis") if hasattr(model(name), n)}  # frozen ones belong to no player
    prior = [getattr(model(name), n).numpy() for n in ("w_mean", "w_variance") if hasattr(model(name), n)]
    assert 0 < count <= sum(getattr(model(name), n).count_params() for n in networks) + sum(map(np.size, prior))


@every_model
def test_any_batch_size(model, loaded, name):
    function = loaded(name).signatures["serving_default"]
    inputs = example_inputs(model(name), model(name).serving_signatures()["serving_default"], 5, seed=0)
    (whole,) = function(**{k: tf.constant(v) for k, v in inputs.items()}).values()
    (part,) = function(**{k: tf.constant(v[:2]) for k, v in inputs.items()}).values()
    assert whole.shape[0] == 5
    np.testing.assert_allclose(part, whole[:2], atol=1e-5)


def made(model, loaded, name, signature, seed, n=4):
    """Outputs of `generate` or `generate_png` for n images, and what `sample` takes for the same."""
    labelled = any(spec.name == "labels" for spec in specs(model.serving_signatures()[signature]))
    labels = np.arange(n, dtype="int32") % max(1, getattr(model, "classes", 1))
    how = {"labels": labels} if labelled else {"count": np.int32(n)}
    outputs = loaded.signatures[signature](seed=tf.constant(seed), **{k: tf.constant(v) for k, v in how.items()})
    return next(iter(outputs.values())), {"labels": labels} if labelled else {}


generators = pytest.mark.parametrize(
    "name", [n for n in zoo.list_models() if zoo.info(n).data in ("images", "labelled")]
)
translators = pytest.mark.parametrize("name", [n for n in zoo.list_models() if zoo.info(n).data == "unpaired"])


@generators
def test_generate_is_sample_in_bytes(model, loaded, name):
    images, how = made(model(name), loaded(name), name, "generate", seed=3)
    expected = signatures.to_uint8(model(name).sample(4, seed=3, **how)).numpy()
    assert images.dtype == tf.uint8 and np.ptp(images) > 20
    assert np.abs(images.numpy().astype(int) - expected).max() <= 1
    assert np.mean(images.numpy() != expected) < 0.01


@generators
def test_generate_follows_the_seed(model, loaded, name):
    first, again, other = (made(model(name), loaded(name), name, "generate", seed=s)[0].numpy() for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.mean(first != other) > 0.25  # where neither is black or white


@generators
def test_generate_png_holds_the_pixels_of_generate(model, loaded, name):
    files, _ = made(model(name), loaded(name), name, "generate_png", seed=3)
    images, _ = made(model(name), loaded(name), name, "generate", seed=3)
    np.testing.assert_array_equal(decode(files).reshape(images.shape), images)


@translators
def test_translators_take_and_give_files(model, loaded, name):
    functions = loaded(name).signatures
    directions = [s for s in functions if s.startswith("translate") and not s.endswith("_png")]
    assert directions
    shape = model(name).image_shape
    pixels = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype="uint8")
    files = tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)
    for direction in directions:
        images = functions[direction](images=tf.constant(pixels))["images"]
        assert images.dtype == tf.uint8 and images.shape == pixels.shape and np.ptp(images) > 20
        answer = decode(functions[f"{direction}_png"](png=files)["png"])
        np.testing.assert_array_equal(answer.reshape(pixels.shape), images)
    floats = functions["serving_default"](images=signatures.from_uint8(pixels))["images"]
    np.testing.assert_array_equal(
        signatures.to_uint8(floats), functions[directions[0]](images=tf.constant(pixels))["images"]
    )


def test_translators_resize_files_and_read_jpeg_and_grey(model, loaded):
    grey = np.random.default_rng(0).integers(0, 256, (20, 30), dtype="uint8")
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "JPEG")
    answer = decode(loaded("cyclegan").signatures["translate_x_to_y_png"](png=tf.constant([file.getvalue()]))["png"])
    assert answer.shape == (1, *model("cyclegan").image_shape)


def test_signatures_are_methods_too(loaded):
    a = loaded("dcgan").generate(tf.constant(1), tf.constant(2))["images"]
    np.testing.assert_array_equal(
        a, loaded("dcgan").signatures["generate"](seed=tf.constant(1), count=tf.constant(2))["images"]
    )


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_is_kept(tmp_path, policy):
    model = zoo.create("dcgan", dtype=policy, **zoo.info("dcgan").tiny)
    loaded = tf.saved_model.load(str(export.saved_model(model, tmp_path)))
    latents = example_inputs(model, model.serving_signatures()["serving_default"], 3, 0)["latents"]
    found = loaded.signatures["serving_default"](latents=tf.constant(latents))["images"]
    assert found.dtype == tf.float32
    np.testing.assert_array_equal(found, model.serving_signatures()["serving_default"](latents)["images"])


def test_a_loaded_model_is_called_by_its_signatures_names(loaded):
    found = loaded("dcgan").generate(seed=3, count=2)["images"]
    expected = loaded("dcgan").signatures["generate"](seed=tf.constant(3), count=tf.constant(2))["images"]
    assert found.dtype == tf.uint8 and np.array_equal(found, expected)


def test_layout_and_existing_version(model, tmp_path):
    path = export.saved_model(model("gan"), tmp_path / "serving" / "gan", version=7)
    assert path == tmp_path / "serving" / "gan" / "7" and (path / "saved_model.pb").is_file()
    before = (path / "saved_model.pb").read_bytes()
    with pytest.raises(ZooError, match="version 7 exists .*choose another version, or remove"):
        export.saved_model(model("gan"), tmp_path / "serving" / "gan", version=7)
    assert (path / "saved_model.pb").read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["7"]


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, True])
def test_versions_are_positive_integers(model, tmp_path, version):
    with pytest.raises(ZooError, match="version: expected a positive integer"):
        export.saved_model(model("gan"), tmp_path, version=version)


def test_folder_that_cannot_be_made(model, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ZooError, match="cannot write .*file/serving/1"):
        export.saved_model(model("gan"), tmp_path / "file" / "serving")
    assert (tmp_path / "file").read_text() == "in the way"


def test_nothing_is_left_when_tensorflow_cannot_write(model, tmp_path, monkeypatch):
    def full(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.saved_model, "save", full)
    with pytest.raises(ZooError, match="No space left on device; free some space"):
        export.saved_model(model("gan"), tmp_path / "serving")
    assert not list((tmp_path / "serving").iterdir())


def test_model_of_two_replicas(mirrored, lively, tmp_path):
    with mirrored.scope():
        model = lively("dcgan")
    path = export.saved_model(model, tmp_path)
    latents = tf.constant(example_inputs(model, model.serving_signatures()["serving_default"], 3, 0)["latents"])
    found = tf.saved_model.load(str(path)).signatures["serving_default"](latents=latents)["images"]
    np.testing.assert_allclose(found, model(latents), atol=1e-6)
