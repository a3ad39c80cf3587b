"""The finance officer's sheet: sent, shown, laid in, taken back."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants.models import CostCategory
from grants.views.common import attempt
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import xlsx_response
from pilots.actions import steering as actions
from pilots.forms.steering import OutcomeForm, unsealed
from pilots.models import OutcomeImport, Project
from pilots.permissions import steering as permissions
from pilots.steering import platform
from pilots.steering.platform import own_project
from pilots.steering.scope import Scope

from .common import page, scope_asked


def _desk(request: HttpRequest) -> tuple[Scope, Project]:
    """The platform's own project, for the finance officer. Others who see the figures are told that it is not theirs to do."""
    scope = scope_asked(request)
    project = own_project(scope)
    if project is None:
        raise Http404
    if not permissions.can_import_outcome(request.user, project):
        raise PermissionDenied
    return scope, project


@require_http_methods(["GET", "HEAD", "POST"])
def steering_outcome(request: HttpRequest) -> HttpResponse:
    """The form, and the preview of what has been sent. Nothing is laid in yet."""
    scope, project = _desk(request)
    posted = request.method == "POST"
    form = OutcomeForm(request.POST, request.FILES, project=project) if posted else OutcomeForm(project=project)
    context = page(scope, "platform", with_call=False, with_year=False, project=project, form=form)
    if posted and form.is_valid():
        context |= {"preview": _preview(scope, form), "sealed": form.sealed(), "file_name": form.cleaned_data["fil"].name}
        return render(request, "pilots/steering/outcome_preview.html", context)
    return render(request, "pilots/steering/outcome.html", context, status=422 if posted else 200)


def _preview(scope: Scope, form: OutcomeForm) -> dict[str, Any]:
    """What the sheet says, and what counts now for the same years."""
    counts = platform.figures(scope)
    years = sorted({line.year for line in form.lines})
    return {
        "lines": form.lines,
        "labels": [(CostCategory(line.category).label, line) for line in form.lines],
        "total": sum((line.amount for line in form.lines), Kronor(0)),
        "years": [
            (
                year,
                counts[platform.key_of("utfall", platform.ALL, year)].value,
                sum((line.amount for line in form.lines if line.year == year), Kronor(0)),
            )
            for year in years
        ],
    }


@require_POST
def steering_outcome_save(request: HttpRequest) -> HttpResponse:
    _scope, project = _desk(request)
    try:
        name, lines = unsealed(request.POST.get("innehall", ""), project)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("steering_outcome")
    act = partial(actions.import_outcome, project, lines=lines, file_name=name, by=request.user)
    said = ngettext("%(count)d line is laid in.", "%(count)d lines are laid in.", len(lines)) % {"count": len(lines)}
    attempt(request, act, done=said)
    return redirect("steering_platform")


@require_POST
def steering_outcome_undo(request: HttpRequest, pk: int) -> HttpResponse:
    imports = OutcomeImport.objects.visible_to(request.user).select_related("project__programme")
    batch = get_object_or_404(imports, pk=pk)
    attempt(request, partial(actions.undo_import, batch, by=request.user), done=_("The import is taken back."))
    return redirect("steering_platform")


@require_GET
def steering_outcome_template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the right headings, a row for each category and year."""
    _scope, project = _desk(request)
    years = range(project.starts_on.year, project.ends_on.year + 1)
    rows = [(year, category.label, Kronor(0), "") for year in years for category in CostCategory]
    return xlsx_response("utfall", _("Outcome"), [_("Year"), _("Cost category"), _("Amount"), _("Text")], rows)
