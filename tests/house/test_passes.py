"""No test is left out but where it runs in the other pass of `make test`."""

import ast
import subprocess
from pathlib import Path

import pytest
from _pytest.reports import CollectReport, TestReport

from tests import passes

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
LEAVES_OUT = {"skip", "skipif", "skipIf", "skipUnless", "SkipTest", "skipTest", "importorskip", "xfail", "collect_ignore", "collect_ignore_glob"}  # fmt: skip
TO_THE_SECOND = {"second_pass_alone", "leave_to_second_pass"}


def names(path):
    """Every name and attribute that the code of a file uses."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
                yield name


def modules():
    return [path for path in sorted(TESTS.rglob("*.py")) if path not in {Path(__file__), TESTS / "passes.py"}]


def once_alone():
    """The paths that the second pass leaves out, as make itself reads them."""
    command = ["make", "--no-print-directory", "--eval", "named: ; @echo $(SAME_ON_EVERY_ENGINE)", "named"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in said.split()]


def test_tests_are_left_out_in_one_place_alone():
    assert [str(path.relative_to(ROOT)) for path in modules() if LEAVES_OUT & set(names(path))] == []


def test_what_the_first_pass_leaves_out_runs_in_the_second():
    left = [path for path in modules() if TO_THE_SECOND & set(names(path))]

    assert [path.name for path in left if any(path.is_relative_to(once) for once in once_alone())] == []
    assert len(left) >= 7


def test_what_the_second_pass_leaves_out_is_there():
    assert [str(path) for path in once_alone() if not path.exists()] == []


@pytest.mark.parametrize("reason", ["", "pdftotext is not installed", "unconditional skip", passes.FIRST, passes.SECOND])
@pytest.mark.parametrize("kind", [TestReport, CollectReport])
def test_one_that_is_left_out_for_another_reason_fails(kind, reason):
    report = passes.refuse_others(left_out(kind, reason))

    assert (report.outcome, report.failed) == ("failed", True)
    assert report.longrepr == (f"tests/x.py was left out, and not since it runs in the other pass: {reason or 'no reason given'}")


@pytest.mark.parametrize("reason", [f"{passes.FIRST}why", f"{passes.SECOND}{passes.THREADS}"])
@pytest.mark.parametrize("kind", [TestReport, CollectReport])
def test_one_that_runs_in_the_other_pass_is_left_out(kind, reason):
    report = passes.refuse_others(left_out(kind, reason))

    assert (report.outcome, report.longrepr[2]) == ("skipped", f"Skipped: {reason}")


def left_out(kind, reason):
    longrepr = (str(TESTS / "x.py"), 1, f"Skipped: {reason}")
    if kind is CollectReport:
        return CollectReport("tests/x.py", "skipped", longrepr, [])
    return TestReport("tests/x.py", ("x.py", 1, "test"), {}, "skipped", longrepr, "call")


def test_pytest_itself_asks(tmp_path):
    """A module that leaves a test out for a missing tool, with the hooks of the suite."""
    (tmp_path / "conftest.py").write_text(
        "import pytest\nfrom tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"
    )
    (tmp_path / "test_it.py").write_text("import pytest\n\n\ndef test_it():\n    pytest.skip('x is not installed')\n")
    (tmp_path / "test_module.py").write_text("import pytest\n\npytest.importorskip('no_such_module')\n")

    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "-m", "pytest", "-q", "-p", "no:xdist", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path,
         "--continue-on-collection-errors", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]) == (1, "1 failed, 1 error")
