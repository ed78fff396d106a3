"""TFLite files of every system, their four ways to store numbers, and what cannot be converted."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

import tfgan_zoo as zoo
from tfgan_zoo import draws, export, signatures
from tfgan_zoo.encoding import Encoding
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export.examples import example_inputs

ENCODERS = [name for name in zoo.list_models() if issubclass(zoo.registry.model_class(name), Encoding)]


def inputs_of(model, n=5, seed=0, signature="serving_default"):
    return example_inputs(model, model.serving_signatures()[signature], n, seed)


@pytest.mark.parametrize("name", zoo.list_models())
def test_float32(model, tmp_path, name):
    path = export.tflite(model(name), tmp_path / "model.tflite")
    report = export.verify(path, model(name))
    assert report.ok and report.format == "TFLite float32" and report.max_error < 1e-5, str(report)
    run, inputs = export.load_tflite(path), inputs_of(model(name))
    (five,) = run(**inputs).values()
    (two,) = run(**{key: value[:2] for key, value in inputs.items()}).values()
    assert len(five) == 5 and five.std() > 0.05
    np.testing.assert_allclose(two, five[:2], atol=1e-5)


@pytest.mark.parametrize("quantize", ["float16", "dynamic", "int8"])
@pytest.mark.parametrize("name", ["dcgan", "cgan", "vae", "cyclegan"])
def test_quantized(model, tmp_path, name, quantize):
    path = export.tflite(model(name), tmp_path / "model.tflite", quantize)
    report = export.verify(path, model(name))
    assert report.ok, str(report)
    (images,) = export.load_tflite(path)(**inputs_of(model(name))).values()
    assert images.dtype == np.float32


@pytest.mark.parametrize("signature", ["encode", "reconstruct"])
@pytest.mark.parametrize("name", ENCODERS)
def test_encoders(model, tmp_path, name, signature):
    path = export.tflite(model(name), tmp_path / "model.tflite", signature=signature)
    report = export.verify(path, model(name))
    assert report.ok and [check.signature for check in report.checks] == [signature], str(report)
    images = inputs_of(model(name), signature=signature)
    expected = getattr(model(name), signature)(next(iter(images.values()))).numpy()
    (found,) = export.load_tflite(path)(**images).values()
    assert expected.std() > 0.05
    np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("quantize", ["float16", "dynamic", "int8"])
def test_a_quantized_encoder(model, tmp_path, quantize):
    path = export.tflite(model("vae"), tmp_path / "model.tflite", quantize, signature="encode")
    assert (report := export.verify(path, model("vae"))).ok, str(report)


def test_one_signature_has_only_its_own_weights(lively, tmp_path):
    model = lively("alpha_gan", image_shape=(16, 16, 1), width=16, latent_dim=8)
    size = {
        s: export.tflite(model, tmp_path / f"{s}.tflite", signature=s).stat().st_size
        for s in ("serving_default", "encode", "reconstruct")
    }
    assert max(size["serving_default"], size["encode"]) < 0.8 * size["reconstruct"]


@pytest.mark.parametrize("name, signature", [("vae", "decoding"), ("dcgan", "encode")])
def test_an_unknown_signature_is_named(model, tmp_path, name, signature):
    with pytest.raises(ZooError, match=f"unknown signature of {name} '{signature}'"):
        export.tflite(model(name), tmp_path / "m.tflite", signature=signature)


def test_a_signature_that_draws_is_refused(model, tmp_path):
    with pytest.raises(ZooError, match="gan cannot become a TFLite file"):
        export.tflite(model("gan"), tmp_path / "m.tflite", signature="generate")


@pytest.fixture(scope="module")
def files(lively, tmp_path_factory):
    """A DCGAN of 126,000 weights, and quantization -> its file."""
    model = lively("dcgan", image_shape=(32, 32, 1), width=16, latent_dim=64)
    folder = tmp_path_factory.mktemp("sizes")
    return model, {q: export.tflite(model, folder / f"{q}.tflite", q) for q in (None, "float16", "dynamic", "int8")}


def test_sizes(files):
    size = {quantize: path.stat().st_size for quantize, path in files[1].items()}
    assert size["float16"] < 0.55 * size[None]
    assert size["dynamic"] < 0.35 * size[None] and size["int8"] < 0.35 * size[None]


def test_errors_grow_as_numbers_get_coarser(files):
    model, paths = files
    reports = {quantize: export.verify(path, model) for quantize, path in paths.items()}
    assert all(report.ok for report in reports.values()), "\n".join(map(str, reports.values()))
    assert [r.format.split()[1] for r in reports.values()] == ["float32", "float16", "dynamic", "int8"]
    errors = [report.mean_error for report in reports.values()]
    assert errors == sorted(errors) and errors[0] < 1e-6 < errors[1] < 1e-3


def test_int8_computes_in_int8(files):
    tensors = Interpreter(model_path=str(files[1]["int8"])).get_tensor_details()
    activations = [t["dtype"] for t in tensors if -1 in t["shape_signature"] and t["dtype"] in (np.float32, np.int8)]
    assert activations.count(np.float32) == 2  # the input and the output
    assert activations.count(np.int8) >= 7


def test_calibration_decides_the_ranges(lively, tmp_path):
    model = lively("vae")
    narrow = np.zeros((10, model.latent_dim), "float32")
    wide = inputs_of(model, 100)["latents"]
    errors = [
        export.verify(export.tflite(model, tmp_path / "m.tflite", "int8", rows), model).mean_error
        for rows in (narrow, {"latents": wide})
    ]
    assert errors[0] > 5 * errors[1]


def test_mixed_precision_becomes_float32(tmp_path):
    model = zoo.create("dcgan", dtype="mixed_bfloat16", **zoo.info("dcgan").tiny)
    path = export.tflite(model, tmp_path / "m.tflite")
    report = export.verify(path, model)
    assert report.ok and report.format == "TFLite float32" and report.max_error < 1e-5
    assert model.dtype_policy.name == "mixed_bfloat16"


def test_unknown_quantization(model, tmp_path):
    with pytest.raises(ZooError, match="unknown quantization 'int4'; did you mean 'int8'"):
        export.tflite(model("gan"), tmp_path / "m.tflite", "int4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "rows, message",
    [
        (np.zeros((5, 3), "float32"), r"expected float32 of shape \(None, 4\), found float32 \(5, 3\)"),
        (np.zeros((5, 4)), "found float64"),
        (np.zeros((0, 4), "float32"), "no rows"),
        ({"noise": np.zeros((5, 4), "float32")}, "expected arrays for latents, found none for latents"),
        ({"latents": np.zeros((5, 4), "float32"), "label": np.zeros(5)}, "unknown representative input 'label'"),
    ],
)
def test_representative_data_are_checked(model, tmp_path, rows, message):
    with pytest.raises(ZooError, match=message):
        export.tflite(model("vae"), tmp_path / "m.tflite", "int8", rows)


def test_representative_data_without_int8(model, tmp_path):
    with pytest.raises(ZooError, match="serve quantize='int8', found quantize='float16'"):
        export.tflite(model("vae"), tmp_path / "m.tflite", "float16", np.zeros((5, 4), "float32"))


def test_representative_values_are_checked(model, tmp_path):
    with pytest.raises(ZooError, match=r"expected values in \[-1, 1\]"):
        export.tflite(model("cyclegan"), tmp_path / "m.tflite", "int8", np.full((5, 16, 16, 3), 255, "float32"))
    with pytest.raises(ZooError, match="class ids 0..2"):
        rows = {"latents": np.zeros((5, 8), "float32"), "labels": np.full(5, 3, "int32")}
        export.tflite(model("cgan"), tmp_path / "m.tflite", "int8", rows)
    with pytest.raises(ZooError, match="expected equal lengths"):
        rows = {"latents": np.zeros((5, 8), "float32"), "labels": np.zeros(4, "int32")}
        export.tflite(model("cgan"), tmp_path / "m.tflite", "int8", rows)


def test_operation_that_tflite_lacks_is_named(model, tmp_path, monkeypatch):
    gan = model("gan")
    matrices = tf.TensorSpec((None, 3, 3), tf.float32, "latents")
    function = signatures.function(lambda x: tf.linalg.svd(x, compute_uv=False), matrices)
    monkeypatch.setattr(type(gan), "serving_signatures", lambda self: {"serving_default": function})
    with pytest.raises(ZooError, match="gan cannot become a TFLite file: TFLite has no Svd; deploy the SavedModel"):
        export.tflite(gan, tmp_path / "m.tflite")
    assert not list(tmp_path.iterdir())


def test_path_that_cannot_be_written(model, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ZooError, match="cannot write .*m.tflite"):
        export.tflite(model("vae"), tmp_path / "file" / "m.tflite")


def test_existing_file_is_replaced(model, tmp_path):
    (tmp_path / "m.tflite").write_text("old")
    path = export.tflite(model("vae"), tmp_path / "m.tflite")
    with draws.seeded((0, 0)):
        latents = draws.normal(2, model("vae").latent_dim).numpy()
    np.testing.assert_allclose(export.load_tflite(path)(latents=latents)["images"], model("vae")(latents), atol=1e-5)
    assert [p.name for p in tmp_path.iterdir()] == ["m.tflite"]


def test_load_names_missing_and_damaged_files(tmp_path):
    with pytest.raises(ZooError, match="is not a file"):
        export.load_tflite(tmp_path / "none.tflite")
    (tmp_path / "text.tflite").write_text("hello")
    with pytest.raises(ZooError, match="damaged or no TFLite file"):
        export.load_tflite(tmp_path / "text.tflite")
