import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
MEGABYTE = 1024 * 1024
LIMIT = 20 * MEGABYTE
BOUNDARY = "grans"
WORDS = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="words"\r\n\r\nMin text\r\n'.encode()
END = f"--{BOUNDARY}--\r\n".encode()


def part(size, fill=b"x"):
    """The pieces of one uploaded file, made as they are read."""
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="stor.txt"\r\n\r\n'.encode()
    block = fill * MEGABYTE
    while size > 0:
        yield block[:size]
        size -= MEGABYTE
    yield b"\r\n"


class Body:
    """A request body that exists only while it is read."""

    def __init__(self, *sizes):
        self.pieces = self._pieces(sizes)
        head = len(b"".join(part(0)))
        self.length = len(WORDS) + len(END) + sum(head + size for size in sizes)
        self.rest = b""

    def _pieces(self, sizes):
        for size in sizes:
            yield from part(size)
        yield WORDS
        yield END

    def __iter__(self):
        return self.pieces

    def read(self, size):
        while len(self.rest) < size and (piece := next(self.pieces, b"")):
            self.rest += piece
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    readline = None

    def close(self):
        pass


@pytest.fixture
def temporary(tmp_path, monkeypatch, settings):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


def post(*sizes):
    body = Body(*sizes)
    with override_settings(ROOT_URLCONF="tests.kraftsamling.files.upload_site"):
        return Client().request(
            **{
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/upload/",
                "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
                "CONTENT_LENGTH": str(body.length),
                "wsgi.input": body,
            }
        )


@pytest.mark.parametrize(
    ("sizes", "status", "answer"),
    [
        ([5], 200, "[5] Min text"),
        ([LIMIT], 200, f"[{LIMIT}] Min text"),
        ([LIMIT, LIMIT], 200, f"[{LIMIT}, {LIMIT}] Min text"),
        ([LIMIT] * 5, 200, f"{[LIMIT] * 5} Min text"),
        ([LIMIT + 1], 413, None),
        ([5, LIMIT + 1, 5], 413, None),
        ([LIMIT] * 5 + [1], 413, None),
    ],
)
def test_upload_up_to_the_limit_is_kept_and_one_byte_more_is_not(temporary, sizes, status, answer):
    response = post(*sizes)

    assert response.status_code == status
    if answer:
        assert response.content.decode() == answer
    assert list(temporary.iterdir()) == []


def test_upload_of_300_megabytes_uses_neither_memory_nor_disk(temporary):
    tracemalloc.start()
    try:
        response = post(300 * MEGABYTE)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert response.status_code == 413
    assert peak < 15 * MEGABYTE
    assert list(temporary.iterdir()) == []


@pytest.mark.services
def test_upload_of_300_megabytes_to_a_real_server_ends_in_a_clear_answer(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with server(tmp_path, temporary) as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = Body(300 * MEGABYTE)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(body.length)}
        connection.request("POST", "/upload/", body=iter(body), headers=headers)
        response = connection.getresponse()

        assert (response.status, "20" in response.read().decode()) == (413, True)
        assert peak_memory(process) < 150 * MEGABYTE
        assert list(temporary.iterdir()) == []
        connection.request("GET", "/alive/")
        assert connection.getresponse().read() == b"alive"


@contextlib.contextmanager
def server(folder, temporary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"TMPDIR": str(temporary), "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable, "-m", "gunicorn", "tests.kraftsamling.files.upload_site:application", "--bind", f"127.0.0.1:{port}",
        "--threads", "2", "--worker-tmp-dir", str(folder), "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(port):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/alive/")
            return connection.getresponse().read()
    raise TimeoutError("the web server did not start")


def peak_memory(process):
    """The most that any of the server's processes has had in memory, in bytes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    peaks = [Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0] for pid in [process.pid, *children]]
    return max(int(peak) for peak in peaks) * 1024
