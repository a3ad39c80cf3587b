"""The database keeps what the newest report tells: the costs foreseen in all, and the newest outcome of each indicator.

Laid anew after every migration: SQLite drops the triggers of a table that it remakes, and cannot remake a table that triggers
of others name.
"""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

NEEDS = {"pilots_project": "foreseen", "pilots_indicator": "latest"}
"""Columns that an older state of the schema has not."""
UPDATES = {
    "pilots_reportedcost": (
        "UPDATE pilots_project SET foreseen = "
        "(SELECT SUM(c.forecast) FROM pilots_reportedcost c WHERE c.version_id = NEW.version_id) "
        "WHERE id = (SELECT r.project_id FROM pilots_reportversion v JOIN pilots_report r ON r.id = v.report_id "
        "WHERE v.id = NEW.version_id) "
        "AND NOT EXISTS (SELECT 1 FROM pilots_reportversion v JOIN pilots_report r ON r.id = v.report_id "
        "WHERE r.project_id = pilots_project.id AND v.id > NEW.version_id)"
    ),
    "pilots_indicatorvalue": (
        "UPDATE pilots_indicator SET latest = NEW.value WHERE id = NEW.indicator_id "
        "AND NOT EXISTS (SELECT 1 FROM pilots_indicatorvalue v WHERE v.indicator_id = NEW.indicator_id "
        "AND v.version_id > NEW.version_id)"
    ),
}


def lay(connection: Any) -> None:
    """Lays the triggers where their columns are, in place of older ones."""
    with connection.cursor() as cursor:
        if not _has_columns(connection, cursor):
            return
        for table, update in UPDATES.items():
            for statement in _statements(connection.vendor, table, update):
                cursor.execute(statement)


def lift(connection: Any) -> None:
    """Takes them away while SQLite remakes tables. PostgreSQL changes tables with their triggers in place."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in UPDATES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_told")


def _statements(vendor: str, table: str, update: str) -> list[str]:
    name = f"{table}_told"
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {update}; END"]
    body = f"$$ BEGIN {update}; RETURN NULL; END $$"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _has_columns(connection: Any, cursor: Any) -> bool:
    tables = set(connection.introspection.table_names(cursor))
    return all(
        table in tables and column in {one.name for one in connection.introspection.get_table_description(cursor, table)}
        for table, column in NEEDS.items()
    )


@receiver(pre_migrate, dispatch_uid="pilots.steering.triggers.lift")
def on_migration(sender: Any, using: str, plan: Any, **kwargs: Any) -> None:
    if sender.name == "pilots" and plan:
        lift(connections[using])


@receiver(post_migrate, dispatch_uid="pilots.steering.triggers.lay")
def on_migrated(sender: Any, using: str, **kwargs: Any) -> None:
    if sender.name == "pilots":
        lay(connections[using])
