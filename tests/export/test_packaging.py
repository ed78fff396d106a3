"""`tfgan_zoo.export`, a top-level folder of the checkout, is there after every way of installing."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXPORT = {f"export/{path.name}" for path in (ROOT / "export").glob("*.py")}
MODULES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tfgan_zoo").rglob("*.py")}

pytestmark = pytest.mark.slow


def run(*command, cwd):
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what is built from, so that the checkout itself stays as it is."""
    folder = tmp_path_factory.mktemp("source") / "checkout"
    folder.mkdir()
    for part in ("tfgan_zoo", "export"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("setup.cfg", "setup.py", "LICENSE", "README.md"):
        if (ROOT / part).exists():
            shutil.copy(ROOT / part, folder)
    return folder


@pytest.fixture(scope="module")
def built(source, tmp_path_factory):
    """The wheel and the source archive."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", dist, source, cwd=dist)
    return {"wheel": next(dist.glob("*.whl")), "sdist": next(dist.glob("*.tar.gz"))}


def install(folder, *what):
    """Install into a new virtual environment; returns its Python.

    It finds the dependencies in this environment by a path file, which leaves out what this one has in editable mode.
    """
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    (Path(site) / "outer.pth").write_text(sysconfig.get_path("purelib"))
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, cwd=folder)
    return python


def test_wheel_holds_the_package_and_nothing_else(built):
    names = set(zipfile.ZipFile(built["wheel"]).namelist())
    assert {f"tfgan_zoo/{name}" for name in EXPORT} <= names
    assert not sorted(MODULES - names), "list their packages in setup.cfg"
    assert {"tfgan_zoo/data/fashion_mnist.npz", "tfgan_zoo/data/digits.npz"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tfgan_zoo"}


def test_source_archive_holds_both_folders(built):
    names = {name.split("/", 1)[-1] for name in tarfile.open(built["sdist"]).getnames()}
    assert EXPORT | {"setup.cfg", "setup.py", "LICENSE", "tfgan_zoo/data/fashion_mnist.npz"} <= names
    assert not sorted(MODULES - names), "list their packages in setup.cfg"


WAYS = {
    "wheel": (),
    "sdist": (),
    "editable": ("-e",),
    "editable by PEP 517": ("--use-pep517", "-e"),
    "editable and strict": ("--use-pep517", "--config-settings", "editable_mode=strict", "-e"),
}


@pytest.mark.parametrize("way", WAYS)
def test_import_of_an_installed_package(source, built, tmp_path, way):
    python = install(tmp_path / "venv", *WAYS[way], built.get(way, source))
    code = """
import sys, tfgan_zoo, tfgan_zoo.export
from tfgan_zoo import export
assert export is tfgan_zoo.export and "tensorflow" not in sys.modules
print(tfgan_zoo.__file__, export.__file__, ",".join(sorted(export.__all__)), sep="\\n")
"""
    package, folder, names = run(python, "-I", "-c", code, cwd=tmp_path).splitlines()
    assert names == "Check,Report,extractor,load_tflite,saved_model,tflite,verify,verify_extractor"
    home = source if way.startswith("editable") else tmp_path / "venv"
    assert Path(package).is_relative_to(home) and Path(folder).is_relative_to(home)


def test_import_in_a_checkout(source):
    code = "import tfgan_zoo.export; print(tfgan_zoo.export.__file__)"
    assert run(sys.executable, "-c", code, cwd=source) == str(source / "export" / "__init__.py")


def test_an_installed_wheel_exports_and_verifies(built, tmp_path):
    python = install(tmp_path / "venv", built["wheel"])
    code = """
import tfgan_zoo as zoo
model = zoo.create("vae", **zoo.info("vae").tiny)
report = zoo.export.verify(zoo.export.tflite(model, "vae.tflite"), model)
assert report.ok, str(report)
print(report.max_error)
"""
    assert float(run(python, "-I", "-c", code, cwd=tmp_path).split()[-1]) == pytest.approx(0, abs=1e-5)
    assert (tmp_path / "vae.tflite").is_file()
