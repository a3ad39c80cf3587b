"""What people do with messages: choose how often, turn off, send again, say that one arrived."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import TransitionRefused, advance

from . import outbox, permissions, preferences
from .models import (
    ALWAYS_SENT,
    MESSAGE_MOVES,
    SENDABLE_AGAIN,
    DropReason,
    Frequency,
    Message,
    MessageState,
    Preference,
    TurnedOffAddress,
)


@transaction.atomic
def choose_frequencies(user: Any, chosen: Mapping[str, str], *, at: datetime | None = None) -> None:
    """How often the person wants each category. What already waits for a digest follows the new choice."""
    at = at or timezone.now()
    for category, frequency in chosen.items():
        if category in ALWAYS_SENT:
            raise ValueError(f"mail of the category {category} is always sent")
        Preference.objects.update_or_create(user=user, category=category, defaults={"frequency": frequency})
        _plan_anew(user, category, frequency, at=at)


def _plan_anew(user: Any, category: str, frequency: str, *, at: datetime) -> None:
    waiting = Message.objects.filter(to=user, category=category, state=MessageState.DIGEST)
    match frequency:
        case Frequency.NEVER:
            waiting.update(state=MessageState.DROPPED, dropped_because=DropReason.TURNED_OFF)
        case Frequency.AT_ONCE:
            message_ids = list(waiting.values_list("pk", flat=True))
            waiting.update(state=MessageState.WAITING, next_attempt_at=at)
            outbox.deliver_after_commit(message_ids)
        case _:
            waiting.update(next_attempt_at=preferences.next_digest(frequency, at=at))


@transaction.atomic
def turn_off(*, user_id: int | None, email: str, categories: Iterable[str], at: datetime | None = None) -> None:
    """By the link of a mail, without log-in."""
    categories = [category for category in categories if category not in ALWAYS_SENT]
    if not user_id:
        rows = [TurnedOffAddress(email=email.lower(), category=category) for category in categories]
        TurnedOffAddress.objects.bulk_create(rows, ignore_conflicts=True)
        return
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is not None:
        choose_frequencies(user, dict.fromkeys(categories, Frequency.NEVER), at=at)


@transaction.atomic
def send_again(message: Message, *, by: Any, at: datetime | None = None) -> None:
    """A message that failed, or of which nobody knows whether it arrived, is sent once more."""
    at = at or timezone.now()
    _require(permissions.can_handle_message(by, message))
    if message.state not in SENDABLE_AGAIN:
        raise TransitionRefused(_("Only a message that failed or is uncertain can be sent again."))

    advance(
        message,
        MessageState.WAITING,
        table=MESSAGE_MOVES,
        next_attempt_at=at,
        attempts=0,
        claimed_at=None,
        handed_over_at=None,
        error="",
    )

    audit.record("notifications.send_again", message, by=by, at=at)
    outbox.deliver_after_commit([message.pk])


@transaction.atomic
def mark_arrived(message: Message, *, by: Any, at: datetime | None = None) -> None:
    """Somebody has asked the receiver: the uncertain message came."""
    at = at or timezone.now()
    _require(permissions.can_handle_message(by, message))
    if message.state != MessageState.UNCERTAIN:
        raise TransitionRefused(_("Only a message that is uncertain can be marked as arrived."))

    advance(message, MessageState.SENT, table=MESSAGE_MOVES, sent_at=message.handed_over_at or at, error="")

    audit.record("notifications.arrived", message, by=by, at=at)


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied
