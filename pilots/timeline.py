"""All days on which something takes effect in a project, each with where it comes from."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext as _

from kraftsamling.lib.calendar import CalendarDay
from kraftsamling.lib.dates import months_after
from pilots.change_rules import call_of
from pilots.models import PaymentRequest, Payout, PayoutKind, Project, ProjectKind, Recovery, Report
from pilots.states import PaymentState, PayoutState, ProjectState

MONTHS_WITHOUT_CALL = 1
LAW_URL = "https://rkrattsbaser.gov.se/sfst?bet=2003:596"


class Day(NamedTuple):
    """A day, what happens on it, and where that is written."""

    key: str
    """The same for the same thing for ever, so that a calendar moves it instead of showing it twice."""
    on: date
    title: str
    source: str
    url: str
    project: Project

    def is_past(self, today: date) -> bool:
        return self.on < today


def days_of(projects: Iterable[Project], user: Any) -> list[Day]:
    """The days of the projects, in order; reports and money only where the person handles the case or owns it."""
    projects = list(projects)
    by_key = {project.pk: project for project in projects}
    found = [_recovery_day(payout, by_key) for payout in _recoverable(_open_case(projects, user))]
    return _in_order([*_near(projects, user), *found])


def coming_days(project: Project, user: Any) -> list[Day]:
    """Those of the project's own time: the overview has no use for days ten years away."""
    return _in_order(_near([project], user))


def _near(projects: list[Project], user: Any) -> list[Day]:
    by_key = {project.pk: project for project in projects}
    case = _open_case(projects, user)
    reports = Report.objects.waiting_for_owner().filter(project__in=case)
    return [
        *(day for project in projects for day in _period_days(project)),
        *(_report_day(report, by_key) for report in reports),
        *_answer_days(case, by_key),
    ]


def _open_case(projects: list[Project], user: Any) -> Any:
    return Project.objects.with_case_open_to(user).filter(pk__in=[project.pk for project in projects])


def _in_order(days: list[Day]) -> list[Day]:
    return sorted(days, key=lambda day: (day.on, day.key))


def _period_days(project: Project) -> list[Day]:
    terms = _("the terms that count")
    url = reverse("project_history", args=[project.pk])
    days = [
        Day(f"start-{project.pk}", project.starts_on, _("The project begins"), terms, url, project),
        Day(
            f"end-{project.pk}",
            project.ends_on,
            _("The last day of the project: costs after it do not count"),
            terms,
            url,
            project,
        ),
    ]
    if project.state == ProjectState.RUNNING and project.kind != ProjectKind.PLATFORM:
        call = call_of(project)
        last = months_after(project.ends_on, call.final_report_months if call else MONTHS_WITHOUT_CALL)
        source, url = (_("the rules of the call"), call.get_absolute_url()) if call else (terms, url)
        days.append(
            Day(f"last-request-{project.pk}", last, _("Last day for the final request for payment"), source, url, project)
        )
    return days


def _report_day(report: Report, projects: dict[int, Project]) -> Day:
    project = projects[report.project_id]
    title = _("%(report)s is to be in") % {"report": report}
    return Day(f"report-{report.pk}", report.last_day, title, _("the plan of reports"), report.get_absolute_url(), project)


def _answer_days(case: Any, projects: dict[int, Project]) -> Iterable[Day]:
    """What the owner has been asked to complete or answer: requests that are returned, hearings. One question to the database."""
    returned = PaymentRequest.objects.filter(project__in=case, state=PaymentState.RETURNED)
    hearings = Recovery.objects.in_hearing().filter(project__in=case)
    asked = returned.values_list(Value("completion"), "pk", "project", "return_due_on", "number")
    heard = hearings.values_list(Value("hearing"), "pk", "project", "hearing_due_on", Value(0))
    for kind, pk, project, on, number in asked.union(heard, all=True):
        if kind == "completion":
            title = _("Payment request %(number)d is to be completed") % {"number": number}
            source, url = _("what the economist has asked for"), reverse("payment_detail", args=[pk])
        else:
            title = _("Last day to answer before a recovery is decided")
            source, url = _("the hearing"), reverse("recovery_detail", args=[pk])
        yield Day(f"{kind}-{pk}", on, title, source, url, projects[project])


def _recoverable(projects: Any) -> Any:
    return Payout.objects.filter(project__in=projects, state=PayoutState.PAID).exclude(kind=PayoutKind.REPAYMENT)


def _recovery_day(payout: Payout, projects: dict[int, Project]) -> Day:
    project = projects[payout.project_id]
    title = _("After this day the payment %(reference)s of %(amount)s can no longer be recovered") % {
        "reference": payout.reference, "amount": payout.amount.exact,
    }  # fmt: skip
    last: date = payout.recoverable_until_on  # type: ignore[assignment]
    return Day(f"recovery-{payout.pk}", last, title, _("förordning 2003:596, 13 §"), LAW_URL, project)


def calendar_days(days: Iterable[Day], *, host: str, site: str) -> list[CalendarDay]:
    """For a calendar program: whole days, with the project's name in each title."""
    return [
        CalendarDay(
            uid=f"project-{day.key}@{host}",
            title=f"{day.project.title}: {day.title}",
            on=day.on,
            url=day.url if day.url.startswith("https:") else f"{site}{day.url}",
        )
        for day in days
    ]
