"""The rows of the outbox page and of its file: one queryset for both."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import health, kinds
from .forms import OutboxFilterForm
from .models import Message, MessageQuerySet, MessageState

MINUTES_UNTIL_HOURS = 120
HOURS_UNTIL_DAYS = 48
SORTS = {"written": "written_at", "subject": "subject", "receiver": "to_email", "state": "state", "sent": "sent_at"}
TONES = {
    MessageState.WAITING: "wait",
    MessageState.DIGEST: "wait",
    MessageState.SENDING: "wait",
    MessageState.SENT: "ok",
    MessageState.BUNDLED: "ok",
    MessageState.FAILED: "stop",
    MessageState.UNCERTAIN: "stop",
    MessageState.DROPPED: "neutral",
}


class Listing(NamedTuple):
    """What the page and the file show; how many messages there are of each kind in each state, and how many are shown.

    The last is left to be counted where a receiver is looked for.
    """

    form: OutboxFilterForm
    messages: MessageQuerySet
    counted: dict[tuple[str, str], int]
    count: int | None


def listing(user: Any, query: QueryDict) -> Listing:
    visible = Message.objects.visible_to(user)
    counted = {
        (kind, state): count for kind, state, count in visible.order_by().values_list("kind", "state").annotate(Count("pk"))
    }
    form = OutboxFilterForm(query, kinds_in_use=sorted({kind for kind, _state in counted}))
    form.is_valid()
    chosen = form.cleaned_data
    if chosen.get("state"):
        visible = visible.filter(state=chosen["state"])
    if chosen.get("kind"):
        visible = visible.filter(kind=chosen["kind"])
    if chosen.get("receiver"):
        visible = visible.to_receiver(chosen["receiver"])
    messages = visible.defer("text", "html").select_related("to").order_by(*_order(query.get("sort", "")))
    return Listing(form, messages, counted, None if chosen.get("receiver") else _count(counted, chosen))


def _count(counted: dict[tuple[str, str], int], chosen: dict[str, Any]) -> int:
    return sum(
        count
        for (kind, state), count in counted.items()
        if chosen.get("kind") in {"", None, kind} and chosen.get("state") in {"", None, state}
    )


def _order(sort: str) -> list[str]:
    column = SORTS.get(sort.removeprefix("-"))
    if not column:
        return ["-written_at", "-pk"]
    sign = "-" if sort.startswith("-") else ""
    return [f"{sign}{column}", f"{sign}pk"]


def by_state(counted: dict[tuple[str, str], int]) -> dict[str, int]:
    """How many messages the person can see in each state, whatever is chosen in the list."""
    found: Counter[str] = Counter(dict.fromkeys(MessageState.values, 0))
    for (_kind, state), count in counted.items():
        found[state] += count
    return dict(found)


def waiting_words(at: datetime) -> str:
    """How long the oldest message that is due has waited, in words; empty if nothing waits."""
    age = health.oldest_waiting(at)
    return duration_text(age) if age is not None else ""


def duration_text(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < MINUTES_UNTIL_HOURS:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < HOURS_UNTIL_DAYS:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def header() -> list[str]:
    return [_("Written"), _("State"), _("Kind"), _("Receiver"), _("Subject"), _("Attempts"), _("Sent"), _("What went wrong")]


def file_rows(messages: MessageQuerySet) -> Iterator[list[Any]]:
    for message in messages.iterator(chunk_size=2000):
        yield [
            message.written_at,
            message.get_state_display(),
            kinds.label_of(message.kind),
            message.to_email,
            message.subject,
            message.attempts,
            message.sent_at,
            message.error,
        ]
