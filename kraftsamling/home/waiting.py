"""“This is waiting for you”: the list, and how long it is."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Value

from .tasks import SOURCES, Task

MOST_OF_EACH = 25
"""A list that nobody can take in helps nobody; the page a line leads to has them all."""

_FAR_AWAY = datetime.max.replace(tzinfo=UTC)


def waiting_for(user: Any, *, at: datetime) -> list[Task]:
    """Everything that waits for the person, what is due first on top."""
    tasks = [source.task(row) for source in SOURCES for row in source.rows(user, at=at)[:MOST_OF_EACH]]
    return sorted(tasks, key=lambda task: task.due_at or _FAR_AWAY)


def count_waiting(user: Any, *, at: datetime) -> int:
    """How many lines the list has, in one query."""
    rows = (source.rows(user, at=at).order_by() for source in SOURCES)
    found = [each.values_list(Value(1)) for each in rows if not each.query.is_empty()]
    return found[0].union(*found[1:], all=True).count() if found else 0
