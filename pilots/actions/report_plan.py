"""The plan of reports: made when the project opens, changed with its terms, or by an officer who says why."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from pilots import schedule
from pilots.models import Project, Report, ReportDraft, ReportKind
from pilots.permissions import reports as permissions
from pilots.report_people import members_of_project
from pilots.states import REPORT_MOVES, ReportState

FINAL_NUMBER = 0
"""A project has one final report, so it needs no number of its own; progress reports are counted from one."""


def planned(project: Project) -> list[schedule.Planned]:
    """The plan as the project's terms and its call have it."""
    call = project.application.sketch.call if project.application is not None else None
    return schedule.plan(
        project.starts_on,
        project.ends_on,
        every_months=call.report_every_months if call else schedule.EVERY_MONTHS,
        final_months=call.final_report_months if call else schedule.FINAL_MONTHS,
        days_to_write=settings.REPORT_DAYS_TO_WRITE,
    )


@transaction.atomic
def plan_reports(project: Project, *, at: datetime) -> list[Report]:
    """The reports that are still to come when a project opens; and the final report, always. Done by the system."""
    today = stockholm_today(at)
    wanted = [row for row in planned(project) if row.is_final or row.due_on >= today]
    reports = Report.objects.bulk_create(_report(project, row, number=n, on=today) for n, row in enumerate(wanted, start=1))
    ReportDraft.objects.bulk_create(ReportDraft(report=report) for report in reports)

    audit.record("pilots.report.plan", project, at=at, count=len(reports))
    return reports


def _report(project: Project, row: schedule.Planned, *, number: int, on: date) -> Report:
    return Report(
        project=project,
        number=FINAL_NUMBER if row.is_final else number,
        kind=ReportKind.FINAL if row.is_final else ReportKind.PROGRESS,
        covers_from_on=row.covers_from_on,
        covers_to_on=row.covers_to_on,
        due_on=row.due_on,
        planned_on=on,
    )


@transaction.atomic
def replan_reports(project: Project, *, at: datetime) -> None:
    """Fits the reports that nobody has handed in to the terms that count now. What has come in stays as it is.

    A report whose period is the same keeps its last day, also one that an officer has set. Drafts are kept.
    """
    today = stockholm_today(at)
    reports = list(Report.objects.select_for_update(of=("self",)).filter(project=project).asked_for().order_by("due_on", "pk"))
    told_to = max((r.covers_to_on for r in reports if not r.is_final and r.state != ReportState.PLANNED), default=None)
    unsent = [report for report in reports if report.state == ReportState.PLANNED]
    wanted = [row for row in planned(project) if row.is_final or row.due_on >= today or _is_kept(row, unsent)]
    for is_final in (False, True):
        rows = [row for row in wanted if row.is_final == is_final and (is_final or told_to is None or row.covers_to_on > told_to)]
        if is_final and any(report.is_final and report.state != ReportState.PLANNED for report in reports):
            continue
        _fit(project, [report for report in unsent if report.is_final == is_final], rows, at=at)


def _is_kept(row: schedule.Planned, unsent: Sequence[Report]) -> bool:
    """A late one stays asked for, though its day is over."""
    return any((report.covers_from_on, report.covers_to_on) == (row.covers_from_on, row.covers_to_on) for report in unsent)


