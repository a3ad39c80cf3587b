"""What is measured beside the pages: scripts and styles, memory, documents, a long file, and a database made from nothing."""

import gzip
import http.client
import os
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from kraftsamling.lib import services

from . import bench_work

MOST_KB_OF_SCRIPTS_AND_STYLES = 45
MOST_MB_OF_A_WEB_PROCESS = 150
MOST_SECONDS_TO_MIGRATE = 10
MOST_SECONDS_OF_A_DOCUMENT = 1.5
MOST_MB_OF_A_WORKER = 150
MOST_MB_OF_AN_EXPORT = 100
TIMES = 20
HOST = "127.0.0.1"


class Fact(NamedTuple):
    """One line: what it is, how much, and how much it may be."""

    name: str
    found: float
    most: float
    unit: str


def facts(visits: Iterable[tuple[str, str]]) -> Iterator[Fact]:
    """With the addresses that a web process is to answer, each with the cookie of who opens it."""
    yield Fact("all scripts and styles, gzip", _scripts_and_styles(), MOST_KB_OF_SCRIPTS_AND_STYLES, "kB")
    yield Fact("a web process after load", _memory(list(visits)), MOST_MB_OF_A_WEB_PROCESS, "MB")
    yield Fact("a database from nothing, work", _migrating(), MOST_SECONDS_TO_MIGRATE, "s")
    yield from work()


def work() -> Iterator[Fact]:
    """Nothing where there are no reports."""
    if made := bench_work.measured("documents"):
        yield Fact(f"a report of {made['pages']:.0f} pages as PDF, work", made["seconds"], MOST_SECONDS_OF_A_DOCUMENT, "s")
        yield Fact(f"a worker after {bench_work.DOCUMENTS} of them", made["MB"], MOST_MB_OF_A_WORKER, "MB")
    if sent := bench_work.measured("export"):
        yield Fact(f"a process that sends {sent['rows']:.0f} rows as CSV", sent["MB"], MOST_MB_OF_AN_EXPORT, "MB")
        yield Fact("what it grew by meanwhile", sent["MB"] - sent["before"], MOST_MB_OF_AN_EXPORT, "MB")


def _scripts_and_styles() -> float:
    """All of ours together: no page has more."""
    files = [Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])]
    ours = [file for file in files if file.suffix in {".css", ".js"} and file.is_relative_to(settings.BASE_DIR / "static")]
    return sum(len(gzip.compress(file.read_bytes())) for file in ours) / 1000


def _memory(visits: list[tuple[str, str]]) -> float:
    """Of one web process that has answered each page some times, in several threads as it does on the machine of a user."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    family = services.Processes(settings.BASE_DIR)
    options = ["--bind", f"{HOST}:{port}", "--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    try:
        master = family.start("the web server", [sys.executable, "-m", "gunicorn", "kraftsamling.wsgi", *options])
        while not services.page_answers(HOST, port, "/") and not family.ended():
            services.pause()
        for _time in range(TIMES):
            for address, cookie in visits:
                _visit(port, address, cookie)
        return max(_resident(int(pid)) for pid in _children(master.pid))
    finally:
        family.stop()


def _visit(port: int, address: str, cookie: str) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https", "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    connection.request("GET", address, headers=headers)
    connection.getresponse().read()
    connection.close()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _migrating() -> float:
    """Seconds of work of a command of its own, start included, with a database file in a new folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": ""}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)  # noqa: S603 - our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
