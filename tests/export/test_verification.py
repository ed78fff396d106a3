"""`verify` finds what it must: changed weights, other models, damaged files; and the other process is on its own."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tfgan_zoo import export
from tfgan_zoo.errors import ZooError
from tfgan_zoo.export import runner
from tfgan_zoo.export.verification import locate


@pytest.fixture(scope="module")
def vae(model, tmp_path_factory):
    """A model, its SavedModel and its TFLite file."""
    folder = tmp_path_factory.mktemp("vae")
    return model("vae"), export.saved_model(model("vae"), folder), export.tflite(model("vae"), folder / "vae.tflite")


def test_changed_weights_are_found(vae, lively):
    changed = lively("vae")
    kernel = changed.encoder.trainable_variables[0]
    kernel.assign(kernel + 1e-3)
    report = export.verify(vae[1], changed)
    failed = {check.signature for check in report.checks if not check.ok}
    assert not report.ok and failed == {"encode", "reconstruct"}  # the decoder is as it was
    bias = changed.decoder.trainable_variables[-1]
    bias.assign(bias + 0.01)
    report = export.verify(vae[2], changed)
    assert not report.ok and 0.001 < report.max_error <= 0.011
    assert export.verify(vae[2], changed, tolerance=0.02).ok


def test_another_model_is_found(vae, model):
    other = export.verify(vae[1], model("dcgan"))
    assert not other.ok and all(check.problem for check in other.checks)
    assert not export.verify(vae[2], model("gan")).ok
    missing = export.verify(vae[2], model("cyclegan"))
    assert not missing.ok and "FAILED serving_default" in str(missing)


def test_damaged_tflite_files(vae, tmp_path):
    whole = vae[2].read_bytes()
    for keep in (0, 10, 1000, len(whole) // 2, len(whole) - 500):
        (tmp_path / "cut.tflite").write_bytes(whole[:keep])
        with pytest.raises(ZooError, match="cut.tflite is damaged.*export it again"):
            export.verify(tmp_path / "cut.tflite", vae[0])


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.data-00000-of-00001"])
def test_damaged_saved_models(vae, tmp_path, file):
    shutil.copytree(vae[1], tmp_path / "1")
    whole = (tmp_path / "1" / file).read_bytes()
    (tmp_path / "1" / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ZooError, match="1 is damaged.*export it again"):
        export.verify(tmp_path / "1", vae[0])


def test_where_models_are_found(vae, tmp_path):
    folder = vae[1]
    assert locate(folder) == locate(folder / "saved_model.pb") == locate(folder.parent) == (folder, "saved_model")
    assert locate(vae[2]) == (vae[2], "tflite")
    for version in ("2", "10"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "saved_model.pb").touch()
    assert locate(tmp_path)[0] == tmp_path / "10"
    for nothing in (tmp_path / "none", tmp_path / "none.tflite"):
        with pytest.raises(ZooError, match="expected a .tflite file or a folder"):
            export.verify(nothing, vae[0])


def test_runner_cannot_import_the_package_wherever_it_lies(vae, tmp_path):
    np.savez(tmp_path / "inputs.npz")
    request = {"path": str(vae[2]), "loader": "tflite", "import_paths": sys.path, "inputs": {}}
    (tmp_path / "request.json").write_text(json.dumps(request))
    probe = f"""
import runpy, sys
sys.argv = [{runner.__file__!r}, {str(tmp_path)!r}]
runpy.run_path({runner.__file__!r}, run_name="__main__")
assert "tensorflow" not in sys.modules and "tfgan_zoo" not in sys.modules
for name in ("tfgan_zoo", "tfgan_zoo.export", "tfgan_zoo.layers"):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        assert "is refused here" in str(error)
    else:
        raise SystemExit(f"{{name}} was imported")
"""
    subprocess.run([sys.executable, "-I", "-c", probe], check=True)
    assert json.loads((tmp_path / "reply.json").read_text())["isolated"]


def test_import_loads_no_tensorflow():
    code = "import sys, tfgan_zoo.export; sys.exit('tensorflow' in sys.modules or 'ai_edge_litert' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
