"""What waits in reports: to write, to complete, to review, and to ask about when nothing has come."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import end_of_day, stockholm_today
from kraftsamling.lib.text import in_sentence
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.actions.report_reminders import overdue_for_long, reminder_days
from pilots.models import Project, Report
from pilots.states import ReportState

from .kinds import Source, Task


def _ours(user: Any) -> QuerySet:
    if not user.is_authenticated or not user.organisation_ids:
        return Report.objects.none()
    return Report.objects.filter(project__owner__in=user.organisation_ids)


def to_write(user: Any, *, at: datetime) -> QuerySet:
    """From the first reminder's day on."""
    soon = stockholm_today(at) + timedelta(days=max(reminder_days(), default=0))
    mine = _ours(user).unsent().filter(due_on__lte=soon)
    return mine.with_details().order_by("due_on", "pk")


def write_report(report: Report) -> Task:
    return Task(
        title=_("Send in %(report)s: “%(title)s”") % {"report": in_sentence(report), "title": report.project.title},
        detail=f"{report.project.owner}",
        url=report.get_absolute_url(),
        due_at=end_of_day(report.due_on),
        tone="wait",
    )


def to_complete(user: Any, *, at: datetime) -> QuerySet:
    return _ours(user).filter(state=ReportState.RETURNED).with_details().order_by("return_due_on", "pk")


def complete_report(report: Report) -> Task:
    return Task(
        title=_("Complete %(report)s: “%(title)s”") % {"report": in_sentence(report), "title": report.project.title},
        detail=f"{report.project.owner}",
        url=report.get_absolute_url(),
        due_at=end_of_day(report.last_day),
        tone="wait",
    )


def _handled(user: Any, *roles: Role) -> QuerySet:
    """Of the projects that the person handles, but not of their own house's."""
    if not programmes_with_role(user, *roles):
        return Report.objects.none()
    rows = Report.objects.filter(project__in=Project.objects.handled_by(user, *roles))
    return rows.exclude(project__owner__in=user.organisation_ids) if user.organisation_ids else rows


def to_review(user: Any, *, at: datetime) -> QuerySet:
    return _handled(user, *OFFICERS).waiting_for_officer().with_details().order_by("current_version__submitted_at", "pk")


def review_report(report: Report) -> Task:
    return Task(
        title=_("Review %(report)s: “%(title)s”") % {"report": in_sentence(report), "title": report.project.title},
        detail=f"{report.project.owner}",
        url=report.get_absolute_url(),
        tone="info",
    )


def long_overdue(user: Any, *, at: datetime) -> QuerySet:
    """All reminders have gone out, and nothing has come: the process leader asks."""
    since = overdue_for_long(on=stockholm_today(at))
    return _handled(user, Role.PROCESS_LEADER).overdue(on=since).with_details().order_by("last_on", "pk")


def ask_about_report(report: Report) -> Task:
    return Task(
        title=_("%(report)s has not come: “%(title)s”") % {"report": report, "title": report.project.title},
        detail=_("%(organisation)s has been reminded. Call them.") % {"organisation": report.project.owner},
        url=report.get_absolute_url(),
        due_at=end_of_day(report.last_day),
        tone="stop",
    )


SOURCES = (
    Source(to_write, write_report),
    Source(to_complete, complete_report),
    Source(to_review, review_report),
    Source(long_overdue, ask_about_report),
)
