"""Puts things into the index, and finds what a person may read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kraftsamling.lib.text import clean_text

from . import engines
from .models import SearchEntry

LONGEST_BODY = 200_000
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class SearchKind:
    """A kind of thing that can be found, and who may find which."""

    visible: Callable[[Any], QuerySet]
    label: Any


_kinds: dict[str, SearchKind] = {}


def register(kind: str, visible: Callable[[Any], QuerySet], *, label: Any = "") -> None:
    """visible(user) gives the objects the person may read; also for an AnonymousUser. The label is the plural shown to people."""
    _kinds[kind] = SearchKind(visible, label or kind)


def kinds() -> dict[str, SearchKind]:
    return dict(_kinds)


def put(kind: str, object_id: int, *, title: str, body: str, url: str, at: datetime) -> None:
    """Adds the object to the index, or writes it anew."""
    entry = SearchEntry(
        kind=kind,
        object_id=object_id,
        title=" ".join(clean_text(title).split())[:250],
        body=clean_text(body)[:LONGEST_BODY],
        url=url,
        changed_at=at,
    )
    SearchEntry.objects.bulk_create(
        [entry],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["title", "body", "url", "changed_at"],
    )


def remove(kind: str, object_id: int) -> None:
    SearchEntry.objects.filter(kind=kind, object_id=object_id).delete()


def find(user: Any, words: str, at: datetime) -> QuerySet[SearchEntry]:
    """What the person may read that holds all the words, the best first; as things stood at the moment. One query.

    Each that holds the words is looked up by its key: all that a person may read is much more than what is found.
    """
    terms = terms_of(words)
    if not terms:
        return SearchEntry.objects.none()
    readable = Q(pk__in=[])
    for kind, registered in _kinds.items():
        readable |= Q(kind=kind) & Q(Exists(registered.visible(user).filter(pk=OuterRef("object_id"))))
    return engines.matching(SearchEntry.objects.filter(readable, changed_at__lte=at), terms)


def terms_of(words: str) -> list[str]:
    """The words to look for, each once; more than anybody means to write are left out."""
    return list(dict.fromkeys(clean_text(words).casefold().split()))[:_MOST_WORDS]
