"""What tests of the database itself ask and tell it, past the models."""

from django.db import connection, transaction


def run(statement, *values):
    """Gives how many rows it met."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def triggers_laid(prefix):
    """Names of those that are in the database now."""
    question = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
        "postgresql": "SELECT DISTINCT tgname FROM pg_trigger WHERE tgname LIKE %s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question, [f"{prefix}%"])
        return {row[0] for row in cursor.fetchall()}
