"""“This is waiting for you”: the list, and how long it is."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .waits import SOURCES, Task

MOST_OF_EACH = 25
"""A list that nobody can take in helps nobody; the page a line leads to has them all."""

KEPT_SECONDS = 30
"""How long the number in the menu may be behind what others do; what one does oneself shows at once."""

_FAR_AWAY = datetime.max.replace(tzinfo=UTC)


def waiting_for(user: Any, *, at: datetime) -> list[Task]:
    """Everything that waits for the person, what is due first on top. One query, and one more for each kind there is any of."""
    rows = [source.rows(user, at=at) for source in SOURCES]
    tasks = [SOURCES[place].task(row) for place in _where_any(rows) for row in rows[place][:MOST_OF_EACH]]
    return sorted(tasks, key=lambda task: task.due_at or _FAR_AWAY)


def _where_any(rows: Sequence[QuerySet]) -> list[int]:
    """The places of those that have any row, in one query."""
    asked = [each.order_by().values_list(Value(place)) for place, each in enumerate(rows) if not each.query.is_empty()]
    return sorted(place for (place,) in asked[0].union(*asked[1:])) if asked else []


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
    rows = (source.rows(user, at=at).order_by() for source in SOURCES)
    found = [each.values_list(Value(1)) for each in rows if not each.query.is_empty()]
    return found[0].union(*found[1:], all=True).count() if found else 0
