"""What a line of “This is waiting for you” is, and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One line of the list: what to do, where it belongs, and by when."""

    title: str
    detail: str
    url: str
    due_at: datetime | None = None
    tone: str = "wait"


class Source(NamedTuple):
    """A kind of thing that may wait for somebody: the rows it comes from (one query), and a task for each."""

    rows: Callable[..., QuerySet]
    """(user, at=…) → rows; .none() for those whom it does not concern, which asks nothing of the database."""
    task: Callable[[Any], Task]
