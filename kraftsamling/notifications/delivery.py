"""Hands messages to the mail server: claimed, handed over, stamped. Never lost, and never twice by itself."""

import logging
import smtplib
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from kraftsamling.files import store

from . import preferences
from .models import Message, MessageQuerySet, MessageState

log = logging.getLogger(__name__)

DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
"""How long to wait after each failed attempt; after the last one the message has failed."""
STUCK_AFTER = timedelta(minutes=15)
"""Longer than any task may run (CELERY_TASK_TIME_LIMIT), so that a living worker is never overtaken."""
SWEEP_SECONDS = 25
MOST_IN_A_SWEEP = 1000
_PERMANENT = 500
_ERROR_LENGTH = 500


class MailServerAway(Exception):
    """No connection: the message waits for its next attempt, and so may the others."""


def deliver(message_id: int, *, at: datetime | None = None) -> bool:
    """Sends the message if it is due and nobody else has taken it. Returns whether it was sent."""
    try:
        return _deliver(message_id, at=at or timezone.now())
    except MailServerAway:
        return False


def deliver_due(*, seconds: float = SWEEP_SECONDS) -> int:
    """Sends what is due, oldest first, for a while; the next sweep goes on. Returns how many were sent."""
    until = time.monotonic() + seconds
    due = Message.objects.due(at=timezone.now()).order_by("next_attempt_at", "pk")
    sent = 0
    for message_id in list(due.values_list("pk", flat=True)[:MOST_IN_A_SWEEP]):
        if time.monotonic() > until:
            break
        try:
            sent += _deliver(message_id, at=timezone.now())
        except MailServerAway:
            break
    return sent


def take_back_stuck(*, at: datetime, older_than: timedelta = STUCK_AFTER) -> None:
    """A worker died: what it had not begun to hand over waits again, the rest is for a human to judge."""
    stuck = Message.objects.stuck(before=at - older_than)
    stuck.not_handed_over().update(state=MessageState.WAITING, next_attempt_at=at, claimed_at=None)
    stuck.handed_over().update(state=MessageState.UNCERTAIN, error="")


def message_id_of(message: Message) -> str:
    """The same at every attempt, so that mail programs can tell a second copy."""
    return f"<{message.pk}.{message.written_at:%Y%m%d%H%M%S}.{message.language}@{urlsplit(settings.SITE_URL).hostname}>"


def _deliver(message_id: int, *, at: datetime) -> bool:
    message = _claim(message_id, at=at)
    if message is None:
        return False
    try:
        mail = _mail(message)
        mail.message()
    except Exception as error:
        log.exception("message %s cannot be written", message.pk)
        _give_up(message, error)
        return False
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _try_later(message, error, at=at)
        raise MailServerAway from error
    try:
        return _hand_over(message, mail, connection, at=at)
    finally:
        _close(connection)


def _claim(message_id: int, *, at: datetime) -> Message | None:
    rows = Message.objects.due(at=at).filter(pk=message_id)
    taken = rows.update(state=MessageState.SENDING, claimed_at=at, handed_over_at=None, attempts=F("attempts") + 1, error="")
    return Message.objects.get(pk=message_id) if taken else None


def _mail(message: Message) -> EmailMultiAlternatives:
    headers = {"Message-ID": message_id_of(message), "Auto-Submitted": "auto-generated", "Content-Language": message.language}
    if message.may_be_turned_off:
        categories = {message.category, *message.bundled.values_list("category", flat=True)}
        url = preferences.unsubscribe_url(user_id=message.to_id, email=message.to_email, categories=categories)
        headers |= {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(message.subject, message.text, to=[message.to_email], headers=headers)
    mail.attach_alternative(message.html, "text/html")
    if message.attachment is not None:
        mail.attach(message.attachment.name, store.read(message.attachment), message.attachment.content_type)
    return mail


def _hand_over(message: Message, mail: EmailMultiAlternatives, connection: BaseEmailBackend, *, at: datetime) -> bool:
    if not _still_ours(message).update(handed_over_at=at):
        return False
    try:
        connection.send_messages([mail])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        _refused(message, error, at=at)
        return False
    except Exception as error:
        log.exception("message %s was on its way to the mail server when something broke", message.pk)
        _still_ours(message).update(state=MessageState.UNCERTAIN, error=_words(error))
        return False
    _handed_over_by_us(message).update(state=MessageState.SENT, sent_at=timezone.now(), error="")
    return True


def _refused(message: Message, error: smtplib.SMTPException, *, at: datetime) -> None:
    """The server has answered no, so it has not taken the message: now for good, or only for now."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(answer[0] for answer in error.recipients.values())
    else:
        code = int(error.smtp_code)  # type: ignore[attr-defined]
    if code >= _PERMANENT:
        _give_up(message, error)
    else:
        _try_later(message, error, at=at)


def _try_later(message: Message, error: Exception, *, at: datetime) -> None:
    if message.attempts > len(DELAYS):
        _give_up(message, error)
        return
    _still_ours(message).update(
        state=MessageState.WAITING,
        next_attempt_at=at + DELAYS[message.attempts - 1],
        claimed_at=None,
        handed_over_at=None,
        error=_words(error),
    )


def _give_up(message: Message, error: Exception) -> None:
    _still_ours(message).update(state=MessageState.FAILED, claimed_at=None, handed_over_at=None, error=_words(error))


def _still_ours(message: Message) -> MessageQuerySet:
    """The row, unless a sweep has taken it back in the meantime."""
    return Message.objects.filter(pk=message.pk, state=MessageState.SENDING, claimed_at=message.claimed_at)


def _handed_over_by_us(message: Message) -> MessageQuerySet:
    """The row also if a sweep has called it uncertain: now we know."""
    return Message.objects.filter(
        pk=message.pk, state__in=[MessageState.SENDING, MessageState.UNCERTAIN], claimed_at=message.claimed_at
    )


def _words(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused():
            text = "; ".join(_answer(*answer) for answer in error.recipients.values())
        case smtplib.SMTPResponseException():
            text = _answer(error.smtp_code, error.smtp_error)
        case _:
            text = f"{type(error).__name__}: {error}"
    return text[:_ERROR_LENGTH]


def _answer(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        log.info("the mail server hung up first: %s", error)
