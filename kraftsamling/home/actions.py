"""What a visitor can make happen: a message about accessibility becomes a registered case."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.accounts.models import User
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Programme, Role

MESSAGE_KIND = "home/accessibility_message"
MOST_PER_HOUR = 60
"""Counted over all visitors: a flood stops here and not in somebody's mailbox."""

_UNMISTAKABLE = "ABCDEFGHJKMNPQRTUVWXY346789"

audit.register("home.accessibility_message", gettext_lazy("A message about accessibility came in: %(number)s"))


@transaction.atomic
def send_accessibility_message(
    programme: Programme, *, subject: Any, page: str, message: str, email: str, at: datetime | None = None
) -> str:
    """Registers what a visitor tells, and mails it to those who run the programme. Returns the receipt number.

    Raises TransitionRefused if nobody can receive it, or if too many have come in within an hour.
    """
    at = at or timezone.now()
    receivers = _receivers(programme)
    if not receivers:
        raise TransitionRefused(_("There is nobody here yet who can receive your message. Please call or write to the region."))
    since = Message.objects.filter(kind=MESSAGE_KIND, written_at__gt=at - timedelta(hours=1))
    if since.count() >= MOST_PER_HOUR * len(receivers):
        raise TransitionRefused(_("Very many messages have come in. Please try again in an hour."))
    number = _receipt_number(at)
    audit.record("home.accessibility_message", programme, at=at, number=number)
    outbox.promise(
        MESSAGE_KIND,
        to=receivers,
        context={"number": number, "subject_label": subject, "page": page, "message": message, "email": email, "received_at": at},
        about=programme,
        programme_id=programme.pk,
        dedupe_key=number,
        at=at,
    )
    return number


def _receivers(programme: Programme) -> list[User]:
    """The process leaders; where there are none, the administrators."""
    roles = Q(roles__programme=programme)
    for role in (Role.PROCESS_LEADER, Role.ADMINISTRATOR):
        found = list(User.objects.active().filter(roles & Q(roles__role=role)))
        if found:
            return found
    return list(User.objects.active().filter(is_superuser=True))


def _receipt_number(at: datetime) -> str:
    """The day and six signs that cannot be taken for one another: no number tells how many came before."""
    signs = "".join(secrets.choice(_UNMISTAKABLE) for _sign in range(6))
    return f"T{stockholm_today(at):%y%m%d}-{signs}"
