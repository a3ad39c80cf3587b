"""Promises messages: written in the same transaction as the change they tell of."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from celery.exceptions import OperationalError as CeleryOperationalError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from kraftsamling.audit.log import target_of
from kraftsamling.files.models import StoredFile

from . import preferences
from .letters import new_message
from .models import Category, DropReason, Frequency, Message, MessageState

log = logging.getLogger(__name__)

HANDED_OVER_ONE_BY_ONE = 50
"""More messages than this are left to a sweep, so that the request that promises them stays short."""


def promise(
    kind: str,
    *,
    to: Iterable[Any],
    context: dict[str, Any],
    category: str = Category.CASE,
    about: models.Model | None = None,
    programme_id: int | None = None,
    dedupe_key: str | None = None,
    attachment: StoredFile | None = None,
    at: datetime | None = None,
) -> list[Message]:
    """Writes one message to each receiver (users and plain addresses) and has them delivered after the commit.

    A second promise with the same dedupe key to the same address is ignored. Returns the messages that were written.
    Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outbox.promise belongs in the same transaction as the change it tells of")
    at = at or timezone.now()
    users, emails = _receivers(to)
    keys = {email: f"{dedupe_key}:{email}"[:400] if dedupe_key else None for email in [*users, *emails]}
    known = (
        set(Message.objects.filter(dedupe_key__in=keys.values()).values_list("dedupe_key", flat=True)) if dedupe_key else set()
    )
    chosen, turned_off = preferences.wanted(category, users.values(), emails)
    written = []
    for email, key in keys.items():
        if key in known:
            continue
        user = users.get(email)
        frequency = (
            chosen.get(user.pk, Frequency.AT_ONCE) if user else Frequency.NEVER if email in turned_off else Frequency.AT_ONCE
        )
        message = new_message(kind, context, user=user, email=email, category=category)
        message.about, message.programme_id, message.dedupe_key = target_of(about) if about else "", programme_id, key
        message.attachment = attachment
        message.written_at = message.next_attempt_at = at
        _plan(message, frequency, at=at)
        written.append(message)
    saved = _save(written)
    deliver_after_commit([message.pk for message in saved if message.state == MessageState.WAITING])
    return saved


def withhold(user: Any, about: models.Model) -> int:
    """Drops what has not been sent to the person about the target (conflict of interest). Returns how many."""
    rows = Message.objects.can_be_withheld().filter(to=user, about=target_of(about))
    return rows.update(state=MessageState.DROPPED, dropped_because=DropReason.CONFLICT)


def deliver_after_commit(message_ids: Sequence[int]) -> None:
    if message_ids:
        transaction.on_commit(partial(_hand_to_workers, list(message_ids)))


def _receivers(to: Iterable[Any]) -> tuple[dict[str, Any], list[str]]:
    """Active users by address, and addresses without one; each address once."""
    users: dict[str, Any] = {}
    emails: dict[str, None] = {}
    for receiver in to:
        if isinstance(receiver, str):
            emails[receiver.strip().lower()] = None
        elif receiver.is_active:
            users[receiver.email.lower()] = receiver
    return users, [email for email in emails if email and email not in users]


def _plan(message: Message, frequency: str, *, at: datetime) -> None:
    if frequency == Frequency.AT_ONCE:
        return
    if frequency == Frequency.NEVER:
        message.state, message.dropped_because = MessageState.DROPPED, DropReason.TURNED_OFF
        return
    message.state, message.next_attempt_at = MessageState.DIGEST, preferences.next_digest(frequency, at=at)


def _save(messages: list[Message]) -> list[Message]:
    """All at once; if somebody promised one of them at the same moment, one by one without those."""
    try:
        with transaction.atomic():
            return Message.objects.bulk_create(messages)
    except IntegrityError:
        return [message for message in messages if _saved(message)]


def _saved(message: Message) -> bool:
    if not message.dedupe_key:
        message.save(force_insert=True)
        return True
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if not Message.objects.filter(dedupe_key=message.dedupe_key).exists():
            raise
        return False
    return True


def _hand_to_workers(message_ids: list[int]) -> None:
    """A broker that is away costs nobody their request: the sweep finds what is waiting in the database."""
    try:
        if len(message_ids) > HANDED_OVER_ONE_BY_ONE:
            _task("sweep").apply_async(retry=False)
            return
        deliver = _task("deliver")
        for message_id in message_ids:
            deliver.apply_async((message_id,), retry=False)
    except (OperationalError, CeleryOperationalError, OSError) as error:
        log.warning("the broker does not answer, %d messages wait for the sweep: %s", len(message_ids), error)


def _task(name: str) -> Any:
    """Found by name: tasks know the outbox, not the other way round."""
    return current_app.tasks[f"kraftsamling.notifications.tasks.{name}"]
