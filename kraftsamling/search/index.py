"""Puts things into the index, and finds what a person may read."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kraftsamling.lib.text import clean_text

from . import engines
from .models import SearchEntry

LONGEST_BODY = 200_000
FEW = 500
"""Up to so many objects are told to the database one by one."""
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


Hits = Mapping[str, Sequence[int]]
"""Kind by kind, the objects whose entries hold the words."""


def hits(words: str, at: datetime) -> Hits:
    """Whoever may read them: for `find` to look among, and never to be shown. One query."""
    found: dict[str, list[int]] = defaultdict(list)
    if terms := terms_of(words):
        entries = engines.holding(SearchEntry.objects.filter(changed_at__lte=at), terms)
        for kind, object_id in entries.values_list("kind", "object_id"):
            found[kind].append(object_id)
    return found


def find(user: Any, words: str, at: datetime, *, among: Hits | None = None) -> QuerySet[SearchEntry]:
    """What the person may read that holds all the words, the best first; as things stood at the moment. One query.

    With the `hits` of the same words and moment it finds the same and sooner: kinds without any are not asked what the person
    may read, and those with few only of these.
    """
    terms = terms_of(words)
    if not terms:
        return SearchEntry.objects.none()
    readable = Q(pk__in=[])
    for kind, registered in _kinds.items():
        if among is None or kind in among:
            readable |= Q(kind=kind) & engines.of_one_of(_narrowed(registered.visible(user), among and among[kind]))
    entries = SearchEntry.objects.filter(readable, changed_at__lte=at)
    return engines.ranked(engines.holding(entries, terms), terms)


def _narrowed(objects: QuerySet, keys: Sequence[int] | None) -> QuerySet:
    return objects if keys is None or len(keys) > FEW else objects.filter(pk__in=keys)


def terms_of(words: str) -> list[str]:
    """The words to look for, each once; more than anybody means to write are left out."""
    return list(dict.fromkeys(clean_text(words).casefold().split()))[:_MOST_WORDS]
