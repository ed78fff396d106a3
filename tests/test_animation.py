"""Animations, read back: frames and times of a GIF, the tables of an MP4, ffmpeg's command; and walks."""

import io
import os
import stat
import struct
import sys

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import animation, walks
from tfgan_zoo.animation import save_animation
from tfgan_zoo.errors import ZooError

CONTAINERS = ("moov", "trak", "mdia", "minf", "stbl", "dinf")


def frames(n=5, height=300, width=257, channels=3):
    """Smooth pictures of which each is brighter than the one before."""
    y, x = np.mgrid[:height, :width]
    picture = np.stack([x / width * 100, y / height * 100, (x + y) / (width + height) * 100][:channels], axis=-1)
    return np.stack([picture + 20 * k for k in range(n)]).astype(np.uint8)


def boxes(data, start=0, end=None):
    """Boxes of an MP4 file by path, as (offset of the content, content); sizes must fit to the last byte."""
    found, end = {}, len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        kind = kind.decode()
        assert 8 <= size <= end - start, kind
        found[kind] = (start + 8, data[start + 8 : start + size])
        if kind in CONTAINERS:
            found |= {f"{kind}.{name}": box for name, box in boxes(data, start + 8, start + size).items()}
        start += size
    assert start == end
    return found


def table(box):
    """The numbers of a full box after its version and flags."""
    return struct.unpack(f">{len(box) // 4 - 1}I", box[4:])


@pytest.fixture
def no_ffmpeg(monkeypatch):
    monkeypatch.setattr(animation.shutil, "which", lambda name: None)


