"""The one command: it starts everything, keeps the data, and leaves nothing behind."""

import os
import platform
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import redis

from kraftsamling.lib import services
from tests.passes import first_pass_alone

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"valkey-server", "gunicorn", "worker", "beat"}

pytestmark = [
    pytest.mark.services,
    first_pass_alone("starts a database and a broker of its own, whatever the other tests use"),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Instance:
    """One `manage.py up`, with its data in a folder of its own."""

    def __init__(self, folder, port=None, *arguments, **variables):
        self.folder, self.port = folder, port or free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "SECRET_KEY": "only for this test, but long enough to be taken",
            "LOG_LEVEL": "ERROR",
            **variables,
        }
        command = [sys.executable, "manage.py", "up", *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def until_ready(self):
        for line in self.process.stdout:
            if line.startswith("Data lies in"):
                return self
        raise AssertionError(self.process.stderr.read())

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.rest()

    def rest(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def status(self, path="/"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def processes(self):
        """The words of each command line, by process id, of everything that runs with this data folder."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment, line = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if f"DATA_DIR={self.folder}".encode() in environment.split(b"\0") or f"{self.folder}/valkey.sock" in line:
                found[int(folder.name)] = [Path(word).name for word in line.replace("\0", " ").split()]
        return found

    def pid_of(self, word):
        """The oldest process with the word in its command line."""
        return min(pid for pid, words in self.processes().items() if word in words)


@pytest.fixture(scope="session")
def used_folder(tmp_path_factory):
    """The data folder of an instance that began again there and has stopped, so that the others start fast."""
    folder = tmp_path_factory.mktemp("used")
    (folder / "files").mkdir()
    (folder / "files" / "old.pdf").write_text("ours")
    (folder / "notes.txt").write_text("somebody else's")
    (folder / "kraftsamling.sqlite3").write_text("not even a database")
    assert Instance(folder, None, "--fresh").until_ready().end()[0] == 0
    return folder


@pytest.fixture
def start(tmp_path, used_folder):
    instances = []
    shutil.copytree(used_folder, tmp_path, dirs_exist_ok=True)

    def start(*arguments, port=None, **variables):
        instance = Instance(tmp_path, port, *arguments, **variables)
        instances.append(instance)
        return instance

    yield start
    for instance in instances:
        if instance.process.poll() is None:
            instance.end()


def test_it_answers_stops_and_keeps_the_data(start, tmp_path):
    first = start().until_ready()
    assert first.status("/static/css/kraft.css") == 200
    assert PARTS & {word for words in first.processes().values() for word in words} == PARTS
    broker = redis.Redis(unix_socket_path=str(tmp_path / "valkey.sock"))
    broker.set("kept", "yes")
    broker.close()
    with sqlite3.connect(tmp_path / "kraftsamling.sqlite3") as database:
        database.execute("INSERT INTO django_session VALUES ('kept', '', '2999-01-01')")

    code, out, err = first.end()
    assert (code, err, first.processes()) == (0, "", {})
    assert out.strip().splitlines()[-1] == "Everything has stopped. Your data is kept."

    second = start().until_ready()
    broker = redis.Redis(unix_socket_path=str(tmp_path / "valkey.sock"))
    assert broker.get("kept") == b"yes"
    broker.close()
    with sqlite3.connect(tmp_path / "kraftsamling.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM django_session WHERE session_key = 'kept'").fetchone() == (1,)
    assert second.end(signal.SIGINT)[0] == 0
    assert second.processes() == {}


@pytest.mark.parametrize(
    ("part", "name"),
    [("valkey-server", "The broker"), ("worker", "The worker"), ("beat", "The clock (beat)"), ("gunicorn", "The web server")],
)
def test_a_part_that_dies_takes_the_rest_with_it_and_is_named(start, part, name):
    instance = start().until_ready()

    os.kill(instance.pid_of(part), signal.SIGKILL)
    code, _out, err = instance.rest()

    assert (code, instance.processes()) == (1, {})
    assert err.splitlines()[-1] == f"CommandError: {name} stopped by itself, so everything has stopped; see the lines above."


def test_nothing_stays_when_the_parent_is_killed(start, tmp_path):
    instance = start().until_ready()

    instance.process.kill()
    instance.process.wait()

    left = list(instance.processes())
    for pid in left:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        assert select.select([descriptor], [], [], 30)[0] == [descriptor]
        os.close(descriptor)
    assert instance.processes() == {}


def test_a_second_instance_in_the_same_folder_is_refused(start, tmp_path):
    first = start().until_ready()

    code, _out, err = start().rest()

    assert (code, err) == (
        1,
        (
            f"CommandError: The data folder {tmp_path} is in use by another running instance (process {first.process.pid}): "
            "stop that one first, or choose another folder with DATA_DIR.\n"
        ),
    )
    assert first.end()[0] == 0


def test_a_taken_port_is_told(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        instance = start(port=port)
        code, _out, err = instance.rest()

    sentence = f"CommandError: Port {port} is taken by another program: stop it, or choose another port with PORT.\n"
    assert (code, err, instance.processes()) == (1, sentence, {})


def test_beginning_again_removes_our_data_and_nothing_else(used_folder):
    assert (used_folder / "notes.txt").read_text() == "somebody else's"
    assert (used_folder / "files" / "old.pdf").exists() is False


def test_beginning_again_never_empties_another_database(start, tmp_path):
    code, _out, err = start("--fresh", DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3").rest()

    assert (code, err) == (
        1,
        "CommandError: Beginning again only works with the built-in database: DATABASE_URL is set, and that one is never emptied.\n",
    )


def test_a_machine_without_the_broker_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(services.ServiceError) as refusal:
        services.broker_command(tmp_path / "socket", tmp_path)

    assert str(refusal.value) == (
        "The embedded broker (Valkey) does not exist for this kind of machine: start a Redis or Valkey server and set REDIS_URL."
    )
