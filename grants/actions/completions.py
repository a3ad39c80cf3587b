"""What can happen to a request for completion: asked, extended, taken back, answered, lapsed, followed up."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Application, CompletionConsequence, CompletionFollowUp, CompletionRequest
from grants.states import APPLICATION_MOVES, COMPLETION_MOVES, ApplicationState, CompletionState
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import later_moment_text, moment_text
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category

from .locks import lock_application
from .receivers import leaders_of, members_of


@transaction.atomic
def request_completion(
    application: Application, *, text: str, due_at: datetime, consequence: str, by: Any, at: datetime | None = None
) -> CompletionRequest:
    """Returns the application to the organisation, with what is missing, by when, and what follows if nothing comes."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_application(by, application))
    lock_application(application)
    if application.state != ApplicationState.SUBMITTED:
        raise TransitionRefused(_("Only an application that has been sent in and waits for its decision can be completed."))
    if not text.strip():
        raise TransitionRefused(_("Write what is to be completed."))
    _require_later(due_at, at)

    advance(application, ApplicationState.RETURNED, table=APPLICATION_MOVES)
    completion = CompletionRequest.objects.create(
        application=application, text=text, due_at=due_at, consequence=consequence, asked_at=at, asked_by=by
    )

    audit.record("grants.completion.ask", application.sketch, by=by, at=at, due=due_at.isoformat(), text=text)
    _tell_members(completion, "completion_asked", key="asked", at=at)
    return completion


@transaction.atomic
def extend_completion(completion: CompletionRequest, *, due_at: datetime, by: Any, at: datetime | None = None) -> None:
    """Gives more time, never less; the reminders are counted from the new moment."""
    at = at or timezone.now()
    _open_for(completion, by=by, at=at)
    _require_later(due_at, at)
    if due_at <= completion.due_at:
        raise TransitionRefused(_("Choose a later moment than the one that holds, %(moment)s.") % {
            "moment": moment_text(completion.due_at)
        })  # fmt: skip

    was = completion.due_at
    claim(completion, expecting={"state": CompletionState.OPEN, "due_at": was}, due_at=due_at)

    sketch = completion.application.sketch
    audit.record("grants.completion.extend", sketch, by=by, at=at, due=due_at.isoformat(), was=was.isoformat())
    _tell_members(completion, "completion_extended", key=f"extended-{due_at.isoformat()}", at=at)


@transaction.atomic
def cancel_completion(completion: CompletionRequest, *, by: Any, at: datetime | None = None) -> None:
    """Takes the request back; the application waits for its decision again, as it was last sent in."""
    at = at or timezone.now()
    _open_for(completion, by=by, at=at)

    advance(completion, CompletionState.CANCELLED, table=COMPLETION_MOVES, closed_at=at)
    advance(completion.application, ApplicationState.SUBMITTED, table=APPLICATION_MOVES)

    audit.record("grants.completion.cancel", completion.application.sketch, by=by, at=at)
    _tell_members(completion, "completion_cancelled", key="cancelled", at=at)


@transaction.atomic
def close_completion(application: Application, *, at: datetime, to: str = CompletionState.ANSWERED) -> CompletionRequest | None:
    """Closes the open request when the organisation sends in again, or withdraws (`to=CANCELLED`). Gives it, if there was one.

    Belongs in the transaction that moves the application. Raises TransitionRefused if an answer comes too late.
    """
    open_one = CompletionRequest.objects.open().select_for_update(of=("self",))
    completion: CompletionRequest | None = open_one.filter(application=application).first()
    if completion is None:
        return None
    if to == CompletionState.ANSWERED and completion.due_at <= at:
        raise TransitionRefused(
            _("The time for completing passed on %(moment)s. Write to the officer if you need more time; your text is kept.")
            % {"moment": moment_text(completion.due_at)}
        )

    advance(completion, to, table=COMPLETION_MOVES, closed_at=at)

    action = "grants.completion.answer" if to == CompletionState.ANSWERED else "grants.completion.drop"
    audit.record(action, application.sketch, at=at)
    return completion


