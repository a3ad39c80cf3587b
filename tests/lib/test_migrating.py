"""A new database is made quickly, and is the same as Django would make it."""

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython
from django.db.migrations.state import ProjectState

from kraftsamling.lib.migrating import few_models_made_anew


@pytest.fixture
def fresh(monkeypatch, django_db_blocker):
    """A database in memory beside that of the tests. Steps in Python would ask the other one: they are left out."""
    there = {**connections.settings["default"], "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "fresh", there)
    monkeypatch.setattr(RunPython, "database_forwards", lambda *args: None)
    with django_db_blocker.unblock():
        yield


def schema():
    connection = connections["fresh"]
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        found = cursor.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    del connections["fresh"]  # to close it would keep it: it is in memory
    return found


def test_tables_are_the_same_as_with_all_models_made_anew(fresh):
    with few_models_made_anew():
        quick = schema()
    assert quick == schema()
    assert len(quick) > 300


def test_django_is_put_back():
    before = dict(vars(ProjectState))
    with pytest.raises(ZeroDivisionError), few_models_made_anew():
        assert dict(vars(ProjectState)) != before
        1 / 0  # noqa: B018
    assert dict(vars(ProjectState)) == before
