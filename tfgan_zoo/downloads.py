"""Published files by path or by URL: downloaded once, only where the user gives a URL, and always checked."""

import hashlib
import http.client
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tfgan_zoo.data import cache
from tfgan_zoo.errors import ZooError
from tfgan_zoo.files import replacing

_CHUNK = 2**20  # bytes
_TIMEOUT = 60.0  # seconds without a byte


def local(source: str | Path, sha256: str | None = None, name: str | None = None) -> Path:
    """Return the path of a file that is here, or that is downloaded now or was before.

    Args:
        source: a path of a file or folder, which is returned as it is; or an http(s) URL, downloaded into the folder
            "weights" of the cache (`TFGAN_ZOO_CACHE`, else ~/.cache/tfgan_zoo) and used from there afterwards.
        sha256: checksum of the file, 64 hexadecimal digits. Needed with a URL, checked whenever it is given. A URL may
            also end with it, as pip has it: "https://.../file.pth#sha256=6726825d...".
        name: of the downloaded file, with its suffix. Default: the last part of the URL's path.

    Raises:
        ZooError: there is no such file; a URL without checksum; another scheme than http and https; a server or a
            connection that fails; content of another checksum (then nothing is kept); a cache that cannot be written.
    """
    sha256 = None if sha256 is None else _checked(sha256)
    if "://" in str(source):
        url, _, fragment = str(source).partition("#")
        if sha256 is None and fragment.startswith("sha256="):
            sha256 = _checked(fragment.removeprefix("sha256="))
        return _downloaded(url, sha256, name)
    path = Path(source).expanduser()
    if not path.exists():
        raise ZooError(f"{path} does not exist; check the path, or give an http(s) URL with its SHA-256")
    if sha256 is not None:
        if path.is_dir():
            raise ZooError(f"{path} is a folder, which has no SHA-256; leave the checksum out")
        _compare(path, digest(path), sha256)
    return path


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits.

    Raises:
        ZooError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ZooError(f"cannot read {path}: {error.strerror}; check the path") from error


def _downloaded(url: str, sha256: str | None, name: str | None) -> Path:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ZooError(f"{url}: scheme {parts.scheme!r} is not supported; give an http(s) URL, or the path of a file")
    if sha256 is None:
        raise ZooError(
            f"{url}: a download needs its SHA-256 (sha256=, or #sha256=... behind the URL), so that it is known to be "
            "the published file"
        )
    name = name or Path(urllib.parse.unquote(parts.path)).name or "file"
    if Path(name).name != name:
        raise ZooError(f"name of a downloaded file must be without folders; found {name!r}")
    # The checksum in the name keeps files of one name from different places apart.
    target = cache.folder() / "weights" / f"{sha256[:8]}-{name}"
    if target.is_file() and digest(target) == sha256:
        return target
    with replacing(target) as temporary:
        found = hashlib.sha256()
        with temporary.open("wb") as file:
            for chunk in _chunks(url, name):
                file.write(chunk)
                found.update(chunk)
        _compare(url, found.hexdigest(), sha256)
    return target


def _chunks(url: str, name: str) -> Iterator[bytes]:
    """Yield the content of a URL, with a progress line on the standard error."""
    request = urllib.request.Request(url, headers={"User-Agent": "tfgan_zoo"})
    try:
        with _opener().open(request, timeout=_TIMEOUT) as response:
            total = response.length or 0
            received, line = 0, _Progress(name, total)
            while chunk := response.read(_CHUNK):
                received += len(chunk)
                line.show(received)
                yield chunk
            line.end(received)
    except urllib.error.HTTPError as error:
        raise ZooError(f"{url}: the server answers {error.code} {error.reason}; check the URL") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise ZooError(f"{url}: the download failed ({reason}); check the connection, or give a local path") from error
    if received < total:
        raise ZooError(f"{url}: the connection was cut after {received:,} of {total:,} bytes; try again")


def _opener() -> urllib.request.OpenerDirector:
    # urllib's usual opener also follows redirects to ftp and knows file: and data: URLs.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


class _Progress:
    """One line that counts megabytes: rewritten ten times a second on a terminal, else written once at the end."""

    def __init__(self, name: str, total: int):
        self.name, self.total, self.shown = name, total, 0.0
        self.live = sys.stderr.isatty()

    def text(self, received: int) -> str:
        of = f" of {self.total / 1e6:.1f} MB ({received / self.total:.0%})" if self.total else " MB"
        return f"downloading {self.name}: {received / 1e6:.1f}{of}"

    def show(self, received: int) -> None:
        if self.live and time.monotonic() - self.shown > 0.1:
            self.shown = time.monotonic()
            print(f"\r{self.text(received)}", end="", file=sys.stderr, flush=True)

    def end(self, received: int) -> None:
        print(f"\r{self.text(received)}" if self.live else self.text(received), file=sys.stderr)


def _checked(sha256: str) -> str:
    lower = str(sha256).lower()
    if len(lower) != 64 or set(lower) - set("0123456789abcdef"):
        raise ZooError(f"a SHA-256 has 64 hexadecimal digits; found {sha256!r}")
    return lower


def _compare(where: str | Path, found: str, expected: str) -> None:
    if found != expected:
        raise ZooError(f"{where} has SHA-256 {found}, expected {expected}: another or a damaged file; it is not used")