@transaction.atomic
def lapse_completion(completion: CompletionRequest, *, at: datetime) -> bool:
    """The time is over and nothing has come: the application waits as it stands, and a human decides what follows.

    The system's own doing. Changes nothing if the request has been extended or closed meanwhile.
    """
    application = completion.application
    lock_application(application)
    completion.refresh_from_db(fields=["state", "due_at"])
    if completion.state != CompletionState.OPEN or completion.due_at > at:
        return False
    if application.state != ApplicationState.RETURNED:
        close_completion(application, at=at, to=CompletionState.CANCELLED)
        return False

    advance(completion, CompletionState.LAPSED, table=COMPLETION_MOVES, closed_at=at)
    advance(application, ApplicationState.SUBMITTED, table=APPLICATION_MOVES)

    audit.record("grants.completion.lapse", application.sketch, at=at, due=completion.due_at.isoformat())
    _tell_members(completion, "completion_lapsed", key="lapsed", at=at)
    _promise(completion, "completion_lapsed", to=leaders_of(application.sketch), key="lapsed", at=at, officer=True)
    return True


@transaction.atomic
def follow_up_completion(completion: CompletionRequest, *, follow_up: str, by: Any, at: datetime | None = None) -> None:
    """A human says what is done when nothing came. To leave an application untried was possible only if the request said so.

    The application is not moved: whether it is tried or left untried is a decision of its own.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_follow_up_completion(by, completion))
    lock_application(completion.application)
    if completion.application.state != ApplicationState.SUBMITTED:
        raise TransitionRefused(_("The application does not wait for its decision any more."))
    if follow_up not in follow_ups_of(completion):
        raise TransitionRefused(_("The request said that the application would be tried as it stands."))
    if completion.state != CompletionState.LAPSED:
        raise TransitionRefused(_("The request for completion has not lapsed."))

    expecting = {"state": CompletionState.LAPSED, "followed_up_at": None}
    claim(completion, expecting=expecting, follow_up=follow_up, followed_up_at=at, followed_up_by=by)

    audit.record("grants.completion.follow_up", completion.application.sketch, by=by, at=at, follow_up=follow_up)


def follow_ups_of(completion: CompletionRequest) -> list[CompletionFollowUp]:
    """What the process leader can choose between, after the consequence that was stated."""
    if completion.consequence == CompletionConsequence.DISMISSED:
        return [CompletionFollowUp.TRY, CompletionFollowUp.LEAVE]
    return [CompletionFollowUp.TRY]


@transaction.atomic
def remind_about_completion(completion: CompletionRequest, *, days: int, at: datetime) -> None:
    """7 and 2 days before and on the day; once each for each deadline that has been set."""
    key = f"reminder-{completion.due_at.isoformat()}-{days}"
    to = members_of(completion.application.sketch)
    _promise(completion, "completion_reminder", to=to, key=key, category=Category.REMINDER, at=at, days=days)


def _open_for(completion: CompletionRequest, *, by: Any, at: datetime) -> None:
    """Locks the case and reads both anew: what is changed is still waiting for the organisation."""
    permissions.require(permissions.can_handle_application(by, completion.application))
    lock_application(completion.application)
    seen = completion.due_at
    completion.refresh_from_db(fields=["state", "due_at", "closed_at"])
    if completion.state != CompletionState.OPEN or completion.due_at != seen:
        raise LostRace
    if completion.due_at <= at:
        raise TransitionRefused(_("The time for completing has passed, so the request cannot be changed."))


def _require_later(due_at: datetime, at: datetime) -> None:
    if due_at <= at:
        raise TransitionRefused(_("The last moment must lie ahead."))


def _tell_members(completion: CompletionRequest, kind: str, *, key: str, at: datetime) -> None:
    _promise(completion, kind, to=members_of(completion.application.sketch), key=key, at=at)


def _promise(
    completion: CompletionRequest,
    kind: str,
    *,
    to: Any,
    key: str,
    at: datetime,
    category: str = Category.CASE,
    officer: bool = False,
    days: int = 0,
) -> None:
    application = completion.application
    sketch = application.sketch
    outbox.promise(
        f"grants/{kind}",
        to=to,
        context={
            "title": application.handed_in.title,
            "organisation": sketch.organisation.name,
            "number": sketch.number,
            "text": completion.text,
            "due": later_moment_text(completion.due_at),
            "consequence": completion.consequence,
            "officer": officer,
            "days": days,
            "path": application.get_absolute_url(),
        },
        category=category,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"completion-{completion.pk}-{key}",
        at=at,
    )
