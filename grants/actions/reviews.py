"""What can happen in the review: assigned, declared, assessed, skipped, handed in."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Application, Assessment, Call, ConflictDeclaration, Note, NoteVisibility, Score, Sketch, Step
from grants.scoring import weighted_mean
from grants.states import ASSESSMENT_MOVES, FINISHED_STATES, UNDECIDED_STATES, AssessmentState, SketchState
from kraftsamling.accounts.models import User
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import later_moment_text, stockholm_today
from kraftsamling.lib.transitions import TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.programmes.models import Role


@transaction.atomic
def assign_reviewers(
    call: Call,
    *,
    sketches: Iterable[Sketch],
    reviewers: Iterable[User],
    step: str = Step.SKETCH,
    by: Any,
    at: datetime | None = None,
) -> tuple[int, int]:
    """Gives each reviewer each case. Gives (assigned, passed over): own organisations and known conflicts are passed over.

    In the step of applications, `sketches` are the cases whose application is to be assessed.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_assign_reviewers(by, call))
    sketches = [s for s in sketches if s.call_id == call.pk and _is_waiting(s, step)]
    per_reviewer: Counter[User] = Counter()
    passed_over = 0

    for reviewer in reviewers:
        free = set(_free_of_conflict(sketches, reviewer)) if _is_reviewer(reviewer, call) else set()
        for sketch in sketches:
            if sketch.pk not in free:
                passed_over += 1
            elif _assign(sketch, reviewer, step=step, by=by, at=at):
                per_reviewer[reviewer] += 1

    for reviewer, count in per_reviewer.items():
        _tell_reviewer(call, reviewer, count=count, step=step, at=at)
    return per_reviewer.total(), passed_over


def _is_waiting(sketch: Sketch, step: str) -> bool:
    if step == Step.SKETCH:
        return sketch.state == SketchState.SUBMITTED
    return Application.objects.filter(sketch=sketch, state__in=UNDECIDED_STATES).exists()


def _is_reviewer(user: User, call: Call) -> bool:
    return (call.programme_id, Role.REVIEWER) in user.programme_roles


def _free_of_conflict(sketches: list[Sketch], reviewer: User) -> Iterable[int]:
    keys = [sketch.pk for sketch in sketches]
    return Sketch.objects.filter(pk__in=keys).free_of_conflict_for(reviewer).values_list("pk", flat=True)


def _assign(sketch: Sketch, reviewer: User, *, step: str, by: Any, at: datetime) -> bool:
    assessment, created = Assessment.objects.get_or_create(
        sketch=sketch, reviewer=reviewer, step=step, defaults={"assigned_at": at, "assigned_by": by}
    )
    if not created:
        if assessment.state != AssessmentState.REMOVED:
            return False
        advance(assessment, AssessmentState.ASSIGNED, table=ASSESSMENT_MOVES, assigned_at=at, assigned_by=by)
    audit.record("grants.review.assign", sketch, by=by, at=at, reviewer=str(reviewer))
    return True


def _tell_reviewer(call: Call, reviewer: User, *, count: int, step: str, at: datetime) -> None:
    due_at = call.reviewed_by(step)
    outbox.promise(
        "grants/reviews_assigned",
        to=[reviewer],
        context={
            "call": call.title,
            "count": count,
            "applications": step == Step.APPLICATION,
            "due": later_moment_text(due_at) if due_at else "",
            "path": reverse("review_list"),
        },
        about=call,
        programme_id=call.programme_id,
        at=at,
    )


@transaction.atomic
def unassign_reviewer(assessment: Assessment, *, by: Any, at: datetime | None = None) -> None:
    """Takes an assignment back before it is done. What the reviewer has written is kept."""
    permissions.require(permissions.can_assign_reviewers(by, assessment.sketch.call))

    advance(assessment, AssessmentState.REMOVED, table=ASSESSMENT_MOVES)

    audit.record("grants.review.unassign", assessment.sketch, by=by, at=at, reviewer=str(assessment.reviewer))


