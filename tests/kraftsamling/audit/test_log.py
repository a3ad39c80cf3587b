import datetime as dt
import importlib
import sqlite3
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from kraftsamling.audit import log
from kraftsamling.audit.models import AuditEntry
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.passes import second_pass_alone

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _actions(monkeypatch):
    monkeypatch.setattr(log, "_sentences", {})
    log.register("tests.open", "%(name)s is opened.")
    log.register("tests.inner", "A note among officers.", internal=True)
    log.register("tests.called", lambda details: f"{details['count']} files")


def test_record_keeps_who_what_when_and_what_it_was_called_then():
    user, target = UserFactory(name="Ada Lind"), OrganisationFactory(name="Föreningen Nord")

    log.record("tests.open", target, by=user, at=AT, name="Saken", amount=Decimal("1.50"), due=AT.date())

    entry = AuditEntry.objects.get()
    assert (entry.at, entry.by, entry.by_name, entry.action) == (AT, user, "Ada Lind", "tests.open")
    assert (entry.target, entry.target_name) == (f"accounts.organisation:{target.pk}", "Föreningen Nord")
    assert entry.details == {"name": "Saken", "amount": "1.50", "due": "2026-11-20"}
    assert (log.sentence_of(entry), entry.internal) == ("Saken is opened.", False)


def test_record_without_a_person_is_what_the_system_does_by_itself():
    log.record("tests.open", OrganisationFactory(), at=AT, name="x")

    assert AuditEntry.objects.values_list("by", "by_name").get() == (None, "")


def test_record_of_an_action_without_a_sentence_is_refused():
    with pytest.raises(KeyError):
        log.record("tests.unknown", OrganisationFactory())


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused():
    target = OrganisationFactory()
    with pytest.raises(RuntimeError, match="same transaction"):
        log.record("tests.open", target, name="x")
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_falls_with_the_change_that_it_records():
    target = OrganisationFactory()

    @transaction.atomic
    def change():
        log.record("tests.open", target, name="x")
        raise LookupError

    with pytest.raises(LookupError):
        change()
    assert not AuditEntry.objects.exists()


def test_history_is_of_the_target_newest_first_and_internal_entries_are_for_officers():
    target, other = OrganisationFactory(), OrganisationFactory()
    log.record("tests.open", target, at=AT, name="x")
    log.record("tests.inner", target, at=AT)
    log.record("tests.called", target, at=AT - dt.timedelta(hours=1), count=3)
    log.record("tests.open", other, at=AT, name="y")

    assert [log.sentence_of(entry) for entry in log.history(target, internal=True)] == [
        "A note among officers.", "x is opened.", "3 files",
    ]  # fmt: skip
    assert [entry.action for entry in log.history(target, internal=False)] == ["tests.open", "tests.called"]


def test_sentence_of_an_old_entry_that_lacks_a_detail_can_still_be_read():
    assert log.sentence_of(log.record("tests.open", OrganisationFactory())) == "– is opened."


def test_entries_cannot_be_changed_or_taken_away():
    entry = log.record("tests.open", OrganisationFactory(), name="x")

    for change in (
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.update(by_name="y"),
        lambda: AuditEntry.objects.bulk_update([entry], ["by_name"]),
        entry.delete,
        entry.save,
    ):
        with pytest.raises(TypeError, match="append-only"):
            change()


@second_pass_alone("the trigger is PostgreSQL's; that of SQLite is tested below")
@pytest.mark.parametrize("sql", ["UPDATE audit_auditentry SET by_name = 'y'", "DELETE FROM audit_auditentry"])
def test_postgresql_refuses_too(sql):
    log.record("tests.open", OrganisationFactory(), name="x")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE audit_auditentry SET by_name = 'y'", "DELETE FROM audit_auditentry"])
def test_a_sqlite_file_refuses_too(tmp_path, sql):
    """The triggers leave databases in memory alone, so they are tried on a file."""
    migration = importlib.import_module("kraftsamling.audit.migrations.0002_append_only")
    database = sqlite3.connect(tmp_path / "log.sqlite3")
    database.execute("CREATE TABLE audit_auditentry (id INTEGER PRIMARY KEY, by_name TEXT)")
    for verb in ("UPDATE", "DELETE"):
        database.execute(migration.SQLITE.format(verb=verb))
    database.execute("INSERT INTO audit_auditentry (by_name) VALUES ('x')")

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(sql)
    assert database.execute("SELECT by_name FROM audit_auditentry").fetchall() == [("x",)]
    database.close()
