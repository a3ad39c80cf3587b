"""What the set-up says when something is missing that it may not install itself."""

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATH = os.environ["PATH"]


@pytest.fixture
def setup(monkeypatch):
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / ".ci" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("PATH", "")  # no apt-get, as on a machine where we are not root
    return module


def test_missing_system_libraries_are_named_in_one_sentence(setup, monkeypatch):
    monkeypatch.setitem(setup.LIBRARIES, "libpango-1.0-0", "no-such-library.so.0")

    with pytest.raises(setup.MissingError) as refusal:
        setup.require_libraries()

    assert str(refusal.value) == (
        "The system libraries libpango-1.0-0 are missing, without which no PDF can be made. "
        "Install it first, on Debian or Ubuntu with: sudo apt-get install libpango-1.0-0"
    )


def test_nothing_is_said_when_the_libraries_are_there(setup):
    assert setup.require_libraries() is None


def test_an_old_python_is_refused_before_anything_is_done(setup, monkeypatch):
    monkeypatch.setattr(setup, "LEAST_PYTHON", (99, 0))

    with pytest.raises(setup.MissingError) as refusal:
        setup.main("run")

    assert str(refusal.value) == f"Python 99.0 or later is needed, but python3 is {sys.version.split()[0]}."


def test_a_second_set_up_asks_nobody(setup, tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "find_uv", lambda: pytest.fail("the packages are there already"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for name in (".packages-run", ".packages-dev"):
        (tmp_path / name).write_text(setup.mark_of_the_packages())

    assert setup.sync(dev=True) is None


def test_what_is_asked_for_of_the_lock_is_part_of_the_mark(setup, monkeypatch):
    before = setup.mark_of_the_packages()
    monkeypatch.setattr(setup, "FOR_TESTS", [])

    assert setup.mark_of_the_packages() != before


def test_every_tool_that_the_tests_take_for_granted_is_asked_for(setup, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(setup, "with_sbin", lambda: "")
    monkeypatch.setattr(setup, "Path", lambda _folder: Path("/nowhere"))

    with pytest.raises(setup.MissingError) as refusal:
        setup.require_test_services()

    assert str(refusal.value).split("apt-get install ")[1].split() == ["chromium", "postgresql", "poppler-utils", "nginx-light"]


def test_nothing_is_asked_for_where_the_tests_have_what_they_need(setup, monkeypatch):
    monkeypatch.setenv("PATH", PATH)

    assert setup.require_test_services() is None


def test_services_are_gone_when_their_command_has_failed():
    before = set(Path(tempfile.gettempdir()).glob("kraftsamling-services-*"))
    script = "import os; print(os.environ['DATABASE_URL'].split('@')[1], os.environ['REDIS_URL']); raise SystemExit(3)"

    done = subprocess.run(
        [sys.executable, ".ci/services.py", "run", sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    database, broker = done.stdout.split()
    assert (done.returncode, done.stderr) == (3, "")
    assert [answers(port) for port in (database, broker)] == [False, False]
    assert set(Path(tempfile.gettempdir()).glob("kraftsamling-services-*")) - before == set()


def answers(address):
    port = int(address.removeprefix("redis://").split(":")[1].split("/")[0])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
