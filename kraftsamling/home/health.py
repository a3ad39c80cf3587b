"""Is the installation well? For the one who watches over it: words and numbers, no secrets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from kraftsamling.notifications.health import oldest_waiting

TOO_OLD = timedelta(minutes=15)
"""A mail that has waited longer than this means that no worker is at work."""


def health(*, at: datetime) -> tuple[bool, dict[str, Any]]:
    """Whether all is well, and the state of each part."""
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        "database": _database,
        "broker": _broker,
        "messages": lambda: _messages(at=at),
    }
    parts = {name: check() for name, check in checks.items()}
    return all(part["ok"] for part in parts.values()), parts


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False, "problem": "the database does not answer"}
    return {"ok": True}


def _broker() -> dict[str, Any]:
    """The same server is broker and cache."""
    where = settings.CACHES["default"].get("LOCATION")
    if not where:
        return {"ok": True, "note": "tasks run at once, without a broker"}
    try:
        with redis.Redis.from_url(where, socket_connect_timeout=2, socket_timeout=2) as server:
            server.ping()
    except redis.RedisError:
        return {"ok": False, "problem": "the broker does not answer"}
    return {"ok": True}


def _messages(*, at: datetime) -> dict[str, Any]:
    try:
        age = oldest_waiting(at) or timedelta(0)
    except DatabaseError:
        return {"ok": False, "problem": "the outbox cannot be read"}
    return {"ok": age <= TOO_OLD, "oldest_waiting_seconds": int(age.total_seconds())}
