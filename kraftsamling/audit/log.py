"""Writes and reads the case log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.functional import Promise

from .models import AuditEntry, AuditEntryQuerySet

_sentences: dict[str, tuple[Any, bool]] = {}


class _Details(dict[str, Any]):
    """An old entry may lack a detail that today's sentence names: a dash stands there, and the history can be read."""

    def __missing__(self, key: str) -> str:
        return "–"


def register(action: str, sentence: "str | Promise | Callable[[dict[str, Any]], str]", *, internal: bool = False) -> None:
    """Gives an action its sentence in the history. Internal entries are for the programme's officers only."""
    _sentences[action] = (sentence, internal)


def target_of(instance: models.Model) -> str:
    return f"{instance._meta.label_lower}:{instance.pk}"


def record(action: str, target: models.Model, *, by: Any = None, at: datetime | None = None, **details: Any) -> AuditEntry:
    """Adds an entry, in the transaction of the change itself.

    Raises RuntimeError outside a transaction and KeyError for an action that has no registered sentence.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs in the same transaction as the change it records")
    _sentence, internal = _sentences[action]
    return AuditEntry.objects.create(
        at=at or timezone.now(),
        by=by,
        by_name=str(by)[:200] if by else "",
        action=action,
        target=target_of(target),
        target_name=str(target)[:250],
        details=details,
        internal=internal,
    )


def history(target: models.Model, *, internal: bool) -> AuditEntryQuerySet:
    """The case's entries, newest first; the internal ones too if asked for."""
    entries = AuditEntry.objects.about(target_of(target)).newest_first()
    return entries if internal else entries.open_to_parties()


def sentence_of(entry: AuditEntry) -> str:
    """What happened, as a sentence in the reader's language."""
    sentence, _internal = _sentences.get(entry.action, (entry.action, True))
    if callable(sentence):
        return sentence(entry.details)
    return str(sentence) % _Details(entry.details)
