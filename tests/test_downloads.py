"""Downloads are checked before they get their name, and used again without the network."""

import hashlib
import http.server
import threading

import pytest

from tfgan_zoo.downloads import local
from tfgan_zoo.errors import ZooError

CONTENT = bytes(range(256)) * 9000  # 2.3 MB, more than one chunk
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", {"/moved": "/net.pth", "/moved-away": "ftp://127.0.0.1/net.pth"}[self.path])
            self.end_headers()
        elif self.path in ("/net.pth", "/cut.pth", "/a%20net.pth?x=1", "/unsized.pth"):
            self.send_response(200)
            if self.path != "/unsized.pth":
                self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[: 2**20 if self.path == "/cut.pth" else None])
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.asked = []
    running.url = f"http://127.0.0.1:{running.server_address[1]}"
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_a_url_is_downloaded_once(server, tmp_path, capsys):
    path = local(f"{server.url}/net.pth", SHA256)
    assert path == tmp_path / "cache" / "weights" / f"{SHA256[:8]}-net.pth"
    assert path.read_bytes() == CONTENT
    assert capsys.readouterr().err == "downloading net.pth: 2.3 of 2.3 MB (100%)\n"
    assert local(f"{server.url}/net.pth", SHA256.upper()) == path
    assert server.asked == ["/net.pth"]
    assert kept(tmp_path) == [path.name]


def test_the_second_time_needs_no_network(server):
    path = local(f"{server.url}/net.pth", SHA256)
    server.shutdown()
    server.server_close()
    assert local(f"{server.url}/net.pth", SHA256) == path


def test_a_damaged_copy_in_the_cache_is_downloaded_again(server):
    path = local(f"{server.url}/net.pth", SHA256)
    path.write_bytes(b"damaged")
    assert local(f"{server.url}/net.pth", SHA256).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_names_redirects_and_answers_without_length(server):
    assert local(f"{server.url}/a%20net.pth?x=1", SHA256).name.endswith("-a net.pth")
    assert local(f"{server.url}/unsized.pth", SHA256).read_bytes() == CONTENT
    assert local(f"{server.url}/moved", SHA256, name="x.tgz").name.endswith("-x.tgz")


@pytest.mark.parametrize(
    "path, sha256, message",
    [
        ("/net.pth", "0" * 64, f"SHA-256 {SHA256}, expected {'0' * 64}"),
        ("/cut.pth", SHA256, "cut after 1,048,576 of 2,304,000 bytes"),
        ("/none.pth", SHA256, "answers 404 Not Found"),
        ("/moved-away", SHA256, "unknown url type: ftp|302"),
    ],
)
def test_what_fails_leaves_nothing_behind(path, sha256, message, server, tmp_path):
    with pytest.raises(ZooError, match=message):
        local(f"{server.url}{path}", sha256)
    assert kept(tmp_path) == []


def test_no_server(server):
    server.shutdown()
    server.server_close()
    with pytest.raises(ZooError, match="download failed .*refused"):
        local(f"{server.url}/net.pth", SHA256)


def test_a_url_may_end_with_its_checksum(server):
    assert local(f"{server.url}/net.pth#sha256={SHA256}").read_bytes() == CONTENT
    with pytest.raises(ZooError, match="another or a damaged file"):
        local(f"{server.url}/net.pth#sha256={'0' * 64}")


def test_a_url_needs_a_checksum_and_a_known_scheme(server):
    with pytest.raises(ZooError, match="needs its SHA-256"):
        local(f"{server.url}/net.pth")
    for url in ("ftp://a/b.pth", "file:///etc/passwd", "s3://a/b"):
        with pytest.raises(ZooError, match="scheme"):
            local(url, SHA256)
    with pytest.raises(ZooError, match="64 hexadecimal digits"):
        local(f"{server.url}/net.pth", "abc")
    with pytest.raises(ZooError, match="without folders"):
        local(f"{server.url}/net.pth", SHA256, name="../x")
    assert server.asked == []


def test_a_local_file_is_returned_and_checked(tmp_path):
    path = tmp_path / "net.pth"
    path.write_bytes(CONTENT)
    assert local(path) == local(str(path), SHA256) == path
    assert local(tmp_path) == tmp_path  # a SavedModel is a folder
    with pytest.raises(ZooError, match=f"SHA-256 {SHA256}, expected {'1' * 64}"):
        local(path, "1" * 64)
    with pytest.raises(ZooError, match="does not exist"):
        local(tmp_path / "none.pth")
    with pytest.raises(ZooError, match="is a folder"):
        local(tmp_path, SHA256)


def test_a_cache_that_cannot_be_written(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TFGAN_ZOO_CACHE", str(tmp_path / "file"))
    with pytest.raises(ZooError, match="cannot write"):
        local(f"{server.url}/net.pth", SHA256)