@transaction.atomic
def declare_on_assessment(
    assessment: Assessment, *, has_conflict: bool, ground: str = "", by: Any, at: datetime | None = None
) -> None:
    """The reviewer's declaration; the case opens only to who is free of conflict (domain 10, rule 11)."""
    at = at or timezone.now()
    permissions.require(permissions.can_declare_on_assessment(by, assessment))
    _as_it_stands(assessment)
    free = Sketch.objects.filter(pk=assessment.sketch_id).free_of_conflict_for(by).exists()
    to = AssessmentState.EXCLUDED if has_conflict or not free else AssessmentState.OPEN
    if to == AssessmentState.OPEN and assessment.state != AssessmentState.ASSIGNED:
        raise TransitionRefused(_("You have already declared that you are not in conflict of interest."))

    values = {} if to == AssessmentState.OPEN else {"submitted_at": None, "weighted_mean": None}
    advance(assessment, to, table=ASSESSMENT_MOVES, **values)
    if to == AssessmentState.EXCLUDED:
        _shut_out(assessment.sketch, by)
    _declare(assessment.sketch, has_conflict=to == AssessmentState.EXCLUDED, ground=ground, by=by, at=at)


@transaction.atomic
def declare_on_case(sketch: Sketch, *, ground: str, by: Any, at: datetime | None = None) -> None:
    """Anybody who works with the case reports a conflict unasked: the case closes to them at once."""
    at = at or timezone.now()
    permissions.require(permissions.can_declare_conflict(by, sketch))

    _shut_out(sketch, by)
    _declare(sketch, has_conflict=True, ground=ground, by=by, at=at)


def _shut_out(sketch: Sketch, user: Any) -> None:
    """In both steps: what somebody in conflict has thought counts no more."""
    own = Assessment.objects.filter(sketch=sketch, reviewer=user).exclude(
        state__in=[AssessmentState.EXCLUDED, AssessmentState.REMOVED]
    )
    for assessment in own:
        advance(assessment, AssessmentState.EXCLUDED, table=ASSESSMENT_MOVES, weighted_mean=None, submitted_at=None)


def _declare(sketch: Sketch, *, has_conflict: bool, ground: str, by: Any, at: datetime) -> None:
    ConflictDeclaration.objects.update_or_create(
        sketch=sketch, user=by, defaults={"has_conflict": has_conflict, "ground": ground, "declared_at": at}
    )
    action = "grants.review.conflict" if has_conflict else "grants.review.no_conflict"
    audit.record(action, sketch, by=by, at=at, ground=ground)
    if has_conflict:
        outbox.withhold(by, sketch)


@transaction.atomic
def save_assessment(
    assessment: Assessment, *, content: dict[str, Any], revision: int, by: Any, at: datetime | None = None
) -> int:
    """Keeps what the reviewer has typed so far, and gives the new revision. Raises LostRace from an older window."""
    permissions.require(permissions.can_assess(by, assessment))
    _require_open(assessment)
    if assessment.draft == content and assessment.revision == revision:
        return revision

    claim(
        assessment,
        expecting={"revision": revision, "state": AssessmentState.OPEN},
        draft=content,
        revision=revision + 1,
        saved_at=at or timezone.now(),
    )
    return assessment.revision


