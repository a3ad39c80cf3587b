"""What the database itself keeps as it was sent in or decided, whoever writes to it: triggers for SQLite and PostgreSQL.

Every column of a row that is frozen stays as it is, also columns that come later: the exceptions are named here. Laid anew
after every migration, as those of pilots.triggers, and for the same reason.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from .triggers import NOT_IN_MEMORY

ALWAYS = "OLD.id IS NOT NULL"


class Frozen(NamedTuple):
    """When a row of the table is frozen, and what may still happen to it."""

    name: str
    """What the database says when it refuses."""
    when: str = ALWAYS
    later: Mapping[str, str] = {}
    """Column → the one change of it that is right."""


def _once(column: str) -> str:
    return f"OLD.{column} IS NULL"


SENT_IN = "what_is_sent_in_is_never_changed"
DECIDED = "what_is_decided_is_never_changed"

TABLES = {
    "pilots_paymentversion": Frozen(SENT_IN, later={"receipt_id": _once("receipt_id")}),
    "pilots_paymentversion_files": Frozen(SENT_IN),
    "pilots_reportversion": Frozen(SENT_IN, later={"pdf_id": _once("pdf_id")}),
    "pilots_reportversion_files": Frozen(SENT_IN),
    "pilots_reportedcost": Frozen(SENT_IN),
    "pilots_indicatorvalue": Frozen(SENT_IN),
    "pilots_reportreview": Frozen(DECIDED, "OLD.outcome <> ''"),
    "pilots_advance": Frozen(DECIDED, "OLD.state <> 'asked'"),
    "pilots_recovery": Frozen(
        DECIDED,
        "OLD.state <> 'hearing'",
        later={"state": "OLD.state = 'decided' AND NEW.state = 'settled'", "settled_at": _once("settled_at")},
    ),
    "pilots_recoverypart": Frozen(DECIDED),
    "pilots_settlement": Frozen(DECIDED),
}


def _differs(columns: list[str], frozen: Frozen, *, unlike: str) -> str:
    found = []
    for column in columns:
        changed = f"NEW.{column} {unlike} OLD.{column}"
        found.append(f"({changed} AND NOT ({frozen.later[column]}))" if column in frozen.later else changed)
    return f"({frozen.when}) AND ({' OR '.join(found)})"


def _sqlite(table: str, columns: list[str], frozen: Frozen) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{frozen.name}'); END"
    kept, there = names_of(table)
    return [
        *(f"DROP TRIGGER IF EXISTS {name}" for name in (kept, there)),
        f"CREATE TRIGGER {kept} BEFORE UPDATE ON {table} WHEN {_differs(columns, frozen, unlike='IS NOT')} {refuse}",
        f"CREATE TRIGGER {there} BEFORE DELETE ON {table} WHEN ({frozen.when}) AND {NOT_IN_MEMORY} {refuse}",
    ]


_FUNCTION = """CREATE OR REPLACE FUNCTION frozen_refused() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$"""


def _postgresql(table: str, columns: list[str], frozen: Frozen) -> list[str]:
    kept, there = names_of(table)
    refuse = f"EXECUTE FUNCTION frozen_refused('{frozen.name}')"
    changes = _differs(columns, frozen, unlike="IS DISTINCT FROM")
    return [
        _FUNCTION,
        *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in (kept, there)),
        f"CREATE TRIGGER {kept} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changes}) {refuse}",
        f"CREATE TRIGGER {there} BEFORE DELETE ON {table} FOR EACH ROW WHEN ({frozen.when}) {refuse}",
    ]


def names_of(table: str) -> tuple[str, str]:
    """Of the trigger that stands before a change, and of the one before a deletion."""
    return f"frozen_{table}_kept", f"frozen_{table}_there"


def lay(connection: Any) -> None:
    """Lays the triggers where their tables are, in place of older ones."""
    statements = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in TABLES.keys() & there:
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            for statement in statements(table, columns, TABLES[table]):
                cursor.execute(statement)


def lift(connection: Any) -> None:
    """Takes them away while tables are changed: SQLite remakes them, and a trigger of PostgreSQL holds its columns."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in TABLES.keys() & there:
            for name in names_of(table):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@receiver(pre_migrate, dispatch_uid="pilots.frozen.lift")
def _lift(sender: Any, using: str, plan: Any = None, **kwargs: Any) -> None:
    if sender.name == "pilots" and plan:
        lift(connections[using])


@receiver(post_migrate, dispatch_uid="pilots.frozen.lay")
def _lay(sender: Any, using: str, **kwargs: Any) -> None:
    if sender.name == "pilots":
        lay(connections[using])
