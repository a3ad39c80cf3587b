"""The reports of a project: the plan, and how an officer changes it."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.permissions import require
from grants.views.common import attempt
from kraftsamling.lib.dates import stockholm_today
from pilots.actions import report_plan as actions
from pilots.forms.report_review import AddForm, MoveForm, ReasonForm
from pilots.models import Project
from pilots.permissions import reports as permissions
from pilots.workroom import parts_of

from .common import case_project
from .report_cases import readable_report


@require_GET
def report_plan(request: HttpRequest, pk: int) -> HttpResponse:
    project = case_project(request, pk)
    return _page(request, project, AddForm())


def _page(request: HttpRequest, project: Project, form: AddForm, status: int = 200) -> HttpResponse:
    reports = project.reports.select_related("current_version", "approved_by").order_by("due_on", "number", "pk")
    context = {
        "project": project,
        "parts": parts_of(project, request.user),
        "open_part": "reports",
        "reports": reports,
        "own": project.owner_id in request.user.organisation_ids,
        "add_form": form if permissions.can_plan_reports(request.user, project) else None,
        "today": stockholm_today(),
    }
    return render(request, "pilots/report_plan.html", context, status=status)


@require_POST
def report_add(request: HttpRequest, pk: int) -> HttpResponse:
    project = case_project(request, pk)
    require(permissions.can_plan_reports(request.user, project))
    form = AddForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, status=422)
    act = partial(actions.add_report, project, by=request.user, **form.cleaned_data)
    attempt(request, act, done=_("The report is added, and the organisation has been told."))
    return redirect("report_plan", pk)


@require_POST
def report_move(request: HttpRequest, pk: int) -> HttpResponse:
    report = readable_report(request, pk)
    require(permissions.can_plan_reports(request.user, report.project))
    form = MoveForm(request.POST)
    if form.is_valid():
        act = partial(actions.move_report, report, by=request.user, **form.cleaned_data)
        attempt(request, act, done=_("The last day is changed, and the organisation has been told."))
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(report)


@require_POST
def report_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    report = readable_report(request, pk)
    require(permissions.can_plan_reports(request.user, report.project))
    form = ReasonForm(request.POST, prefix="avsluta")
    if form.is_valid():
        act = partial(actions.cancel_report, report, by=request.user, **form.cleaned_data)
        attempt(request, act, done=_("The report is no longer asked for, and the organisation has been told."))
    else:
        messages.error(request, _("Say why the report need not be written."))
    return redirect(report)
