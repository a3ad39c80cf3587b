"""What can happen to the answer: prepared, its letter edited, sent together; and to the invitation after it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import letters, permissions
from grants.models import Application, Call, Outcome, OutcomeKind, Sketch
from grants.states import APPLICATION_MOVES, OUTCOME_MOVES, SKETCH_MOVES, ApplicationState, OutcomeState, SketchState
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import later_moment_text
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category

from .applications import open_application


@transaction.atomic
def prepare_outcome(
    sketch: Sketch,
    *,
    kind: str,
    reason: str,
    revision: int,
    application_due_at: datetime | None = None,
    by: Any,
    at: datetime | None = None,
) -> Outcome:
    """Prepares an answer or changes a prepared one. `revision` is the one seen, 0 if there was none.

    Raises LostRace if somebody else has prepared or changed it in the meantime.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, sketch))
    sketch = Sketch.objects.select_for_update(of=("self",)).select_related("call").get(pk=sketch.pk)
    due_at = (application_due_at or sketch.call.application_due_at) if kind == OutcomeKind.INVITED else None
    _guard_outcome(sketch, kind=kind, reason=reason, due_at=due_at, at=at)

    values = {"kind": kind, "reason": reason, "application_due_at": due_at, "prepared_at": at, "prepared_by": by}
    outcome = Outcome.objects.filter(sketch=sketch).first()
    if outcome is None:
        if revision:
            raise LostRace
        outcome = Outcome.objects.create(sketch=sketch, **values)
    else:
        if outcome.kind != kind:
            values["letter"] = ""
        claim(outcome, expecting={"revision": revision, "state": OutcomeState.PENDING}, revision=revision + 1, **values)

    audit.record("grants.outcome.prepare", sketch, by=by, at=at, kind=kind, reason=reason)
    return outcome


def _guard_outcome(sketch: Sketch, *, kind: str, reason: str, due_at: datetime | None, at: datetime) -> None:
    if sketch.state != SketchState.SUBMITTED:
        raise TransitionRefused(_("The sketch has already got its answer or has been withdrawn."))
    if not reason.strip():
        raise TransitionRefused(_("Write the reason. The organisation has a right to know why."))
    if kind == OutcomeKind.INVITED and (due_at is None or due_at <= at):
        raise TransitionRefused(_("Say when the application must be in. The moment cannot have passed."))


@transaction.atomic
def edit_letter(outcome: Outcome, *, letter: str, revision: int, by: Any, at: datetime | None = None) -> None:
    """Keeps an own wording of the letter. The call's wording again if the text is the same or empty."""
    permissions.require(permissions.can_handle_sketch(by, outcome.sketch))

    own = "" if letter.strip() in {"", letters.default_letter(outcome).strip()} else letter
    claim(outcome, expecting={"revision": revision, "state": OutcomeState.PENDING}, letter=own, revision=revision + 1)

    audit.record("grants.outcome.letter", outcome.sketch, by=by, at=at)


@transaction.atomic
def drop_outcome(outcome: Outcome, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """Takes a prepared answer away before it is sent."""
    permissions.require(permissions.can_handle_sketch(by, outcome.sketch))

    deleted, _per_model = Outcome.objects.pending().filter(pk=outcome.pk, revision=revision).delete()
    if not deleted:
        raise LostRace

    audit.record("grants.outcome.drop", outcome.sketch, by=by, at=at)


@transaction.atomic
def send_outcomes(
    call: Call, *, outcomes: Iterable[Outcome], seen: Mapping[int, str] | None = None, by: Any, at: datetime | None = None
) -> int:
    """Sends the answers together, exactly as they were previewed, all or none. Gives how many.

    Each outcome carries the revision that was seen, and `seen` the fingerprints of the letters by outcome:
    LostRace if an answer, or a letter through the call's texts or a new version, has changed since.
    """
    at = at or timezone.now()
    outcomes, sent = list(outcomes), 0
    _lock_cases(outcomes)
    for outcome in outcomes:
        permissions.require(outcome.sketch.call_id == call.pk and permissions.can_send_outcome(by, outcome))
        _send(outcome, seen=seen, by=by, at=at)
        sent += 1
    return sent


def _lock_cases(outcomes: Iterable[Outcome]) -> None:
    """The cases first and in one order, as every other action takes them: two at once wait, and never for each other."""
    keys = [outcome.sketch_id for outcome in outcomes]
    list(Sketch.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _send(outcome: Outcome, *, seen: Mapping[int, str] | None, by: Any, at: datetime) -> None:
    sketch = outcome.sketch
    due_at = outcome.application_due_at if outcome.kind == OutcomeKind.INVITED else None
    invited = due_at is not None
    if due_at is not None and due_at <= at:
        raise TransitionRefused(
            _("The application deadline for “%(title)s” has passed. Give it a later one first.")
            % {"title": sketch.handed_in.title}
        )
    if OutcomeState.SENT not in OUTCOME_MOVES[outcome.state]:
        raise TransitionRefused(_("The answer has already been sent."))
    text = letters.letter(outcome)
    if seen is not None and seen.get(outcome.pk) != letters.fingerprint(text):
        raise LostRace
    claim(
        outcome,
        expecting={"state": OutcomeState.PENDING, "revision": outcome.revision},
        state=OutcomeState.SENT,
        letter=text,
        sent_at=at,
        sent_by=by,
    )
    advance(sketch, SketchState.INVITED if invited else SketchState.DECLINED, table=SKETCH_MOVES)
    path = sketch.get_absolute_url()
    if due_at is not None:
        application = open_application(sketch, due_at=due_at, at=at)
        path = application.get_absolute_url()

    action = "grants.outcome.invite" if invited else "grants.outcome.decline"
    due = due_at.isoformat() if due_at else ""
    audit.record(action, sketch, by=by, at=at, reason=outcome.reason, due=due)
    outbox.promise(
        "grants/outcome",
        to=sketch.organisation.members.filter(is_active=True),
        context={"title": sketch.handed_in.title, "letter": text, "path": path, "invited": invited},
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"outcome-{outcome.pk}",
        at=at,
    )


@transaction.atomic
def turn_down_invitation(application: Application, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The organisation chooses not to apply after all."""
    at = at or timezone.now()
    permissions.require(permissions.can_answer_invitation(by, application))

    advance(application, ApplicationState.WITHDRAWN, table=APPLICATION_MOVES, withdrawn_at=at, withdrawn_by=by)

    audit.record("grants.application.turn_down", application.sketch, by=by, at=at, reason=reason)


@transaction.atomic
def remind_about_application(application: Application, *, days: int, at: datetime) -> None:
    """14, 7 and 2 days before an invitation lapses; once each."""
    sketch = application.sketch
    outbox.promise(
        "grants/application_reminder",
        to=sketch.organisation.members.filter(is_active=True),
        context={
            "title": sketch.handed_in.title,
            "due": later_moment_text(application.due_at),
            "days": days,
            "path": application.get_absolute_url(),
        },
        category=Category.REMINDER,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"application-reminder-{application.pk}-{days}",
        at=at,
    )
