"""The container of an MP4 file (ISO/IEC 14496-12 and -14) around frames that are JPEG pictures."""

import struct
from collections.abc import Sequence

_TIMESCALE = 90_000  # ticks a second
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)  # shown as it is
_JPEG = 0x6C  # objectTypeIndication of ISO/IEC 10918-1
_VISUAL = 0x04 << 2 | 1  # streamType, and the bit that is always set
_TRACK, _SHOWN = 1, 0x000003  # the track's number; flags: enabled, in the movie


def container(frames: Sequence[bytes], height: int, width: int, frames_per_second: float) -> bytes:
    """Return the bytes of an MP4 file with one video track, every frame a sample of its own that all others ignore.

    Boxes: ftyp, moov (mvhd, trak with the tables stsd, stts, stsc, stsz, stco), mdat with the frames one after the
    other. moov comes first, so that a player can begin before the end has come.

    Args:
        frames: JPEG files of that height and width, at least one.
        height: in pixels, below 65,536.
        width: in pixels, below 65,536.
        frames_per_second: up to 1000; times are multiples of 1 / 90,000 s.
    """
    ftyp = _box("ftyp", b"isom", _u32(0x200), b"isomiso2mp41")
    offset = len(ftyp) + len(_movie(frames, height, width, frames_per_second, 0)) + 8
    movie = _movie(frames, height, width, frames_per_second, offset)
    return b"".join([ftyp, movie, _box("mdat", *frames)])


def _movie(frames, height, width, rate, offset):
    """`moov`; `offset` is where in the file the first frame begins."""
    each = round(_TIMESCALE / rate)
    duration = each * len(frames)
    movie_header = _full("mvhd", 0, _u32(0, 0, _TIMESCALE, duration, 0x10000), struct.pack(">HH8x", 0x100, 0), _MATRIX,
                         bytes(24), _u32(_TRACK + 1))  # fmt: skip
    track_header = _full("tkhd", _SHOWN, _u32(0, 0, _TRACK, 0, duration), bytes(16), _MATRIX,
                         _u32(width << 16, height << 16))  # fmt: skip
    media_header = _full("mdhd", 0, _u32(0, 0, _TIMESCALE, duration), struct.pack(">HH", _language("und"), 0))
    handler = _full("hdlr", 0, _u32(0), b"vide", bytes(12), b"VideoHandler\0")
    data_reference = _box("dinf", _full("dref", 0, _u32(1), _full("url ", 1)))  # flag 1: in this file
    table = _box(
        "stbl",
        _full("stsd", 0, _u32(1), _sample_entry(frames, height, width)),
        _full("stts", 0, _u32(1, len(frames), each)),
        _full("stsc", 0, _u32(1, 1, len(frames), 1)),  # a single chunk
        _full("stsz", 0, _u32(0, len(frames), *map(len, frames))),
        _full("stco", 0, _u32(1, offset)),
    )
    information = _box("minf", _full("vmhd", 1, bytes(8)), data_reference, table)
    return _box("moov", movie_header, _box("trak", track_header, _box("mdia", media_header, handler, information)))


def _sample_entry(frames, height, width):
    """`mp4v`, whose elementary stream descriptor says that samples are JPEG."""
    largest = max(map(len, frames))
    decoder = _descriptor(4, bytes([_JPEG, _VISUAL]), largest.to_bytes(3, "big"), _u32(0, 0))
    stream = _descriptor(3, struct.pack(">HB", _TRACK, 0), decoder, _descriptor(6, b"\x02"))
    visual = struct.pack(">6xH16xHHIIIH32sHh", 1, width, height, 72 << 16, 72 << 16, 0, 1, b"", 24, -1)
    return _box("mp4v", visual, _full("esds", 0, stream))


def _box(kind: str, *content: bytes) -> bytes:
    """A box: its size with these eight bytes, its kind, its content."""
    body = b"".join(content)
    return _u32(8 + len(body)) + kind.encode() + body


def _full(kind: str, flags: int, *content: bytes) -> bytes:
    """A box with version 0 and flags."""
    return _box(kind, _u32(flags), *content)


def _descriptor(tag: int, *content: bytes) -> bytes:
    """Of ISO/IEC 14496-1: a tag, a length (below 128 here), content."""
    body = b"".join(content)
    return bytes([tag, len(body)]) + body


def _language(code: str) -> int:
    """Three letters of five bits each."""
    first, second, third = (ord(letter) - 0x60 for letter in code)
    return first << 10 | second << 5 | third


def _u32(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)