def test_a_gif_has_every_frame_for_its_time_and_loops(tmp_path):
    save_animation(frames(), tmp_path / "a.gif", frames_per_second=10)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (5, (257, 300), 0)
        for k, expected in enumerate(frames()):
            gif.seek(k)
            assert gif.info["duration"] == 100
            assert np.abs(np.asarray(gif.convert("RGB")).astype(int) - expected).mean() < 4  # 256 colours of many
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_greys_of_a_gif_are_exact_and_small_images_are_enlarged(tmp_path):
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1))
    save_animation(images, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.size == (280, 280) and gif.info["duration"] == 40
        for k, image in enumerate(images):
            gif.seek(k)
            found = np.asarray(gif.convert("L"))[::10, ::10]
            np.testing.assert_array_equal(found, np.rint((image[..., 0] + 1) * 127.5))


def test_an_mp4_without_ffmpeg_is_a_sound_container_of_jpegs(tmp_path, no_ffmpeg):
    save_animation(frames(), tmp_path / "a.mp4", frames_per_second=25)
    data = (tmp_path / "a.mp4").read_bytes()
    found = boxes(data)
    assert [kind for kind in found if "." not in kind] == ["ftyp", "moov", "mdat"]
    assert found["moov.mvhd"][1][12:20] == struct.pack(">2I", 90_000, 5 * 3600)
    tables = {kind.rpartition(".")[2]: box for kind, (_, box) in found.items() if ".stbl." in kind}
    assert table(tables["stts"]) == (1, 5, 3600)
    assert table(tables["stsc"]) == (1, 1, 5, 1)
    common, count, *sizes = table(tables["stsz"])
    (start,), end = table(tables["stco"])[1:], len(data)
    at, content = found["mdat"]
    assert (common, count, start) == (0, 5, at) and sum(sizes) == len(content) == end - at
    entry = tables["stsd"][8:]
    assert entry[4:8] == b"mp4v" and struct.unpack_from(">I", entry)[0] == len(entry)
    assert struct.unpack_from(">2H", entry, 32) == (257, 300)
    esds = entry[86:]
    assert esds[4:8] == b"esds" and struct.unpack_from(">I", esds)[0] == len(esds)
    # Descriptors of ISO/IEC 14496-1 fill one another exactly; 0x6C is JPEG, 0x11 a visual stream.
    stream = esds[12:]
    assert (stream[0], stream[1]) == (3, len(stream) - 2) and stream[5] == 4
    decoder = stream[7 : 7 + stream[6]]
    assert len(decoder) == 13 and decoder[:2] == b"\x6c\x11" and stream[7 + 13 :] == b"\x06\x01\x02"
    for size, expected in zip(sizes, frames()):
        with Image.open(io.BytesIO(data[start : start + size])) as picture:
            assert picture.format == "JPEG"
            assert np.abs(np.asarray(picture).astype(int) - expected).mean() < 2
        start += size


def test_ffmpeg_is_used_where_there_is_one(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "open(sys.argv[-1], 'wb').write(' '.join(sys.argv[1:-1]).encode() + b'\\n' + sys.stdin.buffer.read())\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    save_animation(frames(2), tmp_path / "a.mp4", frames_per_second=12)
    command, _, pixels = (tmp_path / "a.mp4").read_bytes().partition(b"\n")
    for part in ("-f rawvideo -pix_fmt rgb24 -s 258x300 -r 12 -i -", "-pix_fmt yuv420p", "-f mp4"):
        assert part in command.decode()
    shown = np.frombuffer(pixels, np.uint8).reshape(2, 300, 258, 3)  # sides made even by the edge
    np.testing.assert_array_equal(shown[:, :, :257], frames(2))
    np.testing.assert_array_equal(shown[:, :, 257], frames(2)[:, :, 256])


def test_a_failing_ffmpeg_is_quoted_and_leaves_nothing(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho 'some talk' >&2\necho 'no such encoder' >&2\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ZooError, match="ffmpeg did not make a .mp4 file: no such encoder; write a .gif instead"):
        save_animation(frames(2), tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["ffmpeg"]


def test_wrong_names_rates_and_images_are_refused(tmp_path):
    with pytest.raises(ZooError, match="a.avi: an animation is written as .gif or .mp4"):
        save_animation(frames(2), tmp_path / "a.avi")
    for name, rate in (("a.gif", 51), ("a.gif", 0), ("a.mp4", 1001), ("a.mp4", float("nan"))):
        with pytest.raises(ZooError, match="frames_per_second: expected more than 0"):
            save_animation(frames(2), tmp_path / name, rate)
    with pytest.raises(ZooError, match="expected images"):
        save_animation(frames(1)[:0], tmp_path / "a.gif")
    assert not list(tmp_path.iterdir())


# Walks


@pytest.fixture(scope="module")
def plain():
    return zoo.create("gan", image_shape=(8, 8, 1), latent_dim=4, width=10)


@pytest.fixture(scope="module")
def style():
    sizes = {"image_shape": (8, 8, 1), "latent_dim": 6, "style_dim": 8, "depth": 2, "classes": 3}
    return zoo.create("stylegan2", **sizes, channel_base=32, channel_max=8)


def test_a_seed_is_the_first_image_of_a_sample(plain):
    z = walks.latents_of(plain, [4, 7, 4])
    np.testing.assert_array_equal(z[0], z[2])
    for latent, seed in ((z[0], 4), (z[1], 7)):
        np.testing.assert_allclose(plain(latent[None]), plain.sample(5, seed=seed)[:1], atol=1e-6)


def test_rows_of_ways_begin_and_end_at_the_seeds(plain):
    images, columns = walks.ways(plain, [3, 1, 2], steps=4)
    assert columns == 4 and images.shape == (8, 8, 8, 1)
    expected = plain(walks.latents_of(plain, [3, 1, 2])).numpy()
    np.testing.assert_allclose(images[[0, 4]], expected[:2], atol=1e-5)
    np.testing.assert_allclose(images[[3, 7]], expected[1:], atol=1e-5)


def test_a_walk_is_closed_and_its_steps_are_even(style):
    images = walks.walk(style, [0, 1, 2], steps=6, space="w", psi=0.7, label=2)
    assert images.shape == (18, 8, 8, 1)
    w = walks.codes_of(style, [0, 1, 2], "w", label=2)
    np.testing.assert_allclose(images[::6], style.synthesize(style.truncate(w, 0.7)), atol=1e-5)
    middle = style.synthesize(style.truncate((w[2:] + w[:1]) / 2, 0.7))  # of the last way, back to the first seed
    np.testing.assert_allclose(images[15:16], middle, atol=1e-5)


def test_ways_in_z_keep_to_the_class_and_the_truncation(style):
    images, _ = walks.ways(style, [5, 6], steps=2, psi=0.5, label=1)
    z = walks.latents_of(style, [5, 6])
    np.testing.assert_allclose(images, style.call((z, np.array([1, 1])), psi=0.5), atol=1e-5)


def test_what_a_model_cannot_walk_is_named(plain, style):
    for given, words in (
        ({"space": "w"}, "gan has no styles"),
        ({"psi": 0.5}, "gan has no truncation"),
        ({"label": 1}, "gan is not told a class"),
        ({"space": "x"}, "unknown latent space 'x'"),
        ({"steps": 1}, "a way needs two seeds and two steps"),
    ):
        with pytest.raises(ZooError, match=words):
            walks.ways(plain, [0, 1], **given)
    with pytest.raises(ZooError, match="stylegan2 has classes 0 to 2, found 3"):
        walks.walk(style, [0, 1], label=3)
    with pytest.raises(ZooError, match="a walk needs two seeds"):
        walks.walk(plain, [0])
