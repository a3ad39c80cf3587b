"""The pages of the registry that `make bench` measures: projects, reports, money, learning and steering."""

from typing import Any

from django.db.models import Count, F
from django.urls import reverse

from kraftsamling.accounts.models import User
from pilots.models import InterviewNote, Learning, PaymentRequest, Project, Report
from pilots.states import PaymentState, ProjectState, ReportState

from .bulk import DOMAIN, STAFF

LEADER, WRITER, REVIEWER, ECONOMIST, STEERING = (
    f"bench.{name}@{DOMAIN}" for name in ("leader", "writer", "reviewer-0", "economist", "steering")
)
LIST, DETAIL, FORM = (15, 150), (15, 60), (15, 80)
"""The most queries and milliseconds: dashboards and lists, one thing, and what is written in."""


def registry(page: type) -> list[Any]:
    """Nothing where “benchdata” has written no projects."""
    writer = User.objects.filter(email=WRITER).first()
    mine = Project.objects.filter(title__startswith="Bench ", state=ProjectState.RUNNING)
    project = mine.of_organisations(writer).order_by("pk").first() if writer else None
    if project is None:
        return []
    return [*_projects(page, project), *_reports(page, project), *_money(page, project), *_learning(page), *_steering(page),
            *_waiting(page)]  # fmt: skip


def _projects(page: type, project: Project) -> list[Any]:
    of_it = [project.pk]
    return [
        page("projects", reverse("project_list"), LEADER, *LIST),
        page("projects by their titles, the tenth page", f"{reverse('project_list')}?sort=projekt&page=10", LEADER, *LIST),
        page("projects by words and state", f"{reverse('project_list')}?q=fritid&lage=pagar", LEADER, *LIST),
        page("own projects", reverse("project_list"), WRITER, *LIST),
        page("one project, officer", project.get_absolute_url(), LEADER, *DETAIL),
        page("one project, owner", project.get_absolute_url(), WRITER, *DETAIL),
        page("timeline of a project", reverse("project_timeline", args=of_it), LEADER, *DETAIL),
        page("history of a project", reverse("project_history", args=of_it), LEADER, *DETAIL),
        page("terms of a project", reverse("project_terms", args=of_it), LEADER, *DETAIL),
        page("changes of a project", reverse("change_list", args=of_it), LEADER, *DETAIL),
        page("learning of a project", reverse("project_learning", args=of_it), LEADER, *DETAIL),
        page("public projects", reverse("public_project_list"), "", *DETAIL),
        page("public projects, the tenth page", f"{reverse('public_project_list')}?page=10", "", *DETAIL),
        page("public projects of a municipality", f"{reverse('public_project_list')}?kommun=1880", "", *DETAIL),
        page("a public project", project.get_public_url(), "", *DETAIL),
    ]


def _reports(page: type, project: Project) -> list[Any]:
    told = project.reports.filter(state=ReportState.APPROVED).order_by("-number").first()
    to_write = project.reports.filter(state=ReportState.PLANNED).order_by("number").first()
    if told is None or to_write is None:
        return []
    forms = [
        page(f"report form, {key}", reverse("report_edit", args=[to_write.pk, key]), WRITER, *FORM)
        for key in ("genomfort", "indikatorer", "ekonomi")
    ]
    return [
        page("reports", reverse("report_list"), LEADER, *LIST),
        page("reports that are late", f"{reverse('report_list')}?lage=sena", LEADER, *LIST),
        page("plan of reports", reverse("report_plan", args=[project.pk]), LEADER, *DETAIL),
        page("indicators of a project", reverse("indicator_list", args=[project.pk]), LEADER, *DETAIL),
        *forms,
        page("one report, officer", told.get_absolute_url(), LEADER, *DETAIL),
        page("one report, owner", told.get_absolute_url(), WRITER, *DETAIL),
    ]


def _money(page: type, project: Project) -> list[Any]:
    asked = PaymentRequest.objects.filter(state=PaymentState.SUBMITTED, project__title__startswith="Bench ")
    largest = asked.annotate(count=Count("entries")).order_by("-count", "pk")[0]
    decided = PaymentRequest.objects.filter(state=PaymentState.DECIDED, project=project).order_by("pk")[0]
    return [
        page("payment requests, economist", reverse("payment_list"), ECONOMIST, *LIST),
        page("all payment requests, economist", f"{reverse('payment_list')}?lage=alla", ECONOMIST, *LIST),
        page("review of 500 costs", reverse("payment_review", args=[largest.pk]), ECONOMIST, *DETAIL),
        page("a decided payment request", decided.get_absolute_url(), WRITER, *DETAIL),
        page("money of a project, economist", reverse("project_money", args=[project.pk]), ECONOMIST, *DETAIL),
        page("money of a project, owner", reverse("project_money", args=[project.pk]), WRITER, *DETAIL),
        page("payments", reverse("payout_list"), ECONOMIST, *LIST),
    ]


def _learning(page: type) -> list[Any]:
    learning = Learning.objects.filter(project__title__startswith="Bench ").order_by("pk")[0]
    note = InterviewNote.objects.filter(project__title__startswith="Bench ").order_by("pk")[0]
    return [
        page("learnings", reverse("learning_list"), LEADER, *LIST),
        page("one learning", learning.get_absolute_url(), LEADER, *DETAIL),
        page("interviews", reverse("note_list"), LEADER, *LIST),
        page("one interview", note.get_absolute_url(), LEADER, *DETAIL),
        page("passages", reverse("passage_list"), LEADER, *LIST),
        page("matrix of themes", reverse("theme_matrix"), LEADER, *LIST),
        page("indicators of all projects", reverse("indicator_overview"), LEADER, *LIST),
    ]


def _steering(page: type) -> list[Any]:
    rows = {
        "projects behind a figure": "projekt.alla.antal",
        "projects at risk behind a figure": "projekt.risk.nagon.antal",
        "late reports behind a figure": "projekt.tur.sena",
    }
    return [
        page("steering: overview", reverse("steering_home"), STEERING, *LIST),
        page("steering: money", reverse("steering_money"), STEERING, *LIST),
        page("steering: the platform", reverse("steering_platform"), STEERING, *LIST),
        page("steering: portfolio", reverse("steering_portfolio"), STEERING, *LIST),
        page("steering: yearly report", reverse("steering_yearly"), STEERING, *LIST),
        *(page(f"steering: {name}", reverse("steering_rows", args=[key]), STEERING, *LIST) for name, key in rows.items()),
    ]


def _waiting(page: type) -> list[Any]:
    """For each role; an officer who has part in all of it, and a writer whose organisation has many projects."""
    staff = {f"waits for me, {name}": f"bench.{name}@{DOMAIN}" for name in STAFF}
    who = {"waits for me, leader": LEADER, "waits for me, owner": WRITER, "waits for me, reviewer": REVIEWER, **staff}
    return [page(name, reverse("home"), email, *LIST) for name, email in who.items()]


def longest_report() -> Report | None:
    """One with the texts and charts of six pages."""
    told = Report.objects.approved().filter(project__title__startswith="Bench ", project__state=ProjectState.RUNNING)
    return told.select_related("current_version").order_by("project_id", F("number").desc(nulls_last=True)).first()
