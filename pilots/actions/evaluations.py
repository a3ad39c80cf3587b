"""What can happen to stage evaluations and to the yearly follow-up of cases."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused, advance, claim
from kraftsamling.programmes.models import Programme
from kraftsamling.search import index
from pilots.models import FormativeNote, Project, StageEvaluation, StageGoal, YearlyFollowUp
from pilots.permissions import learning as permissions
from pilots.states import EVALUATION_MOVES, EvaluationState

MOST_GOALS = 20
FOLLOW_UP_MONTH = 10
"""From this month on the follow-up of the year is a task; it is to be done before the year is over."""


@transaction.atomic
def begin_evaluation(
    programme: Programme,
    *,
    project: Project | None,
    stage: str,
    starts_on: date,
    ends_on: date,
    goals: Sequence[str],
    by: Any,
    at: datetime | None = None,
) -> StageEvaluation:
    """Begins the evaluation of a stage of the programme, or of one of its projects."""
    at = at or timezone.now()
    permissions.require(permissions.can_begin_in(by, programme))
    permissions.require(project is None or (project.programme_id == programme.pk and permissions.is_team_of(by, project)))
    if not 1 <= len(goals) <= MOST_GOALS:
        raise TransitionRefused(_("Write between one and %(most)d goals, one on each line.") % {"most": MOST_GOALS})

    evaluation = StageEvaluation.objects.create(
        programme=programme, project=project, stage=stage, starts_on=starts_on, ends_on=ends_on, begun_at=at, begun_by=by
    )
    StageGoal.objects.bulk_create(
        StageGoal(evaluation=evaluation, position=position, goal=goal) for position, goal in enumerate(goals, start=1)
    )

    audit.record("pilots.evaluation.begin", evaluation, by=by, at=at, goals=len(goals))
    return evaluation


@transaction.atomic
def add_formative_note(evaluation: StageEvaluation, *, text: str, by: Any, at: datetime | None = None) -> FormativeNote:
    """Something seen on the way. Notes are added, never changed."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_evaluation(by, evaluation))
    _require_open(evaluation)

    note = FormativeNote.objects.create(evaluation=evaluation, text=text, written_at=at, written_by=by)

    audit.record("pilots.evaluation.note", evaluation, by=by, at=at)
    return note


@transaction.atomic
def judge_goal(goal: StageGoal, *, judgement: str, reasons: str, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_write_evaluation(by, goal.evaluation))
    _require_open(goal.evaluation)
    if judgement and not reasons:
        raise TransitionRefused(_("Write the reasons for the judgement."))

    StageGoal.objects.filter(pk=goal.pk).update(judgement=judgement, reasons=reasons)
    goal.judgement, goal.reasons = judgement, reasons

    audit.record("pilots.evaluation.judge", goal.evaluation, by=by, at=at, goal=goal.goal[:120], judgement=judgement)


@transaction.atomic
def close_evaluation(evaluation: StageEvaluation, *, summary: str, by: Any, at: datetime | None = None) -> None:
    """Every goal has its judgement with reasons; from now on the steering group reads it."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_evaluation(by, evaluation))
    left = evaluation.goals.filter(judgement="").count()
    if left:
        raise TransitionRefused(_("Every goal needs a judgement with reasons: %(count)d remain.") % {"count": left})

    advance(evaluation, EvaluationState.CLOSED, table=EVALUATION_MOVES, closed_at=at, closed_by=by, summary=summary)

    audit.record("pilots.evaluation.close", evaluation, by=by, at=at)
    index.put("evaluation", evaluation.pk, title=evaluation.stage, body=summary, url=evaluation.get_absolute_url(), at=at)


def _require_open(evaluation: StageEvaluation) -> None:
    evaluation.state = StageEvaluation.objects.select_for_update().values_list("state", flat=True).get(pk=evaluation.pk)
    if not evaluation.is_open:
        raise TransitionRefused(_("The evaluation has been closed and stands as it is."))


# ---- The yearly follow-up


@transaction.atomic
def ask_for_follow_ups(*, at: datetime) -> int:
    """Makes the follow-ups that are due and not yet there: one per project and year, also of years that were missed.

    Done by the system. Gives how many were made; a second run makes none.
    """
    today = stockholm_today(at)
    known = set(YearlyFollowUp.objects.values_list("project_id", "year"))
    made = 0
    for project in Project.objects.order_by("pk"):
        for year in follow_up_years(project, on=today):
            made += (project.pk, year) not in known and _ask_for_follow_up(project, year, at=at)
    return made


def _ask_for_follow_up(project: Project, year: int, *, at: datetime) -> bool:
    """Of two workers at once, one makes the row and writes it in the log."""
    values = {"due_on": date(year, 12, 31), "made_at": at}
    _follow_up, is_new = YearlyFollowUp.objects.get_or_create(project=project, year=year, defaults=values)
    if is_new:
        audit.record("pilots.follow_up.ask", project, at=at, year=year)
    return is_new


def follow_up_years(project: Project, *, on: date) -> range:
    """The years in which the case is supervised and whose follow-up has begun: from its start until it has been closed."""
    last = on.year if on.month >= FOLLOW_UP_MONTH else on.year - 1
    if project.closed_at is not None:
        last = min(last, stockholm_today(project.closed_at).year)
    return range(project.starts_on.year, last + 1)


@transaction.atomic
def do_follow_up(follow_up: YearlyFollowUp, *, done_on: date, note: str, by: Any, at: datetime | None = None) -> None:
    """Writes down when the case was looked at and what was seen. Of two at once, one wins."""
    at = at or timezone.now()
    permissions.require(permissions.can_follow_up(by, follow_up))
    if not note:
        raise TransitionRefused(_("Write what you saw."))
    if done_on > stockholm_today(at):
        raise TransitionRefused(_("The day has not come yet."))
    if done_on.year < follow_up.year:
        raise TransitionRefused(
            _("The follow-up is of %(year)d. Give a day in that year or after it.") % {"year": follow_up.year}
        )

    claim(follow_up, expecting={"done_at": None}, done_on=done_on, note=note, done_at=at, done_by=by)

    audit.record("pilots.follow_up.done", follow_up.project, by=by, at=at, year=follow_up.year)
