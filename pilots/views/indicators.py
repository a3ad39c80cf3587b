"""What a project measures: the indicators with their outcomes over time, and how they are agreed."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.permissions import require
from grants.views.common import attempt
from kraftsamling.lib.line_charts import line_chart
from pilots.actions import indicators as actions
from pilots.forms.indicators import IndicatorForm
from pilots.models import Indicator, IndicatorValue, Project, Report
from pilots.permissions import reports as permissions
from pilots.workroom import parts_of


def _project(request: HttpRequest, pk: int) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).with_details(), pk=pk)


@require_GET
def indicator_list(request: HttpRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    context = {
        "project": project,
        "parts": parts_of(project, request.user),
        "open_part": "indicators",
        "rows": [_told(row, values) for row, values in _with_values(project, request.user)],
        "may_set": permissions.can_set_indicators(request.user, project),
        "reads_reports": Report.objects.visible_to(request.user).filter(project=project).exists(),
    }
    return render(request, "pilots/indicator_list.html", context)


def _with_values(project: Project, user: Any) -> list[tuple[Indicator, list[IndicatorValue]]]:
    """Of who does not read the case, only what has been approved is seen."""
    values = IndicatorValue.objects.of_newest_versions().filter(indicator__project=project)
    if not Project.objects.with_case_open_to(user).filter(pk=project.pk).exists():
        values = values.approved()
    by_indicator: dict[int, list[IndicatorValue]] = {}
    for value in values.select_related("version__report").order_by("measured_on", "pk"):
        by_indicator.setdefault(value.indicator_id, []).append(value)
    return [(row, by_indicator.get(row.pk, [])) for row in project.indicators.all()]


def _told(indicator: Indicator, values: list[IndicatorValue]) -> dict[str, Any]:
    points = [(value.measured_on, value.value) for value in values]
    return {
        "indicator": indicator,
        "values": values,
        "by_sex": any((value.women, value.men) != (None, None) for value in values),
        "chart": line_chart(points, target=indicator.target) if points else None,
    }


def _form_page(request: HttpRequest, project: Project, indicator: Indicator | None) -> HttpResponse:
    require(permissions.can_set_indicators(request.user, project))
    form = IndicatorForm(request.POST or None, indicator=indicator)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.set_indicator, project, indicator, values=form.cleaned_data, by=request.user)
        if attempt(request, act, done=_("Saved.")):
            return redirect("indicator_list", project.pk)
    context = {"project": project, "indicator": indicator, "form": form}
    return render(request, "pilots/indicator_edit.html", context, status=422 if form.errors else 200)


def indicator_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _form_page(request, _project(request, pk), None)


def indicator_edit(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    project = _project(request, pk)
    return _form_page(request, project, get_object_or_404(project.indicators, pk=indicator))


@require_POST
def indicator_remove(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    project = _project(request, pk)
    require(permissions.can_set_indicators(request.user, project))
    found = get_object_or_404(project.indicators.select_related("project"), pk=indicator)
    attempt(request, partial(actions.remove_indicator, found, by=request.user), done=_("The indicator is taken away."))
    return redirect("indicator_list", pk)
