"""`tfgan_zoo.export`, a top-level folder of the checkout, is there after every way of installing."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = {path.name for path in (ROOT / "export").glob("*.py")}
OUT_OF_THE_WAY = ("*.egg-info", "build", "dist", "__pycache__")

# The developer's own editable install must not answer for the one under test.
FORGET = """
for finder in [f for f in sys.meta_path if "editable" in getattr(f, "__module__", "")]:
    sys.meta_path.remove(finder)
for name in [name for name in sys.modules if name.startswith("__editable__")]:
    del sys.modules[name]
"""

pytestmark = pytest.mark.slow


def run(*arguments, cwd):
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what a checkout needs to be built, so that the checkout itself stays as it is."""
    folder = tmp_path_factory.mktemp("source") / "checkout"
    folder.mkdir()
    for part in ("tfgan_zoo", "export"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(*OUT_OF_THE_WAY))
    for part in ("setup.cfg", "setup.py", "LICENSE", "README.md", "MANIFEST.in", "pyproject.toml"):
        if (ROOT / part).exists():
            shutil.copy(ROOT / part, folder)
    return folder


@pytest.fixture(scope="module")
def built(source, tmp_path_factory):
    """The wheel and the source archive."""
    dist = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", str(dist), str(source), cwd=dist)
    return next(dist.glob("*.whl")), next(dist.glob("*.tar.gz"))


def install(wheel, folder):
    run(
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        "--target",
        str(folder),
        str(wheel),
        cwd=wheel.parent,
    )
    return folder


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """A folder with the installed wheel."""
    return install(built[0], tmp_path_factory.mktemp("installed") / "site")


def check(folder, expected, cwd):
    """Import the package from `folder` before all else, outside the checkout; export must lie in `expected`."""
    code = f"""
import sys
{FORGET}
sys.path.insert(0, {str(folder)!r})
import tfgan_zoo, tfgan_zoo.export
from tfgan_zoo import export
assert export is tfgan_zoo.export and "tensorflow" not in sys.modules
assert tfgan_zoo.__file__.startswith({str(folder)!r}), tfgan_zoo.__file__
assert export.__file__.startswith({str(expected)!r}), export.__file__
print(",".join(sorted(export.__all__)))
"""
    assert run("-I", "-c", code, cwd=cwd).strip() == "Check,Report,load_tflite,saved_model,tflite,verify"


def test_wheel_holds_the_package_and_nothing_else(built):
    names = zipfile.ZipFile(built[0]).namelist()
    assert {f"tfgan_zoo/export/{file}" for file in FILES} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tfgan_zoo"}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tfgan_zoo").rglob("*.py")}
    assert not sorted(modules - set(names)), "list their packages in setup.cfg"
    assert {"tfgan_zoo/data/fashion_mnist.npz", "tfgan_zoo/data/digits.npz"} <= set(names)


def test_source_archive_holds_the_folder(built):
    names = {name.split("/", 1)[-1] for name in tarfile.open(built[1]).getnames()}
    assert {f"export/{file}" for file in FILES} | {"setup.cfg", "setup.py", "LICENSE"} <= names
    assert {p.relative_to(ROOT).as_posix() for p in (ROOT / "tfgan_zoo").rglob("*.py")} <= names


def test_installed_wheel(site, tmp_path):
    check(site, site / "tfgan_zoo" / "export", tmp_path)


def test_installed_source_archive(built, tmp_path):
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    run("-m", "pip", "wheel", *options, "--wheel-dir", str(tmp_path), str(built[1]), cwd=tmp_path)
    site = install(next(tmp_path.glob("*.whl")), tmp_path / "site")
    check(site, site / "tfgan_zoo" / "export", tmp_path)


def test_editable_and_checkout(source, tmp_path):
    """An editable install puts the package on the path from where it lies; `python` in a checkout does the same."""
    site = tmp_path / "site"
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet")
    run("-m", "pip", "install", *options, "--target", str(site), "-e", str(source), cwd=tmp_path)
    assert list(site.glob("__editable__*")), "not an editable install"
    code = f"""
import site, sys
{FORGET}
sys.path.insert(0, {str(site)!r})
site.addsitedir({str(site)!r})
import tfgan_zoo.export
assert tfgan_zoo.export.__file__ == {str(source / "export" / "__init__.py")!r}, tfgan_zoo.export.__file__
assert tfgan_zoo.__file__ == {str(source / "tfgan_zoo" / "__init__.py")!r}, tfgan_zoo.__file__
"""
    run("-I", "-c", code, cwd=tmp_path)
    check(source, source / "export", tmp_path)


def test_the_installed_wheel_exports_and_verifies(site, tmp_path):
    """The runner script is found in an installed package, and import paths that only the parent knows reach it."""
    code = f"""
import sys
{FORGET}
sys.path.insert(0, {str(site)!r})
import tfgan_zoo as zoo
model = zoo.create("vae", **zoo.info("vae").tiny)
report = zoo.export.verify(zoo.export.tflite(model, "vae.tflite"), model)
assert zoo.__file__.startswith({str(site)!r}) and report.ok, str(report)
print(report.max_error)
"""
    assert float(run("-I", "-c", code, cwd=tmp_path).split()[-1]) == pytest.approx(0, abs=1e-5)
    assert (tmp_path / "vae.tflite").is_file()
