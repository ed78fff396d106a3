"""The judge itself, on arrays with known differences."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.export import Check, Report
from tfgan_zoo.export.comparison import compare


def floats(expected, found, bound=1e-5, bounded="max"):
    return compare("f", "x", [np.float32(expected)], [np.float32(found)], bound, bounded)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(np.uint8(pixels)).save(file, "PNG")
    return file.getvalue()


def test_largest_and_mean_error_over_batches():
    check = compare("f", "x", [np.zeros(1), np.zeros(3)], [np.ones(1) * 0.5, np.array([0, 0.25, 0])], 0.5)
    assert (check.max_error, check.mean_error, check.differing, check.ok) == (0.5, 0.1875, 0.5, True)
    assert not compare("f", "x", [np.zeros(2)], [np.array([0, 0.5])], 0.49).ok
    assert compare("f", "x", [np.zeros(2)], [np.array([0, 0.5])], 0.49, "mean").ok


def test_bound_grows_with_values_above_one():
    assert floats([1000.0], [1000.009]).ok and not floats([1.0], [1.009]).ok
    assert floats([0.001], [0.001]).bound == pytest.approx(1e-5)


@pytest.mark.parametrize("bounded", ["max", "mean"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_fail(bad, bounded):
    for pair in [([0.0, 1.0], [bad, 1.0]), ([bad, 1.0], [0.0, 1.0]), ([bad], [bad])]:
        check = floats(*pair, bounded=bounded)
        assert not check.ok and check.max_error == math.inf


def test_bytes_may_differ_by_a_level_but_rarely():
    expected = np.full(200, 7, "uint8")
    found = expected.copy()
    found[:2] = 8, 6
    check = compare("f", "images", [expected], [found], 1e-5)
    assert check.ok and (check.unit, check.max_error, check.differing) == ("levels", 1.0, 0.01)
    found[2] = 8
    assert not compare("f", "images", [expected], [found], 1e-5).ok
    found[:3] = 9, 7, 7
    assert not compare("f", "images", [expected], [found], 1e-5).ok


def test_bytes_do_not_wrap_around():
    assert compare("f", "images", [np.uint8([0])], [np.uint8([255])], 1e-5).max_error == 255


def test_png_files_are_compared_by_pixels():
    pixels = np.arange(64).reshape(8, 8)
    pair = [np.array([png(pixels)])], [np.array([png(pixels)])]
    assert compare("f", "png", *pair, 1e-5).ok
    check = compare("f", "png", pair[0], [np.array([png(pixels + 3)])], 1e-5)
    assert (check.max_error, check.ok) == (3.0, False)
    assert "shape (8, 8)" in compare("f", "png", pair[0], [np.array([png(pixels[:4])])], 1e-5).problem
    assert "PNG" in compare("f", "png", pair[0], [np.array([b"text"])], 1e-5).problem


def test_integers_and_strings_are_equal_or_not():
    assert compare("f", "tokens", [np.int32([1, 2])], [np.int32([1, 2])], 1.0).ok
    assert not compare("f", "tokens", [np.int32([1, 2])], [np.int32([1, 3])], 1.0).ok
    assert not compare("f", "words", [np.array([b"a"])], [np.array([b"b"])], 1.0).ok


def test_other_shapes_and_types_are_named():
    assert floats(np.zeros((2, 3)), np.zeros((3, 2))).problem == (
        "expected float32 of shape (2, 3), found float32 of shape (3, 2)"
    )
    assert "found int32" in compare("f", "x", [np.float32([0])], [np.int32([0])], 1.0).problem


def test_report_is_ok_when_all_checks_are():
    good, bad = floats([0.0], [0.0]), floats([0.0], [0.5])
    levels = Check("g", "images", "levels", 1.0, 0.001, 0.001, 1.0)
    report = Report("m", "SavedModel", (good, levels))
    assert report.ok and report.max_error == 0 and "computes what" in str(report) and "levels" in str(report)
    report = Report("m", "SavedModel", (good, bad, Check("h", "", problem="gone")))
    assert not report.ok and str(report).count("FAILED") == 2 and "gone" in str(report)
    assert not Report("m", "SavedModel", ()).ok
