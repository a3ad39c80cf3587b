"""Reminders of reports: each goes out once, also when the daily task has been down for days and comes back."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from pilots.models import Report, ReportReminder
from pilots.report_people import leaders_of_project, members_of_project
from pilots.states import ReportState

from .report_plan import later_name, name_of

CAUGHT_UP = timedelta(days=10)
"""How old a reminder may be and still go out: the task may have been down for a week and more."""


def reminder_days() -> tuple[int, ...]:
    """Days before the last day, the earliest first; after it they are less than nothing."""
    after = (-days for days in settings.REPORT_REMINDERS_AFTER)
    return tuple(sorted({*settings.REPORT_REMINDERS_BEFORE, *after}, reverse=True))


def overdue_for_long(*, on: date) -> date:
    """Reports whose last day lies before this one are the process leader's to ask about."""
    return on - timedelta(days=max(settings.REPORT_REMINDERS_AFTER, default=0))


def due_reminders(report: Report, *, on: date) -> list[int]:
    """Which reminders of the report fall on this day, or fell some days ago; whether they have gone out is not asked."""
    due = [(days, report.last_day - timedelta(days=days)) for days in reminder_days()]
    since = max(on - CAUGHT_UP, report.planned_on or date.min)
    return [days for days, day in due if since <= day <= on]


@transaction.atomic
def remind_about_report(report: Report, *, days: int, at: datetime) -> bool:
    """Sends one reminder to the owner, and after the last one tells the process leader. Returns whether it was sent now."""
    report = Report.objects.select_for_update(of=("self",)).with_details().get(pk=report.pk)
    if not report.is_being_written or days not in due_reminders(report, on=stockholm_today(at)):
        return False
    try:
        with transaction.atomic():
            ReportReminder.objects.create(report=report, due_on=report.last_day, days=days, sent_on=stockholm_today(at))
    except IntegrityError:
        return False

    audit.record("pilots.report.remind", report.project, at=at, report=name_of(report), days=days)
    _tell_writers(report, days=days, at=at)
    if days == min(reminder_days()) < 0:
        _tell_leaders(report, at=at)
    return True


def _tell_writers(report: Report, *, days: int, at: datetime) -> None:
    project = report.project
    left = (report.last_day - stockholm_today(at)).days
    outbox.promise(
        "pilots/report_reminder",
        to=members_of_project(project),
        context={
            "report": later_name(report),
            "title": project.title,
            "day": report.last_day,
            "left": left,
            "late": -left,
            "returned": report.state == ReportState.RETURNED,
            "path": report.get_absolute_url(),
        },
        category=Category.REMINDER,
        about=project,
        programme_id=project.programme_id,
        dedupe_key=f"report-reminder-{report.pk}-{report.last_day.isoformat()}-{days}",
        at=at,
    )


def _tell_leaders(report: Report, *, at: datetime) -> None:
    project = report.project
    outbox.promise(
        "pilots/report_overdue",
        to=leaders_of_project(project),
        context={
            "report": later_name(report),
            "title": project.title,
            "organisation": project.owner.name,
            "day": report.last_day,
            "path": report.get_absolute_url(),
        },
        category=Category.REMINDER,
        about=project,
        programme_id=project.programme_id,
        dedupe_key=f"report-overdue-{report.pk}-{report.last_day.isoformat()}",
        at=at,
    )


def remind_about_reports(*, at: datetime) -> int:
    """The day's reminders, and those of the days before that nobody sent. Returns how many went out."""
    today = stockholm_today(at)
    days = reminder_days()
    soonest, latest = today + timedelta(days=min(days)) - CAUGHT_UP, today + timedelta(days=max(days))
    waiting = Report.objects.waiting_for_owner().with_last_day().filter(last_on__gte=soonest, last_on__lte=latest)
    sent = 0
    for report in waiting.prefetch_related("reminders").order_by("last_on", "pk"):
        gone = {row.days for row in report.reminders.all() if row.due_on == report.last_day}
        due = [day for day in due_reminders(report, on=today) if day not in gone]
        sent += sum(remind_about_report(report, days=day, at=at) for day in due)
    return sent