@transaction.atomic
def submit_assessment(
    assessment: Assessment,
    *,
    scores: dict[Any, tuple[int, str]],
    recommendation: str,
    comment: str,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Hands in a score and a reason per criterion. Raises TransitionRefused if a criterion lacks either."""
    at = at or timezone.now()
    permissions.require(permissions.can_assess(by, assessment))
    _require_open(assessment)
    criteria = list(assessment.sketch.call.criteria.all())
    if {c.pk for c in criteria} != {c.pk for c in scores} or not all(reason.strip() for _value, reason in scores.values()):
        raise TransitionRefused(_("Every criterion needs a score and a reason."))

    assessment.scores.all().delete()
    Score.objects.bulk_create(
        Score(assessment=assessment, criterion=criterion, value=value, reason=reason)
        for criterion, (value, reason) in scores.items()
    )
    mean = weighted_mean((value, criterion.weight) for criterion, (value, _reason) in scores.items())
    advance(
        assessment,
        AssessmentState.SUBMITTED,
        table=ASSESSMENT_MOVES,
        submitted_at=at,
        recommendation=recommendation,
        comment=comment,
        weighted_mean=mean,
        version=None if assessment.is_of_application else assessment.assessed,
        application_version=assessment.assessed if assessment.is_of_application else None,
    )

    audit.record("grants.review.submit", assessment.sketch, by=by, at=at)


@transaction.atomic
def abstain(assessment: Assessment, *, comment: str = "", by: Any, at: datetime | None = None) -> None:
    """No opinion: the reviewer's part is done without scores, and it shows as that and not as undone."""
    at = at or timezone.now()
    permissions.require(permissions.can_assess(by, assessment))
    _require_open(assessment)

    assessment.scores.all().delete()
    advance(assessment, AssessmentState.ABSTAINED, table=ASSESSMENT_MOVES, submitted_at=at, comment=comment, recommendation="")

    audit.record("grants.review.abstain", assessment.sketch, by=by, at=at)


@transaction.atomic
def skip_assessment(assessment: Assessment, *, by: Any, at: datetime | None = None) -> None:
    """Puts the sketch last in the reviewer's own queue. Nothing else changes, so the case log says nothing."""
    permissions.require(permissions.can_assess(by, assessment))

    claim(assessment, expecting={"state": assessment.state}, skipped_at=at or timezone.now())


@transaction.atomic
def reopen_assessment(assessment: Assessment, *, by: Any, at: datetime | None = None) -> None:
    """Opens the own assessment again, as long as the case waits for its answer or decision."""
    permissions.require(permissions.can_assess(by, assessment))
    _as_it_stands(assessment)
    if assessment.state not in FINISHED_STATES:
        raise TransitionRefused(_("Only an assessment that has been handed in can be opened again."))
    if not assessment.case_is_open:
        raise TransitionRefused(_("The case has got its answer, so the assessment stands."))

    advance(assessment, AssessmentState.OPEN, table=ASSESSMENT_MOVES, submitted_at=None, weighted_mean=None)

    audit.record("grants.review.reopen", assessment.sketch, by=by, at=at)


def _as_it_stands(assessment: Assessment) -> None:
    """Locks the case and reads both anew, so that nothing is assessed after the answer from an older page."""
    related = ("call", "current_version", "application__current_version")
    sketch = Sketch.objects.select_for_update(of=("self",)).select_related(*related).get(pk=assessment.sketch_id)
    assessment.refresh_from_db()
    assessment.sketch = sketch


def _require_open(assessment: Assessment) -> None:
    _as_it_stands(assessment)
    if assessment.state != AssessmentState.OPEN:
        raise TransitionRefused(_("The assessment is not open."))
    if not assessment.case_is_open:
        raise TransitionRefused(_("The case has got its answer or has been withdrawn, so it is no longer assessed."))


@transaction.atomic
def write_note(
    sketch: Sketch, *, text: str, visibility: str = NoteVisibility.OFFICERS, by: Any, at: datetime | None = None
) -> Note:
    """A note by those who run the call, for those the writer has chosen. Notes can be asked for as public documents."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, sketch))

    note = Note.objects.create(sketch=sketch, text=text, visibility=visibility, written_at=at, written_by=by)

    audit.record("grants.sketch.note", sketch, by=by, at=at)
    return note


@transaction.atomic
def remind_reviewer(call: Call, reviewer: User, *, step: str, count: int, days: int, due_at: datetime, at: datetime) -> None:
    """Tells a reviewer what remains of the sketches or applications, once per interval before the day it is due."""
    outbox.promise(
        "grants/review_reminder",
        to=[reviewer],
        context={
            "call": call.title,
            "count": count,
            "days": days,
            "applications": step == Step.APPLICATION,
            "due": later_moment_text(due_at),
            "path": reverse("review_list"),
        },
        category=Category.REMINDER,
        about=call,
        programme_id=call.programme_id,
        dedupe_key=f"review-reminder-{step}-{call.pk}-{stockholm_today(due_at)}-{days}",
        at=at,
    )
