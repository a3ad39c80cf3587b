"""What is said in a case: messages, noted conversations, who has read them; and the request for a ruling."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Application, CaseMessage, CaseMessageKind, CaseReading, RulingRequest, Sketch
from grants.states import ApplicationState
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import STOCKHOLM, day_text, months_after, months_have_passed, stockholm_today
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category

from .locks import lock_application
from .receivers import leaders_of, members_of, officers_of

RULING_MONTHS = 6
"""After so many months the organisation may ask for a ruling (förvaltningslagen 12 §)."""
WARNING_MONTHS = 5
RULING_WEEKS = 4
"""Within so many weeks the case is decided, or the request is turned down in a decision of its own."""
UNDECIDED = frozenset({ApplicationState.SUBMITTED, ApplicationState.RETURNED})


@transaction.atomic
def write_message(
    sketch: Sketch, *, text: str, file: StoredFile | None = None, by: Any, at: datetime | None = None
) -> CaseMessage:
    """A message in the case, from whichever side the person stands on. It is never changed."""
    at = at or timezone.now()
    own = permissions.can_write_sketch(by, sketch)
    permissions.require(own or permissions.can_handle_sketch(by, sketch))
    _require_handed_in(sketch)
    if not text.strip():
        raise TransitionRefused(_("Write something first."))

    message = CaseMessage.objects.create(sketch=sketch, text=text, file=file, from_organisation=own, written_at=at, written_by=by)

    audit.record("grants.message.write", sketch, by=by, at=at, **({"file": file.name} if file else {}))
    _tell_other_side(message, at=at)
    return message


@transaction.atomic
def note_conversation(
    sketch: Sketch, *, text: str, held_at: datetime, held_with: str, by: Any, at: datetime | None = None
) -> CaseMessage:
    """What was said in a call or a meeting and may matter, with when and with whom (förvaltningslagen 27 §)."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, sketch))
    _require_handed_in(sketch)
    if held_at > at:
        raise TransitionRefused(_("A conversation is written down when it has been held."))
    if not text.strip() or not held_with.strip():
        raise TransitionRefused(_("Write what was said, and with whom."))

    message = CaseMessage.objects.create(
        sketch=sketch, kind=CaseMessageKind.CONVERSATION, text=text, from_organisation=False,
        held_at=held_at, held_with=held_with, written_at=at, written_by=by,
    )  # fmt: skip

    audit.record("grants.message.conversation", sketch, by=by, at=at, held=held_at.isoformat(), held_with=held_with)
    _tell_other_side(message, at=at)
    return message


def _require_handed_in(sketch: Sketch) -> None:
    """Reads anew: before that there is only a draft, and nobody else knows of it."""
    if not Sketch.objects.submitted_ever().filter(pk=sketch.pk).exists():
        raise TransitionRefused(
            _("Messages can be written when the sketch has been sent in. Before that, mail the call's contact.")
        )


def _tell_other_side(message: CaseMessage, *, at: datetime) -> None:
    """Without its words: what is said in a case is read in the case."""
    sketch = message.sketch
    outbox.promise(
        "grants/case_message",
        to=officers_of(sketch) if message.from_organisation else members_of(sketch),
        context={
            "title": sketch.handed_in.title,
            "number": sketch.number,
            "place": CaseMessage.objects.filter(sketch=sketch).count(),
            "by": str(message.written_by),
            "organisation": sketch.organisation.name,
            "conversation": message.is_conversation,
            "has_file": message.file_id is not None,
            "path": reverse("case_messages", args=[sketch.pk]),
        },
        category=Category.NEWS if message.from_organisation else Category.CASE,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"case-message-{message.pk}",
        at=at,
    )


def mark_read(sketch: Sketch, *, by: Any, at: datetime) -> None:
    """The person has seen the messages of the case until now. Nothing of the case changes, so the log says nothing."""
    permissions.require(permissions.can_read_messages(by, sketch))
    CaseReading.objects.update_or_create(sketch=sketch, user=by, defaults={"read_at": at})


def came_in_at(application: Application) -> datetime:
    """When the case began: the first hand-in, since a completion does not begin it anew. Raises LookupError before that."""
    first = application.versions.order_by("number").values_list("submitted_at", flat=True).first()
    if first is None:
        raise LookupError(f"application {application.pk} has not been handed in")
    return first


def ruling_due_at(asked_at: datetime) -> datetime:
    """Four weeks by the calendar in Stockholm, at the same clock time."""
    return asked_at.astimezone(STOCKHOLM) + timedelta(weeks=RULING_WEEKS)


def ruling_refusal(application: Application, *, at: datetime) -> str:
    """Why a ruling cannot be asked for now; empty if it can."""
    if application.state not in UNDECIDED:
        return _("The application does not wait for a decision.")
    if RulingRequest.objects.filter(application=application).exists():
        return _("A ruling has already been asked for. It can be done once.")
    since = came_in_at(application)
    if not months_have_passed(since, RULING_MONTHS, at=at):
        day = day_text(months_after(stockholm_today(since), RULING_MONTHS))
        return _("It can be done from %(day)s, when six months have passed since the application came in.") % {"day": day}
    return ""


@transaction.atomic
def ask_for_ruling(application: Application, *, by: Any, at: datetime | None = None) -> RulingRequest:
    """The organisation asks that its case be decided (förvaltningslagen 12 §): within four weeks."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    lock_application(application)
    refusal = ruling_refusal(application, at=at)
    if refusal:
        raise TransitionRefused(refusal)

    request = RulingRequest.objects.create(application=application, asked_at=at, asked_by=by)

    audit.record("grants.ruling.ask", application.sketch, by=by, at=at, until=ruling_due_at(at).isoformat())
    key = f"ruling-asked-{request.pk}"
    _tell_leaders(application, key=key, category=Category.CASE, asked=True, day=ruling_due_at(at).date(), at=at)
    return request


@transaction.atomic
def remind_about_ruling(application: Application, *, months: int, at: datetime) -> None:
    """Five and six months after the application came in, to the process leaders; once each."""
    day = months_after(stockholm_today(came_in_at(application)), RULING_MONTHS)
    key = f"ruling-due-{application.pk}-{months}"
    _tell_leaders(application, key=key, category=Category.REMINDER, months=months, day=day, at=at)


def _tell_leaders(
    application: Application, *, key: str, category: str, day: Any, at: datetime, asked: bool = False, months: int = 0
) -> None:
    sketch = application.sketch
    outbox.promise(
        "grants/ruling_due",
        to=leaders_of(sketch),
        context={
            "title": application.handed_in.title,
            "organisation": sketch.organisation.name,
            "number": sketch.number,
            "asked": asked,
            "months": months,
            "day": day,
            "path": application.get_absolute_url(),
        },
        category=category,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=key,
        at=at,
    )
