"""Animations: GIF, and MP4 by ffmpeg where there is one, else as JPEG frames. No TensorFlow here."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from tfgan_zoo import jpeg_mp4
from tfgan_zoo.captions import enlarged
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

SUFFIXES = (".gif", ".mp4")
SMALLEST = 256  # side in pixels of the frames at least
_JPEG_QUALITY = 92


def is_animation(path: str | os.PathLike) -> bool:
    """Whether `path` names a kind of file that `save_animation` writes."""
    return Path(path).suffix.lower() in SUFFIXES


def save_animation(images: np.ndarray, path: str | os.PathLike, frames_per_second: float = 24) -> None:
    """Write images as frames of a GIF or an MP4; the file appears whole or not at all. Small images are enlarged.

    A GIF loops, has a palette of 256 colours a frame and frames of whole hundredths of a second, so 24 a second become
    25. An MP4 is made by the program `ffmpeg` where it is installed (H.264 as a rule, which browsers play). Without it
    the frames are kept as JPEG pictures: five to twenty times as large, shown by VLC, mpv, OpenCV and all else that is
    built on ffmpeg, by browsers not.

    Args:
        images: (n, h, w, 1 or 3) or (n, h, w); uint8, or floats in [-1, 1].
        path: ends with .gif or .mp4.
        frames_per_second: in (0, 50] for a GIF (what programs show), up to 1000 for an MP4.

    Raises:
        ZooError: another suffix, images that are none, a rate out of range, `ffmpeg` fails, or the file cannot be
            written.
    """
    if not is_animation(path):
        raise ZooError(f"{path}: an animation is written as {' or '.join(SUFFIXES)}")
    kind = Path(path).suffix.lower()
    fastest = 50 if kind == ".gif" else 1000
    if not 0 < frames_per_second <= fastest:
        raise ZooError(f"frames_per_second: expected more than 0 and up to {fastest}, found {frames_per_second!r}")
    frames = enlarged(images, SMALLEST)
    with replacing(path) as temporary:
        if kind == ".gif":
            _write_gif(frames, temporary, frames_per_second)
        elif program := shutil.which("ffmpeg"):
            _write_by_ffmpeg(program, frames, temporary, frames_per_second)
        else:
            temporary.write_bytes(jpeg_mp4.container(*_as_jpegs(frames), frames_per_second))


def _write_gif(frames, path, rate):
    pictures = [Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame) for frame in frames]
    if frames.shape[-1] == 3:
        pictures = [picture.quantize(256, Image.Quantize.MEDIANCUT) for picture in pictures]
    hundredths = max(2, round(100 / rate))
    # disposal 1: a frame stays below the next, which covers it.
    options = {"save_all": True, "append_images": pictures[1:], "duration": 10 * hundredths, "loop": 0, "disposal": 1}
    pictures[0].save(path, format="GIF", **options)


def _write_by_ffmpeg(program, frames, path, rate):
    frames = np.broadcast_to(frames, (*frames.shape[:3], 3))
    # Chroma of 4:2:0 needs even sides.
    frames = np.pad(frames, ((0, 0), (0, frames.shape[1] % 2), (0, frames.shape[2] % 2), (0, 0)), mode="edge")
    _, height, width, _ = frames.shape
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{rate:g}", "-i", "-"]
    target = ["-an", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", str(path)]
    command = [program, "-y", "-loglevel", "error", *source, *target]
    done = subprocess.run(command, input=np.ascontiguousarray(frames).tobytes(), capture_output=True)
    if done.returncode:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise ZooError(f"ffmpeg did not make a {path.suffix} file: {reason}; write a .gif instead")


def _as_jpegs(frames):
    """Frames as JPEG files, and their height and width."""
    made = []
    for frame in frames:
        with io.BytesIO() as file:
            Image.fromarray(np.broadcast_to(frame, (*frame.shape[:2], 3))).save(file, "JPEG", quality=_JPEG_QUALITY)
            made.append(file.getvalue())
    return made, *frames.shape[1:3]
