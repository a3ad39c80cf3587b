"""“This is waiting for you”: the list, and how long it is."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, QuerySet, Value
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .waits import SOURCES, Task

MOST_OF_EACH = 25
"""A list that nobody can take in helps nobody; the page a line leads to has them all."""

KEPT_SECONDS = 30
"""How long the number in the menu may be behind what others do; what one does oneself shows at once."""

_FAR_AWAY = datetime.max.replace(tzinfo=UTC)


def waiting_for(user: Any, *, at: datetime) -> list[Task]:
    """Everything that waits for the person, what is due first on top."""
    sources = [(source, source.rows(user, at=at)) for source in SOURCES]
    filled = _filled([rows for _source, rows in sources])
    tasks = [source.task(row) for number, (source, rows) in enumerate(sources) if number in filled for row in rows[:MOST_OF_EACH]]
    return sorted(tasks, key=lambda task: task.due_at or _FAR_AWAY)


def known_count(user: Any, *, at: datetime) -> int:
    """How long the list is, at most half a minute old."""
    key = _key(user)
    count = cache.get(key)
    if count is None:
        count = count_waiting(user, at=at)
        cache.set(key, count, KEPT_SECONDS)
    return count


def count_anew_after_acting(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: who has just done something sees at once what that left to do."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "POST" and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            cache.delete(_key(request.user))
        return response

    return middleware


def _key(user: Any) -> str:
    return f"waiting-{user.pk}"


def count_waiting(user: Any, *, at: datetime) -> int:
    """How many lines the list has, in one query."""
    found = [_marks(source.rows(user, at=at), 1) for source in SOURCES]
    found = [each for each in found if not each.query.is_empty()]
    return found[0].union(*found[1:], all=True).count() if found else 0


def _filled(lists: list[QuerySet]) -> set[int]:
    """The places of those that have any rows, in one query: most wait for others, and each would be a question.

    The database leaves off at the first row of each.
    """
    asked = {}
    for number, rows in enumerate(lists):
        with suppress(EmptyResultSet):
            asked[number] = rows.query.exists().sql_with_params()
    if not asked:
        return set()
    with connection.cursor() as cursor:
        questions = ", ".join(f"EXISTS ({sql})" for sql, _values in asked.values())
        cursor.execute(f"SELECT {questions}", [value for _sql, values in asked.values() for value in values])
        told = cursor.fetchone()
    return {number for number, has_rows in zip(asked, told, strict=True) if has_rows}


def _marks(rows: QuerySet, mark: int) -> QuerySet:
    return rows.order_by().values_list(Value(mark, output_field=IntegerField()), flat=True)