def _fit(project: Project, reports: Sequence[Report], rows: Sequence[schedule.Planned], *, at: datetime) -> None:
    """Each report the row at its place; reports too many are no longer asked for, and rows too many are new reports."""
    today = stockholm_today(at)
    for report, row in zip(reports, rows, strict=False):
        if (report.covers_from_on, report.covers_to_on) != (row.covers_from_on, row.covers_to_on):
            new = {"covers_from_on": row.covers_from_on, "covers_to_on": row.covers_to_on, "due_on": row.due_on}
            claim(report, expecting={"state": ReportState.PLANNED}, due_reason="", planned_on=today, **new)
            audit.record("pilots.report.refit", project, at=at, report=name_of(report), day=row.due_on.isoformat())
    for report in reports[len(rows) :]:
        advance(report, ReportState.CANCELLED, table=REPORT_MOVES)
        audit.record("pilots.report.drop", project, at=at, report=name_of(report))
    for row in rows[len(reports) :]:
        number = FINAL_NUMBER if row.is_final else _next_number(project)
        report = _report(project, row, number=number, on=today)
        report.save()
        ReportDraft.objects.create(report=report)
        audit.record("pilots.report.add", project, at=at, report=name_of(report), day=row.due_on.isoformat(), reason="–")


def _next_number(project: Project) -> int:
    latest = Report.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first()
    return (latest or 0) + 1


# ---- By an officer


@transaction.atomic
def move_report(report: Report, *, due_on: date, reason: str, by: Any, at: datetime | None = None) -> None:
    """Another last day for one report, before it has come in or while it is completed. The others keep theirs."""
    at = at or timezone.now()
    require(permissions.can_plan_reports(by, report.project))
    if not report.is_being_written:
        raise TransitionRefused(_("The report has come in, so its last day can no longer be changed."))
    if due_on == report.last_day:
        raise TransitionRefused(_("That is the last day it has already."))

    field = "return_due_on" if report.state == ReportState.RETURNED else "due_on"
    expecting = {"state": report.state, field: getattr(report, field)}
    claim(report, expecting=expecting, **{field: due_on}, due_reason=reason, planned_on=stockholm_today(at))

    audit.record(
        "pilots.report.move", report.project, by=by, at=at, report=name_of(report), day=due_on.isoformat(), reason=reason
    )
    tell_owner(report, "pilots/report_moved", at=at, day=due_on, reason=reason)


@transaction.atomic
def add_report(
    project: Project,
    *,
    covers_from_on: date,
    covers_to_on: date,
    due_on: date,
    reason: str,
    by: Any,
    at: datetime | None = None,
) -> Report:
    """One progress report more than the plan has."""
    at = at or timezone.now()
    require(permissions.can_plan_reports(by, project))
    if covers_to_on < covers_from_on or due_on < covers_from_on:
        raise TransitionRefused(_("The period must end after it begins, and the last day cannot lie before it."))
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)

    row = schedule.Planned(False, covers_from_on, covers_to_on, due_on)
    report = _report(project, row, number=_next_number(project), on=stockholm_today(at))
    report.due_reason = reason
    report.save()
    ReportDraft.objects.create(report=report)

    audit.record("pilots.report.add", project, by=by, at=at, report=name_of(report), day=due_on.isoformat(), reason=reason)
    tell_owner(report, "pilots/report_moved", at=at, day=due_on, reason=reason)
    return report


@transaction.atomic
def cancel_report(report: Report, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """A progress report that need not be written. A project always has its final report."""
    at = at or timezone.now()
    require(permissions.can_plan_reports(by, report.project))
    if report.is_final:
        raise TransitionRefused(_("The final report is always asked for. Give it another last day instead."))

    advance(report, ReportState.CANCELLED, table=REPORT_MOVES, due_reason=reason)

    audit.record("pilots.report.cancel", report.project, by=by, at=at, report=name_of(report), reason=reason)
    tell_owner(report, "pilots/report_cancelled", at=at, reason=reason)


def name_of(report: Report) -> str:
    """As the log has it, in Swedish whoever reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(report)


later_name = lazy(str, str)
"""As a message has it, in each receiver's language."""


def tell_owner(report: Report, kind: str, *, at: datetime, **context: Any) -> None:
    project = report.project
    outbox.promise(
        kind,
        to=members_of_project(project),
        context={"report": later_name(report), "title": project.title, "path": report.get_absolute_url(), **context},
        about=project,
        programme_id=project.programme_id,
        at=at,
    )
