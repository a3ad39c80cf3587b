"""`make test` goes through the suite twice. The one place where a test may say that it belongs to one of the two passes.

Nothing else leaves a test out: what a test needs, the set-up installs.
"""

import os

import pytest
from django.db import connection

FIRST = "runs in the first pass of “make test”, on SQLite: "
SECOND = "runs in the second pass of “make test”, on PostgreSQL: "
THREADS = "the threads need a connection each, and the test database of SQLite lives in one"


def second_pass_alone(why):
    """A mark for one test."""
    return pytest.mark.skipif(connection.vendor == "sqlite", reason=SECOND + why)


def leave_to_second_pass(why):
    """For a whole module, called at its top."""
    if connection.vendor == "sqlite":
        pytest.skip(SECOND + why, allow_module_level=True)


def first_pass_alone(why):
    """A mark for a test or a module."""
    return pytest.mark.skipif("DATABASE_URL" in os.environ, reason=FIRST + why)


def leave_to_first_pass(why):
    """In a fixture whose tests need the database in memory."""
    if connection.vendor != "sqlite":
        pytest.skip(FIRST + why)


def refuse_others(report):
    """A test or module that was left out for any other reason has failed."""
    if not report.skipped:
        return report
    _file, _line, said = report.longrepr
    reason = said.removeprefix("Skipped: ")
    if not reason.startswith((FIRST, SECOND)) or reason in {FIRST, SECOND}:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was left out, and not since it runs in the other pass: {reason or 'no reason given'}"
    return report
