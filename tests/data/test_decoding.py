"""Every kind of image file becomes the right 8-bit pixels."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data.decoding import decode, read_header

GENERATOR = np.random.default_rng(0)
COLOUR = GENERATOR.integers(0, 256, (6, 9, 3)).astype(np.uint8)
GREY = COLOUR[..., 0]


@pytest.mark.parametrize("ending", ["png", "bmp", "webp"])
def test_lossless_colour(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    Image.fromarray(COLOUR).save(path, lossless=True)
    header = read_header(path)
    assert (header.height, header.width, header.grey) == (6, 9, False)
    np.testing.assert_array_equal(decode(path, 3), COLOUR)
    np.testing.assert_array_equal(decode(path, 1)[..., 0], np.asarray(Image.fromarray(COLOUR).convert("L")))


@pytest.mark.parametrize("ending", ["png", "bmp", "gif"])
def test_lossless_grey(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    Image.fromarray(GREY).save(path)
    assert read_header(path).grey
    np.testing.assert_array_equal(decode(path, 1)[..., 0], GREY)
    np.testing.assert_array_equal(decode(path, 3), np.repeat(GREY[..., None], 3, axis=-1))


def test_jpeg_is_near(tmp_path):
    smooth = np.linspace(0, 255, 64).astype(np.uint8)[None, :, None] * np.ones((32, 1, 3), np.uint8)
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=95)
    Image.fromarray(smooth[..., 0]).save(tmp_path / "b.jpeg", quality=95)
    assert not read_header(tmp_path / "a.jpg").grey and read_header(tmp_path / "b.jpeg").grey
    assert abs(decode(tmp_path / "a.jpg", 3).astype(int) - smooth).max() < 8
    assert abs(decode(tmp_path / "b.jpeg", 1).astype(int) - smooth[..., :1]).max() < 8


def test_cmyk_jpeg_becomes_colour(tmp_path):
    Image.new("CMYK", (4, 4), (255, 0, 0, 0)).save(tmp_path / "a.jpg")
    assert decode(tmp_path / "a.jpg", 3)[0, 0].tolist() == pytest.approx([0, 255, 255], abs=4)


def test_transparency_becomes_white(tmp_path):
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 51]]], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert not read_header(tmp_path / "a.png").grey
    assert decode(tmp_path / "a.png", 3)[0].tolist() == [[10, 20, 30], [255, 255, 255], [204, 224, 244]]
    Image.fromarray(pixels[..., [0, 3]].copy(), "LA").save(tmp_path / "b.png")
    assert read_header(tmp_path / "b.png").grey
    assert decode(tmp_path / "b.png", 1)[0, :, 0].tolist() == [10, 255, 204]


def test_palettes(tmp_path):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.png", transparency=1)
    assert not read_header(tmp_path / "a.png").grey
    assert decode(tmp_path / "a.png", 3)[0].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert decode(tmp_path / "b.png", 3)[0].tolist() == [[255, 0, 0], [255, 255, 255], [0, 0, 255]]
    image.putpalette([7, 7, 7, 90, 90, 90, 200, 200, 200])
    image.save(tmp_path / "c.png")
    assert read_header(tmp_path / "c.png").grey
    assert decode(tmp_path / "c.png", 1)[0, :, 0].tolist() == [7, 90, 200]


def test_sixteen_bits_are_scaled(tmp_path):
    levels = np.array([[0, 128, 257, 32768, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png").grey
    assert decode(tmp_path / "a.png", 1)[0, :, 0].tolist() == [0, 0, 1, 128, 255]
    assert decode(tmp_path / "a.png", 3)[0, 4].tolist() == [255, 255, 255]


def test_one_bit(tmp_path):
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png").grey
    assert decode(tmp_path / "a.png", 1)[0, :, 0].tolist() == [255, 0]


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("L", (4, 4), level) for level in (50, 250)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (decode(tmp_path / "a.gif", 1) == 50).all()


def test_exif_orientation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(COLOUR).save(tmp_path / "a.png", exif=exif)
    header = read_header(tmp_path / "a.png")
    assert (header.height, header.width) == (9, 6)
    np.testing.assert_array_equal(decode(tmp_path / "a.png", 3), np.rot90(COLOUR, -1))


def test_size_is_fitted(tmp_path):
    Image.fromarray(COLOUR).save(tmp_path / "a.png")
    assert decode(tmp_path / "a.png", 3, 5).shape == (5, 5, 3)
    assert decode(tmp_path / "a.png", 1, 12, "pad").shape == (12, 12, 1)
